"""The command `groups`."""

from __future__ import annotations

from typing import Annotated

import typer

from replay_signals.jobs.exits import guarded
from replay_signals.jobs.options import Catalog, FromDay, Json, ToDay, Warehouse, Where, day_of, store_of


@guarded
def groups(
    warehouse: Warehouse = "warehouse",
    catalog: Catalog = None,
    where: Where = "",
    from_day: FromDay = None,
    to_day: ToDay = None,
    limit: Annotated[int, typer.Option("--limit", help="How many groups to print; 0 prints all.", min=0)] = 10,
    by_model: Annotated[
        bool, typer.Option("--by-model", help="Let a configured language model tell each group (docs/analysis.md).")
    ] = False,
    json: Json = False,
) -> None:
    """Group sessions by what they did and met, the largest group first."""
    from replay_signals.jobs import groups as job

    asked = job.Asked(where, day_of(from_day), day_of(to_day), limit, by_model)
    job.run(store_of(warehouse, catalog), asked, json=json)
