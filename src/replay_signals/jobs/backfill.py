"""backfill and rejudge: recordings from files, or what is stored of sessions, into the tables of a warehouse.

See docs/backfill.md for what they guarantee.
"""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from replay_signals.jobs.gate import reporting
from replay_signals.jobs.links import refuse_inputs
from replay_signals.jobs.priors import NEWEST, read_priors
from replay_signals.jobs.tables import Store
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.evidence.reject_limit import TooManyRejected

if TYPE_CHECKING:  # Beam and Iceberg take seconds to import: only a run does
    from apache_beam import Pipeline
    from pyiceberg.catalog import Catalog

    from replay_signals.pipelines.batch.changes import Days
    from replay_signals.pipelines.batch.graph import Job
    from replay_signals.pipelines.batch.outcome import Outcome
    from replay_signals.pipelines.iceberg.predicates import SessionKey

LOCAL_RUNNER = "FnApiRunner"  # in this process; Beam's default would look for the Prism binary first
CONFLICT_TRIES = 6
Progress = Callable[[str, int, int], None]
"""stage (`read`, `judge`, `stage`, `commit`), how many are done, of how many (0: not known)."""


@dataclass(frozen=True)
class BackfillOptions:
    """What to read, where to write, how to run.

    `warehouse` is a local folder; `catalog` names a configured PyIceberg catalog instead. With `from_day` or `to_day`
    (both ends included, either may be open) exactly those days are replaced. `runner` is a Beam runner; without one
    the quickest in-process runner works. `beam_args` go to Beam as they are. `priors` names a version of them, `newest`
    or `none`. `attempts` is a folder of what workers are at when they die: `attempts` in the warehouse without one,
    none for a catalog.
    """

    paths: Sequence[str]
    warehouse: str | None = None
    catalog: str | None = None
    format: str = "auto"
    rules: Rules = field(default_factory=Rules)
    from_day: date | None = None
    to_day: date | None = None
    runner: str | None = None
    beam_args: Sequence[str] = ()
    priors: str = NEWEST
    attempts: str | None = None

    @property
    def attempts_folder(self) -> str | None:
        """Where workers note what they are at."""
        own = None if self.catalog or self.warehouse is None else str(Path(self.warehouse).absolute() / "attempts")
        return self.attempts or own


@dataclass(frozen=True)
class BackfillResult:
    """What a backfill did. `added` counts new and changed rows by table, `unchanged` those that were there already.

    `dead_letters` counts what this run rejected by reason, stored before or not; `touched` are team and id of the
    sessions that were judged; `moved` counts the signals that were written by kind and status; `outside` counts
    sessions that start on days which were not to be replaced; `tries` is above 1 when other writers made the run
    look again.
    """

    added: dict[str, int]
    unchanged: dict[str, int]
    dead_letters: dict[str, int]
    files: int
    sessions: int
    touched: list[tuple[str, str]] = field(repr=False)
    outside: int
    moved: dict[str, dict[str, int]] = field(repr=False)
    tries: int
    seconds: float


@dataclass(frozen=True)
class RejudgeOptions:
    """Which stored sessions to judge again, by which rules; places and runner as for a backfill.

    Sessions with messages on the days from `from_day` to `to_day` (both included, either may be open), of those the
    ones named in `sessions`; all when nothing is named.
    """

    warehouse: str | None = None
    catalog: str | None = None
    rules: Rules = field(default_factory=Rules)
    from_day: date | None = None
    to_day: date | None = None
    sessions: Sequence[str] = ()
    runner: str | None = None
    beam_args: Sequence[str] = ()
    priors: str = NEWEST
    format = ""
    attempts_folder = None
    """No file is read."""


Build = Callable[["Pipeline", "Job"], None]
"""Puts the graph of a run into a pipeline."""


def run_backfill(options: BackfillOptions, progress: Progress | None = None) -> BackfillResult:
    """Reads, judges and commits.

    Raises InputError, WarehouseError (the warehouse or its surroundings), ValueError (days in the wrong order),
    PriorsError, TooManyRejected and BatchStopped (nothing is published then), and PipelineBug, whose cause has the
    stack of the step that broke.
    """
    from replay_signals.pipelines.files.paths import expand

    days = _days(options)
    urls = expand(options.paths)
    refuse_inputs(options.paths, urls)

    def build(pipeline: Pipeline, job: Job) -> None:
        from replay_signals.pipelines.batch.graph import backfill

        backfill(pipeline, urls, job)

    replaced = days if options.from_day or options.to_day else None
    result = _run_until_committed(options, build, replaced, progress, urls)
    if options.rules.playback.enabled:
        _store_snapshots(options, urls, days, result)
    return result


def _store_snapshots(options: BackfillOptions, urls: Sequence[str], days: Days, result: BackfillResult) -> None:
    """Messages for playback, after everything that is made of them."""
    from replay_signals.pipelines.playback.snapshots import store_snapshots

    added, unchanged = store_snapshots(
        options.warehouse, options.catalog, urls, options.format, options.rules, days.__contains__
    )
    for counts, count in ((result.added, added), (result.unchanged, unchanged)):
        if count:
            counts["snapshots"] = count


def run_rejudge(options: RejudgeOptions, progress: Progress | None = None) -> BackfillResult:
    """Judges stored sessions again, with the evidence and the rules there are now, and commits what changed.

    Raises as `run_backfill` does, but for InputError.
    """
    days = _days(options)

    def build(pipeline: Pipeline, job: Job) -> None:
        from replay_signals.pipelines.batch.graph import rejudge

        rejudge(pipeline, _stored_sessions(job, days, options.sessions), job)

    return _run_until_committed(options, build, None, progress, [])


