"""compare: is it new, changed, the same or retracted? For tables, stream and inbox alike. Pure."""

from __future__ import annotations

from typing import NamedTuple

NEW, REVISED, RETRACTED = "new", "revised", "retracted"


class Known(NamedTuple):
    """What was last said under a key: its revision, its content, and whether it was taken back.

    `contested`: another record claims the same revision, or a table may lack it, so it has to be said again.
    """

    revision: int
    content: bytes
    retracted: bool = False
    contested: bool = False


class Next(NamedTuple):
    """What there is to say: a status and the revision after the known one."""

    status: str
    revision: int


def compare(content: bytes | None, known: Known | None) -> Next | None:
    """What to say now that a key has this content, or none; None when nothing changed."""
    if known is None:
        return None if content is None else Next(NEW, 1)
    if content is None:
        is_said = known.retracted and not known.contested
        return None if is_said else Next(RETRACTED, known.revision + 1)
    if known.retracted or known.contested or known.content != content:
        return Next(REVISED, known.revision + 1)
    return None
