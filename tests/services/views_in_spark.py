"""The documented views in Spark SQL, as a process with PySpark: `views_in_spark.py JOB.json`.

The job has the Parquet files of each table and the views in Spark's dialect. Prints a line of JSON for each row of a
view that is asked for: the view, and the row's values as text.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

SETTINGS = {
    "spark.master": "local[1]",
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",  # Spark 4's default: what goes wrong in a cast is an error
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
}


def main(job: dict[str, Any]) -> None:
    builder = SparkSession.builder
    for name, value in (SETTINGS | job["settings"]).items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    for name, file in job["files"].items():
        spark.read.parquet(file).createOrReplaceTempView(name)
    for name, query in job["views"]:
        spark.sql(f"CREATE TEMPORARY VIEW `{name}` AS {query}")
    for name, columns in job["asked"].items():
        shown = ", ".join(f"CAST(`{column}` AS STRING)" for column in columns)
        for row in spark.sql(f"SELECT {shown} FROM `{name}`").collect():
            print(json.dumps([name, list(row)]), flush=True)
    spark.stop()


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text("utf-8")))
