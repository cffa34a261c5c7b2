"""What an element is by its tag and its attributes alone: found out once for all elements that are written alike.

A page repeats its elements (cards, rows, icons), a session its pages and a site its sessions: of twenty elements that a
worker comes to, nineteen have been read before. So attributes stay JSON until nobody knows them, and what follows from
them is kept by these bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec

from replay_signals.schemas.rrweb import NO_ATTRIBUTES, Attributes, Node
from replay_signals.transforms.digest.control_flags import (
    MAX_CLASS_CHARS,
    flags_of,
    is_alert,
    is_disabled,
    is_unseen,
    lets_through,
    marks_of,
    outside_flag,
)
from replay_signals.transforms.digest.controls import is_control, is_hand, is_kept, is_named
from replay_signals.transforms.digest.inline_style import ABOUT_POINTERS, NOTHING, Style, style_of
from replay_signals.transforms.digest.places import place_flags
from replay_signals.transforms.privacy.steps import steps_of

MAX_KNOWN = 10_000
MAX_KNOWN_BYTES = 1000
"""Of attributes that are worth remembering: a sheet's text, a picture in an address stand once in a page."""
RawTexts = tuple[Any, ...]
"""Of a control: tag, type, role, name, test id, id, classes, address, and the place it stands in."""

_attributes = msgspec.json.Decoder(Attributes)


class ElementFacts:
    """What an element is; `key` is what it was told from."""

    __slots__ = (
        *(
            "_shows_outside",
            "_control_flags",
            "_raw_texts",
            "attributes",
            "classes",
            "hand",
            "hand_by_sheets",
            "inline",
            "is_alert",
        ),
        *("is_bar_part", "is_inert", "is_kept", "is_named", "key", "places", "tagName"),
    )

    def __init__(self, tag: str, raw: bytes) -> None:
        a = _attributes.decode(raw) if raw else NO_ATTRIBUTES
        self.key = tag, raw
        self.tagName = tag
        self.attributes = a
        self.classes = a.class_ if isinstance(a.class_, str) else ""
        self.is_kept = is_kept(tag, a)
        self.is_named = is_named(tag, a.role)
        self.hand = is_hand(tag, a)
        self.hand_by_sheets = is_hand(tag, a, "pointer")
        self.is_alert = is_alert(a)
        self.is_bar_part = is_control(tag, a) or is_unseen(a)
        self.is_inert = a.inert is not None and lets_through(a)
        self.places = place_flags(tag, a)
        self.inline: Style = NOTHING
        if isinstance(a.style, str) and ABOUT_POINTERS.search(a.style) is not None:
            self.inline = style_of(a.style)
        self._shows_outside: str | None = None
        self._raw_texts: dict[str, tuple[RawTexts, int]] = {}
        self._control_flags: dict[tuple[bool, bool, str], tuple[str, bool]] = {}

    @property
    def outside(self) -> str:
        """The flag for what no recording of a page shows, when its classes speak of it, as those of an icon may."""
        if self._shows_outside is None:
            self._shows_outside = outside_flag(self.classes[:MAX_CLASS_CHARS])
        return self._shows_outside

    def raw_texts(self, place: str) -> tuple[RawTexts, int]:
        """What the element says of itself as a control, and the steps that it takes to search it."""
        known = self._raw_texts.get(place)
        if known is None:
            tag, a = self.tagName, self.attributes
            name = a.aria_label or a.title or a.alt or a.placeholder
            if not name and tag == "input" and a.type in ("submit", "button", "reset"):
                name = a.value
            raw = (tag, a.type, a.role, name, a.testid or a.test or a.cy, a.id, a.class_, _reference(tag, a), place)
            steps = sum(steps_of(text) for text in raw if text and isinstance(text, str))
            known = self._raw_texts[place] = raw, steps
        return known

    def control_flags(self, hand: bool, closed: bool, hidden: str) -> tuple[str, bool]:
        """The flags of the element as a control, and whether it is more than a place.

        `hidden`: flags for its words that are not kept.
        """
        known = self._control_flags.get((hand, closed, hidden))
        if known is None:
            known = self._control_flags[hand, closed, hidden] = self._flags(hand, closed, hidden)
        return known

    def _flags(self, hand: bool, closed: bool, hidden: str) -> tuple[str, bool]:
        tag, a = self.tagName, self.attributes
        marks = marks_of(tag, a) + "z" * closed
        if hand or is_control(tag, a):
            flags = flags_of(a) + marks + hidden + "h" * hand + "q" * lets_through(a)
        elif tag == "fieldset" or a.aria_disabled is not None or marks:
            flags = f"{'d' * is_disabled(a)}n{marks}"
        else:
            return "nP" + self.places, False
        return flags + self.places, True


def facts_of(node: Node) -> ElementFacts:
    """What an element is; raises ValueError when its attributes cannot be read."""
    raw = bytes(node.attributes)
    return _known(node.tagName, raw) if len(raw) <= MAX_KNOWN_BYTES else ElementFacts(node.tagName, raw)


_known = lru_cache(maxsize=MAX_KNOWN)(ElementFacts)
Path = Sequence[ElementFacts]
"""Elements in each other, the outermost first."""


def _reference(tag: str, a: Attributes) -> Any:
    """What a control points to: the target of a link, the action of a form, the id of a label's field, or the id of the
    form that a button outside of it sends."""
    if tag in ("a", "area"):
        return a.href
    if tag == "form":
        return a.action
    return a.for_ if tag == "label" else a.form
