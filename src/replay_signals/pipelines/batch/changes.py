"""What a batch changes in the tables about one evidence key, given fresh and stored evidence. No engine in here."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import msgspec

from replay_signals.pipelines.packing import PART_LETTER, PackedRow, unpack
from replay_signals.schemas.digests import MessageDigest, at, from_row
from replay_signals.schemas.rows import EventRow
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.evidence.dead_letters import dead_letter_row
from replay_signals.transforms.evidence.keys import DEAD_LETTER, DIGEST, EVENT, EvidenceKey
from replay_signals.transforms.judge.priors import NO_PRIORS, Priors
from replay_signals.transforms.judge.session import JudgedSession, judge_session
from replay_signals.transforms.revisions.revise import Change, revise
from replay_signals.transforms.table_rows import Rows, one_per_key


class Days(msgspec.Struct, frozen=True):
    """Days to replace, both ends included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


class KeyChanges(msgspec.Struct):
    """Changes that one key's evidence makes, and what became of it.

    Whether it was a session, or one outside of the replaced days; dead letters by reason, and how many are of a whole
    input or of a failed judgement.
    """

    changes: list[Change]
    sessions: int = 0
    outside: int = 0
    rejected: dict[str, int] = {}
    whole: int = 0
    failed: int = 0

    @property
    def moved(self) -> dict[str, dict[str, int]]:
        """Rows of signals that are written, by kind and status; with replaced days those that stay are among them."""
        counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for change in self.changes:
            for row in change.rows if change.table == "signals" else ():
                counts[row.kind][row.status] += 1
        return {kind: dict(by_status) for kind, by_status in counts.items()}


def changes_of_key(
    key: EvidenceKey,
    packed: Iterable[PackedRow],
    rules: Rules,
    days: Days | None = None,
    priors: Priors = NO_PRIORS,
) -> KeyChanges:
    """Merges, judges and revises everything about one key.

    Without `days`, fresh evidence joins the stored. With `days`, a session that starts within them is judged from
    the fresh evidence alone, and one that starts outside of them (by what is stored, else by what is fresh) is left
    as it is.
    """
    fresh, stored = _sort(packed)
    if key.kind == DEAD_LETTER:
        letters = {"dead_letters": fresh[DEAD_LETTER] or fresh[PART_LETTER]}
        rejected = {row.reason: 1 for row in letters["dead_letters"][:1]}
        return KeyChanges(revise(letters, stored), rejected=rejected, whole=len(fresh[DEAD_LETTER][:1]))
    if key.kind == EVENT:
        return _events_alone(fresh[EVENT], stored, days)
    known = [from_row(row) for row in stored.get("message_digests", [])]
    if days and known and _start(known) not in days:
        return KeyChanges([], outside=1)
    digests = fresh[DIGEST] if days else [*known, *fresh[DIGEST]]
    if not digests:
        return _events_alone(fresh[EVENT], stored, days)
    if days and _start(digests) not in days:
        return KeyChanges([], outside=1)
    events = [*fresh[EVENT], *([] if days else stored.get("events", []))]
    return _changes_of(judge_session(digests, events, rules, priors), stored, days)


def _changes_of(judged: JudgedSession, stored: Rows, days: Days | None) -> KeyChanges:
    rows = judged.rows
    if judged.letters:
        rows = rows | {"dead_letters": [dead_letter_row(letter) for letter in judged.letters]}
    rejected = dict(Counter(letter.reason for letter in judged.letters))
    changes = revise(rows, stored, replace=days is not None)
    if days is not None:
        _take_from_other_days(changes, stored, days)
    return KeyChanges(changes, sessions=1, rejected=rejected, failed=int(judged.failure is not None))


def _take_from_other_days(changes: Sequence[Change], stored: Rows, days: Days) -> None:
    """Events stored on other days, before their session was known, are written anew with it: the old rows go."""
    for change in changes:
        if change.table == "events":
            change.stale.extend(row.uuid for row in stored.get("events", []) if row.day not in days)


def _events_alone(fresh: Sequence[EventRow], stored: Rows, days: Days | None) -> KeyChanges:
    """Events that no recording goes with."""
    held = stored.get("events", [])
    if days is None:
        rows = [*fresh, *held]
    else:
        rows = [row for row in fresh if row.day in days]
        held = [row for row in held if row.day in days]
    judged: Rows = {"events": list(one_per_key("events", rows).values())}
    return KeyChanges(revise(judged, {"events": held}, replace=days is not None))


def _sort(packed: Iterable[PackedRow]) -> tuple[dict[str, list[Any]], Rows]:
    fresh: dict[str, list[Any]] = {DIGEST: [], EVENT: [], DEAD_LETTER: [], PART_LETTER: []}
    stored: Rows = defaultdict(list)
    for kind, data in packed:
        (fresh if kind in fresh else stored)[kind].append(unpack(kind, data))
    return fresh, stored


def _start(digests: Iterable[MessageDigest]) -> date:
    """The day the session starts."""
    return at(min(one.first_ms for one in digests)).date()
