"""Commands that look into a warehouse's tables: `sessions`, `signals` and `funnel`."""

from __future__ import annotations

from typing import Annotated

import typer

from replay_signals.jobs.exits import guarded
from replay_signals.jobs.options import (
    Catalog,
    FromDay,
    Json,
    Kinds,
    Limit,
    MinConfidence,
    MinSeverity,
    PageOption,
    RulesFile,
    SessionOption,
    ToDay,
    Warehouse,
    Where,
    day_of,
    store_of,
)


def add_to(app: typer.Typer) -> None:
    """Registers the commands."""
    app.command()(sessions)
    app.command()(signals)
    app.command()(funnel)


@guarded
def sessions(  # noqa: PLR0913, PLR0917 - one parameter an option
    warehouse: Warehouse = "warehouse",
    catalog: Catalog = None,
    where: Where = "",
    session: SessionOption = None,
    page: PageOption = "",
    min_severity: MinSeverity = 0.0,
    from_day: FromDay = None,
    to_day: ToDay = None,
    limit: Limit = 20,
    json: Json = False,
) -> None:
    """List the sessions of a warehouse, most severe first."""
    from replay_signals.jobs import tables

    wanted = tables.Filter(session, day_of(from_day), day_of(to_day), min_severity, page=page, where=where)
    tables.show_sessions(store_of(warehouse, catalog).worst("sessions", wanted, limit), json)


@guarded
def signals(  # noqa: PLR0913, PLR0917 - one parameter an option
    warehouse: Warehouse = "warehouse",
    catalog: Catalog = None,
    where: Where = "",
    kind: Kinds = None,
    session: SessionOption = None,
    page: PageOption = "",
    min_severity: MinSeverity = 0.0,
    min_confidence: MinConfidence = 0.0,
    from_day: FromDay = None,
    to_day: ToDay = None,
    limit: Limit = 20,
    rules: RulesFile = None,
    json: Json = False,
) -> None:
    """List the signals of a warehouse, worst first."""
    from replay_signals.jobs import tables
    from replay_signals.jobs.player_links import player_of

    days = day_of(from_day), day_of(to_day)
    wanted = tables.Filter(session, *days, min_severity, kind or [], min_confidence, page, where)
    player = player_of(rules)
    tables.show_signals(store_of(warehouse, catalog).worst("signals", wanted, limit), json, player)


@guarded
def funnel(  # noqa: PLR0913, PLR0917 - one parameter an option
    steps: Annotated[
        list[str],
        typer.Argument(
            help="Steps in order: names of events, or conditions on one.", metavar="STEP STEP …", show_default=False
        ),
    ],
    warehouse: Warehouse = "warehouse",
    catalog: Catalog = None,
    within: Annotated[str, typer.Option("--within", help="From the first step to the last: 30m, 1h, 14d.")] = "14d",
    is_strict: Annotated[bool, typer.Option("--strict", help="No other event between two steps.")] = False,
    is_unordered: Annotated[bool, typer.Option("--unordered", help="Steps in any order.")] = False,
    exclude: Annotated[
        list[str] | None,
        typer.Option("--exclude", help="Event between two steps that ends the way; may be repeated.", metavar="STEP"),
    ] = None,
    where: Annotated[
        str, typer.Option("--where", help="Only events for which a condition holds.", metavar="CONDITION")
    ] = "",
    from_day: FromDay = None,
    to_day: ToDay = None,
    json: Json = False,
) -> None:
    """Who took steps in order, who dropped after each, in which sessions, and what trouble those met more often."""
    from replay_signals.jobs import funnel as job
    from replay_signals.pipelines.analysis.funnels import Funnel, Order

    if is_strict and is_unordered:
        raise typer.BadParameter("a funnel is --strict or --unordered, not both")
    order: Order = "strict" if is_strict else "unordered" if is_unordered else "ordered"
    asked = Funnel(steps, job.span(within), order, exclude or [], where, day_of(from_day), day_of(to_day))
    job.run(store_of(warehouse, catalog), asked, json=json)
