"""The command `heatmap`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from replay_signals.jobs.exits import ExitCode, guarded
from replay_signals.jobs.links import refuse_outputs
from replay_signals.jobs.options import Catalog, Format, Json, Limit, RulesFile, Warehouse, store_of


class Width(StrEnum):
    """Classes of viewports."""

    ALL = "all"
    NARROW = "narrow"
    MEDIUM = "medium"
    WIDE = "wide"


def add_to(app: typer.Typer) -> None:
    """Registers the command."""
    app.command()(heatmap)


@guarded
def heatmap(  # noqa: PLR0913, PLR0917 - one parameter an option
    page: Annotated[str, typer.Argument(help="Pattern of the page, as signals name it: /orders/:id.", metavar="PAGE")],
    warehouse: Warehouse = "warehouse",
    catalog: Catalog = None,
    width: Annotated[
        Width, typer.Option("--width", help="Viewports: narrow (below 640 px), medium (below 1024 px), wide or all.")
    ] = Width.ALL,
    recordings: Annotated[
        list[str] | None,
        typer.Option(
            "--recordings", help="Where the recordings lie, for the picture; may be repeated.", metavar="PATH"
        ),
    ] = None,
    file_format: Format = "auto",
    rules: RulesFile = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Folder to write a page to that opens from disk.", metavar="DIR"),
    ] = None,
    limit: Limit = 20,
    json: Json = False,
) -> ExitCode:
    """Show where visitors of a page clicked, dead and in rage too, and how far they scrolled, by element."""
    from replay_signals.jobs import heatmap as job

    refuse_outputs(None if catalog else warehouse, str(output) if output else None)
    asked = job.Request(
        store_of(warehouse, catalog), page, width.value, recordings or [], file_format, rules, output, limit
    )
    return job.run(asked, json=json)
