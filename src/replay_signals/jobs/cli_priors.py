"""The command `priors`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from replay_signals.jobs.exits import guarded
from replay_signals.jobs.links import refuse_outputs
from replay_signals.jobs.options import Catalog, RulesFile, WarehouseArgument, day_of, store_of

DEFAULT_DAYS = 28
PriorsOption = Annotated[
    str,
    typer.Option(
        "--priors",
        help="Evidence over sessions to judge with: newest, none, or a version of `replay-signals priors`.",
        metavar="VERSION",
    ),
]


@guarded
def priors(
    warehouse: WarehouseArgument = "warehouse",
    catalog: Catalog = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            help="File (fsspec URL) for streams to read; priors.json in the warehouse's folder when not given.",
            metavar="URL",
        ),
    ] = None,
    rules: RulesFile = None,
    days: Annotated[int, typer.Option("--days", help="Days whose sessions count.", min=1)] = DEFAULT_DAYS,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            "--as-of",
            help="Last day that counts (UTC); the newest when not given.",
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of words.")] = False,
) -> None:
    """Learn from many sessions which elements answer and which leave no trace, as a version to judge with."""
    from replay_signals.jobs import priors as job
    from replay_signals.pipelines.stream.config import PRIORS_FILE

    where = None if catalog else warehouse
    file = to or ("" if catalog else str(Path(warehouse) / PRIORS_FILE))
    refuse_outputs(where, file if file and "://" not in file else None)
    job.run(job.Request(store_of(warehouse, catalog), file, rules, days, day_of(as_of)), json=json)
