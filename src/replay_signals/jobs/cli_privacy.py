"""The command `privacy`: what would leave a recording, and what a warehouse keeps."""

from __future__ import annotations

from typing import Annotated

import typer

from replay_signals.jobs.exits import guarded
from replay_signals.jobs.options import Catalog, Format, Paths, Strict, WarehouseArgument, store_of

privacy_app = typer.Typer(
    name="privacy", help="What rules of privacy remove, and what is kept where.", no_args_is_help=True
)
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of tables.")]


@privacy_app.command("check")
@guarded
def check(
    paths: Paths,
    file_format: Format = "auto",
    rules: Annotated[str | None, typer.Option("--rules", help="Rules file (TOML) to try.", metavar="FILE")] = None,
    samples: Annotated[
        int, typer.Option("--samples", help="How many kept texts to show of each column; 0 shows all.", min=0)
    ] = 3,
    json: Json = False,
    strict: Strict = False,
) -> int:
    """Show what rules would remove of recordings and what text would be kept where. Nothing is stored."""
    from replay_signals.jobs import privacy as job

    return job.check(job.CheckRequest(paths, file_format, rules, samples), json=json, strict=strict)


@privacy_app.command("audit")
@guarded
def audit(
    warehouse: WarehouseArgument = "warehouse",
    catalog: Catalog = None,
    json: Json = False,
) -> None:
    """Count what rules removed from a warehouse's tables, and say what is kept where."""
    from replay_signals.jobs import privacy as job

    job.audit(store_of(warehouse, catalog), json=json)
