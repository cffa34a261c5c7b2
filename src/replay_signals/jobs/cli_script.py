"""The command `script`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from replay_signals.jobs.exits import guarded
from replay_signals.jobs.links import refuse_outputs
from replay_signals.jobs.options import Catalog, Json, RulesFile, WarehouseArgument, store_of
from replay_signals.transforms.reproduce.steps import Language


def add_to(app: typer.Typer) -> None:
    """Registers the command."""
    app.command()(script)


@guarded
def script(  # noqa: PLR0913, PLR0917 - one parameter an option
    wanted: Annotated[
        str,
        typer.Argument(
            help="Id of a problem (its start is enough), or of a session.",
            metavar="PROBLEM|SESSION",
            show_default=False,
        ),
    ],
    warehouse: WarehouseArgument = "warehouse",
    catalog: Catalog = None,
    recordings: Annotated[
        list[str] | None,
        typer.Option(
            "--recordings", help="Look in these files instead of a warehouse; may be repeated.", metavar="PATH"
        ),
    ] = None,
    base_url: Annotated[
        str,
        typer.Option("--base-url", help="Where the site runs; the script takes BASE_URL before it.", metavar="URL"),
    ] = "",
    language: Annotated[Language, typer.Option("--language", help="What to write.")] = "python",
    is_tried: Annotated[
        bool,
        typer.Option("--try", help="Run it against --base-url, say what it finds, leave out what it can do without."),
    ] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the script here.", metavar="FILE")
    ] = None,
    rules: RulesFile = None,
    json: Json = False,
) -> int:
    """Write a Playwright script that fails as long as a problem is there, and passes once it is mended."""
    from replay_signals.jobs import script as job

    refuse_outputs(output)
    if is_tried and not base_url:
        raise typer.BadParameter("--try needs --base-url: where the site runs")
    store = store_of(warehouse, catalog)
    return job.run(job.Request(wanted, store, recordings or [], rules, language, base_url, is_tried, output), json=json)
