"""Bars: elements that hold controls and hardly anything else, so that a press on one was rather meant for a control."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from replay_signals.schemas.rrweb import ELEMENT, TEXT, Node
from replay_signals.transforms.digest.element_facts import facts_of

MAX_CHILDREN = 40
"""Of a bar; more are a part of the page."""


def is_pair(children: Sequence[Node]) -> bool:
    """Has an element two others below it, and nothing else: a control, say, and a layer over it?"""
    if len(children) > MAX_CHILDREN:  # it is asked for each of them
        return False
    shown = [c for c in children if c.type == ELEMENT or (isinstance(c.textContent, str) and c.textContent.strip())]
    return len(shown) == 2 and all(child.type == ELEMENT for child in shown)


def is_bar(children: Iterable[Node]) -> bool:
    """Are at least half of an element's children controls or unseen layers, without more texts than these?"""
    controls = others = texts = 0
    for count, child in enumerate(children):
        if count == MAX_CHILDREN:
            return False
        if child.type == TEXT:
            texts += isinstance(child.textContent, str) and not child.textContent.isspace()
        elif child.type == ELEMENT and facts_of(child).is_bar_part:
            controls += 1
        else:
            others += child.type == ELEMENT
    return controls >= others and texts <= controls
