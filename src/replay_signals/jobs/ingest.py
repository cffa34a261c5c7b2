"""The command `backfill`: files into tables, and what is new, revised or retracted into the inbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import NamedTuple

from replay_signals.jobs import render
from replay_signals.jobs.backfill import BackfillOptions, BackfillResult, run_backfill
from replay_signals.jobs.exits import ExitCode
from replay_signals.jobs.priors import NEWEST
from replay_signals.jobs.publish import publish
from replay_signals.jobs.rank import rank_after, say_published
from replay_signals.jobs.ranking import Ranked
from replay_signals.jobs.rules import read_rules
from replay_signals.jobs.tables import Store
from replay_signals.pipelines.files.paths import InputError
from replay_signals.schemas.rows import TABLES
from replay_signals.transforms.printable import json_bytes

STAGES = {
    "read": "Reading files",
    "judge": "Judging sessions",
    "stage": "Checking tables",
    "commit": "Publishing tables",
}


class Where(NamedTuple):
    """Where results go; with a configured catalog the warehouse's folder is not used."""

    warehouse: str
    catalog: str | None
    inbox: str | None

    @property
    def store(self) -> Store:
        """The tables."""
        return Store(None if self.catalog else self.warehouse, self.catalog)

    @property
    def inbox_folder(self) -> str:
        """Where the inbox lies."""
        return self.inbox or str(Path(self.warehouse) / "inbox")


class RunOptions(NamedTuple):
    """How to read, judge and run; see the options of the command."""

    file_format: str
    rules: str | None
    from_day: date | None
    to_day: date | None
    runner: str | None
    beam: Sequence[str]
    priors: str = NEWEST
    attempts: str | None = None

    @property
    def replaced(self) -> tuple[date, date] | None:
        """Days that are replaced, None when the run merges into what is there."""
        if self.from_day is None and self.to_day is None:
            return None
        return self.from_day or date.min, self.to_day or date.max


def run(paths: Sequence[str], where: Where, options: RunOptions, *, json: bool, strict: bool) -> ExitCode:
    """Backfills, publishes and says what happened. Raises InputError, RulesError, WarehouseError and InboxError."""
    if options.from_day and options.to_day and options.from_day > options.to_day:
        raise InputError(f"--from {options.from_day} is after --to {options.to_day}")
    wanted = BackfillOptions(
        paths,
        warehouse=where.store.warehouse,
        catalog=where.catalog,
        format=options.file_format,
        rules=read_rules(options.rules),
        from_day=options.from_day,
        to_day=options.to_day,
        runner=options.runner,
        beam_args=options.beam,
        priors=options.priors,
        attempts=options.attempts,
    )
    with render.stages(STAGES) as progress:
        result = run_backfill(wanted, progress)
    render.say_unkeyed()
    published = publish(where.store, where.inbox_folder, result.touched, options.replaced)
    ranked = rank_after(where.store, where.inbox_folder, wanted.rules)
    if json:
        counts = {"published": published, "problems": len(ranked.problems), "published_problems": ranked.published}
        render.write(json_bytes(_counts(result) | counts, indent=2))
    else:
        _print(result, published, ranked, where)
    return ExitCode.REJECTED if strict and result.dead_letters else ExitCode.OK


def _counts(result: BackfillResult) -> dict[str, object]:
    """What is printed as JSON: figures of the run, not every session's id."""
    return {name: value for name, value in asdict(result).items() if name not in ("touched", "moved")}


def _print(result: BackfillResult, published: int, ranked: Ranked, where: Where) -> None:
    out = render.out()
    files, found = render.count(result.files, "file"), render.count(result.sessions, "session")
    out.print(f"{files}, {found} in {result.seconds:.1f} s")
    tables = [name for name in TABLES if result.added.get(name) or result.unchanged.get(name)]
    columns = [("Table", "left"), ("Written", "right"), ("Already there", "right")]
    render.rows(columns, [(name, result.added.get(name, 0), result.unchanged.get(name, 0)) for name in tables])
    if result.outside:
        out.print(
            f"{render.count(result.outside, 'session')} started outside of the days to replace: left as they were."
        )
    if result.dead_letters:
        counts = ", ".join(f"{reason} {number:,}" for reason, number in sorted(result.dead_letters.items()))
        out.print(render.text(f"Rejected, see table dead_letters: {counts}"))
    say_published(published, ranked, where.inbox_folder)
    render.say(f"Next, the problems ranked:\n  {render.command()} inbox {where.inbox_folder}")
