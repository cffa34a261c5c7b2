"""What a group of sessions is called: by its first session alone, so that no session that comes later renames it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

ID_CHARS = 6
NAMED = 2
MAX_PART_CHARS = 60


class Features(NamedTuple):
    """What a session did and met.

    `pages` are in order of the first visit, `met` are problems in order of severity as (id, kind, place), `did` are the
    site's own events in order.
    """

    pages: Sequence[str] = ()
    met: Sequence[tuple[str, str, str]] = ()
    did: Sequence[str] = ()
    left_in_trouble: bool = False

    def weighted(self) -> dict[str, float]:
        """Each feature with its weight: a problem counts twice as much as a page, or as a kind of trouble."""
        found = {f"page={page}": 1.0 for page in self.pages}
        found |= {f"did={event}": 2.0 for event in self.did}
        found |= {f"met={problem}": 2.0 for problem, _, _ in self.met}
        found |= {f"kind={kind}": 1.0 for _, kind, _ in self.met}
        return found | ({"left": 2.0} if self.left_in_trouble else {}) | ({} if self.met else {"untroubled": 2.0})


def group_id(first: Features) -> str:
    """The same for the same features, in hex digits."""
    text = "\n".join(sorted(first.weighted()))
    return hashlib.blake2b(text.encode(errors="backslashreplace"), digest_size=8).hexdigest()[:ID_CHARS]


def group_name(first: Features) -> str:
    """In words: trouble and where, the way through the pages, what was reached, how it ended."""
    kinds = list(dict.fromkeys(f"{kind} at {place}" if place else kind for _, kind, place in first.met))
    parts = [_joined(kinds, NAMED) if kinds else "no trouble"]
    if first.pages:
        way = first.pages if len(first.pages) <= NAMED else [first.pages[0], "…", first.pages[-1]]
        parts.append(" → ".join(_cut(page) for page in way))
    if first.did:
        parts.append(f"reached {_joined(first.did, NAMED)}")
    if first.left_in_trouble:
        parts.append("left in trouble")
    return ", ".join(parts)


def _joined(names: Iterable[str], most: int) -> str:
    every = [_cut(name) for name in names]
    more = len(every) - most
    return " + ".join(every[:most]) + (f" + {more} more" if more > 0 else "")


def _cut(text: str) -> str:
    return text if len(text) <= MAX_PART_CHARS else text[: MAX_PART_CHARS - 1] + "…"
