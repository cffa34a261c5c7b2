"""Who is one visitor: a person with all distinct ids that it ever had, else a distinct id, else a session.

A distinct id belongs to the person that its newest event names (PostHog merges persons when a visitor identifies).
Where events of one distinct id name several persons those were merged, and so are all events of theirs. A distinct id
that no event joins to a person belongs to whom its sessions belong to.
"""

from __future__ import annotations

import duckdb

from replay_signals.transforms.insights.merging import merged

TABLES = frozenset(("events", "sessions"))
"""What is read of a warehouse."""
_OWNERS = """
    CREATE OR REPLACE TEMP TABLE owners AS
    SELECT team, distinct_id, min(person) AS person, min(person) <> max(person) AS is_merged
    FROM (SELECT team, distinct_id, NULLIF(person_id, '') AS person FROM events WHERE distinct_id <> '')
    GROUP BY team, distinct_id"""
_NEWEST = """
    UPDATE owners SET person = newest.person FROM (
        SELECT e.team, e.distinct_id, arg_max(e.person_id, (e.occurred_at, e.uuid)) FILTER (e.person_id <> '') AS person
        FROM events AS e SEMI JOIN (FROM owners WHERE is_merged) AS o USING (team, distinct_id)
        GROUP BY e.team, e.distinct_id
    ) AS newest WHERE newest.team = owners.team AND newest.distinct_id = owners.distinct_id"""
_MERGES = """
    SELECT DISTINCT e.team, e.person_id, o.person FROM events AS e
    JOIN owners AS o ON o.team = e.team AND o.distinct_id = e.distinct_id
    WHERE o.is_merged AND e.person_id <> '' AND e.person_id <> o.person"""
_SESSIONS = """
    SELECT DISTINCT e.team, e.distinct_id, COALESCE(NULLIF(s.person_id, ''), o.person, s.distinct_id)
    FROM (SELECT DISTINCT team, distinct_id, session_id FROM events WHERE session_id <> '') AS e
    JOIN owners AS mine ON mine.team = e.team AND mine.distinct_id = e.distinct_id AND mine.person IS NULL
    JOIN latest_sessions AS s ON s.team = e.team AND s.session_id = e.session_id
    LEFT JOIN owners AS o ON o.team = s.team AND o.distinct_id = s.distinct_id
    WHERE s.distinct_id <> '' AND s.distinct_id <> e.distinct_id"""


def identify(db: duckdb.DuckDBPyConnection) -> None:
    """Makes the table `people`: team, distinct id, visitor, and `who`, a number that only this visitor has.

    What is counted by visitor is counted by these numbers, several times as fast as by texts.
    """
    db.execute(_OWNERS)
    ((is_merged, is_unowned),) = db.execute("SELECT bool_or(is_merged), bool_or(person IS NULL) FROM owners").fetchall()
    pairs: list[tuple[str, str, str]] = []
    if is_merged:
        db.execute(_NEWEST)
        pairs += db.execute(_MERGES).fetchall()
    if is_unowned:
        pairs += db.execute(_SESSIONS).fetchall()
    one = merged(((team, first), (team, second)) for team, first, second in pairs)
    rows = [(team, other, visitor) for (team, other), (_, visitor) in one.items()]
    _keep_merged(db, rows)
    db.execute("""
        CREATE OR REPLACE TEMP TABLE people AS
        WITH named AS (
            SELECT o.team, o.distinct_id, COALESCE(m.visitor, o.person, o.distinct_id) AS visitor
            FROM owners AS o
            LEFT JOIN merged_ids AS m ON m.team = o.team AND m.id = COALESCE(o.person, o.distinct_id)
        ), numbered AS (
            SELECT team, visitor, row_number() OVER () AS who FROM (SELECT DISTINCT team, visitor FROM named)
        )
        SELECT named.*, numbered.who FROM named JOIN numbered USING (team, visitor)""")


def number_strangers(db: duckdb.DuckDBPyConnection, table: str) -> None:
    """Gives rows of a table without `who` the number of the visitor called `stranger`: a new one for a new name."""
    ((is_known,),) = db.execute(f"SELECT bool_and(who IS NOT NULL) FROM {table}").fetchall()
    if is_known is not False:
        return
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE strangers AS
        SELECT s.team, s.stranger,
               COALESCE(k.who, row_number() OVER () + (SELECT COALESCE(max(who), 0) FROM people)) AS who
        FROM (SELECT DISTINCT team, stranger FROM {table} WHERE who IS NULL) AS s
        LEFT JOIN (SELECT DISTINCT team, visitor, who FROM people) AS k
          ON k.team = s.team AND k.visitor = s.stranger""")
    db.execute(f"""
        UPDATE {table} SET who = s.who FROM strangers AS s
        WHERE {table}.who IS NULL AND s.team = {table}.team AND s.stranger = {table}.stranger""")


def _keep_merged(db: duckdb.DuckDBPyConnection, rows: list[tuple[str, str, str]]) -> None:
    """Makes the table `merged_ids`; Arrow, which takes a while to import, only where ids were merged."""
    db.execute("CREATE OR REPLACE TEMP TABLE merged_ids (team VARCHAR, id VARCHAR, visitor VARCHAR)")
    if rows:
        import pyarrow as pa

        columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
        db.register("found_ids", pa.table(columns, names=["team", "id", "visitor"]))
        db.execute("INSERT INTO merged_ids SELECT * FROM found_ids")
        db.unregister("found_ids")
