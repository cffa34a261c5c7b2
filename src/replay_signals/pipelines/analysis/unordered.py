"""Unordered funnels: the most different steps within the window of any of them, each step another row."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import duckdb

from replay_signals.transforms.insights.matching import Hit, furthest

MOST_ROWS = 1 << 40
"""More than there are: a way's depth times this, less where it began, says which of two counts."""

if TYPE_CHECKING:  # takes a while to import
    import pyarrow as pa


def unordered_ways(db: duckdb.DuckDBPyConnection, steps: int, within: timedelta) -> str:
    """The query for every visitor's furthest way over the table `hits`: who, depth, places and group.

    Where no row is two steps at once the engine counts which steps the window of each row holds. Visitors with such
    rows are matched one by one, row to step.
    """
    twice = " + ".join(f"is_{n}::INT" for n in range(1, steps + 1))
    db.execute(f"CREATE OR REPLACE TEMP TABLE doubtful AS SELECT DISTINCT who FROM hits WHERE {twice} > 1")
    ((is_any,),) = db.execute("SELECT count(*) > 0 FROM doubtful").fetchall()
    if not is_any:
        return _counted(steps, within)
    db.register("matched_ways", _matched(db, steps, within))
    return f"{_counted(steps, within)} UNION ALL SELECT * FROM matched_ways"


def _counted(steps: int, within: timedelta) -> str:
    """From each row the next one of each step, looked up by time: rows of a visitor are not multiplied."""
    span = f"INTERVAL {round(within.total_seconds() * 1000)} MILLISECONDS"
    numbers = range(1, steps + 1)
    joins = "".join(f"""
            ASOF LEFT JOIN (SELECT who, place, moment FROM hits WHERE is_{n}) AS h{n}
              ON h{n}.who = s.who AND h{n}.place >= s.place"""
        for n in numbers
    )  # fmt: skip
    found = ", ".join(f"CASE WHEN h{n}.moment <= s.moment + {span} THEN h{n}.place END" for n in numbers)
    return f"""
        SELECT who, len(places) AS depth, places, grp FROM (
            SELECT who, arg_max(list_sort(taken), way) AS places, arg_max([grp], way)[1] AS grp
            FROM (
                SELECT *, len(taken) * {MOST_ROWS} - began AS way FROM (
                    SELECT s.who, s.grp, s.place AS began, list_filter([{found}], lambda one: one IS NOT NULL) AS taken
                    FROM (SELECT * FROM hits ANTI JOIN doubtful USING (who)) AS s{joins}
                )
            )
            GROUP BY who
        )"""


def _matched(db: duckdb.DuckDBPyConnection, steps: int, within: timedelta) -> pa.Table:
    import pyarrow as pa

    flags = ", ".join(f"is_{n}" for n in range(1, steps + 1))
    rows = db.execute(f"""
        SELECT who, grp, place, epoch_us(moment), [{flags}]
        FROM hits SEMI JOIN doubtful USING (who) ORDER BY place""").fetchall()
    by_visitor: dict[int, list[Hit]] = {}
    for who, group, place, at, is_step in rows:
        by_visitor.setdefault(who, []).append(
            Hit(at, frozenset(n for n, one in enumerate(is_step) if one), place, group)
        )
    ways = [(who, *furthest(hits, round(within.total_seconds() * 1_000_000))) for who, hits in by_visitor.items()]
    kinds = {"who": pa.int64(), "depth": pa.int64(), "places": pa.list_(pa.int64()), "grp": pa.string()}
    return pa.table([pa.array([way[at] for way in ways], kind) for at, kind in enumerate(kinds.values())], list(kinds))
