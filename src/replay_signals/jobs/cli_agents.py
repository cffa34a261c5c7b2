"""The command `mcp`: problems for coding agents."""

from __future__ import annotations

from typing import Annotated

import typer

from replay_signals.jobs.exits import guarded
from replay_signals.jobs.options import Catalog, RulesFile, WarehouseArgument, store_of

TOKEN_VARIABLE = "REPLAY_SIGNALS_MCP_TOKEN"


def add_to(app: typer.Typer) -> None:
    """Registers the command."""
    app.command()(mcp)


@guarded
def mcp(
    warehouse: WarehouseArgument = "warehouse",
    catalog: Catalog = None,
    recordings: Annotated[
        list[str] | None,
        typer.Option("--recordings", help="The recordings, to look at pages; may be repeated.", metavar="PATH"),
    ] = None,
    http: Annotated[
        int | None,
        typer.Option("--http", help="Serve HTTP on this port, here alone.", min=1, max=65535, metavar="PORT"),
    ] = None,
    token: Annotated[
        str | None,
        typer.Option("--token", help="Token for HTTP; made and printed when there is none.", envvar=TOKEN_VARIABLE),
    ] = None,
    rules: RulesFile = None,
) -> None:
    """Serve problems to a coding agent over the Model Context Protocol; without --http on standard input and output."""
    from replay_signals.jobs import agents as job
    from replay_signals.jobs.agent_tools import Sources

    sources = Sources(store_of(warehouse, catalog), recordings or [], rules)
    if http is None:
        job.run_stdio(sources)
    else:
        job.run_http(sources, http, token)
