"""Sessions that rows belong to and that have no row yet: how long to wait for it, and when it is a fault.

A stream writes signals while their session goes on, and the session's own row when it closes. So it is a fault only
when nothing was heard of a session for longer than that takes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

import duckdb
import pyarrow as pa
from pyiceberg.expressions import AlwaysFalse
from pyiceberg.table import Table

from replay_signals.pipelines.gate.arrivals import Arrivals
from replay_signals.pipelines.gate.batch import connected
from replay_signals.pipelines.gate.evaluate import EXAMPLES, Finding
from replay_signals.pipelines.gate.memory import Awaited, Memory
from replay_signals.pipelines.gate.relations import Seen, files_sql, is_in_session
from replay_signals.pipelines.iceberg.predicates import SessionKey, any_session_of
from replay_signals.schemas.expectations import ROW_SUITES
from replay_signals.schemas.expectations.common import SESSION_KNOWN


def take_missing(connection: duckdb.DuckDBPyConnection, new: Mapping[str, Seen], memory: Memory, now: datetime) -> None:
    """Waits for the sessions that new rows belong to and that have none; the new rows are in the connection."""
    awaited = {(one.team, one.session_id): one for one in memory.awaited}
    for name in filter(is_in_session, new):
        missing = (
            f"SELECT DISTINCT team, session_id FROM checked_{name} "
            f"WHERE NOT {SESSION_KNOWN} AND team IS NOT NULL AND session_id IS NOT NULL"
        )
        for team, session_id in connection.execute(missing).fetchall():
            one = awaited.setdefault((team, session_id), Awaited(team, session_id, now, [], new[name].snapshot_id))
            one.heard_at = now
            if name not in one.tables:
                one.tables.append(name)
    memory.awaited = list(awaited.values())


def hear(connection: duckdb.DuckDBPyConnection, came: Mapping[str, Arrivals], memory: Memory, now: datetime) -> None:
    """What came tells of awaited sessions: that they go on, or their own row."""
    awaited = {(one.team, one.session_id): one for one in memory.awaited}
    for one in _named(connection, came, "message_digests", awaited):
        awaited[one].heard_at = now
    for one in _named(connection, came, "sessions", awaited):
        del awaited[one]
    memory.awaited = list(awaited.values())


def _named(
    connection: duckdb.DuckDBPyConnection, came: Mapping[str, Arrivals], table: str, keys: Collection[SessionKey]
) -> list[SessionKey]:
    """Of sessions, those that rows of a table name which came."""
    if table not in came:
        return []
    seen = came[table].seen
    files = seen.may_hold([*seen.new, *came[table].audited], "session_id", (session_id for _, session_id in keys))
    return _among(connection, files_sql(connection, seen, files, ("team", "session_id")), keys)


def _among(connection: duckdb.DuckDBPyConnection, rows: str, keys: Collection[SessionKey]) -> list[SessionKey]:
    teams, sessions = zip(*keys, strict=True)
    asked = pa.table({"team": pa.array(teams, pa.string()), "session_id": pa.array(sessions, pa.string())})
    connection.register("asked", asked)
    found = connection.execute(f"SELECT team, session_id FROM asked SEMI JOIN ({rows}) USING (team, session_id)")
    named = found.fetchall()
    connection.unregister("asked")
    return named


def orphans(
    tables: Mapping[str, Table], memory: Memory, heard_before: datetime
) -> Iterator[tuple[str, Finding, list[int]]]:
    """Of every table whose rows belong to sessions: those whose session should be there and is not, and in which
    snapshots they were found.
    """
    late = [one for one in memory.awaited if one.heard_at <= heard_before]
    with connected() as connection:
        for name in filter(is_in_session, tables):
            keys = {(one.team, one.session_id): one for one in late if name in one.tables}
            still = _still(connection, tables[name], name, keys) if keys else []
            for key in keys.keys() - set(still):  # its rows went
                keys[key].tables.remove(name)
            snapshots = dict.fromkeys(keys[key].snapshot_id for key in still)
            yield name, _orphan_finding(name, still), [one for one in snapshots if one is not None]
    memory.awaited = [one for one in memory.awaited if one.tables]


def _still(
    connection: duckdb.DuckDBPyConnection, table: Table, name: str, keys: Mapping[SessionKey, Awaited]
) -> list[SessionKey]:
    """Of sessions, those that rows of a table still belong to."""
    seen = Seen(name, table, table.metadata.current_snapshot_id, [], AlwaysFalse())
    files = seen.may_hold(seen.stored(any_session_of(keys)), "session_id", (session_id for _, session_id in keys))
    return _among(connection, files_sql(connection, seen, files, ("team", "session_id")), keys)


def _orphan_finding(name: str, sessions: list[SessionKey]) -> Finding:
    (expectation,) = (one for one in ROW_SUITES[name].expectations if SESSION_KNOWN in one.columns)
    examples = [{"team": team, "session_id": session_id} for team, session_id in sorted(sessions)[:EXAMPLES]]
    return Finding(
        name, expectation.type, expectation.what, expectation.columns, len(sessions), len(sessions), examples
    )
