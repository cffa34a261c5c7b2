"""collections: playlists that fill themselves by a filter, sessions collected by hand, and a few that come ready."""

from __future__ import annotations

import getpass
import os
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from replay_signals.jobs import render
from replay_signals.jobs.tables import Store
from replay_signals.pipelines.analysis import playlists
from replay_signals.pipelines.analysis.filtering import condition
from replay_signals.pipelines.analysis.playlists import READY, Filled, Shown, known, stored
from replay_signals.pipelines.iceberg.warehouse import connect
from replay_signals.schemas.collection_rows import Change, CollectionRow
from replay_signals.transforms.filters.condition import FilterError
from replay_signals.transforms.playlists.contents import Contents
from replay_signals.transforms.printable import json_bytes, visible

BY_VARIABLE = "REPLAY_SIGNALS_BY"
MAX_NOTE_CHARS = 500
MAX_BY_CHARS = 100
MAX_SESSIONS = 10_000
"""Of one collection: what is more is a playlist."""
_NAME = re.compile(r"\w[\w .:-]{0,79}")
TITLES = 3
"""Problems that a terminal shows of a session."""


class Wanted(NamedTuple):
    """What is to be done to a collection."""

    name: str
    change: Change
    condition: str = ""
    sessions: Sequence[str] = ()
    note: str = ""
    by: str | None = None


def list_all(store: Store, *, json: bool) -> None:
    """Prints what there is, that which comes ready last. Raises WarehouseError."""
    with connect(store.warehouse, store.catalog, names=("collections",)) as db:
        own = [one for one in stored(db).values() if not one.is_deleted]
    if json:
        found: list[dict[str, object]] = [
            {"name": one.name, "kind": _kind(one), "where": one.condition, "sessions": one.sessions, "note": one.note}
            for one in own
        ]
        found += [{"name": name, "kind": "ready", "where": "", "note": one.about} for name, one in READY.items()]
        render.write(json_bytes(found, indent=2))
        return
    cells = [(one.name, _kind(one), one.condition or render.count(len(one.sessions), "session")) for one in own]
    cells += [(name, "ready", one.about) for name, one in READY.items()]
    render.rows([("Name", "left"), ("Kind", "left"), ("What it shows", "fold")], cells)


def show(store: Store, name: str, limit: int, *, json: bool) -> None:
    """Prints the sessions of a collection, the most different problems first. Raises FilterError and WarehouseError."""
    found = sessions_of(store, name, limit)
    if json:
        render.write(json_bytes(found._asdict() | {"sessions": [one._asdict() for one in found.sessions]}, indent=2))
        return
    render.out().print(render.text(f"{found.name}: {found.about}"))
    for one in found.sessions:
        _print_session(one)
    if found.total > len(found.sessions):
        more = render.count(found.total - len(found.sessions), "more session")
        render.out().print(f"… and {more}; --limit shows more.", style="dim")
    if not found.total:
        render.out().print("No sessions.")


def sessions_of(store: Store, name: str, limit: int) -> Filled:
    """A collection with `limit` of its sessions (0: all that compete). Raises FilterError and WarehouseError."""
    from replay_signals.pipelines.analysis.filtering import tables_of

    with connect(store.warehouse, store.catalog, names=("collections",)) as db:
        own = known(name, stored(db))
    needed = set(playlists.TABLES)
    if own is not None and own.is_playlist:
        needed |= tables_of(condition(own.condition, "session", "s").sql)
    with connect(store.warehouse, store.catalog, names=needed) as db:
        return playlists.ready(db, name, limit) if own is None else playlists.filled(db, own, limit)


def change(store: Store, wanted: Wanted, now: datetime) -> None:
    """Saves, adds, removes or deletes. Raises FilterError and WarehouseError."""
    from replay_signals.pipelines.analysis import saving

    _check(store, wanted)
    row = saving.change(lambda own: _next(wanted, own, now), store.warehouse, store.catalog)
    what = f" {render.count(len(row.sessions), 'session')}" if row.sessions else ""
    render.out().print(render.text(f"{row.name}: {row.change}{what}"))


