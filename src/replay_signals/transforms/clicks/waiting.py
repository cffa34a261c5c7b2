"""Waiting: what a control shows until its answer comes, which is no answer.

A spinner, a skeleton, a busy or disabled state, a word on the button: they come at once, and when the response comes
they go, or change back. What stays is an answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from replay_signals.transforms.session.effects import Effect, Target
from replay_signals.transforms.session.spans import in_ranges

STATES = frozenset(("class", "style", "hidden", "disabled", "aria-busy", "aria-disabled", "aria-hidden"))
"""Attributes that show that something is under way."""
_UNDER_WAY = re.compile(r"(?:^|[-_])(?:busy|loading|pending|processing|waiting)$")
"""The same by name, as libraries make them: `loading`, `data-is-loading`."""


def only_waits(
    early: list[Effect],
    late: list[Effect],
    moving: Iterable[Effect],
    inside: Callable[[int], bool],
    *,
    responded: bool,
) -> bool:
    """Is all that came at once taken back by what came late? `inside` tells whether a node is part of the control.

    `moving`: all that changed late, answer or not: a bar that moves until the answer comes seems to move by itself.
    Where what came late is known to be the response (`responded`), and shows more than states of the control, one of
    these that stays was a sign of waiting, too.
    """
    if not early or any(effect.kind != "mutation" for effect in early):
        return False
    changed = {target for effect in late for target in effect.targets}
    gone = {first for effect in late for first in effect.removed[::2]}
    shown = [effect.added for effect in early if effect.added]
    if any(effect.removed and not effect.added for effect in early) or not _all_went(shown, gone):
        return False
    own = [t for effect in early for t in effect.targets if not any(in_ranges(added, t[1]) for added in shown)]
    again = changed | {target for effect in moving for target in effect.targets if target[0] == "a"}
    said = responded and any(target[0] in "tc" and not inside(target[1]) for target in changed)
    return all(
        target[0] == "c"
        or (target in again and _is_state(target, inside))
        or (said and target[0] == "a" and _is_name(target[2]) and inside(target[1]))
        for target in own
    )


def _is_state(target: Target, inside: Callable[[int], bool]) -> bool:
    """Can this be a sign of waiting: a state of any element, or a word on the control itself?"""
    kind, node_id, name = target
    return _is_name(name) if kind == "a" else kind == "t" and inside(node_id)


def _is_name(attribute: str) -> bool:
    return attribute in STATES or _UNDER_WAY.search(attribute) is not None


def _all_went(shown: Iterable[tuple[int, ...]], gone: set[int]) -> bool:
    """Did the roots of everything that came go? Recorders tell of a subtree that goes its root only."""
    return all(first in gone for added in shown for first in added[::2])
