"""The command `rank`: problems of a warehouse, ranked, into its tables and its inbox; once, or again and again."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from replay_signals.jobs import render, render_problems
from replay_signals.jobs.player_links import still_link
from replay_signals.jobs.ranking import Ranked, run_rank
from replay_signals.jobs.rules import read_rules
from replay_signals.jobs.tables import Store
from replay_signals.schemas.inbox import InboxRecord
from replay_signals.schemas.problem_rows import ProblemRow
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.inbox.problem_record import problem_record
from replay_signals.transforms.printable import json_bytes
from replay_signals.transforms.problems.counts import WINDOW_DAYS
from replay_signals.transforms.problems.told import is_open


class Request(NamedTuple):
    """What one asks `rank` for; see the options of the command."""

    store: Store
    inbox: str
    """Folder; empty for none."""
    kafka: str
    """Brokers of the inbox topic; empty for none."""
    topic: str
    rules: str | None
    as_of: date | None
    top: int
    memory_mb: int
    threads: int


def run(request: Request, *, json: bool, every_s: float | None = None) -> None:
    """Ranks and prints. With `every_s` it goes on until Ctrl-C, and prints what was new.

    Raises RulesError, WarehouseError and InboxError.
    """
    rules = read_rules(request.rules)
    if every_s is None:
        _print(ranked(request, rules), request, json)
        return
    _again(lambda: ranked(request, rules), request, json, every_s)


def ranked(request: Request, rules: Rules) -> Ranked:
    """One run. Raises WarehouseError and InboxError."""
    from replay_signals.jobs.announcing import into_all
    from replay_signals.pipelines.problems.counting import Limits

    limits = Limits(request.memory_mb * 1_000_000, request.threads)
    announce = into_all(request.inbox, request.kafka, request.topic, limits, still_link(rules))
    return run_rank(request.store, rules, limits, announce, request.as_of)


def rank_after(store: Store, inbox: str, rules: Rules) -> Ranked:
    """The ranking that follows a run over sessions. Raises WarehouseError and InboxError."""
    from replay_signals.jobs.announcing import into_folder
    from replay_signals.pipelines.problems.counting import Limits

    return run_rank(store, rules, Limits(), into_folder(inbox, Limits(), still_link(rules)))


def say_published(records: int, ranked: Ranked, inbox: str) -> None:
    """What a run and the ranking after it published."""
    shown = sum(map(is_open, ranked.problems))
    render.out().print(
        render.text(
            f"Published {render.count(records + ranked.published, 'record')} to {inbox}; "
            f"{render.count(shown, 'open problem')}"
        )
    )


def _again(rank: Callable[[], Ranked], request: Request, json: bool, every_s: float) -> None:
    while True:
        started = time.monotonic()
        done = rank()
        if done.published or done.counted_days:
            _print(done, request, json)
        time.sleep(max(0.0, every_s - (time.monotonic() - started)))


def _print(done: Ranked, request: Request, json: bool) -> None:
    shown = [row for row in done.problems if is_open(row)]
    if json:
        rows = shown[: request.top] if request.top else shown
        render.write(json_bytes([msgspec.to_builtins(row) for row in rows], indent=2))
        return
    if done.as_of is None:
        render.out().print("No sessions.")
        return
    days = render.count(done.counted_days, "day")
    where = " and ".join(filter(None, (request.inbox, request.kafka and f"topic {request.topic}")))
    render.out().print(
        f"{render.count(len(shown), 'open problem')} as of {done.as_of}; {days} counted in {done.seconds:.1f} s, "
        f"{render.count(done.published, 'record')} published to {where}"
    )
    if done.not_judgeable:
        reasons = ", ".join(f"{name} {count}" for name, count in done.not_judgeable.items())
        render.out().print(
            f"Of {render.count(done.recordings, 'recording')} of the last {WINDOW_DAYS} days "
            f"{sum(done.not_judgeable.values())} cannot be judged: {reasons}"
        )
    render.out().print()
    render_problems.listing([_record(row) for row in shown], request.top, examples=True)


def _record(row: ProblemRow) -> InboxRecord:
    return problem_record(row, produced_at=datetime.now(UTC))


def inbox_of(warehouse: str, inbox: str | None, kafka: str | None) -> str:
    """The folder to publish to: the named one, else the warehouse's own unless there is a topic."""
    return inbox or ("" if kafka else str(Path(warehouse) / "inbox"))
