"""What funnel, trend, retention and compare tell alike: troubles, sessions, and what may be a typo."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from replay_signals.jobs import render
from replay_signals.jobs.tables import Filter, Store, show_sessions
from replay_signals.transforms.filters.condition import FilterError
from replay_signals.transforms.printable import visible

if TYPE_CHECKING:
    from replay_signals.pipelines.analysis.troubles import Group, Trouble

SHOWN = 3
"""Sessions and problems that a terminal shows of one drop."""
NO_VALUE = "(none)"
"""A group of rows without a value."""
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def span(text: str) -> timedelta:
    """A time like 90s, 30m, 1h, 14d or 2w. Raises FilterError."""
    found = re.fullmatch(r"(\d{1,6}) ?([smhdw])", text.strip())
    if not found:
        raise FilterError(f"{text!r} is no time: write 90s, 30m, 1h, 14d or 2w")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def named(group: Group) -> str:
    """A group as people read it."""
    return NO_VALUE if group is None else group


def tell_hints(hints: Iterable[str]) -> None:
    """Says on standard error what a question named and the warehouse does not hold."""
    for hint in hints:
        render.say(f"Note: {hint}")


def tell_troubles(troubles: Sequence[Trouble], those: str, others: str) -> None:
    """Problems that those met more often than the others."""
    for one in troubles[:SHOWN]:
        shares = f"{one.dropped:,} of {one.dropped_of:,} {those}, {one.went_on:,} of {one.went_on_of:,} {others}"
        size = f"{one.difference:+.0%} ({one.low:+.0%} to {one.high:+.0%})"
        line(f"  More often met: {one.title or one.problem_id} ({one.problem_id}): {shares}, {size}")


def tell_sessions(sessions: Sequence[str], *options: str) -> None:
    """Some sessions, and the command that lists all of them: the one that was typed, with more options."""
    if sessions:
        line(f"  Their sessions: {', '.join(sessions[:SHOWN])}{' …' if len(sessions) > SHOWN else ''}")
        line(f"  All of them ({len(sessions):,}): {again(*options)}")


def again(*options: str) -> str:
    """The command that was typed, with more options, as a shell takes it."""
    return shlex.join([render.command(), *sys.argv[1:], *options])


def head(text: str) -> None:
    """A line with an empty one before it."""
    render.out().print()
    line(text)


def line(text: str) -> None:
    """A line that is as long as it is: commands and ids are copied."""
    render.out().print(visible(text), highlight=False, markup=False, soft_wrap=True)


def list_sessions(store: Store, sessions: Sequence[str], *, json: bool) -> None:
    """These sessions as `sessions` lists them."""
    show_sessions(store.worst("sessions", Filter(ids=sessions), 0), json)


def group_of(said: str | None, groups: Iterable[Group]) -> Group:
    """The group that an option names. Raises FilterError."""
    known = list(groups)
    if said is None:
        if len(known) == 1:
            return known[0]
        raise FilterError(f"say which group: --group with one of {', '.join(map(named, known[:20]))}")
    for group in known:
        if named(group) == said:
            return group
    raise FilterError(f"no group is called {said!r}; there are {', '.join(map(named, known[:20]))}")
