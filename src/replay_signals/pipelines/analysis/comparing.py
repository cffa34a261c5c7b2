"""What some visitors met more often than the others: those of a filter, or people that another tool lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import duckdb
import msgspec

from replay_signals.pipelines.analysis import people, troubles
from replay_signals.pipelines.analysis.filtering import asking, check_days, condition, tables_of
from replay_signals.pipelines.analysis.hints import hints, outside
from replay_signals.pipelines.analysis.moments import hold
from replay_signals.pipelines.analysis.troubles import Trouble
from replay_signals.pipelines.iceberg.warehouse import connect, reading
from replay_signals.transforms.filters.condition import Condition


class Comparison(msgspec.Struct, frozen=True):
    """Sessions for which `where` holds, of the people in `ids` where there are any, beside those of all other visitors.

    Ids are those of persons, distinct ids or sessions. Other visitors are those of whom no session is chosen, in their
    sessions for which `beside` holds.
    """

    where: str = ""
    beside: str = ""
    ids: Sequence[str] | None = None
    from_day: date | None = None
    to_day: date | None = None


class Answer(NamedTuple):
    """How many visitors of each side have recorded sessions, the chosen sessions (the worst first), and the problems.

    `unknown` are ids that the warehouse does not hold.
    """

    visitors: int
    others: int
    sessions: list[str]
    troubles: list[Trouble]
    unknown: list[str]
    hints: list[str]


def compare(asked: Comparison, warehouse: str | None, catalog: str | None = None) -> Answer:
    """What those that are asked for met more often than the others. Raises FilterError and WarehouseError."""
    found = statement(asked)
    names = tables_of(found.sql) | troubles.TABLES | people.TABLES
    with connect(warehouse, catalog, names=names) as db:
        answer = answered(db, asked, found)
        days = outside(db, ["session"], asked.from_day, asked.to_day)
        return answer._replace(hints=[*hints(db, found.mentions), *days])


def statement(asked: Comparison) -> Condition:
    """The query for all sessions of both sides: team, who, stranger, session_id, whether it is chosen or beside."""
    check_days(asked.from_day, asked.to_day)
    chosen, beside = condition(asked.where, "session", "s"), condition(asked.beside, "session", "s")
    days = [(sign, day) for sign, day in ((">=", asked.from_day), ("<=", asked.to_day)) if day]
    span = "".join(f" AND s.day {sign} ?" for sign, _ in days)
    listed = (
        ""
        if asked.ids is None
        else f" AND (COALESCE(p.visitor, {_OWN_NAME}) IN (SELECT visitor FROM listed)"
        " OR s.session_id IN (SELECT id FROM given))"
    )
    sql = f"""
        SELECT s.team, p.who, CASE WHEN p.who IS NULL THEN {_OWN_NAME} END AS stranger, s.session_id,
               {chosen.sql}{listed} AS is_chosen, {beside.sql} AS is_beside
        FROM latest_sessions AS s LEFT JOIN people AS p ON p.team = s.team AND p.distinct_id = s.distinct_id
        WHERE true{span}"""
    values = [*chosen.values, *beside.values, *(day for _, day in days)]
    return Condition(sql, values, (*chosen.mentions, *beside.mentions))


def answered(db: duckdb.DuckDBPyConnection, asked: Comparison, found: Condition | None = None) -> Answer:
    """The comparison over an open connection. Raises FilterError and WarehouseError."""
    found = found or statement(asked)
    with reading(), asking():
        people.identify(db)
        unknown = _listed(db, list(asked.ids or ()))
        hold(db, "sides", found)
        ((visitors, others),) = db.execute(f"""
            SELECT count(DISTINCT who) FILTER (NOT went_on), count(DISTINCT who) FILTER (went_on)
            FROM ({_ARMS})""").fetchall()
        sessions = troubles.recorded(db, "SELECT team, session_id, 0 AS one FROM sides WHERE is_chosen", "one")
        met = troubles.troubles(db, _ARMS)
    return Answer(visitors, others, sessions.get((0,), []), met.get(None, []), unknown, [])


_OWN_NAME = "COALESCE(NULLIF(s.person_id, ''), NULLIF(s.distinct_id, ''), s.session_id, '')"
_ARMS = """
    SELECT s.team, s.who, s.session_id, NULL::VARCHAR AS grp, c.who IS NULL AS went_on
    FROM sides AS s LEFT JOIN (SELECT DISTINCT who FROM sides WHERE is_chosen) AS c ON c.who = s.who
    WHERE s.is_chosen OR (s.is_beside AND c.who IS NULL)"""


def _listed(db: duckdb.DuckDBPyConnection, ids: list[str]) -> list[str]:
    """Makes the tables of the ids that were given and of the visitors that they are; returns ids that nobody has."""
    db.execute("CREATE OR REPLACE TEMP TABLE given AS SELECT DISTINCT unnest(?::VARCHAR[]) AS id", [ids])
    db.execute("""
        CREATE OR REPLACE TEMP TABLE known AS
        SELECT distinct_id AS id, visitor FROM people WHERE distinct_id IN (SELECT id FROM given)
        UNION SELECT e.person_id, p.visitor FROM events AS e
              JOIN people AS p ON p.team = e.team AND p.distinct_id = e.distinct_id
              WHERE e.person_id IN (SELECT id FROM given)
        UNION SELECT s.person_id, COALESCE(p.visitor, s.person_id) FROM latest_sessions AS s
              LEFT JOIN people AS p ON p.team = s.team AND p.distinct_id = s.distinct_id
              WHERE s.person_id IN (SELECT id FROM given)
        UNION SELECT distinct_id, distinct_id FROM latest_sessions AS s ANTI JOIN people USING (team, distinct_id)
              WHERE person_id IS NULL AND distinct_id IN (SELECT id FROM given)""")
    db.execute("CREATE OR REPLACE TEMP TABLE listed AS SELECT DISTINCT visitor FROM known")
    rows = db.execute("""
        SELECT id FROM given ANTI JOIN known USING (id)
        WHERE id NOT IN (SELECT session_id FROM latest_sessions) ORDER BY id""").fetchall()
    return [one for (one,) in rows]
