"""What a collection holds, out of all that was done to it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

import msgspec

from replay_signals.schemas.collection_rows import CollectionRow


class Contents(msgspec.Struct, frozen=True):
    """A playlist (with a condition) or a collection (with sessions, in the order in which they were put in)."""

    name: str
    condition: str = ""
    sessions: tuple[str, ...] = ()
    note: str = ""
    number: int = 0
    """Of the last change."""
    is_deleted: bool = False

    @property
    def is_playlist(self) -> bool:
        """Whether it fills itself."""
        return bool(self.condition)


def contents(rows: Iterable[CollectionRow]) -> dict[str, Contents]:
    """What each name stands for after all changes, deleted ones included: their numbers go on."""
    ordered = sorted(rows, key=lambda row: (row.name, row.number))
    return {name: _folded(name, changes) for name, changes in groupby(ordered, key=lambda row: row.name)}


def _folded(name: str, changes: Iterable[CollectionRow]) -> Contents:
    now = Contents(name)
    for row in changes:
        now = msgspec.structs.replace(_changed(now, row), number=row.number)
    return now


def _changed(now: Contents, row: CollectionRow) -> Contents:
    if row.change == "deleted":
        return Contents(now.name, is_deleted=True)
    note = row.note or now.note
    if row.change == "saved":
        return Contents(now.name, row.condition, note=note)
    given = dict.fromkeys(row.sessions)
    others = [one for one in now.sessions if one not in given]
    kept = others if row.change == "removed" else [*now.sessions, *(one for one in given if one not in now.sessions)]
    return Contents(now.name, sessions=tuple(kept), note=note)
