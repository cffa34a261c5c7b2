"""The command `priors`: what elements did for visitors over many sessions, as the next version that judging can use.

A version goes into the table `priors`, and as one file to where streams look for it. It never changes: what was judged
with it can be judged again with it.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from replay_signals.jobs import render
from replay_signals.jobs.gate import reporting
from replay_signals.jobs.rules import read_rules
from replay_signals.jobs.tables import Store
from replay_signals.schemas.prior_rows import ANSWERS, CONTROL, PAGE, PLAIN, ROUTE, TRACELESS, PriorRow
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.clicks.second_look import DOUBLE_MS
from replay_signals.transforms.judge.priors import NO_PRIORS, Priors, priors_of
from replay_signals.transforms.printable import json_bytes

if TYPE_CHECKING:  # Iceberg and DuckDB take a second to import: only a run does
    from pyiceberg.catalog import Catalog

    from replay_signals.pipelines.iceberg.lookup import Tables

NEWEST, NONE = "newest", "none"


class PriorsError(ValueError):
    """A version that is not there; the message says which ones are."""


class Request(NamedTuple):
    """What one asks `priors` for; see the options of the command."""

    store: Store
    to: str
    """File to write the version to; empty for none."""
    rules: str | None
    days: int
    as_of: date | None


class Learned(msgspec.Struct, frozen=True):
    """What a run found: the newest version with its rows, whether it is new, and sessions that other rules judged."""

    version: str
    rows: list[PriorRow]
    is_new: bool
    sessions: int
    left_out: int


def run(request: Request, *, json: bool) -> None:
    """Counts, stores, writes the file, and says what came of it. Raises RulesError, WarehouseError and InputError."""
    done = learn(request.store, read_rules(request.rules), request.days, request.as_of)
    if request.to and done.version:
        write_file(request.to, done.rows)
    says = Counter(row.says for row in done.rows)
    units = Counter(row.unit or CONTROL for row in done.rows)
    if json:
        shown = {"version": done.version, "is_new": done.is_new, "elements": units[CONTROL]}
        shown |= {"sessions": done.sessions, "left_out": done.left_out}
        shown |= {"pages": units[PAGE], "routes": units[ROUTE]}
        render.write(json_bytes(shown | {name: says[name] for name in (ANSWERS, TRACELESS, PLAIN)}, indent=2))
        return
    out = render.out()
    if done.left_out:
        out.print(
            f"{render.count(done.left_out, 'session')} left out that other rules judged: `rejudge` takes them in."
        )
    if not done.version:
        out.print("No element, page or route has enough visitors yet.")
        return
    state = "New version" if done.is_new else "Nothing changed since version"
    out.print(f"{state} {done.version}: {render.count(units[CONTROL], 'element')} of {done.sessions:,} sessions")
    out.print(
        f"{says[ANSWERS]} answer nearly everybody, {says[TRACELESS] + says[PLAIN]} leave no trace and disturb nobody"
    )
    out.print(
        f"What is usual is known of {render.count(units[PAGE], 'page')} and {render.count(units[ROUTE], 'route')}"
    )


def learn(store: Store, rules: Rules, days: int, as_of: date | None = None) -> Learned:
    """Counts the last days up to `as_of` (the newest), and stores a version when they say something new.

    Raises WarehouseError.
    """
    from replay_signals.pipelines.iceberg.catalog import PinnedTable, open_catalog, open_tables
    from replay_signals.pipelines.problems.counting import Limits
    from replay_signals.pipelines.problems.days import newest_day
    from replay_signals.pipelines.problems.learning import (
        Window,
        learned,
        newest_version,
        rows_of_version,
        sessions_of_versions,
    )

    catalog = open_catalog(store.warehouse, store.catalog, create=False)
    tables = {name: PinnedTable(table) for name, table in open_tables(catalog).items()}
    opened = {name: pinned.table for name, pinned in tables.items()}
    last = as_of or newest_day(opened, rules.problems.min_recordings)
    newest = newest_version(opened["priors"]) or ""
    known = rows_of_version(opened["priors"], newest)
    if last is None:
        return Learned(newest, known, False, 0, 0)
    first = last - timedelta(days - 1)
    outcomes = tuple(sorted({outcome.event for outcome in rules.outcomes}))
    window = Window(first, last, rules.version, rules.problems.answer_ms, rules.problems.horizon_ms, outcomes)
    rows = learned(opened, window, known, DOUBLE_MS, Limits())
    by_rules = sessions_of_versions(opened["sessions"], first, last, Limits())
    counted = by_rules.pop(rules.version, 0)
    left_out = sum(by_rules.values())
    if not rows or rows[0].version == newest:
        return Learned(newest, known, False, counted, left_out)
    with reporting(store):
        _store(catalog, tables, rows)
    return Learned(rows[0].version, rows, True, counted, left_out)


def read_priors(tables: Tables, wanted: str) -> Priors:
    """The priors of a version: `newest`, `none`, or one by its name.

    Raises PriorsError for one that is not there, and WarehouseError.
    """
    from replay_signals.pipelines.problems.learning import newest_version, rows_of_version

    table = tables["priors"].table
    version = newest_version(table) if wanted == NEWEST else wanted
    if version is None or wanted == NONE:
        return NO_PRIORS
    rows = rows_of_version(table, version)
    if not rows:
        raise PriorsError(f"no version {version} of priors; the newest is {newest_version(table) or 'none'}")
    return priors_of(rows)


def write_file(url: str, rows: Sequence[PriorRow]) -> None:
    """Writes a version as JSON, at once: a stream that reads meanwhile finds the old one or the new one."""
    import fsspec

    data = msgspec.json.encode(rows)
    filesystem, path = fsspec.core.url_to_fs(url)
    if "file" in (filesystem.protocol if isinstance(filesystem.protocol, tuple) else (filesystem.protocol,)):
        beside = Path(f"{path}.{uuid.uuid4().hex}")
        beside.write_bytes(data)
        beside.replace(path)
    else:  # objects of a store appear as a whole
        filesystem.pipe_file(path, data)


def _store(catalog: Catalog, tables: Tables, rows: Sequence[PriorRow]) -> None:
    from replay_signals.pipelines.gate.publishing import publish_batch
    from replay_signals.pipelines.iceberg.commit import TablePlan
    from replay_signals.pipelines.iceberg.datafiles import partition_of, write_rows

    pinned = tables["priors"]
    plan = TablePlan("priors", added=len(rows))
    plan.files.extend(write_rows(pinned.table, partition_of("priors", rows[0]), rows))
    publish_batch(catalog, tables, [plan], uuid.uuid4().hex)
