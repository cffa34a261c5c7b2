"""Ripples: what component libraries draw into a control while it is pressed, which is no answer.

A node comes with the pointer, changes its classes and styles, and goes when it has faded (Material UI, Vuetify, Ant
Design). Some libraries make an empty wrapper for it at the first press and leave that.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from replay_signals.transforms.session.effects import UNSEEN, Effect, Target
from replay_signals.transforms.session.spans import covered, pairs

RIPPLE_MS = 2500
"""They have faded by then: Ant Design's, the longest, takes 2 s."""
WAVE_MS = 5500
"""Ant Design Vue takes its wave away after 5 s where the browser tells of no end of its motion."""
Pair = tuple[int, int]
_STATE = re.compile(
    r"activ|busy|check|clos|collaps|color|count|current|dir|disab|expand|fill|filter|focus|hid|highlight|hover|index|level"
    r"|load|mode|on\b|open|order|page|pos|press|progress|rating|select|show|side|size|sort|stat|step|tab|theme|toggl|valu"
    r"|view|vis"
)
"""Words in the names of data attributes by which style sheets draw a state (`data-state`, `data-bs-theme`)."""


def ripples(near: list[Effect], inside: Callable[[int], bool], control: int) -> list[Pair]:
    """Id ranges of the ripples among the mutations around a click, and of their wrappers.

    `inside` tells whether a node is part of the control, whose id is `control`. Where one ripple went from a place made
    for them, what comes there alone and empty is one as well: of quick presses some stay for longer.
    """
    gone = {first for e in near if not e.added for first in e.removed[::2]}
    came = (pair for e in near if not e.removed for pair in pairs(e.added) if pair[0] in gone)
    passing = [pair for pair in came if inside(pair[0])]
    hosts = {node for e in near if e.added and within(e, passing) for kind, node, _ in e.targets if kind == "c"}
    wrappers = [pair for e in near for pair in pairs(e.added) if pair[0] == pair[1] and pair[0] in hosts]
    alone = [e for e in near if len(set(e.added)) == 1 and not e.removed]
    others = [(e.added[0], e.added[0]) for e in alone if _places(e) <= hosts - {control}]
    return [*passing, *wrappers, *others]


def waves(near: list[Effect], inside: Callable[[int], bool], handled_ms: float) -> list[Pair]:
    """Id ranges of ripples that came up to `handled_ms`, move by their classes, and go when a time has run out.

    What comes into them meanwhile is a part of them.
    """
    gone = {first for e in near if not e.added for first in e.removed[::2]}
    found: list[Pair] = []
    for effect in near:
        came = pairs(effect.added)
        if effect.t <= handled_ms and not effect.removed:
            found += [pair for pair in came if pair[0] in gone and inside(pair[0])]
        if found and came and all(covered((node, node), found) for node in _places(effect)):
            found += came
    moves = any(name == "class" and covered((node, node), found) for e in near for _, node, name in e.targets)
    return found if moves else []


def _places(effect: Effect) -> set[int]:
    """Nodes that the mutation changes, or whose children it does."""
    return {node for _, node, _ in effect.targets}


def unseen(effect: Effect, own: frozenset[int]) -> bool:
    """Does the mutation change nothing that can be seen? `own`: the nodes that are the control that was clicked."""
    return not any(shows(target, own) for target in effect.targets)


def shows(target: Target, own: frozenset[int]) -> bool:
    """May the change be seen? A mark that counts a click, as data on what was clicked, is not."""
    kind, node_id, name = target
    if kind != "a":
        return True
    is_mark = name.startswith("data-") and _STATE.search(name) is None
    return name not in UNSEEN and not (is_mark and node_id in own)


def within(effect: Effect, ranges: list[Pair]) -> bool:
    """Does the effect change nothing but nodes of these ranges: that they come, go, or look different?"""
    come_and_gone = [*pairs(effect.added), *((first, first) for first in effect.removed[::2])]
    other = [(node, node) for kind, node, _ in effect.targets if kind != "c"]
    return all(covered(pair, ranges) for pair in [*come_and_gone, *other])
