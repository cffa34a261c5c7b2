"""The command `privacy`: what would leave a recording, and what a warehouse keeps."""

from __future__ import annotations

from typing import Annotated

import typer

from replay_signals.jobs.exits import guarded

privacy_app = typer.Typer(
    name="privacy", help="What rules of privacy remove, and what is kept where.", no_args_is_help=True
)
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of tables.")]


@privacy_app.command("check")
@guarded
def check(
    paths: Annotated[
        list[str],
        typer.Argument(help="Files, folders, globs or fsspec URLs (s3://…), plain, .gz or .zst.", show_default=False),
    ],
    file_format: Annotated[
        str, typer.Option("--format", help="Format of the files; `replay-signals formats` lists them.", metavar="NAME")
    ] = "auto",
    rules: Annotated[str | None, typer.Option("--rules", help="Rules file (TOML) to try.", metavar="FILE")] = None,
    samples: Annotated[
        int, typer.Option("--samples", help="How many kept texts to show of each column; 0 shows all.", min=0)
    ] = 3,
    json: Json = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 when any input was rejected.")] = False,
) -> int:
    """Show what rules would remove of recordings and what text would be kept where. Nothing is stored."""
    from replay_signals.jobs import privacy as job

    return job.check(job.CheckRequest(paths, file_format, rules, samples), json=json, strict=strict)


@privacy_app.command("audit")
@guarded
def audit(
    warehouse: Annotated[
        str, typer.Argument(help="Folder of the warehouse (SQLite catalog and Iceberg tables).", metavar="WAREHOUSE")
    ] = "warehouse",
    catalog: Annotated[
        str | None, typer.Option("--catalog", help="Name of a configured PyIceberg catalog, instead of a folder's own.")
    ] = None,
    json: Json = False,
) -> None:
    """Count what rules removed from a warehouse's tables, and say what is kept where."""
    from replay_signals.jobs import privacy as job
    from replay_signals.jobs.tables import Store

    job.audit(Store(None if catalog else warehouse, catalog), json=json)