def _stored_sessions(job: Job, days: Days, sessions: Sequence[str]) -> set[SessionKey]:
    from pyiceberg.expressions import And

    from replay_signals.pipelines.iceberg.lookup import session_keys
    from replay_signals.pipelines.iceberg.predicates import any_of, within

    where = within(days.first, days.last)
    return session_keys(
        job.tables["message_digests"], And(where, any_of("session_id", sessions)) if sessions else where
    )


def _run_until_committed(
    options: BackfillOptions | RejudgeOptions,
    build: Build,
    replaced: Days | None,
    progress: Progress | None,
    urls: Sequence[str],
) -> BackfillResult:
    from replay_signals.pipelines.iceberg.catalog import open_catalog
    from replay_signals.pipelines.iceberg.commit import Conflict
    from replay_signals.pipelines.iceberg.errors import WarehouseError

    started = time.monotonic()
    catalog = open_catalog(options.warehouse, options.catalog, create=isinstance(options, BackfillOptions))
    tell = progress or (lambda stage, done, total: None)
    conflict = ""
    for attempt in range(1, CONFLICT_TRIES + 1):
        try:
            with reporting(Store(options.warehouse, options.catalog)):
                outcome = _attempt(options, build, catalog, replaced, tell, len(urls))
        except Conflict as error:
            conflict = str(error)
            time.sleep(random.uniform(0, 0.2 * 2**attempt))
            continue
        return BackfillResult(
            added=outcome.added,
            unchanged=outcome.unchanged,
            dead_letters=outcome.rejected,
            files=len(urls),
            sessions=len(outcome.touched),
            touched=outcome.touched,
            outside=outcome.outside,
            moved=outcome.moved,
            tries=attempt,
            seconds=time.monotonic() - started,
        )
    raise WarehouseError(
        f"gave up after {CONFLICT_TRIES} tries: other writers keep changing the same rows ({conflict})"
    )


def _days(options: BackfillOptions | RejudgeOptions) -> Days:
    from replay_signals.pipelines.batch.changes import Days

    days = Days(options.from_day or date.min, options.to_day or date.max)
    if days.first > days.last:
        raise ValueError(f"the first day ({days.first}) is after the last ({days.last})")
    return days


def _attempt(
    options: BackfillOptions | RejudgeOptions,
    build: Build,
    catalog: Catalog,
    replaced: Days | None,
    progress: Progress,
    files: int,
) -> Outcome:
    """One run from the current state of the tables; raises Conflict when that state changes under it."""
    from replay_signals.pipelines.batch.commit_plan import plans_of
    from replay_signals.pipelines.batch.graph import Job
    from replay_signals.pipelines.gate.history import Period
    from replay_signals.pipelines.gate.publishing import publish_batch
    from replay_signals.pipelines.iceberg.catalog import PinnedTable, open_tables
    from replay_signals.pipelines.iceberg.commit import discard
    from replay_signals.pipelines.iceberg.orphans import plan_location

    tables = {name: PinnedTable(table) for name, table in open_tables(catalog).items()}
    run_id = uuid.uuid4().hex
    job = Job(
        run_id,
        options.format,
        options.rules,
        tables,
        replaced,
        plan_location(tables["sessions"].table, run_id),
        read_priors(tables, options.priors),
        options.attempts_folder,
    )
    outcome = _run(options, build, job, progress, files)
    plans = plans_of(outcome, tables, replaced)
    try:
        outcome.check(options.rules.rejects)
    except TooManyRejected:
        for made in plans:
            discard(tables[made.name].table, made.files)
        raise
    period = Period(replaced.first, replaced.last) if replaced else None
    counters = {stage: _counter(stage, len(plans), progress) for stage in ("stage", "commit")}
    publish_batch(catalog, tables, plans, run_id, period, lambda stage, name: counters[stage](name))
    return outcome


def _run(options: BackfillOptions | RejudgeOptions, build: Build, job: Job, progress: Progress, files: int) -> Outcome:
    """Runs the graph and takes its plan."""
    from replay_signals.pipelines.batch.failures import explained
    from replay_signals.pipelines.batch.graph import watchers
    from replay_signals.pipelines.batch.outcome import taken

    counters = {"read": _counter("read", files, progress), "judge": _counter("judge", 0, progress)}
    pipeline = _pipeline(options)
    watchers[job.run_id] = lambda stage: counters[stage](stage)
    try:
        build(pipeline, job)
        pipeline.run().wait_until_finish()
    except Exception as error:  # runners raise what they like, also errors of workers; none is swallowed
        raise explained(error) from error
    finally:
        del watchers[job.run_id]
    return taken(job.tables["sessions"].table.io, job.plan_location)


def _pipeline(options: BackfillOptions | RejudgeOptions) -> Pipeline:
    from apache_beam import Pipeline
    from apache_beam.options.pipeline_options import PipelineOptions

    from replay_signals.pipelines.files.paths import InputError

    try:
        return Pipeline(options.runner or LOCAL_RUNNER, options=PipelineOptions(list(options.beam_args)))
    except ValueError as error:
        raise InputError(f"Beam takes neither this runner nor these options: {error}") from error


def _counter(stage: str, total: int, progress: Progress) -> Callable[[str], None]:
    done = 0

    def count(_: str) -> None:
        nonlocal done
        done += 1
        progress(stage, done, total)

    return count
