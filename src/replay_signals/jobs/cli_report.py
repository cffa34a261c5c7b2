"""The commands `report` and `serve`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from replay_signals.jobs.exits import guarded
from replay_signals.jobs.options import Catalog, Json, RulesFile, WarehouseArgument, store_of

MostSessions = Annotated[
    int, typer.Option("--sessions", help="How many sessions it holds, the worst; examples of problems always.", min=0)
]

RecordingPaths = Annotated[
    list[str] | None,
    typer.Option(
        "--recordings", help="Recordings to watch examples in: files, folders, globs; may be repeated.", metavar="PATH"
    ),
]
MostStills = Annotated[
    int,
    typer.Option(
        "--stills",
        help="Of how many problems to take a picture, the worst, where recordings and a Chromium are here; 0: of none.",
        min=0,
    ),
]


@guarded
def report(
    warehouse: WarehouseArgument = "warehouse",
    catalog: Catalog = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder to write; an older report there is replaced.", metavar="DIR")
    ] = Path("report"),
    most_sessions: MostSessions = 10_000,
    recordings: RecordingPaths = None,
    most_stills: MostStills = 12,
    rules: RulesFile = None,
    json: Json = False,
) -> None:
    """Write a report: pages of ranked problems, sessions and capture health that open from disk in any browser."""
    from replay_signals.jobs import report as job
    from replay_signals.jobs.links import refuse_outputs

    refuse_outputs(output)
    wanted = job.Wanted(store_of(warehouse, catalog), most_sessions, recordings or [], rules, most_stills)
    job.run(wanted, output, json=json)


@guarded
def serve(
    warehouse: WarehouseArgument = "warehouse",
    catalog: Catalog = None,
    port: Annotated[
        int, typer.Option("--port", help="Port on localhost; 0 takes a free one.", min=0, max=65535)
    ] = 8765,
    most_sessions: MostSessions = 10_000,
    recordings: RecordingPaths = None,
    most_stills: MostStills = 12,
    rules: RulesFile = None,
) -> None:
    """Show the report on localhost, made again when the tables change, until Ctrl-C."""
    from replay_signals.jobs import serve as job
    from replay_signals.jobs.report import Wanted

    store = store_of(warehouse, catalog)
    job.run(Wanted(store, most_sessions, recordings or [], rules, most_stills), port)
