"""What a run found: tables for people, one JSON object for machines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import orjson
from rich import box
from rich.console import Console
from rich.table import Table

from bench.budgets import Budget
from bench.growth import Size
from bench.timing import Task

MB = 1_000_000


@dataclass(frozen=True)
class Input:
    """How much was measured."""

    path: str
    sessions: int
    messages: int
    body_bytes: int
    inflated_bytes: int
    digest_bytes: int


@dataclass(frozen=True)
class Run:
    """One run with everything needed to judge it."""

    machine: str
    spoiler: str
    repeats: int
    garbage_collection: bool
    input: Input
    seconds: dict[str, float]
    sizes: list[Size]
    budgets: list[Budget]

    @property
    def broken(self) -> list[Budget]:
        """Budgets that do not hold."""
        return [budget for budget in self.budgets if budget.holds is False]


def as_json(run: Run) -> bytes:
    """The run as JSON; seconds, bytes, counts."""
    return orjson.dumps(asdict(run), option=orjson.OPT_INDENT_2)


def show(run: Run, tasks: Sequence[Task], console: Console) -> None:
    """The tables."""
    found = run.input
    console.print(f"{run.machine}; spoiler: {run.spoiler}", soft_wrap=True)
    sizes = f"{found.body_bytes / MB:.1f} MB as sent, {found.inflated_bytes / MB:.1f} MB of rrweb events inflated"
    console.print(
        f"{found.path}: {found.sessions} sessions, {found.messages} messages, {sizes}, "
        f"{found.digest_bytes / MB:.2f} MB of digests",
        soft_wrap=True,
    )
    state = "on" if run.garbage_collection else "off"
    console.print(f"CPU time, least of {run.repeats} interleaved rounds, garbage collection {state}\n", soft_wrap=True)
    console.print(_speeds(run, tasks))
    if run.sizes:
        console.print(_sizes(run.sizes))
    console.print(_budgets(run.budgets))


def _table(title: str, *columns: tuple[str, str]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for name, side in columns:
        table.add_column(name, justify="right" if side == "right" else "left", no_wrap=side == "right")
    return table


def _speeds(run: Run, tasks: Sequence[Task]) -> Table:
    right = "right"
    table = _table(
        "Speed", ("", "left"), ("ms", right), ("MB/s as sent", right), ("MB/s inflated", right), ("", "left")
    )
    for task in tasks:
        seconds = run.seconds[task.name]
        sent, inflated = run.input.body_bytes / seconds / MB, run.input.inflated_bytes / seconds / MB
        table.add_row(task.name, f"{seconds * 1000:.1f}", f"{sent:.0f}", f"{inflated:.0f}", task.note)
    return table


def _sizes(sizes: Sequence[Size]) -> Table:
    right = "right"
    table = _table(
        "Growth",
        *(("size", right), ("MB", right), ("digest ms", right), ("us a unit", right)),
        *(("judge ms", right), ("us a unit", right), ("spoiler ms", right)),
    )
    for one in sizes:
        table.add_row(
            f"{one.size:,} {one.unit}",
            f"{one.input_bytes / MB:.1f}",
            *_cost(one.digest_seconds, one.size),
            *_cost(one.judge_seconds, one.size),
            "-" if one.spoiler_seconds is None else f"{one.spoiler_seconds * 1000:.1f}",
        )
    return table


def _cost(seconds: float, size: int) -> tuple[str, str]:
    return f"{seconds * 1000:.1f}", f"{seconds / size * 1e6:.2f}"


def _budgets(budgets: Sequence[Budget]) -> Table:
    table = _table("Budgets", ("", "left"), ("limit", "left"), ("measured", "left"), ("", "left"))
    words = {True: "[green]holds[/]", False: "[red]broken[/]", None: "not measured"}
    for budget in budgets:
        table.add_row(budget.name, budget.limit, budget.measured, words[budget.holds])
    return table
