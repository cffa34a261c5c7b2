"""The command `session`."""

from __future__ import annotations

from typing import Annotated

import typer

from replay_signals.jobs.exits import guarded
from replay_signals.jobs.options import Catalog, Json, Warehouse, store_of


@guarded
def session(
    session_id: Annotated[str, typer.Argument(help="Id of the session.", metavar="ID", show_default=False)],
    warehouse: Warehouse = "warehouse",
    catalog: Catalog = None,
    limit: Annotated[int, typer.Option("--limit", help="Lines of the timeline to print; 0 prints all.", min=0)] = 40,
    by_model: Annotated[
        bool, typer.Option("--by-model", help="Let a configured language model write the summary (docs/analysis.md).")
    ] = False,
    json: Json = False,
) -> None:
    """Tell one session: what they came for and did, what went wrong, how it ended, and its timeline."""
    from replay_signals.jobs import session as job

    job.run(store_of(warehouse, catalog), session_id, limit, by_model=by_model, json=json)
