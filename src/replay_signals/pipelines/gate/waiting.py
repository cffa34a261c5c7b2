"""Batches that wait on their branches: stopped at the gate, or left by a run that was killed before it published."""

from __future__ import annotations

from datetime import datetime

import msgspec
from pyiceberg.catalog import Catalog
from pyiceberg.table import Table

from replay_signals.pipelines.gate.publishing import Parts
from replay_signals.pipelines.iceberg.branches import added_files, branches, staged_in
from replay_signals.pipelines.iceberg.catalog import open_tables
from replay_signals.pipelines.iceberg.commit import COMMIT_ORDER, discard, keys_in, unstage_table
from replay_signals.pipelines.iceberg.errors import WarehouseError
from replay_signals.pipelines.iceberg.predicates import SessionKey
from replay_signals.schemas.rows import TABLES

COUNT_ORDER = ("problem_arms", "problem_days", "exposure_days")
ORDER = (*COMMIT_ORDER, *COUNT_ORDER, *(name for name in TABLES if name not in (*COMMIT_ORDER, *COUNT_ORDER)))
"""Order in which tables are published, whoever wrote them."""


class Waiting(msgspec.Struct, frozen=True):
    """One batch that waits: its branch, since when, and the tables that have it."""

    branch: str
    since: datetime
    tables: list[str]


def waiting(catalog: Catalog) -> list[Waiting]:
    """All of them, oldest first. Raises WarehouseError."""
    found: dict[str, Waiting] = {}
    for name, table in open_tables(catalog, create=False).items():
        for branch, since in branches(table):
            found.setdefault(branch, Waiting(branch, since, [])).tables.append(name)
    return sorted(found.values(), key=lambda one: (one.since, one.branch))


def parts_of(catalog: Catalog, branch: str) -> Parts:
    """What waits on a branch, given whole or by its beginning. Raises WarehouseError."""
    known = [one.branch for one in waiting(catalog)]
    chosen = [name for name in known if name.startswith(branch)]
    if len(chosen) != 1:
        there = ", ".join(known) or "none"
        raise WarehouseError(f"{'several batches wait' if chosen else 'no batch waits'} on {branch}; there are {there}")
    tables = open_tables(catalog, create=False)
    staged = ((name, staged_in(name, tables[name], chosen[0])) for name in ORDER if name in tables)
    return {name: part for name, part in staged if part is not None}


def sessions_of(catalog: Catalog, parts: Parts) -> set[SessionKey]:
    """Team and id of the sessions that a batch brings signals or a verdict of. Raises WarehouseError."""
    tables = open_tables(catalog, create=False)
    of_sessions = [part for name, part in parts.items() if name in ("sessions", "signals")]
    found = [
        keys_in(tables[part.name], added_files(tables[part.name], part.snapshot_id), part.name) for part in of_sessions
    ]
    return {(team, session_id) for keys in found for team, session_id in keys}


def drop(catalog: Catalog, parts: Parts) -> int:
    """Removes a batch for good, with its data files; how many those were. Raises WarehouseError.

    What somebody publishes at this moment stays.
    """
    tables: dict[str, Table] = open_tables(catalog, create=False)
    gone = 0
    for name, part in reversed(parts.items()):
        files = added_files(tables[name], part.snapshot_id)
        if unstage_table(catalog, part):
            discard(tables[name], files)
            gone += len(files)
    return gone
