"""Reactions: which of a page's effects answer a click, and which only happen near it.

What is not an answer, each with its reason:
  background   changes the page makes by itself (transforms/clicks/background)
  hover        tooltips and highlights that come and go with the pointer
  leaving      what happens before the click event because a field lost the focus (validation on blur)
  focus        state classes the control gets with the focus
  aftermath    a toast or tooltip running out that came before the click
  selection    double clicks on a control select its words
  feedback     ripples and pressed states inside the control that come and go
  waiting      spinners and busy states until a slow answer comes (transforms/clicks/waiting)
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from operator import attrgetter

from replay_signals.schemas.rules import Clicks
from replay_signals.transforms.clicks.background import Background
from replay_signals.transforms.clicks.ripples import RIPPLE_MS, ripples, shows, unseen, within
from replay_signals.transforms.clicks.waiting import only_waits
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.session.effects import Effect, Target, covered, pairs
from replay_signals.transforms.session.elements import in_ranges
from replay_signals.transforms.session.gestures import Click, is_typed
from replay_signals.transforms.session.timeline import Page, Request

MARGIN_MS = 5
"""Clock grain: the recorder stamps a change and the pointer event that caused it independently."""
FRAME_MS = 17
"""What one script does before the next frame of a screen of 60 Hz."""
SCROLL_MS = 400
"""Scrolling by code follows its click at once; later scrolling is the visitor's own (Sentry: 300 ms)."""
FEEDBACK_MS = 1500
"""Ripples and pressed states are gone by then."""
RENDERED_MS = 300
"""A response shows within this time after it came."""
VIEW_NODES = 40
"""Tickers and carousels change less at once."""
WAITED_MS = 6000
"""Who waits longer for something to show has turned to something else."""
AGAIN_MS = 2000
"""An animation still running from the last click on the same control is that control at work."""
HOVER_MEMORY_MS = 5000
"""A tooltip that a click or the parting pointer takes away was shown at most this long before."""
DRAWN_ANEW = 10
"""So many times as many places as change by themselves, at once, are a page that is drawn anew."""
TRANSITION_MS = 600
"""Menus and tooltips have opened by then: libraries of components take 0.2 to 0.4 s."""
_LOOKS = frozenset(("class", "style"))
HANDLED_MS = 50
"""Handlers of a click change what they change within so many frames."""
ENDING_MS = 600
"""A bar or a spinner fades out this long after the answer."""
_ACTS = frozenset(("input", "focus", "blur", "hidden"))
"""Effects that tell of something else that the visitor does, once the click is over."""
_time = attrgetter("t")


