"""The command `simulate`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import typer

from replay_signals.jobs.exits import guarded

UNTIL = date(2026, 6, 28)
"""Last simulated day when none is named: the same data for the same seed, whenever it is asked for."""


@guarded
def simulate(  # noqa: PLR0913, PLR0917 - one parameter an option
    warehouse: Annotated[
        str, typer.Option("--warehouse", "-w", help="Folder of the new warehouse.", metavar="DIR")
    ] = "simulated",
    sessions: Annotated[int, typer.Option("--sessions", help="Sessions of one team over all days.", min=1)] = 10_000,
    days: Annotated[int, typer.Option("--days", help="Days.", min=1, max=366)] = 28,
    until: Annotated[
        datetime | None, typer.Option("--to", help="Last day (UTC).", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same sessions.", min=0)] = 1,
    teams: Annotated[int, typer.Option("--teams", help="Repetitions, each a team of its own.", min=1)] = 1,
    places: Annotated[int, typer.Option("--places", help="Pages of the site, at least.", min=0, max=1_000)] = 0,
    quiet: Annotated[bool, typer.Option("--quiet", help="Plant nothing: background trouble alone.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Nothing confounds: a naive comparison is right.")] = False,
    recorded: Annotated[
        bool, typer.Option("--recorded", help="Record and judge each session (slow), instead of drawing its rows.")
    ] = False,
    rules: Annotated[str | None, typer.Option("--rules", help="Rules file (TOML).", metavar="FILE")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of tables.")] = False,
) -> None:
    """Make a warehouse of sessions in which problems of known effect are planted, and say which."""
    from replay_signals.jobs import simulate as job

    last = UNTIL if until is None else until.date()
    job.run(job.Wanted(sessions, days, last, seed, teams, places, quiet, plain, recorded), warehouse, rules, json=json)
