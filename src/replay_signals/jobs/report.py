"""report: what the tables say as a folder of pages that opens from disk."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from replay_signals.jobs import render
from replay_signals.jobs.tables import Store
from replay_signals.transforms.printable import json_bytes


class Made(NamedTuple):
    """A report that was written."""

    path: Path
    problems: int
    sessions: int
    files: int
    size_bytes: int
    seconds: float


def make(store: Store, output: Path, most_sessions: int) -> Made:
    """Writes a report. Raises WarehouseError, ReportError and OSError."""
    from replay_signals.pipelines.report.building import build
    from replay_signals.pipelines.report.reading import source
    from replay_signals.pipelines.report.writing import replacing

    started = time.monotonic()
    with replacing(output) as folder, source(store.warehouse, store.catalog, most_sessions) as opened:
        built = build(opened, folder, datetime.now(UTC))
    seconds = time.monotonic() - started
    return Made(output, built.open_problems, built.sessions, folder.files, folder.size_bytes, seconds)


def run(store: Store, output: Path, most_sessions: int, *, json: bool) -> None:
    """Makes a report and says where it is. Raises as `make`."""
    made = make(store, output, most_sessions)
    start = made.path / "index.html"
    if json:
        render.write(json_bytes(made._asdict() | {"path": str(start)}, indent=2))
        return
    render.out().print(
        render.text(
            f"{render.count(made.problems, 'open problem')} and {render.count(made.sessions, 'session')} in "
            f"{render.count(made.files, 'file')}, {made.size_bytes / 1e6:.1f} MB, {made.seconds:.1f} s"
        )
    )
    render.out().print(render.text(f"Open in a browser: {start.absolute().as_uri()}"), soft_wrap=True)
