"""What tables need that get a commit every few seconds: small files become large ones, and old snapshots go.

Both by Iceberg's own actions, in Flink's environment: `rewriteDataFiles` of iceberg-flink, which writes each day's
small files together, and `expireSnapshots`, which also deletes the files that no snapshot names any more. Rows do not
change, and the stream may run meanwhile: its appends and a rewrite do not touch the same files.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from typing import Any

import msgspec

from replay_signals.pipelines.stream.catalog import own_options
from replay_signals.pipelines.stream.config import NAMESPACE, Warehouse, add_config
from replay_signals.schemas.rows import TABLES

TARGET_BYTES = 128 * 1024 * 1024
OPEN_COST_BYTES = 64 * 1024
"""What a file weighs at least when files are put together; Iceberg's 4 MB would leave 32 tiny ones a file."""
RETAIN = 20
"""Snapshots that stay whatever their age: in one of them the sink finds the newest checkpoint that it committed."""
DAY_MS = 86_400_000


class Maintained(msgspec.Struct, frozen=True):
    """One table, before and after; `orphans` are files that no snapshot named, and that went."""

    table: str
    files_before: int
    files_after: int
    snapshots_before: int
    snapshots_after: int
    orphans: int = 0


def maintain(where: Warehouse, keep_days: float) -> Iterator[Maintained]:
    """Works on every table in turn; errors of Iceberg are py4j's."""
    from pyflink.datastream import StreamExecutionEnvironment  # only here is PyFlink needed
    from pyflink.java_gateway import get_gateway

    jvm: Any = get_gateway().jvm
    env = StreamExecutionEnvironment.get_execution_environment()
    env.set_parallelism(1)
    catalog = open_catalog(jvm, where)
    for name in TABLES:
        table = catalog.loadTable(jvm.org.apache.iceberg.catalog.TableIdentifier.parse(f"{NAMESPACE}.{name}"))
        files, snapshots = size_of(table)
        rewrite = jvm.org.apache.iceberg.flink.actions.Actions.forTable(env._j_stream_execution_environment, table)
        rewrite.rewriteDataFiles().targetSizeInBytes(TARGET_BYTES).splitOpenFileCost(OPEN_COST_BYTES).execute()
        table.refresh()
        oldest_ms = int(time.time() * 1000 - keep_days * DAY_MS)
        table.expireSnapshots().expireOlderThan(oldest_ms).retainLast(RETAIN).commit()
        table.refresh()
        files_after, snapshots_after = size_of(table)
        yield Maintained(name, files, files_after, snapshots, snapshots_after)


def open_catalog(jvm: Any, where: Warehouse) -> Any:
    """The Java catalog that the stream writes to. Raises ConfigError."""
    options = own_options(where)
    del options["type"]  # Flink's; Iceberg calls so what Flink calls catalog-type
    if kind := options.pop("catalog-type", None):
        options["type"] = kind
    hadoop = jvm.org.apache.hadoop.conf.Configuration()
    return jvm.org.apache.iceberg.CatalogUtil.buildIcebergCatalog(where.catalog_name, options, hadoop)


def size_of(table: Any) -> tuple[int, int]:
    """Data files of the current snapshot, and snapshots."""
    current = table.currentSnapshot()
    files = current.summary().get("total-data-files") if current else None
    return int(files or 0), sum(1 for _ in table.snapshots())


def main() -> None:
    """Prints a line of JSON for each table."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_config(parser)
    parser.add_argument("--keep-days", type=float, default=7)
    arguments = parser.parse_args()
    for done in maintain(arguments.config.warehouse, arguments.keep_days):
        print(msgspec.json.encode(done).decode(), flush=True)


if __name__ == "__main__":
    main()
