"""The command `validate`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from replay_signals.jobs.exits import ExitCode, guarded
from replay_signals.jobs.links import refuse_outputs
from replay_signals.jobs.options import (
    MAX_EVERY_S,
    Catalog,
    InboxOrTopic,
    Json,
    ToKafka,
    Topic,
    WarehouseArgument,
    store_of,
)

WEEK_MINUTES = 10_080
PATIENCE_MINUTES = 40.0
"""Ten more than a session of a stream stays open after its last message (`session.close_after_ms`)."""


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
    new: Annotated[
        bool,
        typer.Option("--new", help="Only what came since the last look with --new; what is wrong goes to the inbox."),
    ] = False,
    every: Annotated[
        float | None,
        typer.Option(
            "--every", help="Look for what is new so many seconds later, until Ctrl-C.", min=1, max=MAX_EVERY_S
        ),
    ] = None,
    patience: Annotated[
        float,
        typer.Option(
            "--patience",
            help="Minutes after the last word of a session in which its row must come (--new).",
            min=0,
            max=WEEK_MINUTES,
        ),
    ] = PATIENCE_MINUTES,
    metrics: Annotated[
        Path | None,
        typer.Option("--metrics", help="Write counts in Prometheus' text format after each look.", metavar="FILE"),
    ] = None,
    publish: Annotated[bool, typer.Option("--publish", help="Publish the batch if it holds.")] = False,
    despite: Annotated[
        str, typer.Option("--despite", help="Publish it although it does not hold, for this reason.", metavar="REASON")
    ] = "",
    discard: Annotated[bool, typer.Option("--discard", help="Remove the batch and its files.")] = False,
    older_than: Annotated[
        float | None,
        typer.Option(
            "--older-than", help="With --discard: every batch that waits for longer.", metavar="DAYS", min=1, max=3650
        ),
    ] = None,
    gx: Annotated[
        bool, typer.Option("--gx", help="Run the suites by Great Expectations itself: slower, needs memory.")
    ] = False,
    report: Annotated[Path | None, typer.Option("--report", help="Write an HTML report.", metavar="FILE")] = None,
    inbox: InboxOrTopic = None,
    kafka: ToKafka = None,
    topic: Topic = "replay_signals",
    json: Json = False,
) -> ExitCode:
    """Hold the tables, or a batch that waits on its branch, to what they promise; publish or discard it.

    Exits with 7 when something does not hold.
    """
    from replay_signals.jobs import validate as job

    if older_than is not None and (not discard or branch is not None):
        raise typer.BadParameter("--older-than goes with --discard, and chooses the batches")
    if (publish or discard) and branch is None and older_than is None:
        raise typer.BadParameter("--publish and --discard need the --branch of a batch")
    if publish and discard:
        raise typer.BadParameter("a batch is published or discarded, not both")
    if despite and not publish:
        raise typer.BadParameter("--despite goes with --publish")
    if since is not None and branch is not None:
        raise typer.BadParameter("--since looks at what is published, --branch at what is not")
    if new and (branch or since or report or gx):
        raise typer.BadParameter("--new goes with none of --branch, --since, --report and --gx")
    if not new and (every or metrics or kafka):
        raise typer.BadParameter("--every, --metrics and --kafka go with --new")
    if metrics is not None and (not metrics.name or (metrics.exists() and not metrics.is_file())):
        raise typer.BadParameter("--metrics names a file that may be replaced")
    folder = inbox or ("" if kafka else str(Path(warehouse) / "inbox"))
    refuse_outputs(None if catalog else warehouse, folder or None, report, metrics)
    moment = since and since.replace(tzinfo=since.tzinfo or UTC)
    store = store_of(warehouse, catalog)
    if new:
        from replay_signals.jobs import watch

        wait = timedelta(minutes=patience)
        return watch.run(watch.Request(store, folder, kafka or "", topic, wait, metrics, json), every)
    if older_than is not None:
        return job.discard_old(store, older_than, json=json)
    if discard and branch is not None:
        return job.discard(store, branch, json=json)
    if publish and branch is not None:
        return job.publish(store, branch, despite.strip(), folder, json=json)
    return job.run(store, branch, moment, job.Output(json, report, gx))
