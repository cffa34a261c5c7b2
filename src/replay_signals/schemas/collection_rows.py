"""Rows of the table `collections`: what people did to their collections and playlists, one row a change."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Struct

from replay_signals.schemas.columns import doc
from replay_signals.schemas.kept import Holds

Change = Literal["saved", "added", "removed", "deleted"]
"""A filter was saved, sessions were put in or taken out, or all of it was deleted."""


class CollectionRow(Struct, frozen=True, kw_only=True):
    """One change of one collection; what it holds is all of its changes in order of `number`."""

    day: Annotated[date, doc("UTC day of the change; partition")]
    name: Annotated[str, doc("Name of the collection or playlist"), Holds.NOTE]
    number: Annotated[int, doc("Counts the changes of this name from 1")]
    change: Annotated[str, doc("saved (a filter), added, removed (sessions) or deleted"), Holds.OWN_WORD]
    condition: Annotated[str, doc("saved: the filter by which the playlist fills itself"), Holds.NOTE]
    sessions: Annotated[list[str], doc("added, removed: ids of the sessions"), Holds.RANDOM_ID]
    note: Annotated[str, doc("What it is for, in the words of who changed it"), Holds.NOTE]
    changed_by: Annotated[str, doc("Who changed it, as they named themselves"), Holds.OPERATOR]
    changed_at: Annotated[datetime, doc("When, clock of the machine")]
