"""The command `brief`."""

from __future__ import annotations

from typing import Annotated

import typer

from replay_signals.jobs.exits import guarded
from replay_signals.jobs.options import Catalog, ProblemArgument, RulesFile, WarehouseArgument, store_of


def add_to(app: typer.Typer) -> None:
    """Registers the command."""
    app.command()(brief)


@guarded
def brief(
    problem: ProblemArgument,
    warehouse: WarehouseArgument = "warehouse",
    catalog: Catalog = None,
    rules: RulesFile = None,
    json: Annotated[bool, typer.Option("--json/--markdown", help="Print JSON, or Markdown.")] = False,
) -> None:
    """Print what somebody needs who mends a problem: whom it hurts, the steps to it, the evidence, what is open."""
    from replay_signals.jobs import brief as job

    job.run(problem, store_of(warehouse, catalog), rules, json=json)
