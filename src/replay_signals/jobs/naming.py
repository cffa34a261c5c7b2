"""What an id that somebody typed stands for, whole or its first characters, and what is near when nothing is."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TypeVar

from replay_signals.pipelines.inbox.encoding import InboxError

MIN_ID_CHARS = 4
MAX_NEAREST = 3
T = TypeVar("T")


def by_id(known: Mapping[str, T], wanted: str, how_to_list: str) -> T:
    """What has this id, or the only one whose id starts so.

    Raises InboxError, which names the nearest ids and, after `how_to_list`, all of them.
    """
    if wanted in known:
        return known[wanted]
    found = [own for name, own in known.items() if name.startswith(wanted)] if len(wanted) >= MIN_ID_CHARS else []
    if len(found) == 1:
        return found[0]
    if found:
        raise InboxError(f"{len(found)} records start with {wanted}; give more of the id.")
    nearest = _nearest(known, wanted)
    near = f" Nearest: {', '.join(nearest)}." if nearest else ""
    raise InboxError(f"No record {wanted}.{near} `{how_to_list}` lists ids.")


def _nearest(known: Mapping[str, object], wanted: str) -> list[str]:
    """Ids that look like it, those that begin alike first."""
    size = max(MIN_ID_CHARS, len(wanted))
    heads = {name[:size]: name for name in known}
    close = get_close_matches(wanted, heads, MAX_NEAREST)
    return [heads[head] for head in close]
