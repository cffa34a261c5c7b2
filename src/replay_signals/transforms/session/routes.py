"""Ways back within one document: a single-page application shows another page and then the one before.

Most recorders do not tell where such an application is. What tells is its content: a link is clicked and children of an
element are replaced by others, and some time later, with nothing pressed or typed since, they are replaced again by
what stood there before the click. Content that is loaded in two steps (a placeholder, a spinner) brings nothing of its
own in the first, or nothing known in the second.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.session import urls
from replay_signals.transforms.session.fields import typed_fields
from replay_signals.transforms.session.gestures import control_at
from replay_signals.transforms.session.timeline import Page

SHOWN_WITHIN_MS = 1500
"""Longest time from the click to the page that it shows; what is loaded for it may come in later steps."""
MIN_KNOWN_SHARE = 0.8
"""Of the controls that come back: a page that is shown again may have one more or a changed one."""
_PRESSES = frozenset((rrweb.CLICK, rrweb.MOUSE_DOWN, rrweb.TOUCH_START))

Key = tuple[str, str, str, str]
"""What a control is; ids and classes are often made anew with it."""


@dataclass(frozen=True, slots=True)
class WayBack:
    """A page that a link showed within the document, epoch ms, until the one before was shown again."""

    url: str
    shown_ms: float
    returned_ms: float


@dataclass(slots=True)
class _Shown:
    """What a click on a link has shown so far. `places` are elements whose children were replaced."""

    url: str
    click_ms: float
    known: frozenset[Key]
    shown_ms: float | None = None
    places: set[int] = field(default_factory=set)
    content: set[Key] = field(default_factory=set)


def ways_back(page: Page) -> Iterator[WayBack]:
    """The ways back of a page in order of time."""
    known = set(_known(page.elements.all())) if page.restored is not None else set()
    typed_ms = {change.t for box in typed_fields(page) for change in box.typed}
    shown: _Shown | None = None
    for t, record in page.records:
        if isinstance(record, records.Mutation):
            if shown is not None:
                if _returns(shown, t, record):
                    yield WayBack(shown.url, shown.shown_ms or t, t)
                    shown = None
                elif t - shown.click_ms <= SHOWN_WITHIN_MS:
                    _add(shown, t, record)
            known.update(_known(record.controls))
        elif isinstance(record, records.FullSnapshot):
            known.update(_known(record.controls))
        elif isinstance(record, records.Input):
            shown = None if t in typed_ms else shown
        elif isinstance(record, records.Interaction) and record.kind in _PRESSES:
            link = control_at(page, record.node_id) if record.kind == rrweb.CLICK else None
            leads = link is not None and link.tag == "a" and link.href not in ("", "#")
            url = urls.joined(page.href, link.href) if link is not None and leads else ""
            shown = _Shown(url, t, frozenset(known)) if url else None


def _keys(controls: Iterable[Control]) -> Iterator[Key]:
    return ((c.tag, c.type, c.name, c.href) for c in controls)


def _known(controls: Iterable[Control]) -> Iterator[Key]:
    for key in _keys(controls):
        yield from (key, _nameless(key))


def _nameless(key: Key) -> Key:
    return key[0], key[1], "", key[3]


def _is_masked(key: Key) -> bool:
    """Names are masked where it is not known what they stand in, which is so for what is added later."""
    return key[2].startswith("[") and key[2].endswith("]")


def _replaces(record: records.Mutation) -> bool:
    return bool(record.removed and record.added)


def _add(shown: _Shown, t: float, record: records.Mutation) -> None:
    if _replaces(record):
        shown.places.update(record.parents)
        shown.shown_ms = t if shown.shown_ms is None else shown.shown_ms
    if shown.shown_ms is not None:
        shown.content.update(_keys(record.controls))


def _returns(shown: _Shown, t: float, record: records.Mutation) -> bool:
    """Is what the click showed replaced by what stood there before?"""
    if shown.shown_ms is None or t == shown.shown_ms or not _replaces(record):
        return False
    back = set(_keys(record.controls))
    own, returned = shown.content - back, back - shown.content
    known = sum(key in shown.known or (_is_masked(key) and _nameless(key) in shown.known) for key in returned)
    same_place = not shown.places.isdisjoint(record.parents)
    return same_place and bool(own and returned) and known >= MIN_KNOWN_SHARE * len(returned)
