"""The command `validate`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from replay_signals.jobs.exits import ExitCode, guarded
from replay_signals.jobs.links import refuse_outputs
from replay_signals.jobs.options import Catalog, Inbox, Json, WarehouseArgument, store_of


@guarded
def validate(  # noqa: PLR0913, PLR0917 - one parameter an option
    warehouse: WarehouseArgument = "warehouse",
    catalog: Catalog = None,
    branch: Annotated[
        str | None,
        typer.Option("--branch", help="A batch that waits, by its branch or the beginning of it.", metavar="NAME"),
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--since", help="Only what was committed after this moment (UTC).", metavar="TIME"),
    ] = None,
    publish: Annotated[bool, typer.Option("--publish", help="Publish the batch if it holds.")] = False,
    despite: Annotated[
        str, typer.Option("--despite", help="Publish it although it does not hold, for this reason.", metavar="REASON")
    ] = "",
    discard: Annotated[bool, typer.Option("--discard", help="Remove the batch and its files.")] = False,
    gx: Annotated[
        bool, typer.Option("--gx", help="Run the suites by Great Expectations itself: slower, needs memory.")
    ] = False,
    report: Annotated[Path | None, typer.Option("--report", help="Write an HTML report.", metavar="FILE")] = None,
    inbox: Inbox = None,
    json: Json = False,
) -> ExitCode:
    """Hold the tables, or a batch that waits on its branch, to what they promise; publish or discard it.

    Exits with 7 when something does not hold.
    """
    from replay_signals.jobs import validate as job

    if (publish or discard) and branch is None:
        raise typer.BadParameter("--publish and --discard need the --branch of a batch")
    if publish and discard:
        raise typer.BadParameter("a batch is published or discarded, not both")
    if despite and not publish:
        raise typer.BadParameter("--despite goes with --publish")
    if since is not None and branch is not None:
        raise typer.BadParameter("--since looks at what is published, --branch at what is not")
    folder = inbox or str(Path(warehouse) / "inbox")
    refuse_outputs(None if catalog else warehouse, folder, report)
    moment = since and since.replace(tzinfo=since.tzinfo or UTC)
    store = store_of(warehouse, catalog)
    if discard and branch is not None:
        return job.discard(store, branch, json=json)
    if publish and branch is not None:
        return job.publish(store, branch, despite.strip(), folder, json=json)
    return job.run(store, branch, moment, job.Output(json, report, gx))
