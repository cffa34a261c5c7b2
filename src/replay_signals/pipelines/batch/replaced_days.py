"""Which stored rows belong to the days that a backfill replaces.

The unit is the session, and it belongs to the day it starts. Midnight makes the difference to a plain day filter: a
session that began the day before leaves digests and events on the first day that are not to be touched, and one that
began on the last day has some on the day after that are.
"""

from __future__ import annotations

from datetime import date

from pyiceberg.expressions import And, BooleanExpression, Not, Or

from replay_signals.pipelines.batch.changes import Days
from replay_signals.pipelines.iceberg.catalog import PinnedTable
from replay_signals.pipelines.iceberg.lookup import SESSION_TABLES, Tables, cells, session_keys
from replay_signals.pipelines.iceberg.predicates import SessionKey, any_session_of, beyond, within

REPLACED = (*SESSION_TABLES, "events")
"""Tables whose days are replaced; dead letters are only ever added."""


def rows_of_days(tables: Tables, days: Days) -> dict[str, BooleanExpression]:
    """By table: a filter that matches what is stored of the sessions that start within the days, and of the events
    within them that no recording goes with."""
    inside, outside = within(days.first, days.last), beyond(days.first, days.last)
    present = {table: session_keys(tables[table], inside) for table in REPLACED}
    start = _starts(tables["message_digests"], set().union(*present.values()))
    replaced = {key for key, day in start.items() if day in days}
    filters: dict[str, BooleanExpression] = {}
    for table in REPLACED:
        others = {key for key in present[table] if key in start and key not in replaced}
        elsewhere = session_keys(tables[table], And(outside, any_session_of(replaced)))
        here: BooleanExpression = And(inside, Not(any_session_of(others))) if others else inside
        filters[table] = Or(here, any_session_of(elsewhere)) if elsewhere else here
    return filters


def _starts(digests: PinnedTable, keys: set[SessionKey]) -> dict[SessionKey, date]:
    start: dict[SessionKey, date] = {}
    for team, session, day in cells(digests, ("team", "session_id", "day"), any_session_of(keys)):
        start[team, session] = min(day, start.get((team, session), day))
    return start
