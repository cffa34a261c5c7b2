"""First marks: what a page writes on one of its outer elements at the first click in a document, whatever is clicked.

A theme may set an attribute that was not there to its empty state at any click; the next click writes the same and a
recorder tells nothing of it. One document shows an answer, several of a session show that it is none.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from replay_signals.transforms.digest import records
from replay_signals.transforms.session.effects import Effect, Target
from replay_signals.transforms.session.element_names import element_key
from replay_signals.transforms.session.gestures import Click
from replay_signals.transforms.session.timeline import Page

AT_ONCE_MS = 100
"""Handlers of the document write within a few frames of the click."""
CLICKED = 3
"""So many different elements were clicked: two may be two buttons of one menu."""
DOCUMENTS = 2
SAME_NODES = 6
"""Ids of one outer element differ no more between documents of a site: a style or a script more stands before it."""


class _Write(NamedTuple):
    page: Page
    t: float
    node_id: int
    clicked: str


def first_marks(views: Iterable[tuple[Page, Sequence[Click]]]) -> dict[Page, set[tuple[float, Target]]]:
    """By page, when and where such marks were written; `views` are all pages of a session with their clicks."""
    written: dict[tuple[str, int], list[_Write]] = {}
    for page, clicks in views:
        for mark, write in _first_writes(page, clicks):
            written.setdefault(mark, []).append(write)
    marks: dict[Page, set[tuple[float, Target]]] = {}
    for (name, _), writes in written.items():
        if _whatever_is_clicked(writes):
            for w in writes:
                marks.setdefault(w.page, set()).add((w.t, ("a", w.node_id, name)))
    return marks


def without_marks(effects: list[Effect], marks: set[tuple[float, Target]]) -> list[Effect]:
    """The effects that are more than such marks."""
    return [e for e in effects if not e.targets or not all((e.t, target) in marks for target in e.targets)]


def _first_writes(page: Page, clicks: Sequence[Click]) -> Iterator[tuple[tuple[str, int], _Write]]:
    """What is first written of data attributes right after a click, before the element that was clicked."""
    seen: set[tuple[int, str]] = set()
    times = [c.t for c in clicks]
    for t, record in page.of(records.Mutation) if clicks else ():
        for node_id, name, value in record.attributes:
            if not name.startswith("data-") or (node_id, name) in seen:
                continue
            seen.add((node_id, name))
            i = bisect_right(times, t) - 1
            if i < 0 or t - times[i] > AT_ONCE_MS or node_id >= (clicks[i].element or 0):
                continue
            control = clicks[i].control
            clicked = element_key(control) if control is not None else str(clicks[i].node_id)
            yield (name, value), _Write(page, t, node_id, clicked)


def _whatever_is_clicked(writes: list[_Write]) -> bool:
    nodes = [w.node_id for w in writes]
    documents = {(w.page.window_id, w.page.start_ms) for w in writes}
    return (
        len({w.clicked for w in writes}) >= CLICKED
        and len(documents) >= DOCUMENTS
        and max(nodes) - min(nodes) <= SAME_NODES
    )
