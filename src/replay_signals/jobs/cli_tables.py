"""Commands that look into a warehouse's tables: `sessions` and `signals`."""

from __future__ import annotations

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
