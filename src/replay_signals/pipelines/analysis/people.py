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
    SELECT team, distinct_id, arg_max(person_id, (occurred_at, uuid)) FILTER (person_id <> '') AS person,
           count(DISTINCT NULLIF(person_id, '')) AS persons
    FROM events WHERE distinct_id <> '' GROUP BY team, distinct_id"""
_MERGES = """
    SELECT DISTINCT e.team, e.person_id, o.person FROM events AS e
    JOIN owners AS o ON o.team = e.team AND o.distinct_id = e.distinct_id
    WHERE o.persons > 1 AND e.person_id <> '' AND e.person_id <> o.person"""
_SESSIONS = """
    SELECT DISTINCT e.team, e.distinct_id, COALESCE(NULLIF(s.person_id, ''), o.person, s.distinct_id)
    FROM (SELECT DISTINCT team, distinct_id, session_id FROM events WHERE session_id <> '') AS e
    JOIN owners AS mine ON mine.team = e.team AND mine.distinct_id = e.distinct_id AND mine.person IS NULL
    JOIN latest_sessions AS s ON s.team = e.team AND s.session_id = e.session_id
    LEFT JOIN owners AS o ON o.team = s.team AND o.distinct_id = s.distinct_id
    WHERE s.distinct_id <> '' AND s.distinct_id <> e.distinct_id"""


def identify(db: duckdb.DuckDBPyConnection) -> None:
    """Makes the table `people`: team, distinct id and visitor."""
    db.execute(_OWNERS)
    pairs = db.execute(f"{_MERGES} UNION ALL {_SESSIONS}").fetchall()
    one = merged(((team, first), (team, second)) for team, first, second in pairs)
    rows = [(team, other, visitor) for (team, other), (_, visitor) in one.items()]
    _keep_merged(db, rows)
    db.execute("""
        CREATE OR REPLACE TEMP TABLE people AS
        SELECT o.team, o.distinct_id, COALESCE(m.visitor, o.person, o.distinct_id) AS visitor
        FROM owners AS o
        LEFT JOIN merged_ids AS m ON m.team = o.team AND m.id = COALESCE(o.person, o.distinct_id)""")


def _keep_merged(db: duckdb.DuckDBPyConnection, rows: list[tuple[str, str, str]]) -> None:
    """Makes the table `merged_ids`; Arrow, which takes a while to import, only where ids were merged."""
    db.execute("CREATE OR REPLACE TEMP TABLE merged_ids (team VARCHAR, id VARCHAR, visitor VARCHAR)")
    if rows:
        import pyarrow as pa

        columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
        db.register("found_ids", pa.table(columns, names=["team", "id", "visitor"]))
        db.execute("INSERT INTO merged_ids SELECT * FROM found_ids")
        db.unregister("found_ids")
