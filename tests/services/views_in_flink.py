"""The documented views in Flink's batch SQL, as a process in Flink's environment: `views_in_flink.py JOB.json`.

The job has the options of the catalog, the tables, and the views in Flink's dialect. Prints a line of JSON for each row
of a view that is asked for: the view, and the row's values as text.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from flink_batch import tables_of


def main(job: dict[str, Any]) -> None:
    tables = tables_of(job["catalog"], job["tables"])
    for name, query in job["views"]:
        tables.execute_sql(f"CREATE TEMPORARY VIEW `{name}` AS {query}")
    for name, columns in job["asked"].items():
        shown = ", ".join(f"CAST(`{column}` AS STRING)" for column in columns)
        with tables.execute_sql(f"SELECT {shown} FROM `{name}`").collect() as rows:
            for row in rows:
                print(json.dumps([name, list(row)]), flush=True)


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text("utf-8")))
