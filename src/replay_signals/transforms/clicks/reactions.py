"""Reactions: which of a page's effects answer a click, and which only happen near it.

What is not an answer, each with its reason:
  background   changes the page makes by itself (transforms/clicks/background)
  hover        tooltips and highlights that come and go with the pointer
  leaving      what happens before the click event because a field lost the focus (validation on blur)
  focus        state classes the control gets with the focus
  aftermath    a toast or tooltip running out that came before the click
  selection    double clicks on a control select its words
  slides       what shows the next slide, later than a handler does it (transforms/clicks/slides)
  looks        how components and libraries of styles draw a press (transforms/clicks/press_looks)
  feedback     ripples and pressed states inside the control that come and go
  waiting      spinners and busy states until a slow answer comes (transforms/clicks/waiting)
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from operator import attrgetter

from replay_signals.schemas.rules import Clicks
from replay_signals.transforms.clicks.background import Background
from replay_signals.transforms.clicks.feedback import Feedback
from replay_signals.transforms.clicks.focus import FRAME_MS, Focus, before_release, elapsed_ms
from replay_signals.transforms.clicks.harmless import counts_clicks
from replay_signals.transforms.clicks.hovering import AGAIN_MS, Hovering
from replay_signals.transforms.clicks.menus import closes_menu
from replay_signals.transforms.clicks.other_views import lays_over, leads_elsewhere
from replay_signals.transforms.clicks.press_looks import PressLooks
from replay_signals.transforms.clicks.responses import EARLY_MS, RENDERED_MS, fetched_ahead
from replay_signals.transforms.clicks.rhythm import BEAT_MS
from replay_signals.transforms.clicks.ripples import unseen
from replay_signals.transforms.clicks.slides import Slides
from replay_signals.transforms.clicks.waiting import only_waits
from replay_signals.transforms.session.effects import LOOKS, Effect, Target
from replay_signals.transforms.session.gestures import Click, is_typed
from replay_signals.transforms.session.spans import count_in, covered, pairs
from replay_signals.transforms.session.timeline import Page, Request

SCROLL_MS = 400
"""Scrolling by code follows its click at once; later scrolling is the visitor's own (Sentry: 300 ms)."""
VIEW_NODES = 40
"""Tickers and carousels change less at once."""
WAITED_MS = 6000
"""Who waits longer for something to show has turned to something else."""
DRAWN_ANEW = 10
"""So many times as many places as change by themselves, at once, are a page that is drawn anew."""
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
        self._focus = Focus(page, effects)
        self.feedback = Feedback(page, effects, self._focus, rules)
        self._looks = PressLooks(page, effects, background, self._focus)
        self._slides = Slides(page, effects, background)
        self._hovering = Hovering(page, effects, background)
        self._brought: list[tuple[int, int]] = []
        self._answered: dict[int | None, tuple[float, set[Target]]] = {}
        self._claimed: set[int] = set()

    def requests(self, click: Click, share: list[Effect]) -> list[Request]:
        """Requests of page code that the click sent."""
        limit = click.t + self.rules.prompt_ms
        sent = [e.request for e in share if e.request is not None and e.t <= limit and self._own(e, click)]
        return [*fetched_ahead(self.page, click), *sent]

    def of(self, click: Click, share: list[Effect], requests: list[Request]) -> list[Effect]:
        """Answers among the effects between this click and the next, in order of time."""
        near = share[: bisect_right(share, click.t + self.rules.window_ms, key=_time)]
        if click.control is not None:
            self.feedback.note_ripples(click, click.control)
        self._looks.note(click)
        asked = (r for r in requests if not counts_clicks(r.url, self.page.href))  # others bring nothing to show
        found = self._caused(near, click, [r.end_ms - r.late_ms for r in asked]) or self._late(near, click)
        self._focus.pressed_before, self._hovering.clicked_ms = click.element, click.t
        for effect in found:
            self._brought += pairs(effect.added)
        if found:
            self._answered[click.element] = click.t, {t for e in found for t in e.targets}
            self._claimed.update(id(e) for e in found if e.t > click.t + self.rules.slow_ms)
        return found

    def _own(self, effect: Effect, click: Click, ends: Sequence[float] = ()) -> bool:
        """Is it more than what the page does by itself? One habitual change makes what comes with it habitual, except
        for all of a page that is drawn anew.

        `ends`: when the responses to the click's own requests came, which page code answers as promptly as a click.
        """
        since_ms = min([elapsed_ms(effect, click), *(max(0.0, effect.t - t) for t in ends if effect.t >= t - EARLY_MS)])
        if self._is_view(effect, click, since_ms) or self._is_response(effect, ends):
            return True
        if closes_menu(effect, click) and not self.background.moved_between(click.began_ms, effect.t):
            return True
        explained = [t for t in effect.targets if self._explained(t, effect.t, since_ms, click)]
        if not explained and self._slides.begin_to_move(effect, self._with(effect), since_ms):
            return False
        looks = self.feedback.parts(click.control)  # of what is hovered, which say nothing of what comes beside them
        if any(self.background.habitual(t) for t in explained if t[0] != "a" or t[1] not in looks):
            return len(effect.targets) - len(explained) >= DRAWN_ANEW * len(explained)
        return len(explained) < len(effect.targets)

    def _is_response(self, effect: Effect, ends: Sequence[float]) -> bool:
        """Is it something new, shown as a response of the click's own came: more than what keeps changing steadily?"""
        came = any(-EARLY_MS <= effect.t - end <= RENDERED_MS for end in ends)
        return bool(came and effect.added) and not any(self.background.beats(t, effect.t) for t in effect.targets)

    def _is_view(self, effect: Effect, click: Click, since_ms: float) -> bool:
        """Is it another view of the page, right after a click on a link? The same place also changes by going back."""
        came = count_in(effect.added)
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
                not unseen(effect, self.feedback.marked(effect, click))
                and (ends or not self._slides.is_step(effect, click))
                and self._own(effect, click, ends)
                and not self._incidental(effect, click)
            )
        if effect.kind == "focus":
            return 0 <= since <= SCROLL_MS and not self._focus.is_natural(effect, click)
        if effect.kind == "blur":
            return since >= 0 and (
                self._focus.gave_back(effect, click) or (prompt and self._focus.left_window(effect, click))
            )
        if effect.kind == "scroll":
            return since <= SCROLL_MS and self._scrolled(effect, click)
        if effect.kind == "selection":
            return click.control is None and self._own(effect, click)
        if effect.kind in ("input", "url", "hidden"):
            filled = effect.kind == "input" and any(0 <= effect.t - end <= RENDERED_MS for end in ends)
            of_slide = not ends and any(self._slides.is_step(e, click) for e in self._with(effect))  # told by a field
            return (prompt or filled) and not of_slide and not self._focus.left_field(effect, click)
        if effect.kind == "style" and self._is_of_press(effect, click):
            return False
        return effect.kind != "request" and self._own(effect, click)

    def _is_of_press(self, effect: Effect, click: Click) -> bool:
        """Is it a rule as component libraries write them at every press, or as the focus comes to what is pressed?"""
        return any(map(self.background.habitual, effect.targets)) or self._looks.is_rule(effect, click)

    def _incidental(self, effect: Effect, click: Click) -> bool:
        focus = self._focus
        if before_release(effect, click) and (focus.on_blur(effect, click) or focus.is_state(effect, click)):
            return True
        if self._looks.is_look(effect) or focus.of_label(effect, click) or self._hovering.ends(effect, click):
            return True
        gone = pairs(effect.removed) or self._fading(effect)
        if not gone or effect.added or self._inside(click, gone):
            return False
        earlier = self._hovering.brought(click)
        if all(covered(pair, earlier) for pair in gone):
            return True
        return elapsed_ms(effect, click) > 300 and all(covered(pair, self._brought) for pair in gone)

    def _fading(self, effect: Effect) -> list[tuple[int, int]]:
        """What is about to go, if nothing but its looks changes: a note fades out."""
        nodes = {node for _, node, _ in effect.targets}
        if not nodes or not effect.is_only_of(LOOKS):
            return []
        start, end = (bisect_right(self._times, effect.t + ms) for ms in (0, ENDING_MS))
        ends = {first for e in self._effects[start:end] if not e.added for first in e.removed[::2]}
        went = [pair for pair in self._brought if pair[0] in ends]
        return went if all(any(first <= node <= last for first, last in went) for node in nodes) else []

    def _inside(self, click: Click, gone: list[tuple[int, int]]) -> bool:
        """Was the clicked place among what is gone (the close button of a dialog)?"""
        nodes = [click.node_id, *(c.first for c in self.page.elements.around(click.node_id))]
        return any(n is not None and a <= n <= b for n in nodes for a, b in gone)

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
            by_request = any(end - EARLY_MS <= effect.t <= end + self.rules.prompt_ms for end in ends)
            if effect.t <= chain or by_request or effect.kind == "blur" or self._starts(effect, click):
                kept.append(effect)
                chain = max(chain, effect.t + self.rules.prompt_ms)
        if self.feedback.is_all(kept, click):
            return []
        waited = bisect_right(kept, click.t + self.rules.slow_ms, key=_time)
        early, late = (self.feedback.without_waves(e) for e in (kept[:waited], kept[waited:]))
        if not late:
            return kept if ends else self._after_waiting(kept, near, click) or kept
        waits = not early or self.feedback.is_all(early, click) or self._only_waits(early, late, near, click, ends)
        return late if waits else kept

    def _starts(self, effect: Effect, click: Click) -> bool:
        """Does a watch start with the click? A timer of a second is a little late."""
        since_ms = elapsed_ms(effect, click)
        is_late = effect.t - click.t - self.rules.prompt_ms > BEAT_MS
        return not is_late and any(self.background.starts(target, effect.t, since_ms) for target in effect.targets)

    def _after_waiting(self, early: list[Effect], near: list[Effect], click: Click) -> list[Effect]:
        """The late answer of a click whose requests nobody knows of, if all that came at once is taken back with it."""
        after = near[bisect_right(near, click.t + self.rules.slow_ms, key=_time) :]
        acts = next((e.t for e in after if e.kind in _ACTS or e.kind == "scroll"), float("inf"))
        late = [e for e in after if e.kind == "mutation" and e.t < acts]
        new = [e for e in late if any(k in "ct" for k, _, _ in e.targets) and not self._by_itself(e, click)]
        if not early or not new or new[0].t - click.t > WAITED_MS:
            return []
        ends = [e for e in late if abs(e.t - new[0].t) <= ENDING_MS]
        return new if self._only_waits(early, ends, near, click, []) else []

    def _only_waits(
        self, early: list[Effect], late: list[Effect], near: list[Effect], click: Click, ends: list[float]
    ) -> bool:
        control = click.control
        if control is None:
            return False
        responded = any(
            -EARLY_MS <= late[0].t - end <= RENDERED_MS for end in ends if end > click.t + self.rules.slow_ms
        )
        inside = self.page.elements.inside
        return only_waits(early, late, near, self._effects, lambda node: inside(node, control), responded=responded)

    def _late(self, near: list[Effect], click: Click) -> list[Effect]:
        """A change seconds after the click, alone, of a place that does not change by itself: nothing else explains it.

        Where requests are recorded, most of what takes so long waits for one; without, it has to be something new that
        is shown, and to come soon enough for a visitor who waits.
        """
        if click.control is None:
            return []
        scrolls = [effect.t for effect in near if effect.kind == "scroll"]
        prompt = bisect_right(near, click.t + self.rules.prompt_ms, key=_time)
        restless = {t for e in near[:prompt] for t in e.targets if not self.page.elements.inside(t[1], click.control)}
        for effect in near[prompt:]:
            if effect.kind in _ACTS:
                return []  # what follows is about that
            if id(effect) in self._claimed or not restless.isdisjoint(effect.targets):
                continue
            of_scrolling = any(-FRAME_MS <= effect.t - t <= self.rules.prompt_ms for t in scrolls)
            if effect.kind == "mutation" and not of_scrolling and not self._by_itself(effect, click):
                if self._slides.is_step(effect, click) or lays_over(self.page, effect):
                    continue
                if leads_elsewhere(self.page, self._with(effect), click):
                    return []
                told = effect.t - click.t < WAITED_MS and any(kind in "ct" for kind, _, _ in effect.targets)
                return [effect] if told or not self.page.requests else []
        return []

    def _with(self, effect: Effect) -> list[Effect]:
        """What changes in the same frame."""
        start, end = (bisect_right(self._times, effect.t + ms) for ms in (-FRAME_MS, FRAME_MS))
        return self._effects[start:end]

    def _by_itself(self, effect: Effect, click: Click) -> bool:
        """Would the change have come without the click: a clock, a hover effect, the end of a note?"""
        if not effect.targets or any(self.background.moved(target, click.element) for target in effect.targets):
            return True
        since_ms = elapsed_ms(effect, click)
        if any(self.background.is_in_new(target, effect.t, since_ms) for target in effect.targets):
            return True
        if self.background.pointed(effect.t) and self._hovering.passes(effect):
            return True
        return bool(effect.removed) and not effect.added and not self._inside(click, pairs(effect.removed))
