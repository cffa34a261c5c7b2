"""funnel: steps with their intervals, and for each drop its sessions and the trouble that those met more often."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from replay_signals.jobs import answers, render
from replay_signals.jobs.tables import Store
from replay_signals.pipelines.analysis.funnels import Step, funnel
from replay_signals.transforms.filters.condition import FilterError
from replay_signals.transforms.insights.questions import Funnel
from replay_signals.transforms.printable import json_bytes


class Drop(NamedTuple):
    """Those who stopped after a step, which are numbered from 1, of a group."""

    step: int
    group: str | None = None


def run(store: Store, asked: Funnel, drop: Drop | None, *, json: bool) -> None:
    """Prints a funnel, or the sessions of a drop. Raises FilterError and WarehouseError."""
    found = funnel(asked, store.warehouse, store.catalog)
    answers.tell_hints(found.hints)
    if drop:
        answers.list_sessions(store, _dropped(found.steps, asked, drop), json=json)
    elif json:
        render.write(json_bytes([_fields(step) for step in found.steps], indent=2))
    else:
        _tell(found.steps, is_grouped=bool(asked.by))


def _dropped(steps: Sequence[Step], asked: Funnel, drop: Drop) -> list[str]:
    count = len(asked.steps)
    if not 1 <= drop.step < count:
        raise FilterError(f"nobody drops after step {drop.step}: there are drops after the steps 1 to {count - 1}")
    group = answers.group_of(drop.group, dict.fromkeys(step.group for step in steps))
    return next(step for step in steps[drop.step - 1 :: count] if step.group == group).sessions


def _fields(step: Step) -> dict[str, object]:
    return step._asdict() | {"troubles": [one._asdict() for one in step.troubles]}


def _tell(steps: Sequence[Step], *, is_grouped: bool) -> None:
    columns = [("Step", "fold"), ("Visitors", "right"), ("Went on", "right"), ("95 %", "right"), ("Dropped", "right")]
    for group, of in groupby(steps, key=lambda step: step.group):
        whole = list(of)
        if is_grouped:
            answers.head(f"{answers.named(group)}")
        render.rows(columns, [_cells(number, step) for number, step in enumerate(whole)])
        more = ["--group", answers.named(group)] if is_grouped else []
        for number, (step, after) in enumerate(pairwise(whole), start=1):
            if step.dropped:
                answers.head(f"{render.count(step.dropped, 'visitor')} did not get from {step.name} to {after.name}.")
                answers.tell_troubles(step.troubles, "who dropped", "who went on")
                answers.tell_sessions(step.sessions, "--drop", str(number), *more)


def _cells(number: int, step: Step) -> Sequence[object]:
    share = f"{step.share:.0%}" if number else ""
    interval = f"{step.low:.0%} to {step.high:.0%}" if number else ""
    return [step.name, f"{step.visitors:,}", share, interval, f"{step.dropped:,}" if step.dropped else ""]
