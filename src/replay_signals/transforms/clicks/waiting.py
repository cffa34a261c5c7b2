"""Waiting: what a control shows until its answer comes, which is no answer.

A spinner, a skeleton, a busy or disabled state, a word on the button: they come at once, and when the response comes
they go, or change back. What stays is an answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from replay_signals.transforms.session.effects import Effect, Target
from replay_signals.transforms.session.spans import in_ranges, pairs

STATES = frozenset(("class", "style", "hidden", "disabled", "aria-busy", "aria-disabled", "aria-hidden"))
"""Attributes that show that something is under way."""
_UNDER_WAY = re.compile(r"(?:^|[-_])(?:busy|loading|pending|processing|waiting)$")
"""The same by name, as libraries make them: `loading`, `data-is-loading`."""
_BESIDE = frozenset(("focus", "blur"))
"""A control that is disabled, or what covers it, takes the focus; that shows nothing."""


def only_waits(
    early: list[Effect],
    late: list[Effect],
    near: list[Effect],
    effects: Sequence[Effect],
    inside: Callable[[int], bool],
    *,
    responded: bool,
) -> bool:
    """Is all that came at once taken back by what came late? `inside` tells whether a node is part of the control.

    `near`: all that changed, answer or not: a bar that moves until the answer comes seems to move by itself.
    `effects`: all of the page.
    Where what came late is known to be the response (`responded`), and shows more than states of the control, one of
    these that stays was a sign of waiting, too. So is whatever came with something small that the response fills.
    """
    if responded:
        early = [e for e in early if e.kind not in _BESIDE and not (e.kind == "input" and inside(e.node_id or 0))]
        if not early:
            return any(kind in "ct" for effect in late for kind, _, _ in effect.targets)
    if not early or any(effect.kind != "mutation" for effect in early):
        return False
    return _Waiting(early, late, near, effects, inside, responded).is_all()


@dataclass(slots=True)
class _Waiting:
    """What came at once and late, both not empty, and all that changed."""

    early: list[Effect]
    late: list[Effect]
    near: list[Effect]
    effects: Sequence[Effect]
    inside: Callable[[int], bool]
    responded: bool

    def is_all(self) -> bool:
        """Is all of what came at once waiting?"""
        shown = [ids for effect in self.early if (ids := _new(effect))]
        if not self._all_refilled() or not self._all_went(shown):
            return False
        if self.responded and self._fills(shown):
            return True
        own = [(e, t) for e in self.early for t in e.targets if not any(in_ranges(added, t[1]) for added in shown)]
        changed = {target for effect in self.late for target in effect.targets}
        moving = (effect for effect in self.near if effect.t > self.early[-1].t)
        again = changed | {target for effect in moving for target in effect.targets if target[0] == "a"}
        said = self.responded and any(target[0] in "tc" and not self.inside(target[1]) for target in changed)
        return all(self._is_sign(effect, target, again, said=said) for effect, target in own)

    def _is_sign(self, effect: Effect, target: Target, again: set[Target], *, said: bool) -> bool:
        """Is the change of a place that was there before a sign of waiting?"""
        kind, node_id, name = target
        if kind == "c":
            return True
        if target in again and (_is_state(target, self.inside) or _beside_busy(effect, node_id)):
            return True
        if kind == "a" and self._goes_with(node_id):
            return True
        return said and kind == "a" and _is_name(name) and self.inside(node_id)

    def _all_refilled(self) -> bool:
        """Is what was only taken away at once put back by the response?"""
        emptied = [effect for effect in self.early if effect.removed and not effect.added]
        if not self.responded:
            return not emptied
        came = sorted(bound for effect in self.early for bound in _new(effect))
        filled = {t for effect in self.late if effect.added for t in effect.targets}
        was_there = (e for e in emptied if not all(in_ranges(came, first) for first in e.removed[::2]))
        return all(t in filled for effect in was_there for t in effect.targets if t[0] == "c")

    def _all_went(self, shown: Iterable[Sequence[int]]) -> bool:
        """Did the roots of everything that came go: with the response, at once, or for something else in their place?

        What goes by itself meanwhile is the end of a note. Recorders tell of a subtree that goes its root only.
        """
        later = self.late
        if self.responded:
            later = [*self.early, *self.late, *(e for e in self.near if e.removed and e.added)]
        return all(any(in_ranges(e.removed, first) for e in later) for added in shown for first in added[::2])

    def _fills(self, shown: Sequence[Sequence[int]]) -> bool:
        """Does something else come with the response where something had come at once?"""
        places = {t for effect in self.early if _new(effect) for t in effect.targets if t[0] == "c"}
        filled = {t for effect in self.late if _new(effect) for t in effect.targets}
        return bool(shown) and not places.isdisjoint(filled)

    def _goes_with(self, node_id: int) -> bool:
        """Does the response take away the node, or what it came with after the page had loaded?"""
        gone = [effect.removed for effect in self.late if effect.removed]
        ranges = (pairs(effect.added) for effect in self.effects if effect.added) if gone else ()
        roots = (first for own in ranges for first, last in own if first <= node_id <= last)
        return any(in_ranges(removed, n) for n in (node_id, *roots) for removed in gone)


def _new(effect: Effect) -> tuple[int, ...]:
    """Ranges that came and did not only move, as nodes do that are put in order anew."""
    came = (pair for pair in pairs(effect.added) if not in_ranges(effect.removed, pair[0]))
    return tuple(bound for pair in came for bound in pair)


def _beside_busy(effect: Effect, node_id: int) -> bool:
    """Was a busy state set on the same element in the same moment?"""
    return any(kind == "a" and node == node_id and _UNDER_WAY.search(name) for kind, node, name in effect.targets)


def _is_state(target: Target, inside: Callable[[int], bool]) -> bool:
    """Can this be a sign of waiting: a state of any element, or a word on the control itself?"""
    kind, node_id, name = target
    return _is_name(name) if kind == "a" else kind == "t" and inside(node_id)


def _is_name(attribute: str) -> bool:
    return attribute in STATES or _UNDER_WAY.search(attribute) is not None