class Reactions:
    """Finds the reactions to the clicks of one page; clicks have to be asked for in order of time."""

    def __init__(self, page: Page, effects: list[Effect], background: Background, rules: Clicks) -> None:
        self.page, self.background, self.rules = page, background, rules
        self._effects = effects
        self._times = [e.t for e in effects]
        self._scrolls: dict[int | None, list[float]] = {}
        for effect in effects:
            if effect.kind == "scroll":
                self._scrolls.setdefault(effect.node_id, []).append(effect.t)
        self._focuses = [e for e in effects if e.kind == "focus"]
        self._left = [e for e in effects if e.kind == "blur"]
        self._blurs = [e.t for e in self._left]
        self._brought: list[tuple[int, int]] = []
        self._rippled: list[tuple[int, int]] = []
        self._pressed_before: int | None = None
        self._clicked_ms = float("-inf")
        self._parts: dict[int, frozenset[int]] = {}
        self._answered: dict[int | None, tuple[float, set[Target]]] = {}

    def requests(self, click: Click, share: list[Effect]) -> list[Request]:
        """Requests of page code that the click sent."""
        limit = click.t + self.rules.prompt_ms
        return [e.request for e in share if e.request is not None and e.t <= limit and self._own(e, click)]

    def of(self, click: Click, share: list[Effect], requests: list[Request]) -> list[Effect]:
        """Answers among the effects between this click and the next, in order of time."""
        near = share[: bisect_right(share, click.t + self.rules.window_ms, key=_time)]
        if click.control is not None:
            self._note_ripples(click, click.control)
        found = self._caused(near, click, [r.end_ms - r.late_ms for r in requests]) or self._late(near, click)
        self._pressed_before, self._clicked_ms = click.element, click.t
        for effect in found:
            self._brought += pairs(effect.added)
        if found:
            self._answered[click.element] = click.t, {t for e in found for t in e.targets}
        return found

    def parts(self, control: Control | None) -> frozenset[int]:
        """The nodes that are the control: itself, and the components in whose shadow roots it is."""
        if control is None:
            return frozenset()
        if control.first not in self._parts:
            hosts = (c.first for c in self.page.elements.around(control.first) if "-" in c.tag)
            self._parts[control.first] = frozenset((control.first, *hosts))
        return self._parts[control.first]

    def _own(self, effect: Effect, click: Click, ends: Sequence[float] = ()) -> bool:
        """Is it more than what the page does by itself? One habitual change makes what comes with it habitual, except
        for all of a page that is drawn anew.

        `ends`: when the responses to the click's own requests came, which page code answers as promptly as a click.
        """
        since_ms = min([_since(effect, click), *(max(0.0, effect.t - t) for t in ends if effect.t >= t - MARGIN_MS)])
        if self._is_view(effect, click, since_ms) or self._is_response(effect, ends):
            return True
        explained = [t for t in effect.targets if self._explained(t, effect.t, since_ms, click)]
        if any(self.background.habitual(target) for target in explained):
            return len(effect.targets) - len(explained) >= DRAWN_ANEW * len(explained)
        return len(explained) < len(effect.targets)

    def _is_response(self, effect: Effect, ends: Sequence[float]) -> bool:
        """Is it something new, shown as a response of the click's own came: more than what keeps changing steadily?"""
        came = any(-MARGIN_MS <= effect.t - end <= RENDERED_MS for end in ends)
        return bool(came and effect.added) and not any(self.background.beats(t, effect.t) for t in effect.targets)

    def _is_view(self, effect: Effect, click: Click, since_ms: float) -> bool:
        """Is it another view of the page, right after a click on a link? The same place also changes by going back."""
        came = sum(last - first + 1 for first, last in pairs(effect.added))
        is_link = click.control is not None and click.control.tag == "a"
        return is_link and came >= VIEW_NODES and since_ms <= self.rules.prompt_ms

    def _explained(self, target: Target, t: float, since_ms: float, click: Click) -> bool:
        if self.background.explains(target, t, since_ms):
            return True
        if self.background.among(target, t, since_ms):
            return click.control is None or not self.page.elements.inside(target[1], click.control)
        return self.background.running(target, click.began_ms) and not self._again(target, click)

    def _again(self, target: Target, click: Click) -> bool:
        """Did the last click on the same control, a moment ago, change the same place?"""
        at, own = self._answered.get(click.element, (0.0, set()))
        return target in own and click.began_ms - at <= AGAIN_MS

    def _answers(self, effect: Effect, click: Click, ends: Sequence[float]) -> bool:
        since = effect.t - click.t
        prompt = since <= self.rules.prompt_ms
        if effect.kind == "mutation":
            return (
                not unseen(effect, self.parts(click.control))
                and self._own(effect, click, ends)
                and not self._incidental(effect, click)
            )
        if effect.kind == "focus":
            return 0 <= since <= SCROLL_MS and not self._natural_focus(effect, click)
        if effect.kind == "blur":
            return since >= 0 and (self._gave_back(effect, click) or (prompt and self._left_window(effect, click)))
        if effect.kind == "scroll":
            return since <= SCROLL_MS and self._scrolled(effect, click)
        if effect.kind == "selection":
            return click.control is None and self._own(effect, click)
        if effect.kind in ("input", "url", "hidden"):
            filled = effect.kind == "input" and any(0 <= effect.t - end <= RENDERED_MS for end in ends)
            return (prompt or filled) and not self._left_field(effect, click)
        if effect.kind == "style" and any(self.background.habitual(target) for target in effect.targets):
            return False  # component libraries write rules at every press
        return effect.kind != "request" and self._own(effect, click)

    def _incidental(self, effect: Effect, click: Click) -> bool:
        if _before_release(effect, click) and (self._on_blur(effect, click) or self._focus_state(effect, click)):
            return True
        if self._of_label(effect, click) or self._ends_hover(effect, click):
            return True
        gone = pairs(effect.removed)
        if not gone or effect.added or self._inside(click, gone):
            return False
        earlier = self._hovered_in(click)
        if all(covered(pair, earlier) for pair in gone):
            return True
        return _since(effect, click) > 300 and all(covered(pair, self._brought) for pair in gone)

    def _ends_hover(self, effect: Effect, click: Click) -> bool:
        """Does what the pointer opened on its way to the control come to rest: the end of a transition?"""
        if _since(effect, click) > TRANSITION_MS or any(k != "a" or n not in _LOOKS for k, _, n in effect.targets):
            return False
        start = bisect_right(self._times, click.began_ms - TRANSITION_MS)
        end = bisect_right(self._times, click.began_ms - MARGIN_MS)
        if self._clicked_ms > click.began_ms - AGAIN_MS:
            return False
        moved = {target for e in self._effects[start:end] if self.background.pointed(e.t) for target in e.targets}
        return bool(effect.targets) and moved.issuperset(effect.targets)

    def _on_blur(self, effect: Effect, click: Click) -> bool:
        return any(click.began_ms - MARGIN_MS <= b <= effect.t + MARGIN_MS for b in self._blurs)

    def _focus_state(self, effect: Effect, click: Click) -> bool:
        """State attributes that the control, or what is around it, gets as it gets the focus, before the click event.

        What is around a control comes before it in the document, so its id is lower. Handlers of pointer-down run
        before the focus moves: what changes before that is an answer.
        """
        control = click.control
        if control is None or not _before_release(effect, click) or any(kind != "a" for kind, _, _ in effect.targets):
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
        return all(
            name == "class" and node in (control.first, self._pressed_before) for _, node, name in effect.targets
        )

    def _hovered_in(self, click: Click) -> list[tuple[int, int]]:
        """Id ranges that came with the pointer shortly before the click."""
        start = bisect_right(self._times, click.began_ms - HOVER_MEMORY_MS)
        end = bisect_right(self._times, click.began_ms - MARGIN_MS)
        recent = (e for e in self._effects[start:end] if e.added and self.background.pointed(e.t))
        return [pair for e in recent for pair in pairs(e.added)]

    def _inside(self, click: Click, gone: list[tuple[int, int]]) -> bool:
        """Was the clicked place among what is gone (the close button of a dialog)?"""
        nodes = [click.node_id, *(c.first for c in self.page.elements.around(click.node_id))]
        return any(n is not None and a <= n <= b for n in nodes for a, b in gone)

    def _natural_focus(self, effect: Effect, click: Click) -> bool:
        """Pressing the pointer focuses the control itself, or what is around it."""
        if effect.node_id is None or effect.node_id == click.node_id or effect.t < click.t:
            return True
        if any(c.first == effect.node_id for c in self.page.elements.around(click.node_id)):
            return True
        if click.control is not None and click.control.tag == "label" and self.page.elements.box(effect.node_id):
            return True
        return any(c.first == click.element for c in self.page.elements.around(effect.node_id))

    def _of_label(self, effect: Effect, click: Click) -> bool:
        """State attributes around the box of a label, as it gets the focus from the click on the label."""
        if click.control is None or click.control.tag != "label" or any(kind != "a" for kind, _, _ in effect.targets):
            return False
        boxes = (f.node_id for f in self._focuses if f.node_id is not None and 0 <= effect.t - f.t <= FRAME_MS)
        return any(self.page.elements.box(box) and all(t[1] < box for t in effect.targets) for box in boxes)

    def _left_field(self, effect: Effect, click: Click) -> bool:
        """Is it the value of a field that the press took the focus from? Some recorders tell it no earlier."""
        left = (blur.node_id for blur in self._left if abs(blur.t - effect.t) <= MARGIN_MS)
        return effect.kind == "input" and _before_release(effect, click) and effect.node_id in left

    def _left_window(self, effect: Effect, click: Click) -> bool:
        """The focus left the document: a new tab or a dialog of the system took it."""
        return self._natural_focus(effect, click) and not any(abs(f.t - effect.t) <= 50 for f in self._focuses)

    def _gave_back(self, effect: Effect, click: Click) -> bool:
        """A dialog of the system stops the page: as it closes, the control loses the focus and has it again at once."""
        again = (f for f in self._focuses if f.node_id == effect.node_id and abs(f.t - effect.t) <= MARGIN_MS)
        return effect.t > click.t and self._natural_focus(effect, click) and any(again)

    def _scrolled(self, effect: Effect, click: Click) -> bool:
        """Scrolling that is neither the visitor's own, nor a carousel's, nor a text field's that lost the focus."""
        if self._again(effect.targets[0], click):
            return True
        before = self._scrolls.get(effect.node_id, [])
        i = bisect_right(before, click.began_ms)
        if i > 0 and before[i - 1] > click.began_ms - 300:
            return False
        if effect.node_id in self.page.elements.root_ids:
            return True
        field = next(self.page.elements.around(effect.node_id), None)
        return not (field is not None and is_typed(field)) and self._own(effect, click)

    def _caused(self, near: list[Effect], click: Click, ends: list[float]) -> list[Effect]:
        """Answers that hang together with the click in time: prompt ones, what follows them, what a request brought."""
        own = [e for e in near if self._answers(e, click, ends)]
        kept: list[Effect] = []
        chain = click.t + self.rules.prompt_ms
        for effect in own:
            by_request = any(end - MARGIN_MS <= effect.t <= end + self.rules.prompt_ms for end in ends)
            if effect.t <= chain or by_request or effect.kind == "blur":
                kept.append(effect)
                chain = max(chain, effect.t + self.rules.prompt_ms)
        if self._only_feedback(kept, click):
            return []
        waited = bisect_right(kept, click.t + self.rules.slow_ms, key=_time)
        early, late = kept[:waited], kept[waited:]
        if not late:
            return kept if ends else self._after_waiting(kept, near, click) or kept
        moving = near[bisect_right(near, click.t + self.rules.slow_ms, key=_time) :]
        waits = self._only_feedback(early, click) or self._only_waits(early, late, moving, click, ends)
        return late if waits else kept

    def _after_waiting(self, early: list[Effect], near: list[Effect], click: Click) -> list[Effect]:
        """The late answer of a click whose requests nobody knows of, if all that came at once is taken back with it."""
        after = near[bisect_right(near, click.t + self.rules.slow_ms, key=_time) :]
        acts = next((e.t for e in after if e.kind in _ACTS or e.kind == "scroll"), float("inf"))
        late = [e for e in after if e.kind == "mutation" and e.t < acts]
        new = [e for e in late if any(k in "ct" for k, _, _ in e.targets) and not self._by_itself(e, click)]
        if not early or not new or new[0].t - click.t > WAITED_MS:
            return []
        ends = [e for e in late if abs(e.t - new[0].t) <= ENDING_MS]
        return new if self._only_waits(early, ends, late, click, []) else []

    def _only_waits(
        self, early: list[Effect], late: list[Effect], moving: list[Effect], click: Click, ends: list[float]
    ) -> bool:
        control = click.control
        if control is None:
            return False
        responded = any(
            -MARGIN_MS <= late[0].t - end <= RENDERED_MS for end in ends if end > click.t + self.rules.slow_ms
        )
        inside = self.page.elements.inside
        return only_waits(early, late, moving, lambda node: inside(node, control), responded=responded)

    def _late(self, near: list[Effect], click: Click) -> list[Effect]:
        """A change seconds after the click, alone, of a place that does not change by itself: nothing else explains it.

        Where requests are recorded, most of what takes so long waits for one; without, it has to be something new that
        is shown, and to come soon enough for a visitor who waits.
        """
        if click.control is None:
            return []
        scrolls = [effect.t for effect in near if effect.kind == "scroll"]
        for effect in near[bisect_right(near, click.t + self.rules.prompt_ms, key=_time) :]:
            if effect.kind in _ACTS:
                return []  # what follows is about that
            of_scrolling = any(-FRAME_MS <= effect.t - t <= self.rules.prompt_ms for t in scrolls)
            if effect.kind == "mutation" and not of_scrolling and not self._by_itself(effect, click):
                told = effect.t - click.t < WAITED_MS and any(kind in "ct" for kind, _, _ in effect.targets)
                return [effect] if told or not self.page.requests else []
        return []

    def _by_itself(self, effect: Effect, click: Click) -> bool:
        """Would the change have come without the click: a clock, a hover effect, the end of a note?"""
        if not effect.targets or any(self.background.moved(target, click.element) for target in effect.targets):
            return True
        if self.background.pointed(effect.t) and self._passes(effect):
            return True
        return bool(effect.removed) and not effect.added and not self._inside(click, pairs(effect.removed))

    def _passes(self, effect: Effect) -> bool:
        """Is it what a pointer brings: a look, or something that goes again, or came just before the end?"""
        if not effect.added:
            return all(kind == "a" for kind, _, _ in effect.targets)
        start, end = (bisect_right(self._times, effect.t + ms) for ms in (0, HOVER_MEMORY_MS))
        gone = (first for e in self._effects[start:end] for first in e.removed[::2])
        return self.page.end_ms - effect.t < FEEDBACK_MS or any(in_ranges(effect.added, first) for first in gone)

    def _only_feedback(self, kept: list[Effect], click: Click) -> bool:
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
        other = [e for e in times if not self._by_focus(e, click)]
        if len(other) == 1 and len(times) == 2:
            return not 0 <= other[0].t - click.t <= HANDLED_MS
        return 2 in (len(times), len(other))

    def _by_focus(self, effect: Effect, click: Click) -> bool:
        """Did it come as the control got the focus, rather than as the pointer went down?"""
        near = (f.t for f in self._focuses if click.began_ms < f.t <= effect.t)
        return _before_release(effect, click) and any(effect.t - t < t - click.began_ms for t in near)

    def _styles(self, effect: Effect) -> bool:
        """Rules that come with what is drawn: libraries of styles write them when something first shows."""
        if effect.kind != "style":
            return False
        start, end = (bisect_right(self._times, effect.t + ms) for ms in (-FRAME_MS - 1, FRAME_MS))
        return any(e.added for e in self._effects[start:end])

    def _note_ripples(self, click: Click, control: Control) -> None:
        """Ripples of this click, whatever comes beside them: on their way out they are no answer to the next one."""
        start = bisect_right(self._times, click.began_ms - MARGIN_MS)
        end = bisect_right(self._times, click.t + RIPPLE_MS)
        near = [e for e in self._effects[start:end] if e.kind == "mutation"]
        self._rippled += ripples(near, lambda node: self.page.elements.inside(node, control))

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
        return [e for e in before if self._focus_state(e, click) or self._own_state(e, click)]

    def _own_state(self, effect: Effect, click: Click) -> bool:
        """Attributes of the control and what is in it alone, while the pointer is down."""
        control = click.control
        if control is None or not _before_release(effect, click):
            return False
        parts, inside = self.parts(control), self.page.elements.inside
        return all(kind == "a" and (node in parts or inside(node, control)) for kind, node, _ in effect.targets)


def _before_release(effect: Effect, click: Click) -> bool:
    """Did it come while the pointer was down? Capturing handlers of the page run between release and recorded click."""
    return effect.t < (click.t if click.up_ms is None else click.up_ms)


def _since(effect: Effect, click: Click) -> float:
    """Time since the click event, or since pointer-down for what comes before: buttons may be held long.

    What came after the release, and before the recorder saw the click, came at once.
    """
    return effect.t - click.began_ms if _before_release(effect, click) else max(0.0, effect.t - click.t)
