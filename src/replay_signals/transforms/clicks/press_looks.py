"""Looks of a press: how a component or a library of styles draws that something is hovered, focused or pressed.

  components         a custom element says its state by an attribute (`pressed`, `focused`), and its shadow root draws
                     it: classes of a layer and a ripple that come in the same frame, before the click event
  rules of a class   a library of styles gives what has the focus a class of its own, and writes a rule for it first
What comes with the click event, or stays in the component, is no look: a label, a mark, a spinner, a menu.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from replay_signals.transforms.clicks.background import Background
from replay_signals.transforms.clicks.focus import FRAME_MS, MARGIN_MS, REFOCUS_MS, Focus, before_release
from replay_signals.transforms.clicks.ripples import RIPPLE_MS, Pair, within
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.session.effects import LOOKS, Effect, Target
from replay_signals.transforms.session.gestures import Click
from replay_signals.transforms.session.spans import pairs
from replay_signals.transforms.session.timeline import Page

OF_POINTER = frozenset(("focus", "focus-visible", "focus-within", "focused", "hover", "hovered"))
"""Attributes by which components say where pointer and focus are."""
PRESSED = "pressed"
"""That it is pressed; a toggle stays so, which is an answer."""
COMPONENT_NODES = 60
"""Nodes of a component that is one control: a button, a chip, a tab; more are a part of the page."""
HOST_NODES = 12
"""From a component to the button in its shadow root: its styles and the layer that draws its states stand between."""
_STATES = OF_POINTER | {PRESSED}


class PressLooks:
    """The looks of presses on one page; clicks have to be noted in order of time."""

    def __init__(self, page: Page, effects: Sequence[Effect], background: Background, focus: Focus) -> None:
        self.page, self._background, self._focus = page, background, focus
        self._changes = [e for e in effects if e.kind == "mutation"]
        self._times = [e.t for e in self._changes]
        self._hosts = sorted({node for e in self._changes for _, node, name in e.targets if name in _STATES})
        self._known: dict[int, tuple[Pair, ...]] = {}
        self._drawn: set[tuple[float, Target]] = set()
        self._ripples: list[Pair] = []

    def note(self, click: Click) -> None:
        """Finds what a press looks like in the component that is pressed, and in the one that was pressed before."""
        if not self._hosts:
            return
        before = next(self.page.elements.around(self._focus.pressed_before), None)
        own = [*self._components(click.control), *self._components(before)]
        if not own:
            return
        start = bisect_left(self._times, click.began_ms - MARGIN_MS)
        near = self._changes[start : bisect_right(self._times, click.t + RIPPLE_MS)]
        said = [(e.t, t) for e in near for t in e.targets if self._is_state(t, near, click) and self._is_in(t[1], own)]
        self._drawn.update(said)
        frames = [t for t, _ in said if t < click.t]
        gone = {first for e in near if not e.added for first in e.removed[::2]}
        for effect in near:
            if effect.t < click.t and any(abs(effect.t - t) <= FRAME_MS for t in frames):
                inside = [t for t in effect.targets if self._is_in(t[1], own)]
                self._drawn.update((effect.t, t) for t in inside if t[0] == "a" and t[2] in LOOKS)
                if len(inside) == len(effect.targets):
                    self._ripples += [pair for pair in pairs(effect.added) if pair[0] in gone]

    def is_look(self, effect: Effect) -> bool:
        """Does it draw nothing but the state of a component?"""
        if self._drawn and all((effect.t, target) in self._drawn for target in effect.targets):
            return True
        return bool(self._ripples) and within(effect, self._ripples)

    def is_rule(self, effect: Effect, click: Click) -> bool:
        """Is a rule written for a class that what is pressed takes with the focus, and does nothing else change?"""
        control = click.control
        if control is None or not before_release(effect, click):
            return False
        start, end = (bisect_left(self._times, effect.t + ms) for ms in (-FRAME_MS, REFOCUS_MS))
        near = [e for e in self._changes[start:end] if before_release(e, click) and not self._is_habit(e)]
        targets = [t for e in near for t in e.targets]
        own = [t for t in targets if t[1] == control.first]
        other = (t for t in targets if t[1] != control.first and not self._focus.lost(t[1], click))
        return any(name == "class" for _, _, name in own) and all(t[2] in LOOKS for t in own) and not any(other)

    def _is_habit(self, effect: Effect) -> bool:
        return any(self._background.habitual(target) for target in effect.targets)

    def _is_state(self, target: Target, near: list[Effect], click: Click) -> bool:
        """Does the attribute say where the pointer or the focus is, or that the pointer went down and up again?"""
        kind, _, name = target
        if kind != "a" or name not in _STATES:
            return False
        times = [e.t for e in near if target in e.targets]
        return name != PRESSED or (times[0] < click.t and len(times) % 2 == 0)

    def _is_in(self, node: int, components: Sequence[Pair]) -> bool:
        if any(first <= node <= last for first, last in components):
            return True
        around = [c.first for c in self.page.elements.around(node)]
        return any(first in around for first, _ in components)

    def _components(self, control: Control | None) -> tuple[Pair, ...]:
        """Id ranges of the components that are the control: itself, what is around it, or comes right before it."""
        if control is None:
            return ()
        if control.first not in self._known:
            around = [c for c in self.page.elements.around(control.first) if "-" in c.tag]
            found = [(c.first, c.last) for c in around if c.last - c.first <= COMPONENT_NODES]
            self._known[control.first] = (*found, *self._before(control))
        return self._known[control.first]

    def _before(self, control: Control) -> Iterator[Pair]:
        """A component that is none of the known controls: it says its state, and no control begins or ends between."""
        i = bisect_left(self._hosts, control.first) - 1
        if i < 0 or control.first - self._hosts[i] > HOST_NODES:
            return
        host = self._hosts[i]
        outer = [c.first for c in self.page.elements.around(control.first)][1:]
        if all([c.first for c in self.page.elements.around(n)] == outer for n in range(host, control.first)):
            yield host, control.last
