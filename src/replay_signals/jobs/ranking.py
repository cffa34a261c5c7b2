"""rank: from what the tables hold to problems, and what of them is new into the inbox.

A run counts the days whose data changed, works out every problem up to a day, stores what changed, and publishes. Each
step can be killed: counts and problems are committed as a whole, a day's counts say what they were made from, and a run
begins by publishing what an earlier one stored and did not get to publish. So (id, revision) says one thing, once.
"""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING

import msgspec

from replay_signals.jobs.gate import reporting
from replay_signals.jobs.tables import Store
from replay_signals.schemas.problem_rows import ProblemRow
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.problems.assemble import Ranking, assemble, in_order
from replay_signals.transforms.problems.capture_rows import capture_problems
from replay_signals.transforms.problems.merging import combined, merged
from replay_signals.transforms.problems.revise import revised

if TYPE_CHECKING:  # Iceberg and DuckDB take a second to import: only a run does
    from pyiceberg.catalog import Catalog

    from replay_signals.pipelines.iceberg.catalog import PinnedTable
    from replay_signals.pipelines.iceberg.lookup import Tables
    from replay_signals.pipelines.problems.counting import Limits, Settings

CONFLICT_TRIES = 6
Announce = Callable[["Tables"], int]
"""Publishes what an inbox lacks of the problems in the tables; returns how many records that were."""


class Ranked(msgspec.Struct, frozen=True):
    """What a run did: all problems up to `as_of`, most severe first; how many rows and records were new."""

    as_of: date | None
    problems: list[ProblemRow]
    counted_days: int = 0
    written: int = 0
    published: int = 0
    seconds: float = 0.0
    recordings: int = 0
    """Of the last days, as `window_start` says."""
    not_judgeable: dict[str, int] = {}
    """Of them, those that cannot be judged, by reason."""


def run_rank(
    store: Store, rules: Rules, limits: Limits, announce: Announce | None = None, as_of: date | None = None
) -> Ranked:
    """Counts, ranks, stores and publishes. Raises WarehouseError, BatchStopped, and what `announce` raises.

    `as_of` is the last day that counts, the newest in the tables when not given. With an earlier day nothing is stored
    or published: it shows what would have been said then.
    """
    from replay_signals.pipelines.iceberg.catalog import open_catalog
    from replay_signals.pipelines.iceberg.commit import Conflict
    from replay_signals.pipelines.iceberg.errors import WarehouseError

    started = time.monotonic()
    catalog = open_catalog(store.warehouse, store.catalog, create=False)
    for attempt in range(1, CONFLICT_TRIES + 1):
        try:
            with reporting(store):
                ranked = _attempt(catalog, rules, limits, announce, as_of)
        except Conflict as error:
            conflict = str(error)
            time.sleep(random.uniform(0, 0.2 * 2**attempt))
            continue
        return msgspec.structs.replace(ranked, seconds=time.monotonic() - started)
    raise WarehouseError(
        f"gave up after {CONFLICT_TRIES} tries: other writers keep changing the same days ({conflict})"
    )


def settings_of(rules: Rules, without_visitors: tuple[tuple[str, str], ...] = ()) -> Settings:
    """What decides the counts: the rules, and the teams' platforms of which no visitor was recorded."""
    from replay_signals.pipelines.problems.counting import Settings

    outcomes = tuple(sorted({outcome.event for outcome in rules.outcomes}))
    horizon_ms = rules.problems.horizon_ms if outcomes else rules.problems.answer_ms
    return Settings(round(rules.clicks.window_ms), horizon_ms, outcomes, without_visitors)


def _attempt(catalog: Catalog, rules: Rules, limits: Limits, announce: Announce | None, as_of: date | None) -> Ranked:
    from replay_signals.pipelines.problems.capturing import capture_to_count
    from replay_signals.pipelines.problems.counting import without_visitors
    from replay_signals.pipelines.problems.days import newest_day, to_count
    from replay_signals.pipelines.problems.loading import History
    from replay_signals.pipelines.problems.storing import count_capture, count_days, store_problems

    tables = _pinned(catalog)
    opened = {name: pinned.table for name, pinned in tables.items()}
    newest = newest_day(opened, rules.problems.min_recordings)
    last = as_of or newest
    if last is None or newest is None:
        return Ranked(as_of, [])
    first = last - timedelta(days=rules.problems.history_days - 1)
    published = announce(tables) if announce else 0
    run_id = uuid.uuid4().hex
    settings = settings_of(rules, without_visitors(opened["sessions"], first, last, limits))
    days = to_count(opened, first, last, settings)
    count_days(catalog, tables, days, settings, limits, run_id)
    capture = capture_to_count(opened, first, last)
    count_capture(catalog, tables, capture, limits, run_id)

    tables = _pinned(catalog) if days or capture else tables
    history = History({name: pinned.table for name, pinned in tables.items()}, first, last, settings, limits)
    before, given = history.stored(), history.verdicts()
    counts = history.counts()
    into = merged(counts, history.page_aliases(), before)
    ranking = Ranking(last, rules.problems, rules.outcomes, rules.version, history.releases(), given)
    captured = history.capture()
    gaps = capture_problems(captured.days, before, last, rules.problems, rules.version)
    problems = in_order([*assemble(combined(counts, into, history.users(into)), ranking), *gaps])
    done = Ranked(last, problems, len(days), recordings=captured.recordings, not_judgeable=captured.not_judgeable)
    if last < newest:
        return done
    changes = revised(problems, before, into, last, first, given)
    store_problems(catalog, tables, changes, run_id)
    if announce and changes:
        published += announce(_pinned(catalog))
    now = before | {row.problem_id: row for row in changes}
    shown = [now.get(row.problem_id, row) for row in problems]
    return msgspec.structs.replace(done, problems=shown, written=len(changes), published=published)


def _pinned(catalog: Catalog) -> dict[str, PinnedTable]:
    from replay_signals.pipelines.iceberg.catalog import PinnedTable, open_tables

    return {name: PinnedTable(table) for name, table in open_tables(catalog).items()}
