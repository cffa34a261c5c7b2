"""The name or value that was meant by one that does not exist."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from replay_signals.transforms.filters.condition import FilterError


def no_such(said: str, name: str, known: Iterable[str], scope: str, after: str = "") -> FilterError:
    """What is wrong with a name, and the one that was meant."""
    names = list(dict.fromkeys(known))
    near = nearest(name, names, after)
    listed = "" if near else f"; there are {', '.join(names)}"
    return FilterError(f"{said}: a filter of a {scope} knows no such name{near}{listed}")


def nearest(name: str, known: Iterable[str], after: str = "") -> str:
    """`; do you mean …?` with the known name that is most like it; empty when none is."""
    near = difflib.get_close_matches(name, list(known), 1, 0.5)
    return f"; do you mean {near[0]}{after}?" if near else ""
