"""retention: who came back, with intervals, and the sessions of those who did and who did not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from replay_signals.jobs import answers, render
from replay_signals.jobs.tables import Store
from replay_signals.pipelines.analysis.periods import start_of
from replay_signals.pipelines.analysis.retention import MOST_SESSIONS, Cell, Cohort, Table, retention
from replay_signals.transforms.filters.condition import FilterError
from replay_signals.transforms.insights.questions import Retention
from replay_signals.transforms.printable import iso, json_bytes

NARROW_PERIODS = 5
"""Periods that a terminal shows of each cohort; the curve shows all."""


class Wanted(NamedTuple):
    """A cell: those of a cohort who were back in a period, or those who were not."""

    cohort: datetime
    period: int
    group: str | None
    is_back: bool


def run(store: Store, asked: Retention, wanted: Wanted | None, *, json: bool) -> None:
    """Prints who came back, or the sessions of a cell. Raises FilterError and WarehouseError."""
    only = (start_of(wanted.cohort, asked.period), wanted.period) if wanted else None
    most = MOST_SESSIONS if json else 0
    found = retention(asked, store.warehouse, store.catalog, most_sessions=most, only=only)
    answers.tell_hints(found.hints)
    if wanted:
        cell = _cell(found.tables, asked, wanted)
        answers.list_sessions(store, cell.back if wanted.is_back else cell.away, json=json)
    elif json:
        render.write(json_bytes([_fields(table) for table in found.tables], indent=2))
    elif not found.tables:
        render.out().print("Nobody began.")
    else:
        for table in found.tables:
            _tell(asked, table)


def _cell(tables: Sequence[Table], asked: Retention, wanted: Wanted) -> Cell:
    group = answers.group_of(wanted.group, [table.group for table in tables])
    cohorts = next(table for table in tables if table.group == group).cohorts
    start = start_of(wanted.cohort, asked.period)
    for cohort in cohorts:
        if cohort.start == start:
            for cell in cohort.cells:
                if cell.period == wanted.period:
                    return cell
            raise FilterError(f"the cohort of {_when(asked, start)} has {len(cohort.cells)} periods so far")
    known = ", ".join(_when(asked, cohort.start) for cohort in cohorts[:20])
    raise FilterError(f"nobody began in {_when(asked, start)}; there are {known}")


def _fields(table: Table) -> dict[str, object]:
    return table._asdict() | {
        "cohorts": [
            one._asdict() | {"start": iso(one.start), "cells": [_cell_fields(cell) for cell in one.cells]}
            for one in table.cohorts
        ],
        "curve": [_cell_fields(cell) for cell in table.curve],
        "troubles": [one._asdict() for one in table.troubles],
    }


def _cell_fields(cell: Cell) -> dict[str, object]:
    return cell._asdict() | {"start": iso(cell.start)}


def _tell(asked: Retention, table: Table) -> None:
    if asked.by:
        answers.head(f"{answers.named(table.group)}")
    shown = min(asked.periods, NARROW_PERIODS)
    columns = [("Began (UTC)", "left"), ("Visitors", "right"),
               *((f"{asked.period} {n}", "right") for n in range(1, shown + 1))]  # fmt: skip
    render.rows(columns, [_cells(asked, cohort, shown) for cohort in table.cohorts])
    if any(not cell.is_over for cohort in table.cohorts for cell in cohort.cells[:shown]):
        answers.line("* not over yet")
    for cell in table.curve:
        answers.line(
            f"Back in {asked.period} {cell.period}: {cell.share:.0%} ({cell.low:.0%} to {cell.high:.0%} with 95 %)"
        )
    answers.tell_troubles(table.troubles, "who were never back", "who were")
    _tell_sessions(asked, table)


def _tell_sessions(asked: Retention, table: Table) -> None:
    over = [(one, cell) for one in table.cohorts for cell in one.cells if cell.is_over and cell.returned < one.visitors]
    if over:
        cohort, cell = max(over, key=lambda pair: pair[0].visitors - pair[1].returned)
        more = ["--group", answers.named(table.group)] if asked.by else []
        again = answers.again("--cohort", _when(asked, cohort.start).replace(" ", "T"), "--in", str(cell.period), *more)
        answers.line(f"Sessions of those who were not back in a period (--back: who were): {again}")


def _when(asked: Retention, start: datetime) -> str:
    return f"{start:%Y-%m-%d %H:%M}" if asked.period == "hour" else f"{start:%Y-%m-%d}"


def _cells(asked: Retention, cohort: Cohort, shown: int) -> Sequence[object]:
    found = [f"{cell.share:.0%}{'' if cell.is_over else '*'}" for cell in cohort.cells[:shown]]
    return [_when(asked, cohort.start), f"{cohort.visitors:,}", *found, *[""] * (shown - len(found))]
