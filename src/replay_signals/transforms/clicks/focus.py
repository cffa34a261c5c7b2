"""Focus: what the press on a control does to the focus, and what the page makes of that before the click event."""

from __future__ import annotations

from collections.abc import Sequence

from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.session.effects import Effect
from replay_signals.transforms.session.gestures import Click
from replay_signals.transforms.session.timeline import Page

MARGIN_MS = 5
"""Clock grain: the recorder stamps a change and the pointer event that caused it independently."""
REFOCUS_MS = 50
"""From losing the focus to its being somewhere else in the document, or there again."""
FRAME_MS = 17
"""What one script does before the next frame of a screen of 60 Hz."""
_SHUT = frozenset(("disabled", "hidden", "inert"))
"""Attributes that take the focus from an element."""


class Focus:
    """The focus on one page. `pressed_before`: the element of the click before the one that is asked about."""

    def __init__(self, page: Page, effects: Sequence[Effect]) -> None:
        self.page = page
        self._focuses = [e for e in effects if e.kind == "focus"]
        self._left = [e for e in effects if e.kind == "blur"]
        self._blurs = [e.t for e in self._left]
        self._changes = [e for e in effects if e.kind == "mutation" and any(n in _SHUT for *_, n in e.targets)]
        self.pressed_before: int | None = None

    def on_blur(self, effect: Effect, click: Click) -> bool:
        """Did it come as a field lost the focus to the press?"""
        return any(click.began_ms - MARGIN_MS <= b <= effect.t + MARGIN_MS for b in self._blurs)

    def is_state(self, effect: Effect, click: Click) -> bool:
        """State attributes that the control, or what is around it, gets as it gets the focus, before the click event.

        What is around a control comes before it in the document, so its id is lower. Handlers of pointer-down run
        before the focus moves: what changes before that is an answer.
        """
        control = click.control
        if control is None or not before_release(effect, click) or any(kind != "a" for kind, _, _ in effect.targets):
            return False
        focus = next((e.t for e in self._focuses if click.began_ms - MARGIN_MS <= e.t <= effect.t + MARGIN_MS), None)
        if focus is None:
            return self._untold_focus(effect, click, control)
        if all(node == control.first for _, node, _ in effect.targets):
            return True
        nearer_focus = effect.t - click.began_ms > abs(focus - effect.t) and focus > click.began_ms
        return nearer_focus and all(node < control.first for _, node, _ in effect.targets)

    def _untold_focus(self, effect: Effect, click: Click, control: Control) -> bool:
        """The same in a component, of whose shadow root recorders tell no focus: classes, as the pointer goes down.

        The component that had the focus before loses its classes then.
        """
        if effect.t - click.began_ms > FRAME_MS or not any(
            "-" in c.tag for c in self.page.elements.around(control.first)
        ):
            return False
        return all(name == "class" and node in (control.first, self.pressed_before) for _, node, name in effect.targets)

    def is_natural(self, effect: Effect, click: Click) -> bool:
        """Pressing the pointer focuses the control itself, or what is around it."""
        if effect.node_id is None or effect.node_id == click.node_id or effect.t < click.t:
            return True
        if any(c.first == effect.node_id for c in self.page.elements.around(click.node_id)):
            return True
        if click.control is not None and click.control.tag == "label" and self.page.elements.box(effect.node_id):
            return True
        return any(c.first == click.element for c in self.page.elements.around(effect.node_id))

    def of_label(self, effect: Effect, click: Click) -> bool:
        """State attributes around the box of a label, as it gets the focus from the click on the label."""
        if click.control is None or click.control.tag != "label" or any(kind != "a" for kind, _, _ in effect.targets):
            return False
        boxes = (f.node_id for f in self._focuses if f.node_id is not None and 0 <= effect.t - f.t <= FRAME_MS)
        return any(self.page.elements.box(box) and all(t[1] < box for t in effect.targets) for box in boxes)

    def left_field(self, effect: Effect, click: Click) -> bool:
        """Is it the value of a field that the press took the focus from? Some recorders tell it no earlier."""
        left = (blur.node_id for blur in self._left if abs(blur.t - effect.t) <= MARGIN_MS)
        return effect.kind == "input" and before_release(effect, click) and effect.node_id in left

    def lost(self, node_id: int, click: Click) -> bool:
        """Is it what had the focus or the pointer before, and lost it to the press?"""
        blurs = (b.t for b in self._left if b.node_id == node_id)
        return node_id == self.pressed_before or any(click.began_ms - MARGIN_MS <= t <= click.t for t in blurs)

    def left_window(self, effect: Effect, click: Click) -> bool:
        """The focus left the document: a new tab or a dialog of the system took it."""
        if not self.is_natural(effect, click) or any(abs(f.t - effect.t) <= REFOCUS_MS for f in self._focuses):
            return False
        return not self._taken_by_page(effect)

    def _taken_by_page(self, blur: Effect) -> bool:
        """Did the page disable or hide what had the focus, or what that is in?"""
        nodes = {blur.node_id, *(c.first for c in self.page.elements.around(blur.node_id))}
        near = (e for e in self._changes if abs(e.t - blur.t) <= REFOCUS_MS)
        return any(kind == "a" and name in _SHUT and node in nodes for e in near for kind, node, name in e.targets)

    def gave_back(self, effect: Effect, click: Click) -> bool:
        """A dialog of the system stops the page: as it closes, the control loses the focus and has it again at once."""
        again = (f for f in self._focuses if f.node_id == effect.node_id and abs(f.t - effect.t) <= REFOCUS_MS)
        return effect.t > click.t and self.is_natural(effect, click) and any(again)

    def came_by_focus(self, effect: Effect, click: Click) -> bool:
        """Did it come as the control got the focus, rather than as the pointer went down?"""
        near = (f.t for f in self._focuses if click.began_ms < f.t <= effect.t)
        return before_release(effect, click) and any(effect.t - t < t - click.began_ms for t in near)


def before_release(effect: Effect, click: Click) -> bool:
    """Did it come while the pointer was down? Capturing handlers of the page run between release and recorded click."""
    return effect.t < (click.t if click.up_ms is None else click.up_ms)


def elapsed_ms(effect: Effect, click: Click) -> float:
    """Time since the click event, or since pointer-down for what comes before: buttons may be held long.

    What came after the release, and before the recorder saw the click, came at once.
    """
    return effect.t - click.began_ms if before_release(effect, click) else max(0.0, effect.t - click.t)