def _check(store: Store, wanted: Wanted) -> None:
    """Refuses what would never be right, before anything is written. Raises FilterError and WarehouseError."""
    from replay_signals.pipelines.privacy import policy_of
    from replay_signals.schemas.rules import Rules
    from replay_signals.transforms.privacy.policy import Removed

    if not _NAME.fullmatch(wanted.name):
        raise FilterError("a name has 1 to 80 letters, digits, spaces and . : - _, and begins with a letter or digit")
    if wanted.name in READY:
        raise FilterError(f"{wanted.name} comes ready and stays as it is: take another name")
    condition(wanted.condition, "session", "s")
    mask = policy_of(Rules()).text
    for text in (wanted.name, wanted.condition, wanted.note):
        if mask(text, "note", Removed()) != text:
            raise FilterError(
                "it says who somebody is; ids that do so are hashed, so name the id as the tables have it"
            )
    if wanted.change == "added":
        with connect(store.warehouse, store.catalog, names=("sessions",)) as db:
            if unknown := playlists.missing(db, wanted.sessions):
                raise FilterError(f"no session {unknown[0]} in the warehouse; `sessions` lists ids")


def _next(wanted: Wanted, own: Mapping[str, Contents], now: datetime) -> CollectionRow:
    standing = own.get(wanted.name)
    before = None if standing is None or standing.is_deleted else standing
    if before is None and wanted.change in {"removed", "deleted"}:
        known(wanted.name, own)
    if before is not None:
        _fits(wanted, before)
    return CollectionRow(
        day=now.date(),
        name=wanted.name,
        number=1 if standing is None else standing.number + 1,
        change=wanted.change,
        condition=wanted.condition,
        sessions=list(dict.fromkeys(wanted.sessions)),
        note=" ".join(wanted.note.split())[:MAX_NOTE_CHARS],
        changed_by=" ".join((wanted.by or _login()).split())[:MAX_BY_CHARS],
        changed_at=now,
    )


def _fits(wanted: Wanted, before: Contents) -> None:
    """Sessions go into collections and filters into playlists. Raises FilterError."""
    if wanted.change in {"added", "removed"} and before.is_playlist:
        raise FilterError(f"{before.name} is a playlist: its filter says what is in it ({before.condition})")
    if wanted.change == "saved" and not before.is_playlist:
        raise FilterError(f"{before.name} is a collection of {len(before.sessions):,} sessions: take another name")
    if wanted.change == "removed" and (absent := [one for one in wanted.sessions if one not in before.sessions]):
        raise FilterError(f"session {absent[0]} is not in {before.name}")
    if wanted.change == "added" and len(before.sessions) + len(wanted.sessions) > MAX_SESSIONS:
        raise FilterError(f"a collection has at most {MAX_SESSIONS:,} sessions: save a filter instead")


def _kind(one: Contents) -> str:
    return "playlist" if one.is_playlist else "collection"


def _print_session(one: Shown) -> None:
    from rich.padding import Padding
    from rich.text import Text

    when = f"  {one.started_at:%Y-%m-%d %H:%M}  {render.clock(one.duration_ms)}  severity "
    render.out().print(Text.assemble((visible(one.session_id), "bold"), when, render.severity(one.severity)))
    titles = one.first_seen or one.problems
    lines = [render.text(title) for title in titles[:TITLES]]
    if len(titles) > TITLES:
        lines.append(Text(f"… and {len(titles) - TITLES:,} more", style="dim"))
    for line in lines:
        render.out().print(Padding(line, (0, 0, 0, 2), expand=False))


def _login() -> str:
    try:
        return os.environ.get(BY_VARIABLE) or getpass.getuser()
    except (OSError, KeyError) as error:
        raise FilterError(f"say who you are: --by NAME, or {BY_VARIABLE}") from error
