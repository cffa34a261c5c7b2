"""Clicks and their verdicts: alive, slow, dead or unknown, with what answered or what was missing.

alive    something the click caused was recorded within `clicks.prompt_ms`, or later through a request it sent
slow     as alive, but later than `clicks.slow_ms`
dead     a control that should answer, on a page whose recording would have shown it, and nothing came
unknown  the recording cannot tell: no control, no snapshot, effects outside the page, or the page was left at once
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice, takewhile
from operator import itemgetter

from replay_signals.schemas.rules import Clicks
from replay_signals.transforms.clicks.background import Background, Wait
from replay_signals.transforms.clicks.covered import Covers
from replay_signals.transforms.clicks.focus import MARGIN_MS
from replay_signals.transforms.clicks.harmless import counts_clicks
from replay_signals.transforms.clicks.observability import (
    CHOSEN,
    LOADS,
    NATIVE,
    leads_away,
    link_target,
    unobservable_reason,
)
from replay_signals.transforms.clicks.reactions import Reactions
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.session.effects import Effect, effects_of
from replay_signals.transforms.session.gestures import Click, clicks_of, is_submit
from replay_signals.transforms.session.timeline import Page, Request, Timeline, Window
from replay_signals.transforms.session.urls import same_document

SURVIVED_MS = 1500
"""A document that still records this long after a click on a link was not left by it."""
RECORDED_MS = 4000
"""A page that stayed this long would have been recorded."""
RETURN_MS = 5000
"""To another page by way of another site takes longer: that one loads, is seen, and an address is typed."""
NEW_WINDOW_MS = 3000
BY_HAND_MS = 300
"""A reload or a step back this much later than the click is the visitor's own."""

AT_CLICK_MS = 200
"""An event that a recorder sends of a click tells where the page was then."""

LOADED_MS = 250
"""A handler that opens an address does it at once, or when what it asked for has come."""

HAND_CONFIDENCE = 0.7
"""Of silence where only the hand under the pointer said that an answer was to be expected."""

SENT = "sent a request and showed nothing"
FOLLOWED = "another page followed soon"
LEFT_BY_LINK = "the page may have been left through the link"
ALIVE, SLOW, DEAD, UNKNOWN = "alive", "slow", "dead", "unknown"


@dataclass(slots=True, eq=False)
class Judged:
    """A click with its verdict, hashable by identity. `effects` are the answers found, `requests` what the click sent.

    An `ambiguous` tap was followed by a change that may or may not be its answer: of a picture that changes by
    itself, or captured before the finger went up. `alone` is the verdict that priors changed, empty where they did not.
    """

    click: Click
    verdict: str = UNKNOWN
    confidence: float = 0.0
    reaction: str = ""
    reaction_ms: float | None = None
    reason: str = ""
    blocked: bool = False
    ambiguous: bool = False
    alone: str = ""
    effects: list[Effect] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    @property
    def failed(self) -> list[Request]:
        """Requests of the click that came back with an error."""
        return [r for r in self.requests if r.failed]

    @property
    def answered(self) -> bool:
        """Something the visitor can see came of it."""
        return self.verdict in (ALIVE, SLOW)


@dataclass(slots=True)
class _View:
    """One view of a document: what the visitor did, what changed, and what the page does by itself."""

    page: Page
    window: Window
    clicks: list[Click]
    effects: list[Effect]
    background: Background


Addresses = dict[str, list[tuple[float, str]]]
"""Window id -> (epoch ms, URL) in order of time, as other sources than the recording tell."""


def judge_clicks(timeline: Timeline, rules: Clicks, addresses: Addresses) -> list[Judged]:
    """All clicks of a session with their verdicts, in order of time, each judged by what was recorded around it.

    `addresses` tell where each window was, since no recorder sees a fragment change.
    """
    judged: list[Judged] = []
    for view in _views(timeline, rules):
        judged += _judge_view(view, timeline, rules, addresses.get(view.window.window_id, []))
    return sorted(judged, key=lambda j: (j.click.t, j.click.page.window_id, j.click.node_id or 0))


def _views(timeline: Timeline, rules: Clicks) -> list[_View]:
    """Views of documents with clicks, each knowing the habits that other views of the same document show."""
    pages = [(p, w, clicks_of(p)) for w in timeline.windows for p in w.pages if p.screens is None]
    clicked = {document_of(p) for p, _, clicks in pages if clicks}
    twins: dict[tuple[str, int], list[_View]] = {}
    for page, window, clicks in pages:
        if document_of(page) in clicked:
            twins.setdefault(document_of(page), []).append(_view(page, window, clicks, rules))
    for views in twins.values():
        habits = set().union(*(view.background.habitual_targets for view in views))
        for view in views:
            view.background.learn(habits)
    return [view for views in twins.values() for view in views]


