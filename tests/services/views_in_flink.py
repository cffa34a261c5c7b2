"""The documented views in Flink's batch SQL, as a process in Flink's environment: `views_in_flink.py JOB.json`.

The job has the options of the catalog, the tables, and the views in Flink's dialect. Prints a line of JSON for each row
of a view that is asked for: the view, and the row's values as text.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pyflink.table import EnvironmentSettings, TableEnvironment


def main(job: dict[str, Any]) -> None:
    tables = TableEnvironment.create(EnvironmentSettings.in_batch_mode())
    tables.get_config().set("table.local-time-zone", "UTC")
    tables.get_config().set("parallelism.default", "1")
    options = ", ".join(f"'{key}' = '{value}'" for key, value in job["catalog"].items())
    tables.execute_sql(f"CREATE CATALOG `replay` WITH ({options})")
    for name in job["tables"]:
        tables.execute_sql(f"CREATE TEMPORARY VIEW `{name}` AS SELECT * FROM `replay`.`replay`.`{name}`")
    for name, query in job["views"]:
        tables.execute_sql(f"CREATE TEMPORARY VIEW `{name}` AS {query}")
    for name, columns in job["asked"].items():
        shown = ", ".join(f"CAST(`{column}` AS STRING)" for column in columns)
        with tables.execute_sql(f"SELECT {shown} FROM `{name}`").collect() as rows:
            for row in rows:
                print(json.dumps([name, list(row)]), flush=True)


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text("utf-8")))
