"""Verdicts of taps: alive, slow, dead or unknown, as for clicks, judged by what the recorder saw when it looked.

Recorders of native screens look once a second (transforms/session/screens), so for a tap
  - a change counts as its answer although it is seen up to `LOOK_MS` later, even if more taps came in between;
  - silence means something only if the recorder looked, or would have looked, after an answer could have come;
  - what changes by itself (clock, ticker, video) is discounted by how often it does (clicks/screen_habits);
  - the pressed look of what was tapped, before the finger is up or gone again at the next look, is no answer;
  - whether an answer is to be expected is told by the view, or by what else happened there (clicks/spots);
  - what is typed on a keyboard or a keypad is no tap on a control (clicks/typing).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import pairwise

from replay_signals.schemas.rules import Clicks
from replay_signals.transforms.clicks.highlights import Highlights
from replay_signals.transforms.clicks.judged import ALIVE, DEAD, SLOW, UNKNOWN, Judged
from replay_signals.transforms.clicks.looks import LOOK_MS
from replay_signals.transforms.clicks.observability import NATIVE
from replay_signals.transforms.clicks.screen_habits import ScreenHabits
from replay_signals.transforms.clicks.spots import HAMMERED, TRIED_AGAIN, Spots
from replay_signals.transforms.clicks.typing import typed_taps
from replay_signals.transforms.clicks.witness import Witness, is_switch
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.session.effects import Effect
from replay_signals.transforms.session.gestures import Click
from replay_signals.transforms.session.screens import AT_TOUCH_MS, NOT_SEEN, Screens
from replay_signals.transforms.session.shots import TURNED, Target
from replay_signals.transforms.session.spans import spans
from replay_signals.transforms.session.timeline import Page, Timeline, Window
from replay_signals.transforms.session.touched import Likeness
from replay_signals.transforms.session.touches import taps_of
from replay_signals.transforms.words.controls import leaves_app

IMPATIENT_MS = 1000
"""Taps on one control this close to each other wait for one answer."""
AFTER_SWIPE_MS = 3000
"""Lists glide on after a swipe."""
LASTING = 0.55
"""How sure silence is where only an answer that lasts would have been seen."""
FLICKED = 6
"""So many taps in a row on one switch are no use of it, whatever the recorder looked at in between."""
ANSWERING = frozenset(("button", "checkbox", "radio", "toggle"))


def judge_taps(timeline: Timeline, rules: Clicks, left_ms: Sequence[float] = ()) -> list[Judged]:
    """Verdicts of all taps on native pages; `left_ms`: when the app went to the background, in order."""
    judged = []
    for window in timeline.windows:
        pages = [
            _PageJudge(page, page.screens, window, rules, left_ms) for page in window.pages if page.screens is not None
        ]
        seen = [page.seen() for page in pages]
        answering = {
            page.screens.likeness(j.click.down_ms)
            for page, own in zip(pages, seen, strict=True)
            for j in own
            if j.answered
        } - {None}
        for page, own in zip(pages, seen, strict=True):
            judged += page.judged(own, answering)
    return judged


class _PageJudge:
    """Judges the taps of one page."""

    def __init__(self, page: Page, screens: Screens, window: Window, rules: Clicks, left_ms: Sequence[float]) -> None:
        self.page, self.screens, self.rules = page, screens, rules
        following = window.pages[page.index + 1 : page.index + 2]
        self.next_page = following[0] if following else None
        self.taps = taps_of(page)
        self.effects = _effects(page, screens)
        self.times = [e.t for e in self.effects]
        busy = [(t - 5, t + AFTER_SWIPE_MS) for t in screens.touches]
        busy += [(r.start_ms, r.end_ms + LOOK_MS) for r in page.requests]
        self.habits = ScreenHabits(page, screens, self.effects, spans(busy))
        self.highlights = Highlights(screens, self.taps, rules.window_ms)
        end_ms = self.next_page.start_ms if self.next_page is not None else max(page.end_ms, page.last_alive_ms)
        self.witness = Witness(page, screens, self.highlights, self.habits, end_ms, left_ms)
        self.shared: set[Click] = set()
        """Taps after which nothing changed until another one elsewhere was up, which may have brought it."""

    def seen(self) -> list[Judged]:
        """One verdict a tap, as far as answers were seen."""
        return [self._seen(i, tap) for i, tap in enumerate(self.taps)]

    def judged(self, judged: list[Judged], answering: AbstractSet[Likeness | None]) -> list[Judged]:
        """The verdicts with what silence means; `answering`: what views have in common that answered in this window."""
        spots = Spots(self.screens, judged, self.highlights.seen, answering)
        typed = typed_taps(self.screens, judged, spots, self.highlights.seen)
        for i, out in enumerate(judged):
            if i in typed and not out.answered:
                out.verdict, out.reason, out.confidence = typed[i]
                out.ambiguous = True
            elif not out.answered:
                self._missing(out, i, spots)
        for out, later in reversed(list(pairwise(judged))):
            same = out.click.element is not None and out.click.element == later.click.element
            if out.verdict == DEAD and later.answered and same and later.click.t - out.click.t <= IMPATIENT_MS:
                out.effects, out.blocked = later.effects, False
                self._found(out)
        return judged

    def _seen(self, i: int, tap: Click) -> Judged:
        """A tap with what was seen to answer it."""
        out = Judged(tap)
        until = max(self.screens.next_touch(tap.down_ms), tap.t + LOOK_MS)
        share = self._between(tap.down_ms - 1, min(until, tap.t + self.rules.window_ms + LOOK_MS))
        out.requests = [e.request for e in share if e.request is not None and self._sent(e, tap)]
        for effect in share:
            if effect.kind == "keyboard":
                out.effects.append(effect)
            elif TURNED in effect.targets:
                out.ambiguous = out.ambiguous or effect.t - tap.t <= LOOK_MS  # a film may fill the screen on its own
            elif effect.kind == "screen":
                self._weigh(effect, out)
        out.effects += self._next_screen(i, tap)
        other = self._next_elsewhere(i)
        if out.effects and other is not None and all(effect.t >= other.t for effect in out.effects):
            out.effects, out.ambiguous = [], True
            self.shared.add(tap)
        if out.effects:
            self._found(out)
        return out

    def _next_elsewhere(self, i: int) -> Click | None:
        """The next tap on another control; None where nothing says that it was on one."""
        tap = self.taps[i]
        other = next((k for k in self.taps[i + 1 :] if not self.highlights.beside(k, tap)), None)
        return other if other is not None and self.screens.is_something(other.down_ms) else None

    def _weigh(self, effect: Effect, out: Judged) -> None:
        """Is a change of the screen an answer, or may it be one (`ambiguous`)?"""
        tap = out.click
        own = self._own(effect, tap)
        if not own:
            vague = any(kind == "v" and node in self.screens.pictures for kind, node, _ in effect.targets)
            out.ambiguous = out.ambiguous or (vague and effect.t - tap.t <= LOOK_MS)
        elif not is_switch(tap) and self.highlights.released(own, effect.t, tap):
            self.highlights.seen.add(tap)
        elif not is_switch(tap) and self.highlights.pressed(own, effect, tap):
            self.highlights.add(own, tap)
            self.highlights.seen.add(tap)
        elif effect.t < tap.t:
            if not is_switch(tap):
                self.highlights.add([x for x in own if self.highlights.below_finger(x, tap)], tap)
                self.highlights.add(self._first_seen_pressed(tap), tap)
            out.ambiguous = out.ambiguous or not self._left_over(effect, tap)
        elif all(kind == "f" for kind, _, _ in own):
            out.ambiguous = True
        else:
            out.effects.append(replace(effect, targets=tuple(own)))

    def _first_seen_pressed(self, tap: Click) -> list[Target]:
        """Views whose look without the highlight was not seen before."""
        views = {self.screens.holder(tap.down_ms), None if tap.control is None else tap.control.first}
        return [("v", view, "") for view in views if view is not None]

    def _left_over(self, effect: Effect, tap: Click) -> bool:
        """Seen as the finger came down: what an earlier touch brought while the recorder did not look?"""
        if self.screens.catches_up or effect.t - tap.down_ms > AT_TOUCH_MS:
            return False
        times = [look.t for look in self.screens.captures]
        last = times[bisect_left(times, effect.t) - 1]
        earlier = self.screens.touches[: bisect_left(self.screens.touches, tap.down_ms)]
        return bool(earlier) and earlier[-1] > last - LOOK_MS

    def _own(self, effect: Effect, tap: Click) -> list[Target]:
        """Targets that neither change by themselves nor lose the highlight of an earlier tap."""
        since = effect.t - tap.down_ms
        faded = {x for x in effect.targets if self.highlights.fades(x, effect.t)}
        habitual = [x for x in effect.targets if x not in faded and self.habits.explains(x, effect.t, since)]
        pressed = self.highlights.under_others(effect.targets, effect.t, tap)
        own = [x for x in effect.targets if x not in faded and x not in habitual and x not in pressed]
        if faded:
            own = [x for x in own if not self.highlights.blurred(x, effect.t)]
        if all(x[0] == "p" for x in own) and habitual:
            shot = self.screens.shots.at(effect.t)
            rest = [x[1] for x in habitual if x[0] == "p"]
            own = [x for x in own if shot is None or not shot.beside(x[1], rest)]
        return own

    def _by_itself(self, effect: Effect, tap: Click) -> bool:
        since = effect.t - tap.down_ms
        return bool(effect.targets) and all(self.habits.explains(x, effect.t, since) for x in effect.targets)

    def _between(self, start: float, end: float) -> list[Effect]:
        """Effects from a time up to, not at, another one."""
        return self.effects[bisect_left(self.times, start) : bisect_left(self.times, end)]

    def _sent(self, effect: Effect, tap: Click) -> bool:
        in_time = effect.t <= min(tap.t + self.rules.prompt_ms, self.screens.next_touch(tap.down_ms))
        return in_time and not self._by_itself(effect, tap)

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

    def _missing(self, out: Judged, i: int, spots: Spots) -> None:
        """No answer was seen: was there one to expect, and would it have been seen?"""
        tap = out.click
        out.confidence = 0.5
        if tap in self.shared:
            out.ambiguous = not self._silent_otherwise(i, spots)
        reason = _unobservable_reason(tap.control)
        sure = 0.85
        if reason == BY_NAME and spots.insists(i):
            reason, sure = "", HAMMERED
        if self._is_mute(tap):
            out.verdict, out.reason, out.ambiguous = UNKNOWN, "a switch whose state is not recorded", True
            return
        unseen = self.witness.unseen(tap)
        if reason == NOT_A_CONTROL:
            sure = spots.expects(i) if not out.ambiguous and unseen in ("", NOT_SEEN) else 0.0
            out.ambiguous = out.ambiguous or self.witness.unseen(tap, sent=False) != ""
        if (reason and not sure) or reason not in ("", NOT_A_CONTROL):
            out.verdict, out.reason = (ALIVE if reason == NATIVE else UNKNOWN), reason
            return
        if unseen == NOT_SEEN and sure > TRIED_AGAIN and not out.ambiguous and self.witness.nothing_lasted(tap):
            sure, unseen = min(sure, LASTING), ""
        out.reason = unseen or self._cancelled_out(i, spots.judged)
        if not out.reason and not (i and _in_place(spots.judged[i - 1])) and self.witness.stale(tap):
            out.reason = "what was tapped may have come unseen"
        if not out.reason and (self._is_chosen(tap) or spots.stands(i)):
            out.reason = "what it brings may be there already"
        if not out.reason and (out.ambiguous or self._changed_faintly(i, spots)):
            out.reason = "what changed may be the answer"
        if not out.reason and self.habits.turned(tap.t, lambda target: self.highlights.below_finger(target, tap)):
            out.reason = "something began or stopped to change by itself"
        if out.reason:
            return
        if out.requests and not out.failed:
            out.reason = "sent a request and showed nothing"
            return
        out.verdict, out.confidence = DEAD, sure
        out.click.control = out.click.control or spots.control(i)
        out.blocked = tap.control is not None and "d" in tap.control.flags
        out.reason = "the control is disabled" if out.blocked else "no answer"

    def _silent_otherwise(self, i: int, spots: Spots) -> bool:
        """Was the same thing tapped at other times, too, and never answered? Then what came answered the next tap."""
        kin = [j for k, j in enumerate(spots.judged) if k != i and spots.same(i, k)]
        known = [j for j in kin if j.click not in self.shared and not j.ambiguous and not self.witness.unseen(j.click)]
        return bool(known) and not any(j.answered for j in kin)

    def _changed_faintly(self, i: int, spots: Spots) -> bool:
        """Does the last picture before the next touch elsewhere differ from the one before the tap by too little?

        Too little to say where. Of taps that follow each other on one spot, before the first of them.
        """
        first, last = spots.run(i)
        start, end = self.taps[first], self.taps[last]
        until = min(self.screens.next_touch(end.t), end.t + self.rules.window_ms)
        return self.screens.shots.faintly(start.down_ms, until) and not self.habits.is_restless(until)

    def _is_chosen(self, tap: Click) -> bool:
        """Is it the one of a group that was chosen before? Choosing it again changes nothing."""
        view = self.screens.view_below(tap.down_ms)
        return view is not None and view.input_type == "radio" and "k" in view.flags

    def _is_mute(self, tap: Click) -> bool:
        """Is it a text without words on Android, as the switches of its libraries (SwitchCompat) are recorded?"""
        view = self.screens.view_below(tap.down_ms)
        wordless = view is not None and view.type == "text" and not view.name and "m" not in view.flags
        return wordless and self.screens.catches_up

    def _cancelled_out(self, i: int, judged: list[Judged]) -> str:
        """A switch tapped twice between two looks looks as before; nobody turns one to and fro six times."""
        tap = self.taps[i]
        if not is_switch(tap):
            return ""
        first = last = i
        while first and self._follows(first):
            first -= 1
        while last + 1 < len(self.taps) and self._follows(last + 1):
            last += 1
        count = last + 1 - first
        may_be = (count % 2 == 0 and count < FLICKED) or any(j.answered for j in judged[first : last + 1])
        return "taps that cancel each other out" if may_be else ""

    def _follows(self, i: int) -> bool:
        """Is it one more tap on what was tapped right before?"""
        tap, before = self.taps[i], self.taps[i - 1]
        return tap.t - before.t <= LOOK_MS and tap.element == before.element


NOT_A_CONTROL = "not a control"
BY_NAME = "acts outside the screen by its name"


def _in_place(judged: Judged) -> bool:
    """Did what was tapped bring no more than another look of what was there?"""
    targets = [target for effect in judged.effects for target in effect.targets]
    return bool(targets) and all(kind == "v" for kind, _, _ in targets)


def _unobservable_reason(control: Control | None) -> str:
    """Only views that say they are buttons or switches are known to answer; the keyboard answers fields."""
    if control is None:
        return NOT_A_CONTROL
    if control.tag == "web_view":
        return "inside web view"
    if control.tag != "input":
        return NOT_A_CONTROL
    if "d" in control.flags:
        return ""
    if control.type not in ANSWERING:
        return NATIVE
    if {"w", "y"} & set(control.flags) or leaves_app(control.name):
        return BY_NAME
    return ""


def _effects(page: Page, screens: Screens) -> list[Effect]:
    found = [Effect(look.t, "screen", look.targets) for look in screens.captures if look.targets]
    found += [Effect(t, "keyboard") for t, record in page.of(records.Custom) if record.tag == "keyboard"]
    found += [
        Effect(r.start_ms, "request", (("r", 0, f"{r.method} {r.url}"),), r.url, request=r)
        for r in page.requests
        if r.by_script
    ]
    return sorted(found, key=lambda e: (e.t, e.kind, e.targets))