def document_of(page: Page) -> tuple[str, int]:
    """Views of one URL with equally many elements are the same document: its node ids are the same, too."""
    return page.href.partition("#")[0], page.elements.element_count


def _view(page: Page, window: Window, clicks: list[Click], rules: Clicks) -> _View:
    effects = effects_of(page)
    other = [(e.t - MARGIN_MS, e.t + rules.prompt_ms) for e in effects if e.kind in ("input", "scroll")]
    waits = [Wait(c.began_ms - MARGIN_MS, c.t + rules.window_ms, c.element) for c in clicks]
    background = Background(page, effects, _after_clicks(clicks, effects, rules), other, waits)
    return _View(page, window, clicks, effects, background)


def _judge_view(view: _View, timeline: Timeline, rules: Clicks, addresses: list[tuple[float, str]]) -> list[Judged]:
    reactions = Reactions(view.page, view.effects, view.background, rules)
    judge = _PageJudge(view, timeline, rules, reactions, addresses)
    downs = [c.began_ms - MARGIN_MS for c in view.clicks]
    shares: list[list[Effect]] = [[] for _ in downs]
    for effect in view.effects:
        i = bisect_right(downs, effect.t) - 1
        if i >= 0:
            shares[i].append(effect)
    leaving = judge.leaving(downs)
    return [judge.click(c, shares[i], i == leaving) for i, c in enumerate(view.clicks)]


def _after_clicks(clicks: list[Click], effects: list[Effect], rules: Clicks) -> Iterator[tuple[float, float]]:
    """Spans in which clicks may have caused changes: at once, or when what they asked for came back."""
    yield from ((c.began_ms - MARGIN_MS, c.t + rules.slow_ms) for c in clicks)
    times = [c.began_ms - MARGIN_MS for c in clicks]
    for effect in effects:
        if effect.request is not None:
            i = bisect_right(times, effect.t) - 1
            if i >= 0 and effect.t - clicks[i].t <= rules.prompt_ms:
                yield effect.t, effect.request.end_ms + rules.prompt_ms


