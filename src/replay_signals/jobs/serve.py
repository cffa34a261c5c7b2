"""serve: the report on localhost, made again when the tables change."""

from __future__ import annotations

import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from replay_signals.jobs import render
from replay_signals.jobs.report import Wanted, make
from replay_signals.jobs.tables import Store

CHECK_S = 5.0


class Live:
    """A report in a folder of its own, as of the newest snapshots of the tables that were seen."""

    def __init__(self, wanted: Wanted, folder: Path) -> None:
        self._wanted, self._folder = wanted, folder
        self._made = 0
        self._seen: dict[str, int] = {}

    def folder(self) -> Path:
        """Where the report of now is."""
        return self._folder / str(self._made)

    def refresh(self) -> bool:
        """Makes the report again when a table changed; whether it did. Raises as `report.make`."""
        now = snapshots(self._wanted.store)
        if self._made and now == self._seen:
            return False
        make(self._wanted, self._folder / str(self._made + 1))
        self._made, self._seen = self._made + 1, now
        # the one before stays for pages that are being loaded
        shutil.rmtree(self._folder / str(self._made - 2), ignore_errors=True)
        return True


def snapshots(store: Store) -> dict[str, int]:
    """The snapshot that each table is at, 0 where it holds nothing. Raises WarehouseError."""
    from replay_signals.pipelines.iceberg.catalog import open_catalog, open_tables

    tables = open_tables(open_catalog(store.warehouse, store.catalog, create=False), create=False)
    current = {name: table.current_snapshot() for name, table in tables.items()}
    return {name: snapshot.snapshot_id if snapshot else 0 for name, snapshot in current.items()}


@contextmanager
def live(wanted: Wanted, check_s: float = CHECK_S) -> Iterator[Live]:
    """A report that is kept up to date in the background. Raises as `report.make` for the first one."""
    with tempfile.TemporaryDirectory(prefix="replay-signals-") as folder:
        report = Live(wanted, Path(folder))
        report.refresh()
        stop = threading.Event()
        keeper = threading.Thread(target=_keep, args=(report, stop, check_s), daemon=True)
        keeper.start()
        try:
            yield report
        finally:
            stop.set()
            keeper.join()


def _keep(report: Live, stop: threading.Event, check_s: float) -> None:
    while not stop.wait(check_s):
        try:
            report.refresh()
        except Exception as error:  # noqa: BLE001 - whatever a catalog raises, the report of before is still there
            render.say(f"The report could not be made again, the one before is shown: {error}")


def run(wanted: Wanted, port: int) -> None:
    """Serves until Ctrl-C or SIGTERM. Raises as `report.make`, and OSError for a port that is taken."""
    from replay_signals.pipelines.report.web import Server

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # else what was made would stay in the temporary folder
    with Server(port, Path) as server, live(wanted) as report:  # the port first: a report takes a while
        server.folder = report.folder
        render.out().print(render.text(f"{server.address}   Ctrl-C ends"))
        server.serve_forever()
