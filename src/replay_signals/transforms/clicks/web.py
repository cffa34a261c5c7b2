"""Clicks of web pages and their verdicts (clicks/judged), with what answered or what was missing."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, takewhile
from operator import itemgetter

from replay_signals.schemas.rules import Clicks
from replay_signals.transforms.clicks.background import Background, Wait
from replay_signals.transforms.clicks.covered import Covers
from replay_signals.transforms.clicks.first_marks import first_marks, without_marks
from replay_signals.transforms.clicks.focus import FRAME_MS, MARGIN_MS
from replay_signals.transforms.clicks.judged import (
    ALIVE,
    BY_HAND_MS,
    DEAD,
    LINK_LOADING_MS,
    SLOW,
    SURVIVED_MS,
    Addresses,
    Judged,
)
from replay_signals.transforms.clicks.observability import (
    link_target,
    unobservable_reason,
)
from replay_signals.transforms.clicks.reactions import Reactions
from replay_signals.transforms.clicks.responses import shown_after_others
from replay_signals.transforms.clicks.silence import Silence
from replay_signals.transforms.digest import records
from replay_signals.transforms.session.effects import Effect, Target, effects_of
from replay_signals.transforms.session.gestures import Click, clicks_of, is_submit
from replay_signals.transforms.session.timeline import Page, Timeline, Window
from replay_signals.transforms.session.urls import page_of, same_document

NEW_WINDOW_MS = 3000


@dataclass(slots=True)
class _View:
    """One view of a document: what the visitor did, what changed, and what the page does by itself."""

    page: Page
    window: Window
    clicks: list[Click]
    effects: list[Effect]
    background: Background


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
    marks = first_marks((p, clicks) for p, _, clicks in pages)
    twins: dict[tuple[str, int], list[_View]] = {}
    for page, window, clicks in pages:
        if document_of(page) in clicked:
            twins.setdefault(document_of(page), []).append(_view(page, window, clicks, rules, marks.get(page, set())))
    for views in twins.values():
        habits = set().union(*(view.background.habitual_targets for view in views))
        for view in views:
            view.background.learn(habits)
    return [view for views in twins.values() for view in views]


def document_of(page: Page) -> tuple[str, int]:
    """Views of one URL with equally many elements are the same document: its node ids are the same, too."""
    return page.href.partition("#")[0], page.elements.element_count


def _view(page: Page, window: Window, clicks: list[Click], rules: Clicks, marks: set[tuple[float, Target]]) -> _View:
    effects = without_marks(effects_of(page), marks)
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
    return [judge.click(c, shares[i], view.clicks[i + 1 :], i == leaving) for i, c in enumerate(view.clicks)]


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
        self.page, self.pages, self._effects = view.page, view.window.pages, view.effects
        self.timeline, self.rules, self.reactions, self.addresses = timeline, rules, reactions, addresses
        following = self.page.index + 1
        self.next_page = self.pages[following] if following < len(self.pages) else None
        self._covers = Covers(self.page)
        self._silence = Silence(self.page, self.pages, self.next_page, rules, addresses, view.background)

    @cached_property
    def _tells_values(self) -> bool:
        return any(True for page in self.timeline.pages for _ in page.of(records.Input))

    def leaving(self, downs: list[float]) -> int:
        """Index of the click before the next page's navigation began: the only one that can have caused it."""
        page = self.next_page
        known = page is not None and page.navigation is not None
        return bisect_right(downs, page.opened_ms) - 1 if page is not None and known else len(downs) - 1

    def click(self, click: Click, share: list[Effect], later: list[Click], is_leaving: bool) -> Judged:
        """The verdict of one click, given the effects between it and the next click of the page, and those clicks."""
        out = Judged(click)
        out.requests = self.reactions.requests(click, share)
        share = share + shown_after_others(self.page, click, out.requests, later, self._effects, self.rules)
        out.effects = self.reactions.of(click, share, out.requests) + self._elsewhere(out, is_leaving)
        out.effects.sort(key=lambda e: e.t)
        if not out.effects and self._fragment_changed(click):
            out.effects.append(Effect(click.t, "url", detail="fragment"))
        elif not out.effects and self.addresses and (moved := self._moved(click)) is not None:
            out.effects.append(moved)
        if all(map(self._is_by_the_way, out.effects)) and (meant := self._covers.meant(click)) is not None:
            out.effects, out.blocked = [], True
            out.verdict, out.confidence, out.reason = DEAD, meant.confidence, meant.reason
            click.control = meant.control
        elif out.effects and not self._comes_by_accident(out, share):
            self._found(out)
        else:
            self._silence.judge(out)
        return out

    def _is_by_the_way(self, effect: Effect) -> bool:
        """What comes of a click anywhere: text that is selected no more, or a page that others may have opened."""
        if effect.kind == "navigation":
            page = self.next_page
            return page is not None and page.navigation is None
        return effect.kind == "selection"

    def _comes_by_accident(self, out: Judged, share: list[Effect]) -> bool:
        """Does a late change belong to something else: beside what acts outside the page (a print dialog), or of
        another route than the link's?
        """
        first = out.effects[0]
        late_ms = first.t - out.click.t if first.kind == "mutation" and not out.requests else 0.0
        if (
            late_ms > self.rules.slow_ms
            and unobservable_reason(self.page, out.click)
            and not self._shows_itself(out, share)
        ):
            out.effects = []
        if late_ms > self.rules.prompt_ms and self._was_elsewhere(out.click, first.t):
            out.effects = []
        return not out.effects

    def _shows_itself(self, out: Judged, share: list[Effect]) -> bool:
        """Did the control's own words change at once, and again with its late answer, to tell how far it is?"""
        control, answered_ms = out.click.control, out.effects[0].t
        near = [e for e in share if e.kind == "mutation" and e.t >= out.click.t]
        early = (t for e in near if e.t - out.click.t <= self.rules.prompt_ms for t in e.targets)
        late = {t for e in near if abs(e.t - answered_ms) <= FRAME_MS for t in e.targets}
        return control is not None and any(
            t[0] in "ct" and t in late and self.page.elements.inside(t[1], control) for t in early
        )

    def _was_elsewhere(self, click: Click, t: float) -> bool:
        """Was the window, when it was told next, neither where the link leads nor where it was before?"""
        target = link_target(click.control, self.page.href)
        i = bisect_right(self.addresses, t, key=itemgetter(0))
        if target is None or not 0 < i < len(self.addresses):
            return False
        return self.addresses[i][1] not in (target, self.addresses[i - 1][1])

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

    def _moved(self, click: Click) -> Effect | None:
        """Did a checkout right after the click show another page than an event of the click had told?"""
        for t, record in self.page.of(records.Meta):
            if record.href and 0 < t - click.t <= self.rules.prompt_ms:
                told_ms, told = self.addresses[max(0, bisect_right(self.addresses, t, key=itemgetter(0)) - 1)]
                if click.t - MARGIN_MS <= told_ms <= t and page_of(told) != page_of(record.href):
                    return Effect(t, "url", detail=record.href)
        return None

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
            moments = [click.t, click.made_ms or click.t, *(r.end_ms for r in out.requests)]
            return start >= click.down_ms - MARGIN_MS and any(start - m <= self.rules.prompt_ms for m in moments)
        target = link_target(click.control, self.page.href)
        same = target is not None and same_document(target, page.href)
        since = page.start_ms - click.t
        quiet = self.page.end_ms <= click.t + SURVIVED_MS
        patience = self.rules.window_ms if same or (click.control and is_submit(click.control)) else self.rules.slow_ms
        if same and not any(t > click.t for t, _ in self.page.of(records.Input)):
            patience = LINK_LOADING_MS
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
        if answer.kind != "navigation" or self.next_page is None:
            return answer.t - click.t
        acts = (t for t, _ in self.page.of(records.Scroll, records.Input) if t > click.t + self.rules.prompt_ms)
        return min(self.page.end_ms, next(acts, self.page.end_ms)) - click.t
