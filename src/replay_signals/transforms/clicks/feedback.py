"""Feedback: ripples, pressed looks and what else a control shows of being pressed, which comes and goes: no answer."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from replay_signals.schemas.rules import Clicks
from replay_signals.transforms.clicks.focus import FRAME_MS, MARGIN_MS, Focus, before_release
from replay_signals.transforms.clicks.ripples import RIPPLE_MS, WAVE_MS, ripples, shows, waves, within
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.session.effects import Effect, Target
from replay_signals.transforms.session.gestures import Click
from replay_signals.transforms.session.spans import covered, pairs
from replay_signals.transforms.session.timeline import Page

FEEDBACK_MS = 1500
"""Ripples and pressed states are gone by then."""
LONGER_MS = 200
"""Than usual a button may be down, where recorders do not tell when it went down."""
MARK_NODES = 4
"""From an icon's drawing to the button around it, which a page marks as clicked."""
HANDLED_MS = 50
"""Handlers of a click change what they change within so many frames."""


class Feedback:
    """The feedback of one page's controls; clicks have to be asked for in order of time."""

    def __init__(self, page: Page, effects: Sequence[Effect], focus: Focus, rules: Clicks) -> None:
        self.page, self.rules, self._focus = page, rules, focus
        self._effects = effects
        self._times = [e.t for e in effects]
        self._rippled: list[tuple[int, int]] = []
        self._waves: list[tuple[int, int]] = []
        self._parts: dict[int, frozenset[int]] = {}

    def parts(self, control: Control | None) -> frozenset[int]:
        """The nodes that are the control: itself, and the components in whose shadow roots it is."""
        if control is None:
            return frozenset()
        if control.first not in self._parts:
            hosts = (c.first for c in self.page.elements.around(control.first) if "-" in c.tag)
            self._parts[control.first] = frozenset((control.first, *hosts))
        return self._parts[control.first]

    def marked(self, effect: Effect, click: Click) -> frozenset[int]:
        """Nodes that a mark of a click may be on: the control's own, and what was clicked or is right around it."""
        control, clicked = click.control, click.node_id
        if control is None or clicked is None:
            return frozenset()
        inside = self.page.elements.inside
        near = {n for _, n, _ in effect.targets if clicked - MARK_NODES <= n <= clicked}
        within = {n for _, n, _ in effect.targets if n <= clicked and inside(n, control)}
        return self.parts(control) | near | within

    def without_waves(self, kept: list[Effect]) -> list[Effect]:
        """What is left beside ripples that stay for seconds: an answer, unless something else comes later."""
        return [e for e in kept if not within(e, self._waves)]

    def is_all(self, kept: list[Effect], click: Click) -> bool:
        """Is all that came of the click feedback?"""
        control = click.control
        if control is None or not kept:
            return False
        parts = self.parts(control)
        if any(e.kind == "mutation" for e in kept):
            kept = [e for e in kept if not self._styles(e)]
        if any(e.kind != "mutation" for e in kept):
            return False
        kept = self._without_ripples(kept)
        if not kept:
            return True
        nodes = {node for e in kept for _, node, _ in e.targets}
        inside = all(node in parts or self.page.elements.inside(node, control) for node in nodes)
        if kept[-1].t - click.t > FEEDBACK_MS + self.rules.prompt_ms or not inside:
            return False
        added = [p for e in kept for p in pairs(e.added)]
        if added or any(e.removed for e in kept):
            said = any(kind == "t" and not covered((n, n), added) for e in kept for kind, n, _ in e.targets)
            return not said and self._went_again(added, kept, click)
        changed = {target for e in kept for target in e.targets if shows(target, parts)}
        return all(target[0] == "a" and self._is_pressed_look(target, kept, click) for target in changed)

    def _is_pressed_look(self, target: Target, kept: list[Effect], click: Click) -> bool:
        """Did the attribute come with the press, and go? What came with the focus stays, where a handler changes it."""
        times = [e for e in [*self._pressed(click, kept), *kept] if target in e.targets]
        other = [e for e in times if not self._focus.came_by_focus(e, click)]
        if len(other) == 1 and len(times) == 2:
            return not 0 <= other[0].t - click.t <= HANDLED_MS
        return 2 in (len(times), len(other))

    def _styles(self, effect: Effect) -> bool:
        """Rules that come with what is drawn: libraries of styles write them when something first shows."""
        if effect.kind != "style":
            return False
        start, end = (bisect_right(self._times, effect.t + ms) for ms in (-FRAME_MS - 1, FRAME_MS))
        return any(e.added for e in self._effects[start:end])

    def note_ripples(self, click: Click, control: Control) -> None:
        """Ripples of this click, whatever comes beside them: on their way out they are no answer to the next one."""
        untold_ms = LONGER_MS if click.up_ms is None else 0.0
        start = bisect_right(self._times, click.began_ms - MARGIN_MS - untold_ms)
        end, wave_end = (bisect_right(self._times, click.t + ms) for ms in (RIPPLE_MS, WAVE_MS))
        near = [e for e in self._effects[start:wave_end] if e.kind == "mutation"]
        self._waves += waves(near, lambda node: self.page.elements.inside(node, control), click.t + HANDLED_MS)
        near = [e for e in self._effects[start:end] if e.kind == "mutation"]
        self._rippled += ripples(near, lambda node: self.page.elements.inside(node, control), control.first)

    def _without_ripples(self, kept: list[Effect]) -> list[Effect]:
        """What is left beside ripples: those of this click and, on their way out, of clicks before."""
        return [e for e in kept if not within(e, self._rippled)]

    def _went_again(self, added: list[tuple[int, int]], kept: list[Effect], click: Click) -> bool:
        """Is all that came gone soon, whatever was clicked meanwhile, and nothing else but an earlier ripple?

        What something else takes the place of (the next number of a counter) did not go. Of a subtree the recorder
        tells the root only: its first id.
        """
        start = bisect_right(self._times, click.began_ms - MARGIN_MS)
        end = bisect_right(self._times, click.t + FEEDBACK_MS + self.rules.prompt_ms)
        gone = [p for e in self._effects[start:end] if not e.added for p in pairs(e.removed)]
        self._rippled += added
        only = all(covered((first, first), self._rippled) for e in kept for first in e.removed[::2])
        return bool(added) and only and all(covered((first, first), gone) for first, _ in added)

    def _pressed(self, click: Click, kept: Sequence[Effect]) -> list[Effect]:
        """State attributes that came with pointer and focus: no answers, but the first half of a pressed state."""
        start, end = bisect_right(self._times, click.began_ms - MARGIN_MS), bisect_right(self._times, click.t)
        before = (e for e in self._effects[start:end] if e.kind == "mutation" and e not in kept)
        return [e for e in before if self._focus.is_state(e, click) or self._own_state(e, click)]

    def _own_state(self, effect: Effect, click: Click) -> bool:
        """Attributes of the control and what is in it alone, while the pointer is down."""
        control = click.control
        if control is None or not before_release(effect, click):
            return False
        parts, inside = self.parts(control), self.page.elements.inside
        return all(kind == "a" and (node in parts or inside(node, control)) for kind, node, _ in effect.targets)
