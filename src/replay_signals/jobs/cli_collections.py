"""The commands `collections …`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from replay_signals.jobs.exits import guarded
from replay_signals.jobs.options import Catalog, Json, SaidBy, Warehouse, store_of

if TYPE_CHECKING:
    from replay_signals.jobs.collections import Wanted

collections_app = typer.Typer(
    name="collections",
    help="Playlists that fill themselves by a filter, sessions collected by hand, and a few that come ready.",
    no_args_is_help=True,
)
Name = Annotated[str, typer.Argument(help="Name of the collection or playlist.", metavar="NAME")]
Sessions = Annotated[list[str], typer.Argument(help="Ids of sessions.", metavar="SESSION …")]
Note = Annotated[str, typer.Option("--note", help="What it is for.", metavar="TEXT")]


@collections_app.command("list")
@guarded
def list_all(warehouse: Warehouse = "warehouse", catalog: Catalog = None, json: Json = False) -> None:
    """List playlists and collections."""
    from replay_signals.jobs import collections as job

    job.list_all(store_of(warehouse, catalog), json=json)


@collections_app.command()
@guarded
def show(
    name: Name,
    warehouse: Warehouse = "warehouse",
    catalog: Catalog = None,
    limit: Annotated[int, typer.Option("--limit", help="How many sessions to print; 0 prints all.", min=0)] = 10,
    json: Json = False,
) -> None:
    """Show its sessions in an order in which the first few show as many different problems as possible."""
    from replay_signals.jobs import collections as job

    job.show(store_of(warehouse, catalog), name, limit, json=json)


@collections_app.command()
@guarded
def save(
    name: Name,
    where: Annotated[str, typer.Option("--where", help="Filter of sessions (docs/analysis.md).", metavar="CONDITION")],
    warehouse: Warehouse = "warehouse",
    catalog: Catalog = None,
    note: Note = "",
    by: SaidBy = None,
) -> None:
    """Save a filter as a playlist that fills itself."""
    from replay_signals.jobs.collections import Wanted

    if not where.strip():
        raise typer.BadParameter("an empty filter chooses everything: say what the playlist is about")
    _change(Wanted(name, "saved", where, note=note, by=by), warehouse, catalog)


@collections_app.command()
@guarded
def add(
    name: Name,
    session: Sessions,
    warehouse: Warehouse = "warehouse",
    catalog: Catalog = None,
    note: Note = "",
    by: SaidBy = None,
) -> None:
    """Put sessions into a collection; one that does not exist is made."""
    from replay_signals.jobs.collections import Wanted

    _change(Wanted(name, "added", sessions=session, note=note, by=by), warehouse, catalog)


@collections_app.command()
@guarded
def remove(
    name: Name, session: Sessions, warehouse: Warehouse = "warehouse", catalog: Catalog = None, by: SaidBy = None
) -> None:
    """Take sessions out of a collection."""
    from replay_signals.jobs.collections import Wanted

    _change(Wanted(name, "removed", sessions=session, by=by), warehouse, catalog)


@collections_app.command()
@guarded
def delete(name: Name, warehouse: Warehouse = "warehouse", catalog: Catalog = None, by: SaidBy = None) -> None:
    """Delete a playlist or collection. The sessions stay."""
    from replay_signals.jobs.collections import Wanted

    _change(Wanted(name, "deleted", by=by), warehouse, catalog)


def _change(wanted: Wanted, warehouse: str, catalog: str | None) -> None:
    from replay_signals.jobs import collections as job

    job.change(store_of(warehouse, catalog), wanted, datetime.now(UTC))
