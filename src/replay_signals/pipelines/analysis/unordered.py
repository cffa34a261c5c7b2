"""Unordered funnels: the most different steps within the window of any of them, each step another row."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import duckdb

from replay_signals.transforms.insights.matching import Hit, furthest

if TYPE_CHECKING:  # takes a while to import
    import pyarrow as pa


def unordered_ways(db: duckdb.DuckDBPyConnection, steps: int, within: timedelta) -> str:
    """The query for every visitor's furthest way over the table `hits`.

    Where no row is two steps at once the engine counts which steps the window of each row holds. Visitors with such
    rows are matched one by one, row to step.
    """
    twice = " + ".join(f"is_{n}::INT" for n in range(1, steps + 1))
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE doubtful AS
        SELECT DISTINCT team, visitor FROM hits WHERE {twice} > 1""")
    matched = _matched(db, steps, within)
    db.register("matched_ways", matched)
    return f"{_counted(steps, within)} UNION ALL SELECT * FROM matched_ways"


def _counted(steps: int, within: timedelta) -> str:
    """From each row the next one of each step, looked up by time: rows of a visitor are not multiplied."""
    span = f"INTERVAL {round(within.total_seconds() * 1000)} MILLISECONDS"
    numbers = range(1, steps + 1)
    joins = "".join(f"""
            ASOF LEFT JOIN (SELECT team, visitor, place, moment, session_id FROM hits WHERE is_{n}) AS h{n}
              ON h{n}.team = s.team AND h{n}.visitor = s.visitor AND h{n}.place >= s.place"""
        for n in numbers
    )  # fmt: skip
    found = ", ".join(
        f"CASE WHEN h{n}.moment <= s.moment + {span} THEN {{'place': h{n}.place, 'session': h{n}.session_id}} END"
        for n in numbers
    )
    return f"""
        SELECT team, visitor, max(len(taken)) AS depth,
               arg_max([one.session FOR one IN list_sort(taken)], (len(taken), -began)) AS sessions,
               arg_max([grp], (len(taken), -began))[1] AS grp
        FROM (
            SELECT s.team, s.visitor, s.grp, s.place AS began,
                   [one FOR one IN [{found}] IF one IS NOT NULL] AS taken
            FROM (SELECT * FROM hits ANTI JOIN doubtful USING (team, visitor)) AS s{joins}
        )
        GROUP BY team, visitor"""


def _matched(db: duckdb.DuckDBPyConnection, steps: int, within: timedelta) -> pa.Table:
    import pyarrow as pa

    flags = ", ".join(f"is_{n}" for n in range(1, steps + 1))
    rows = db.execute(f"""
        SELECT team, visitor, grp, session_id, epoch_us(moment), [{flags}]
        FROM hits SEMI JOIN doubtful USING (team, visitor) ORDER BY team, visitor, place""").fetchall()
    by_visitor: dict[tuple[str, str], list[Hit]] = {}
    for team, visitor, group, session, at, is_step in rows:
        by_visitor.setdefault((team, visitor), []).append(
            Hit(at, frozenset(n for n, one in enumerate(is_step) if one), session, group)
        )
    ways = [(*who, *furthest(hits, round(within.total_seconds() * 1_000_000))) for who, hits in by_visitor.items()]
    kinds = {"team": pa.string(), "visitor": pa.string(), "depth": pa.int64(), "sessions": pa.list_(pa.string()),
             "grp": pa.string()}  # fmt: skip
    return pa.table([pa.array([way[at] for way in ways], kind) for at, kind in enumerate(kinds.values())], list(kinds))
