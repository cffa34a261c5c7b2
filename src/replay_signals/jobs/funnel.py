"""funnel: steps with their intervals, and for each drop its sessions and the trouble that those met more often."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

from replay_signals.jobs import render
from replay_signals.jobs.tables import Store
from replay_signals.pipelines.analysis.funnels import Funnel, Step, funnel
from replay_signals.transforms.filters.condition import FilterError
from replay_signals.transforms.printable import json_bytes

SHOWN = 3
"""Sessions and problems of a drop that a terminal shows."""
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def span(text: str) -> timedelta:
    """A time like 90s, 30m, 1h, 14d or 2w. Raises FilterError."""
    found = re.fullmatch(r"(\d{1,6}) ?([smhdw])", text.strip())
    if not found:
        raise FilterError(f"{text!r} is no time: write 90s, 30m, 1h, 14d or 2w")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def run(store: Store, asked: Funnel, *, json: bool) -> None:
    """Prints a funnel. Raises FilterError and WarehouseError."""
    steps = funnel(asked, store.warehouse, store.catalog)
    if json:
        render.write(json_bytes([_fields(step) for step in steps], indent=2))
        return
    columns = [("Step", "fold"), ("Visitors", "right"), ("Went on", "right"), ("95 %", "right"), ("Dropped", "right")]
    render.rows(columns, [_cells(number, step) for number, step in enumerate(steps)])
    for step, after in pairwise(steps):
        _tell_drop(step, after)


def _fields(step: Step) -> dict[str, object]:
    return step._asdict() | {"troubles": [one._asdict() for one in step.troubles]}


def _cells(number: int, step: Step) -> Sequence[object]:
    share = f"{step.share:.0%}" if number else ""
    interval = f"{step.low:.0%} to {step.high:.0%}" if number else ""
    return [step.name, f"{step.visitors:,}", share, interval, f"{step.dropped:,}" if step.dropped else ""]


def _tell_drop(step: Step, after: Step) -> None:
    if not step.dropped:
        return
    out = render.out()
    out.print(f"\n{render.count(step.dropped, 'visitor')} did not get from {step.name} to {after.name}.")
    for one in step.troubles[:SHOWN]:
        of = f"{one.dropped:,} of those who dropped, {one.went_on:,} of those who went on"
        size = f"{one.difference:+.0%} ({one.low:+.0%} to {one.high:+.0%})"
        out.print(f"  More often met: {one.title or one.problem_id}: {of}, {size}", highlight=False, markup=False)
    if step.sessions:
        more = f" and {len(step.sessions) - SHOWN:,} more (--json)" if len(step.sessions) > SHOWN else ""
        out.print(f"  Their sessions: {', '.join(step.sessions[:SHOWN])}{more}", highlight=False, markup=False)
