"""Verdicts of taps: alive, slow, dead or unknown, as for clicks, judged by what the recorder saw when it captured.

Recorders of native screens capture once a second (transforms/session/screens), so for a tap
  - a change counts as its answer although it is seen up to `LOOK_MS` later, even if more taps came in between;
  - silence means something only if the recorder captured, or would have captured, after an answer could have come;
  - a view that changes by itself (clock, ticker, video) is discounted by how often it does;
  - the pressed look of the tapped view, before the finger is up or gone again before the next touch, is no answer.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import pairwise

from replay_signals.schemas.rules import Clicks
from replay_signals.transforms.clicks.observability import NATIVE
from replay_signals.transforms.clicks.web import ALIVE, DEAD, SLOW, UNKNOWN, Judged
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.controls import ACTS_OUTSIDE, Control
from replay_signals.transforms.session.effects import Effect, spans
from replay_signals.transforms.session.gestures import Click
from replay_signals.transforms.session.screens import ENDED, WINDOW, ScreenCapture, Screens, Target
from replay_signals.transforms.session.timeline import Page, Timeline, Window
from replay_signals.transforms.session.touches import taps_of

THROTTLE_MS = 1000
"""Default of `throttleDelay` in all four SDKs: the recorder captures no more often."""
LOOK_MS = 1500
"""A change is seen at the latest this long after it came: the throttle, and the time a capture takes."""
ANSWER_MS = 300
"""What a capture this soon after a tap shows may be the screen before the answer."""
IMPATIENT_MS = 1000
"""Taps on one control this close to each other wait for one answer."""
SETTLE_MS = 1000
BY_CHANCE = 0.1
"""A view that by itself would change in the time since the tap more often than this answers nothing."""
AFTER_SWIPE_MS = 3000
"""Lists glide on after a swipe."""
ANSWERING = frozenset(("button", "checkbox", "radio", "toggle"))
SWITCHES = frozenset(("checkbox", "toggle"))
_LEAVES = re.compile(
    r"(?:^|[^a-z])(?:share|call|dial|phone|e-?mail|sms|message|map|maps|directions|browser|website|menu|more|options|"
    r"scan|camera|photo)(?:$|[^a-z])",
    re.IGNORECASE,
)
"""Buttons whose answer other programs or popups show, which native recorders do not see."""


def judge_taps(timeline: Timeline, rules: Clicks) -> list[Judged]:
    """Verdicts of all taps on native pages, in order of time."""
    judged = []
    for window in timeline.windows:
        for page in window.pages:
            if page.screens is not None:
                judged += _PageJudge(page, page.screens, window, rules).all()
    return judged


class _PageJudge:
    """Judges the taps of one page."""

    def __init__(self, page: Page, screens: Screens, window: Window, rules: Clicks) -> None:
        self.page, self.screens, self.rules = page, screens, rules
        following = window.pages[page.index + 1 : page.index + 2]
        self.next_page = following[0] if following else None
        self.taps = taps_of(page)
        self.effects = _effects(page, screens)
        self.times = [e.t for e in self.effects]
        busy = [(t - 5, t + AFTER_SWIPE_MS) for t in screens.touches]
        busy += [(r.start_ms, r.end_ms + LOOK_MS) for r in page.requests]
        self.background = _Background(page, self.effects, spans(busy))

    def all(self) -> list[Judged]:
        """One verdict per tap."""
        judged = [self._tap(i, tap) for i, tap in enumerate(self.taps)]
        for out, later in reversed(list(pairwise(judged))):
            same = out.click.element is not None and out.click.element == later.click.element
            if out.verdict == DEAD and later.answered and same and later.click.t - out.click.t <= IMPATIENT_MS:
                out.effects, out.blocked = later.effects, False
                self._found(out)
        return judged

    def _tap(self, i: int, tap: Click) -> Judged:
        out = Judged(tap)
        until = max(self.screens.next_touch(tap.down_ms), tap.t + LOOK_MS)
        share = self._between(tap.down_ms - 1, min(until, tap.t + self.rules.window_ms + LOOK_MS))
        out.requests = [e.request for e in share if e.request is not None and self._sent(e, tap)]
        for effect in share:
            if effect.kind == "request" or self._pressed(effect, tap):
                continue
            if effect.kind == "screen" and effect.t < tap.t:
                out.ambiguous = True  # actions run when the finger goes up: this came before, or is one on touch down
            elif not self._by_itself(effect, tap):
                out.effects.append(effect)
            elif effect.t - tap.t <= LOOK_MS and any(node in self.screens.pictures for _, node, _ in effect.targets):
                out.ambiguous = True
        out.effects += self._next_screen(i, tap)
        if out.effects:
            self._found(out)
        else:
            self._missing(out, i)
        return out

    def _by_itself(self, effect: Effect, tap: Click) -> bool:
        since = effect.t - tap.down_ms
        return bool(effect.targets) and all(self.background.explains(x, effect.t, since) for x in effect.targets)

    def _between(self, start: float, end: float) -> list[Effect]:
        """Effects from a time up to, not at, another one."""
        return self.effects[bisect_left(self.times, start) : bisect_left(self.times, end)]

    def _sent(self, effect: Effect, tap: Click) -> bool:
        in_time = effect.t <= min(tap.t + self.rules.prompt_ms, self.screens.next_touch(tap.down_ms))
        return in_time and not self._by_itself(effect, tap)

    def _pressed(self, effect: Effect, tap: Click) -> bool:
        """Is the change only how the tapped view looks while a finger is on it?"""
        control = tap.control
        if control is None or not effect.targets:
            return False
        if not all(self.screens.inside(node, control.first) for _, node, _ in effect.targets):
            return False
        if effect.t < tap.t:
            return True
        released = self.screens.next_touch(tap.down_ms) - 1
        return all(self.screens.same(target, tap.down_ms, released) for target in effect.targets)

    def _next_screen(self, i: int, tap: Click) -> list[Effect]:
        page = self.next_page
        if page is None or page.start_ms - tap.t > self.rules.window_ms:
            return []
        later = i + 1 < len(self.taps) or self.screens.next_touch(tap.down_ms) < float("inf")
        if later and page.start_ms - tap.t > LOOK_MS:
            return []
        return [Effect(page.start_ms, "navigation", detail=page.href)]

    def _found(self, out: Judged) -> None:
        first = min(out.effects, key=lambda e: e.t)
        out.reaction = first.kind
        out.reaction_ms = round(max(0.0, first.t - out.click.t), 1)
        out.verdict = SLOW if out.reaction_ms > self.rules.slow_ms + LOOK_MS else ALIVE
        out.confidence = 0.9 if out.reaction_ms <= LOOK_MS or out.requests else 0.6
        out.reason = f"{first.kind} after {out.reaction_ms:.0f} ms"

    def _missing(self, out: Judged, i: int) -> None:
        """No answer was seen: was there one to expect, and would it have been seen?"""
        tap = out.click
        out.confidence = 0.5
        reason = _unobservable_reason(tap.control)
        if reason or tap.control is None:
            out.verdict, out.reason = (ALIVE if reason == NATIVE else UNKNOWN), reason or "not a control"
            out.ambiguous = out.ambiguous or self._unseen(tap) != ""
            return
        out.reason = (
            self._unseen(tap) or self._cancelled_out(i) or ("what changed may be the answer" if out.ambiguous else "")
        )
        if out.reason:
            return
        if out.requests and not out.failed:
            out.reason = "sent a request and showed nothing"
            return
        out.verdict, out.confidence = DEAD, 0.85
        out.blocked = "d" in tap.control.flags
        out.reason = "the control is disabled" if out.blocked else "no answer"

    def _unseen(self, tap: Click) -> str:
        """Why the recorder may have missed an answer; empty when it would have seen one."""
        end = self.next_page.start_ms if self.next_page is not None else max(self.page.end_ms, self.page.last_alive_ms)
        if end - tap.t < LOOK_MS:
            return ENDED
        captures = self.screens.captures
        later = next((capture for capture in captures if capture.t > tap.t), None)
        covering = self.page.index > 0 or self.screens.covering(tap.t)
        if covering and (later is None or WINDOW in later.targets):
            return "the screen may have been closed unseen"
        if self.screens.differs or self._captured(tap, captures):
            return ""
        return "the screen was not captured at again"

    def _captured(self, tap: Click, captures: list[ScreenCapture]) -> bool:
        """Recorders that skip a second after a capture: did they capture again, and nothing had changed?"""
        times = [capture.t for capture in captures]
        i = bisect_right(times, tap.t + ANSWER_MS) - 1
        if i < 0 or times[i] + THROTTLE_MS <= tap.t:
            return True
        if i + 1 >= len(captures):
            return False
        touched = self.screens.next_touch(tap.down_ms)
        return times[i + 1] < touched or not self._foreign(captures[i + 1], tap)

    def _foreign(self, capture: ScreenCapture, tap: Click) -> bool:
        """Had anything changed but the tapped view and what changes by itself?"""
        control = tap.control
        since = capture.t - tap.down_ms
        return any(
            not (control is not None and self.screens.inside(target[1], control.first))
            and not self.background.explains(target, capture.t, since)
            for target in capture.targets
        )

    def _cancelled_out(self, i: int) -> str:
        """A switch tapped twice between two captures is as before."""
        tap = self.taps[i]
        near = (*self.taps[max(0, i - 1) : i], *self.taps[i + 1 : i + 2])
        twice = any(abs(o.t - tap.t) <= LOOK_MS and o.element == tap.element for o in near)
        is_switch = tap.control is not None and tap.control.type in SWITCHES
        return "taps that cancel each other out" if twice and is_switch else ""


def _unobservable_reason(control: Control | None) -> str:
    """Only views that say they are buttons or switches are known to answer; the keyboard answers fields."""
    if control is None:
        return "not a control"
    if control.tag == "web_view":
        return "inside web view"
    if control.tag != "input":
        return "not a control"
    if "d" in control.flags:
        return ""
    if control.type not in ANSWERING:
        return NATIVE
    if ACTS_OUTSIDE.search(control.name) or _LEAVES.search(control.name):
        return "acts outside the screen by its name"
    return ""


def _effects(page: Page, screens: Screens) -> list[Effect]:
    found = [Effect(capture.t, "screen", capture.targets) for capture in screens.captures if capture.targets]
    found += [Effect(t, "keyboard") for t, record in page.of(records.Custom) if record.tag == "keyboard"]
    found += [
        Effect(r.start_ms, "request", (("r", 0, f"{r.method} {r.url}"),), r.url, request=r)
        for r in page.requests
        if r.by_script
    ]
    return sorted(found, key=lambda e: (e.t, e.kind, e.targets))


class _Background:
    """What a screen does by itself: how often each view changes while nobody touches it."""

    def __init__(self, page: Page, effects: list[Effect], busy: list[tuple[float, float]]) -> None:
        starts = [b[0] for b in busy]
        ready = page.start_ms + SETTLE_MS
        self._quiet: dict[Target, list[float]] = {}
        for effect in effects:
            i = bisect_right(starts, effect.t) - 1
            if effect.t > ready and (i < 0 or busy[i][1] < effect.t):
                for target in effect.targets:
                    self._quiet.setdefault(target, []).append(effect.t)
        taken = sum(max(0.0, min(end, page.end_ms) - max(start, ready)) for start, end in busy)
        self._quiet_ms = max(1.0, page.end_ms - ready - taken)

    def explains(self, target: Target, t: float, since_ms: float) -> bool:
        """Would this have changed in the time up to `t` anyway? What happened once has no rhythm."""
        others = sum(1 for when in self._quiet.get(target, ()) if when != t)
        return others >= 2 and others * max(since_ms, ANSWER_MS) / self._quiet_ms > BY_CHANCE
