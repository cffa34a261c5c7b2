"""maintain: puts the small files of a stream's tables together and lets old snapshots go, in an embedded Flink.

Files that no snapshot names, and messages for playback that are over their retention, are removed by PyIceberg, which
needs no Flink: so it also serves who only has backfills.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from replay_signals.jobs.stack_home import StackError, flink_python
from replay_signals.jobs.stream import cause_of, embedded, make_tables, tables_of
from replay_signals.pipelines.stream.config import StreamConfig, to_json
from replay_signals.pipelines.stream.maintain import Maintained

MODULE = "replay_signals.pipelines.stream.maintain"


def run(config: StreamConfig, root: Path, keep_days: float) -> Iterator[Maintained]:
    """Each table when it is done. Raises WarehouseError when there are no tables, and StackError."""
    make_tables(config, create=False)
    own = msgspec.structs.replace(config, name=f"{config.name}-maintain")  # the job may run embedded beside it
    conf, environment = embedded(root, own)
    log = conf / "job.log"
    command = [str(flink_python()), "-m", MODULE, "--config", to_json(own), "--keep-days", str(keep_days)]
    with log.open("wb") as errors:
        child = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=errors)
    try:
        for line in child.stdout or ():
            if line.startswith(b"{"):  # JVMs print warnings here too
                yield msgspec.json.decode(line, type=Maintained)
        if child.wait():
            raise StackError(f"The tables could not be maintained: {cause_of(log.read_text(errors='replace'))}")
    finally:
        child.kill()
        child.wait()


def run_retention(config: StreamConfig) -> None:
    """Removes rows of `snapshots` that are kept no longer.

    Raises WarehouseError; in a catalog that only Flink can open it does nothing.
    """
    from replay_signals.pipelines.playback.snapshots import remove_expired  # Arrow and Iceberg take long to import

    where = config.warehouse
    if where.catalog or not where.flink_catalog:
        remove_expired(None if where.catalog else where.folder, where.catalog)


def run_orphans(config: StreamConfig, days: float) -> Iterator[Maintained]:
    """Removes the files that no snapshot names and that are older than so many days, table by table.

    Raises WarehouseError; a catalog that only Flink can open gives nothing.
    """
    from replay_signals.pipelines.iceberg.orphans import remove_orphans  # Arrow and Iceberg take long to import

    before = datetime.now(UTC) - timedelta(days=days)
    for name, table in tables_of(config, create=False).items():
        removed = remove_orphans(table, before)
        snapshot = table.current_snapshot()
        summary = snapshot.summary if snapshot else None
        files = int(summary["total-data-files"] or 0) if summary else 0
        snapshots = len(table.snapshots())
        yield Maintained(name, files, files, snapshots, snapshots, removed.files)
