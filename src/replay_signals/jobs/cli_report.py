"""The command `report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from replay_signals.jobs.exits import guarded
from replay_signals.jobs.options import Catalog, Json, WarehouseArgument, store_of

MostSessions = Annotated[
    int, typer.Option("--sessions", help="How many sessions it holds, the worst; examples of problems always.", min=0)
]


@guarded
def report(
    warehouse: WarehouseArgument = "warehouse",
    catalog: Catalog = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder to write; an older report there is replaced.", metavar="DIR")
    ] = Path("report"),
    most_sessions: MostSessions = 10_000,
    json: Json = False,
) -> None:
    """Write a report: pages of ranked problems, sessions and capture health that open from disk in any browser."""
    from replay_signals.jobs import report as job
    from replay_signals.jobs.links import refuse_outputs

    refuse_outputs(output)
    job.run(store_of(warehouse, catalog), output, most_sessions, json=json)
