"""The command `rank`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from replay_signals.jobs.exits import guarded
from replay_signals.jobs.links import refuse_outputs
from replay_signals.jobs.options import (
    MAX_EVERY_S,
    Catalog,
    InboxOrTopic,
    RulesFile,
    ToKafka,
    Topic,
    WarehouseArgument,
    day_of,
    store_of,
)

DEFAULT_MEMORY_MB = 1000


def add_to(app: typer.Typer) -> None:
    """Registers the command."""
    app.command()(rank)


@guarded
def rank(  # noqa: PLR0913, PLR0917 - one parameter an option
    warehouse: WarehouseArgument = "warehouse",
    catalog: Catalog = None,
    inbox: InboxOrTopic = None,
    kafka: ToKafka = None,
    topic: Topic = "replay_signals",
    rules: RulesFile = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            "--as-of",
            help="Last day that counts (UTC); the newest when not given. An earlier one is shown, not stored.",
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
        ),
    ] = None,
    every: Annotated[
        float | None,
        typer.Option("--every", help="Rank again so many seconds later, until Ctrl-C.", min=1, max=MAX_EVERY_S),
    ] = None,
    top: Annotated[int, typer.Option("--top", help="How many problems to print; 0 prints all.", min=0)] = 3,
    memory_mb: Annotated[
        int, typer.Option("--memory", help="Megabytes that counting may hold; the rest goes to disk.", min=100)
    ] = DEFAULT_MEMORY_MB,
    threads: Annotated[int, typer.Option("--threads", help="Threads that count.", min=1)] = 2,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of a list.")] = False,
) -> None:
    """Find what hurts whom over all sessions of a warehouse, and publish what is new of it to its inbox."""
    from replay_signals.jobs import rank as job

    folder = job.inbox_of(warehouse, inbox, kafka)
    refuse_outputs(None if catalog else warehouse, folder or None)
    store, day = store_of(warehouse, catalog), day_of(as_of)
    job.run(
        job.Request(store, folder, kafka or "", topic, rules, day, top, memory_mb, threads), json=json, every_s=every
    )