class _PageJudge:
    """Judges the clicks of one page."""

    def __init__(
        self, view: _View, timeline: Timeline, rules: Clicks, reactions: Reactions, addresses: list[tuple[float, str]]
    ) -> None:
        self.page, self.pages = view.page, view.window.pages
        self.timeline, self.rules, self.reactions, self.addresses = timeline, rules, reactions, addresses
        following = self.page.index + 1
        self.next_page = self.pages[following] if following < len(self.pages) else None
        self._covers = Covers(self.page)

    @cached_property
    def _tells_values(self) -> bool:
        return any(True for page in self.timeline.pages for _ in page.of(records.Input))

    def leaving(self, downs: list[float]) -> int:
        """Index of the click before the next page's navigation began: the only one that can have caused it."""
        page = self.next_page
        known = page is not None and page.navigation is not None
        return bisect_right(downs, page.opened_ms) - 1 if page is not None and known else len(downs) - 1

    def click(self, click: Click, share: list[Effect], is_leaving: bool) -> Judged:
        """The verdict of one click, given the effects between it and the next click of the page."""
        out = Judged(click)
        out.requests = self.reactions.requests(click, share)
        out.effects = self.reactions.of(click, share, out.requests) + self._elsewhere(out, is_leaving)
        out.effects.sort(key=lambda e: e.t)
        if not out.effects and self._fragment_changed(click):
            out.effects.append(Effect(click.t, "url", detail="fragment"))
        if all(map(self._is_by_the_way, out.effects)) and (meant := self._covers.meant(click)) is not None:
            out.effects, out.blocked = [], True
            out.verdict, out.confidence, out.reason = DEAD, meant.confidence, meant.reason
            click.control = meant.control
        elif out.effects and not self._comes_by_accident(out):
            self._found(out)
        else:
            self._missing(out)
        return out

    def _is_by_the_way(self, effect: Effect) -> bool:
        """What comes of a click anywhere: text that is selected no more, or a page that others may have opened."""
        if effect.kind == "navigation":
            page = self.next_page
            return page is not None and page.navigation is None
        return effect.kind == "selection"

    def _comes_by_accident(self, out: Judged) -> bool:
        """Does what acts outside the page (a print dialog) seem to be answered late, by no request of its own?"""
        first = out.effects[0]
        late = first.kind == "mutation" and first.t - out.click.t > self.rules.slow_ms and not out.requests
        if late and unobservable_reason(self.page, out.click):
            out.effects = []
        return not out.effects

    def _fragment_changed(self, click: Click) -> bool:
        """Did a link to a place of the page change the address? Told by the events before and after the click.

        `#` alone is no place: it is what is left of a link whose handler is missing.
        """
        target = link_target(click.control, self.page.href)
        if target is None or not same_document(target, self.page.href):
            return False
        i = bisect_right(self.addresses, (click.t + MARGIN_MS, ""))
        before = self.addresses[i - 1][1] if i else self.page.href
        after = self.addresses[i][1] if i < len(self.addresses) else before
        return before != after and after == target

    def _elsewhere(self, out: Judged, is_leaving: bool) -> list[Effect]:
        """Answers outside the page: label activation, the next document, a new tab."""
        found, click = [], out.click
        if click.activated and not self._activates_itself(click, click.activated[0]):
            found.append(Effect(click.t, "activation", node_id=click.activated[0]))
        page = self.next_page
        if page is not None and is_leaving and self._led_to(out, page):
            found.append(Effect(max(page.opened_ms, click.down_ms), "navigation", detail=page.href))
        windows = self.timeline.windows
        first = bisect_left(windows, click.down_ms, key=lambda w: w.start_ms)
        for window in takewhile(lambda w: w.start_ms <= click.t + NEW_WINDOW_MS, islice(windows, first, None)):
            if window.window_id != self.page.window_id:
                found.append(Effect(window.start_ms, "new window", detail=window.pages[0].href))
        return found

    def _activates_itself(self, click: Click, node_id: int) -> bool:
        """Is it a component that clicks itself, or a box whose change was taken back?"""
        return node_id in self.reactions.feedback.parts(click.control) or self._kept_back(node_id)

    def _kept_back(self, node_id: int) -> bool:
        """Is it a checkbox of a recording that tells values? Untold, its change was taken back by the page."""
        box = self.page.elements.box(node_id)
        return box is not None and box.type == "checkbox" and self._tells_values

    def _led_to(self, out: Judged, page: Page) -> bool:
        """Did the click cause the navigation that opened the next page?"""
        click = out.click
        if page.navigation is not None:
            start = page.navigation.start_ms
            if page.navigation.navigation_type in ("reload", "back_forward") and start - click.t > BY_HAND_MS:
                return False
            moments = [click.t, *(r.end_ms for r in out.requests)]
            return start >= click.down_ms - MARGIN_MS and any(start - m <= self.rules.prompt_ms for m in moments)
        target = link_target(click.control, self.page.href)
        same = target is not None and same_document(target, page.href)
        since = page.start_ms - click.t
        quiet = self.page.end_ms <= click.t + SURVIVED_MS
        patience = self.rules.window_ms if same or (click.control and is_submit(click.control)) else self.rules.slow_ms
        return (same or quiet) and since <= patience

    def _found(self, out: Judged) -> None:
        first = out.effects[0]
        out.reaction = first.kind
        out.reaction_ms = round(max(0.0, first.t - out.click.t), 1)
        out.verdict = SLOW if self._waited_ms(out.click, first) > self.rules.slow_ms else ALIVE
        proven = out.reaction_ms <= self.rules.prompt_ms or first.kind in ("navigation", "new window") or out.requests
        out.confidence = 0.95 if out.reaction_ms <= 300 else 0.9 if proven else 0.6
        out.reason = f"{first.kind} after {out.reaction_ms:.0f} ms"

    def _waited_ms(self, click: Click, answer: Effect) -> float:
        """How long the visitor waited at least, doing nothing else.

        Recorders start on a new page when it has loaded, and it shows before that. A dialog of the system, or another
        window that took the focus, was there at once.
        """
        if answer.kind == "blur":
            return 0.0
        page = self.next_page
        if answer.kind != "navigation" or page is None or page.navigation is not None:
            return answer.t - click.t
        acts = (t for t, _ in self.page.of(records.Scroll, records.Input) if t > click.t + self.rules.prompt_ms)
        return min(self.page.end_ms, next(acts, self.page.end_ms)) - click.t

    def _missing(self, out: Judged) -> None:
        """No answer was recorded: was there one to expect, and would the recording have shown it?"""
        click, control = out.click, out.click.control
        out.confidence = 0.5
        out.reason = unobservable_reason(self.page, click)
        if out.reason or control is None:
            out.verdict = ALIVE if out.reason == NATIVE else UNKNOWN
            return
        if self._leads_here(click):
            out.reason = CHOSEN
            return
        if not out.failed and any(not counts_clicks(r.url, self.page.href) for r in out.requests):
            out.reason = SENT
            return
        lived = max(self.page.end_ms, self.page.last_alive_ms) - click.t
        left = self.page.left_ms - click.t < self._leaving_ms(control) and not self._stayed(click)
        if left and leads_away(control, self.page.href):
            out.reason = LEFT_BY_LINK
            return
        if self._began_loading(out):
            out.reason = LOADS
            return
        if self._page_followed(click):
            out.reason = FOLLOWED
            return
        out.verdict = DEAD
        out.blocked = self.page.elements.disabled(control, click.t)
        out.confidence = self._dead_confidence(control, lived)
        out.reason = "the control is disabled" if out.blocked else "no answer"

    def _leads_here(self, click: Click) -> bool:
        """A link to the route that the page is at: recorders miss routes, events tell them, most of all the click's.

        A link to the document itself may load it anew.
        """
        target = link_target(click.control, self.page.href)
        if target is None or target == self.page.href.partition("#")[0]:
            return False
        i = bisect_left(self.addresses, click.down_ms - MARGIN_MS, key=itemgetter(0))
        at_click = i < len(self.addresses) and self.addresses[i][0] <= click.t + AT_CLICK_MS
        told = self.addresses[i if at_click else i - 1] if i or at_click else (0.0, "")
        return told[0] >= self.page.opened_ms and told[1] == target

    def _began_loading(self, out: Judged) -> bool:
        """Did the browser begin to load something right after the click: a file, another program, another site?"""
        click = out.click
        moments = [click.t, *(r.end_ms for r in out.requests)]
        return any(
            t >= click.down_ms and any(0 <= t - moment <= LOADED_MS for moment in moments)
            for t in self.page.load_starts_ms
        )

    def _page_followed(self, click: Click) -> bool:
        """Did another page of the site follow at once on what was recorded of this one, and the visitor did no more?

        Servers may take that long, and recorders without navigations do not tell when one began. A link that names its
        target has led there, or nowhere.
        """
        page = self.next_page
        if page is None or page.navigation is not None or page.restored is not None:
            return False
        if link_target(click.control, self.page.href) is not None or _origin(page.href) != _origin(self.page.href):
            return False
        acts = any(t > click.t for t, _ in self.page.of(records.Input, records.Interaction))
        return not acts and page.start_ms - click.t <= self.rules.slow_ms

    def _leaving_ms(self, control: Control) -> float:
        """How long a page may still be recorded that a link has left; other sites answer as late as they like."""
        target = link_target(control, self.page.href)
        elsewhere = target is not None and _origin(target) != _origin(self.page.href)
        return self.rules.slow_ms if elsewhere else SURVIVED_MS

    def _dead_confidence(self, control: Control, lived_ms: float) -> float:
        """How sure the silence is: what kind of control, how long the page was seen to live, could it be there already.

        A link to a place of this page changes nothing when the place is in view, and the recording does not tell.
        """
        base = 0.95 if control.tag in ("a", "button", "input", "summary") or control.role else 0.8
        if control.is_hand:
            base = HAND_CONFIDENCE
        if lived_ms < SURVIVED_MS:
            base -= 0.2
        here = link_target(control, self.page.href) is not None and not leads_away(control, self.page.href)
        return base - 0.2 if here and not self.addresses else base

    def _stayed(self, click: Click) -> bool:
        """Does the next page tell that the link led nowhere?

        It does when its navigation began while this page still lived, when another page of this site follows faster
        than anybody comes back from another site, and when it should have been the link's target.
        """
        target, following = link_target(click.control, self.page.href), self.next_page
        if target is None:
            return False
        if following is not None and not same_document(target, following.href):
            if following.navigation is not None:
                return following.opened_ms - self.page.left_ms <= BY_HAND_MS
            elsewhere = _origin(target) != _origin(self.page.href) == _origin(following.href)
            if elsewhere and following.restored is None and not same_document(following.href, self.page.href):
                return following.start_ms - click.t <= RETURN_MS
        return self._would_follow(target, click.t)

    def _would_follow(self, target: str, t: float) -> bool:
        """Would the recording show the page that the link leads to, had it opened?

        Where requests carry the sender's clock, silence at once after the click means that the page was left. Where
        they do not (plain event files), a recording that goes from page to page of this site would have gone on.
        """
        if self.page.has_send_times or _origin(target) != _origin(self.page.href):
            return False
        followed = any(p is not self.page and _origin(p.href) == _origin(self.page.href) for p in self.pages)
        return followed and (self.next_page is None or self.next_page.start_ms - t >= RECORDED_MS)


def _origin(url: str) -> str:
    return "/".join(url.split("/", 3)[:3])
