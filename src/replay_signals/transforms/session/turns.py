"""Turns: pages of an application that are all in the document, and are shown and hidden by attributes.

The link that is clicked and the one that was marked change their marking at once, with the elements that are shown and
hidden, and all of them change once more when the visitor goes back, the two links to each other's marking. Where no
link is marked, the two pages get each other's state.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

RENDERED_MS = 200
"""Components fill themselves in some frames after they were put in place."""
PROMPT_MS = 300
"""Longest time from the click to a page that is only shown, where no link is marked with it."""
MAX_ITEM_NODES = 30
"""A node that is pressed is numbered so soon after the item of the menu that it is in."""
MARKS = frozenset(("class", "aria-current", "aria-selected"))
"""Attributes by which menus mark the item of the page that is shown."""
MENU_ROLES = frozenset(("tab", "menuitem"))
MIN_TURNED = 2
"""Elements beside the links: the page that is shown and the one that is hidden."""

Turned = dict[tuple[int, str], int | None]
"""Attributes that changed, by node and name, and the checksums of their new values."""


@dataclass(slots=True)
class Turn:
    """Marking and showing by attributes: what a click on the link changed, and what changed at the way back."""

    link: int
    click_ms: float
    start_ms: float | None = None
    there: Turned = field(default_factory=dict)
    back_ms: float | None = None
    back: Turned = field(default_factory=dict)

    def take(self, t: float, changed: Turned, links: set[int]) -> None:
        """Takes the attributes that changed in one mutation; `links` are those of the navigation among them."""
        if self.back_ms is None and (self._swaps(changed, links) or self._exchanges(changed)):
            self.back_ms = t
        if self.back_ms is not None:
            self.back |= changed if t - self.back_ms <= RENDERED_MS else {}
            return
        marks = self.link in links and len(links) > 1
        if self.start_ms is None and (marks or (t - self.click_ms <= PROMPT_MS and len(changed) > 1)):
            self.start_ms = t
        if self.start_ms is not None and t - self.start_ms <= RENDERED_MS:
            self.there |= changed

    def _swaps(self, changed: Turned, links: set[int]) -> bool:
        """Does the link get the marking of another one, and that one the link's?"""
        own = [(name, value) for (node_id, name), value in changed.items() if node_id == self.link]
        return any(
            (other, name) in changed
            and value != self.there.get((self.link, name), value)
            and value == self.there.get((other, name))
            and changed[other, name] == self.there.get((self.link, name))
            for name, value in own
            for other in links - {self.link}
        )

    def _exchanges(self, changed: Turned) -> bool:
        """Do two elements get each other's state: is one shown that was hidden, and the other way round?"""
        turns = {(name, self.there.get((node_id, name)), value) for (node_id, name), value in changed.items()}
        return any(old not in (None, new) and (name, new, old) in turns for name, old, new in turns)

    def returns(self, links: set[int]) -> bool:
        """Were pages shown and hidden there, and the other way round at the way back?"""
        both = {key[0] for key, value in self.back.items() if self.there.get(key, value) != value}
        return len(both - links) >= MIN_TURNED


def pressed_pair(marked: Iterable[tuple[int, str]], node_id: int) -> set[int] | None:
    """The two elements, and no others, that change one marking at once, if one of them holds the node that was pressed.

    `marked`: node ids and names of attributes. Which node holds another one is told by their numbers, as what is no
    control is not known.
    """
    by_name = defaultdict[str, set[int]](set)
    for n, name in marked:
        by_name[name].add(n)
    for pair in by_name.values():
        if len(pair) == 2 and any(0 <= node_id - n <= MAX_ITEM_NODES for n in pair):
            return pair
    return None
