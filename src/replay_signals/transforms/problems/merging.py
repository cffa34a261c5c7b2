"""One cause under several names: which problems are one, and their counts added up. Pure.

A problem's id comes from one session, so a cause that many sessions show to be one may have several:

- titles that look like pages of the site (`/blog/first-steps`) are found by their number (`causes.pages.slug_aliases`);
- a control that a site puts into many pages without a landmark around it is the same control when developers named it
  (a test id or an id) and it reads the same on `MIN_PAGES` pages or more. On two pages, two forms may both have a
  `#submit`.

What was merged once stays merged: whoever follows a problem must not lose it again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import msgspec

from replay_signals.schemas.problem_rows import ProblemArmRow, ProblemDayRow, ProblemRow
from replay_signals.transforms.problems.counts import Attribute, Counts, Met

MIN_PAGES = 3
OF_CONTROLS = ("silence", "blocked", "slow")


def merged(
    all_counts: Sequence[Counts], aliases: Mapping[tuple[str, str], str], stored: Mapping[str, ProblemRow]
) -> dict[str, str]:
    """Into which problem each one goes that does not stand for itself, by id.

    `aliases` give the page pattern that stands for another, by team and pattern; `stored` what was last written, by id.
    """
    known = {counts.problem_id: counts for counts in all_counts}
    groups = _Groups(known)
    for row in stored.values():
        if row.merged_into:
            groups.join([row.problem_id, row.merged_into])
    for name in (_by_page, _by_name):
        together: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
        for counts in all_counts:
            key = name(counts, aliases)
            if key is not None:
                together[key].append(counts.problem_id)
        for ids in together.values():
            if name is _by_page or len(ids) >= MIN_PAGES:
                groups.join(ids)
    return {
        other: head
        for ids in groups.all()
        for head in [_head([one for one in ids if one in known], known, stored)]
        for other in ids
        if head and other != head
    }


def combined(all_counts: Sequence[Counts], into: Mapping[str, str], users: Mapping[str, int]) -> list[Counts]:
    """Counts with those of merged problems added to the one they went into; `users` are its visitors, each once."""
    parts: defaultdict[str, list[Counts]] = defaultdict(list)
    for counts in all_counts:
        parts[into.get(counts.problem_id, counts.problem_id)].append(counts)
    return [msgspec.structs.replace(_sum(head, own), users=users.get(head, 0)) for head, own in parts.items()]


def _by_page(counts: Counts, aliases: Mapping[tuple[str, str], str]) -> tuple[str, ...] | None:
    """Failure and control under the page that its page is an alias of."""
    best = counts.best
    if best.failure in ("exception", "request", "page", "slow_route"):
        return None  # their cause names no page
    return counts.team, best.failure, aliases.get((counts.team, best.place), best.place), best.element_key


def _by_name(counts: Counts, aliases: Mapping[tuple[str, str], str]) -> tuple[str, ...] | None:
    """Failure, key and words of a control that developers named."""
    best = counts.best
    is_named = "#" in best.element_key or "testid=" in best.element_key
    if best.failure not in OF_CONTROLS or not is_named:
        return None
    return counts.team, best.failure, best.element_key, best.element


def _head(ids: Sequence[str], known: Mapping[str, Counts], stored: Mapping[str, ProblemRow]) -> str:
    """The one that the others go into: which others went into before, then the oldest."""

    def order(one: str) -> tuple[bool, bool, float, str]:
        row = stored.get(one)
        return (
            row is None or bool(row.merged_into),
            row is None or not row.aliases,
            known[one].days[0].first_at.timestamp(),
            one,
        )

    return min(ids, key=order, default="")


class _Groups:
    """Union of overlapping groups of ids."""

    def __init__(self, ids: Iterable[str]) -> None:
        self._parent = {one: one for one in ids}

    def join(self, ids: Sequence[str]) -> None:
        """Makes them one group."""
        for other in ids[1:]:
            self._parent[self._root(other)] = self._root(ids[0])

    def all(self) -> list[list[str]]:
        """Groups of two or more, each in order."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for one in sorted(self._parent):
            found[self._root(one)].append(one)
        return [ids for ids in found.values() if len(ids) > 1]

    def _root(self, one: str) -> str:
        self._parent.setdefault(one, one)
        while self._parent[one] != one:
            one = self._parent[one]
        return one


def _sum(head: str, parts: Sequence[Counts]) -> Counts:
    if len(parts) == 1:
        return parts[0]
    own = next((part for part in parts if part.problem_id == head), parts[0])
    return msgspec.structs.replace(
        own,
        problem_id=head,
        days=_days(head, chain.from_iterable(part.days for part in parts)),
        arms=_arms(head, chain.from_iterable(part.arms for part in parts)),
        met=_once(chain.from_iterable(part.met for part in parts)),
        around=_once(chain.from_iterable(part.around for part in parts)),
        attributes=_attributes(chain.from_iterable(part.attributes for part in parts)),
        reached_sessions=sum(part.reached_sessions for part in parts),
    )


def _once(rows: Iterable[Met]) -> list[Met]:
    return list({msgspec.json.encode(row): row for row in rows}.values())


def _arms(head: str, arms: Iterable[ProblemArmRow]) -> list[ProblemArmRow]:
    return [msgspec.structs.replace(arm, problem_id=head) for arm in arms]


def _days(head: str, rows: Iterable[ProblemDayRow]) -> list[ProblemDayRow]:
    """One row a day; a visitor who met two of the merged on one day counts twice on that day."""
    found: dict[object, ProblemDayRow] = {}
    for row in sorted(rows, key=lambda row: (row.day, -row.score, row.problem_id)):
        best = found.get(row.day)
        found[row.day] = (
            msgspec.structs.replace(row, problem_id=head)
            if best is None
            else msgspec.structs.replace(
                best,
                **{name: getattr(best, name) + getattr(row, name) for name in _ADDED},
                first_at=min(best.first_at, row.first_at),
                last_at=max(best.last_at, row.last_at),
            )
        )
    return list(found.values())


_ADDED = ("sessions", "users", "incidents", "time_lost_ms", "severity_sum", "confidence_sum", "stopped_sessions")


def _attributes(rows: Iterable[Attribute]) -> list[Attribute]:
    found: dict[tuple[str, str], Attribute] = {}
    for row in rows:
        key = (row.dimension, row.value)
        known = found.get(key)
        first = min((d for d in (row.first_affected, known and known.first_affected) if d is not None), default=None)
        affected, exposed = (known.affected, known.exposed) if known else (0, 0)
        found[key] = Attribute(*key, affected + row.affected, exposed + row.exposed, first)
    return list(found.values())
