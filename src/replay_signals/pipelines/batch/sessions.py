"""settle: everything about one owner, fresh and stored, to the rows that shall be in the tables. No engine in here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import msgspec

from replay_signals.pipelines.evidence import DIGEST, EVENT, LETTER, Owner, Part, letter_row, unpack
from replay_signals.schemas.digests import MessageDigest, from_row, to_row
from replay_signals.schemas.messages import DeadLetter, SourcePosition
from replay_signals.schemas.rows import EventRow, SessionVerdict
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.digest.merge import session_of
from replay_signals.transforms.judge.judgement import judge
from replay_signals.transforms.parse.values import dead_of_bug
from replay_signals.transforms.revisions.canonical import canonical
from replay_signals.transforms.revisions.revise import Change, Rows, content, revise
from replay_signals.transforms.session.event_rows import event_of


class Days(msgspec.Struct, frozen=True):
    """Days to replace, both ends included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


class Settled(msgspec.Struct):
    """Changes of one owner, and what became of it."""

    changes: list[Change]
    sessions: int = 0
    outside: int = 0
    rejected: dict[str, int] = {}


def settle(owner: Owner, parts: Iterable[Part], rules: Rules, days: Days | None = None) -> Settled:
    """Merges, judges and revises one owner.

    Without `days`, fresh evidence joins the stored. With `days`, a session that starts within them is judged from
    the fresh evidence alone, and one that starts outside of them (by what is stored, else by what is fresh) is left
    as it is.
    """
    fresh, stored = _sort(parts)
    if owner.kind == LETTER:
        letters = {"dead_letters": fresh[LETTER]}
        return Settled(revise(letters, stored), rejected={row.reason: 1 for row in fresh[LETTER][:1]})
    if owner.kind == EVENT:
        return _settle_events(fresh, stored, days)
    known = [from_row(row) for row in stored.get("message_digests", [])]
    if days and known and _start(known) not in days:
        return Settled([], outside=1)
    digests = fresh[DIGEST] if days else [*known, *fresh[DIGEST]]
    if not digests:
        return _settle_events(fresh, stored, days)
    if days and _start(digests) not in days:
        return Settled([], outside=1)
    return _settle_session(owner, digests, fresh, stored, rules, days)


def _settle_session(
    owner: Owner,
    digests: Sequence[MessageDigest],
    fresh: dict[str, list[Any]],
    stored: Rows,
    rules: Rules,
    days: Days | None,
) -> Settled:
    session = session_of(digests)
    events = one_a_uuid([*fresh[EVENT], *([] if days else stored.get("events", []))])
    judged: Rows = {"message_digests": [to_row(m) for m in session.messages.values()], "events": events}
    rejected: dict[str, int] = {}
    try:
        rows = _rows(judge(session, [event_of(row) for row in events], rules))
    except Exception as error:  # noqa: BLE001 - a bug in a detector costs one session, not the run
        letter = _internal(owner, error)
        judged["dead_letters"] = [letter_row(letter)]
        rejected[letter.reason] = 1
    else:
        judged |= rows
    changes = revise(judged, stored, replace=days is not None)
    if days is not None:
        _take_from_other_days(changes, stored, days)
    return Settled(changes, sessions=1, rejected=rejected)


def _take_from_other_days(changes: Sequence[Change], stored: Rows, days: Days) -> None:
    """Events stored on other days, before their session was known, are written anew with it: the old rows go."""
    for change in changes:
        if change.table == "events":
            change.stale.extend(row.uuid for row in stored.get("events", []) if row.day not in days)


def _settle_events(fresh: dict[str, list[Any]], stored: Rows, days: Days | None) -> Settled:
    """Events that no recording goes with."""
    rows: list[EventRow] = fresh[EVENT]
    if days is not None:
        rows = [row for row in rows if row.day in days]
        stored = {"events": [row for row in stored.get("events", []) if row.day in days]}
    else:
        rows = [*rows, *stored.get("events", [])]
    return Settled(revise({"events": one_a_uuid(rows)}, stored, replace=days is not None))


def _rows(verdict: SessionVerdict) -> Rows:
    """Rows as they will come back from the tables. Raises msgspec.ValidationError when one does not fit its table."""
    rows: Rows = {
        "sessions": [verdict.session],
        "signals": verdict.signals,
        "interactions": verdict.interactions,
        "console_logs": verdict.console_logs,
        "network_requests": verdict.network_requests,
    }
    return {table: canonical(table, found) for table, found in rows.items()}


def one_a_uuid(rows: Iterable[EventRow]) -> list[EventRow]:
    """Copies of one event told apart by their content alone, so the choice does not depend on which came first."""
    chosen: dict[str, EventRow] = {}
    for row in rows:
        known = chosen.get(row.uuid)
        chosen[row.uuid] = row if known is None else min(known, row, key=content)
    return sorted(chosen.values(), key=lambda row: (row.occurred_at, row.uuid))


def _sort(parts: Iterable[Part]) -> tuple[dict[str, list[Any]], Rows]:
    fresh: dict[str, list[Any]] = {DIGEST: [], EVENT: [], LETTER: []}
    stored: Rows = defaultdict(list)
    for part in parts:
        (fresh if part[0] in fresh else stored)[part[0]].append(unpack(part))
    return fresh, stored


def _start(digests: Iterable[MessageDigest]) -> date:
    """The day the session starts."""
    return min(to_row(m).day for m in digests)


def _internal(owner: Owner, error: Exception) -> DeadLetter:
    position = SourcePosition(f"session:{owner.session_id}")
    return dead_of_bug(error, position, what="judge failed", team=owner.team, session_id=owner.session_id)
