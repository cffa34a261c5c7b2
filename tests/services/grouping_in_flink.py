"""The grouping statement in Flink's batch SQL, as a process in Flink's environment: `grouping_in_flink.py JOB`.

JOB is JSON: the options of the catalog, the translated steps, the days and settings. Prints a line of JSON for each
row of the results: the table and the row's values.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from flink_batch import tables_of
from pyflink.table import TableEnvironment


def main(job: dict[str, Any]) -> None:
    tables = tables_of(job["catalog"], job["sources"])
    for name, query in surroundings(job).items():
        tables.execute_sql(f"CREATE TEMPORARY VIEW {name} AS {query}")
    for name, query, is_kept, table in job["steps"]:
        if is_kept:
            kept = f"'connector' = 'filesystem', 'path' = 'file://{job['folder']}/{name}', 'format' = 'json'"
            tables.execute_sql(f"CREATE TABLE {name} WITH ({kept}) AS {query}").wait()
        else:
            tables.execute_sql(f"CREATE TEMPORARY VIEW {name} AS {query}")
        if table:
            with tables.execute_sql(f"SELECT {printable(tables, name)} FROM {name}").collect() as rows:
                for row in rows:
                    print(json.dumps([table, list(row)], default=str), flush=True)


def printable(tables: TableEnvironment, name: str) -> str:
    """The columns of a step, each as text: not all of Flink's types have one in Python."""
    columns = tables.sql_query(f"SELECT * FROM {name}").get_schema().get_field_names()
    return ", ".join(f"CAST(`{column}` AS STRING)" for column in columns)


def surroundings(job: dict[str, Any]) -> dict[str, str]:
    """What the statement asks of its engine beside the tables."""
    days = ", ".join(f"(DATE '{day}')" for day in job["days"])
    events = ", ".join(f"('{event}')" for event in [*job["outcomes"], ""])
    return {
        "wanted_days": f"SELECT * FROM (VALUES {days}) AS t (`day`)",
        "without_visitors": "SELECT `team`, `snapshot_source` FROM `sessions` WHERE FALSE",
        "wanted_outcomes": f"SELECT * FROM (VALUES {events}) AS t (`event`) WHERE `event` <> ''",
        "settings": (
            f"SELECT CAST({job['window_ms']} AS BIGINT) AS `window_ms`, CAST({job['horizon_ms']} AS BIGINT) AS "
            f"`horizon_ms`, {'TRUE' if job['outcomes'] else 'FALSE'} AS `has_outcomes`"
        ),
        "session_flags": (
            "SELECT s.`team`, s.`session_id`, s.`revision`, f.`flag`, f.`variant` FROM `sessions` AS s "
            "CROSS JOIN UNNEST(s.`flags`) AS f (`flag`, `variant`)"
        ),
    }


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
