"""Clicks and their verdicts: alive, slow, dead or unknown, with what answered or what was missing.

alive    something the click caused was recorded within `clicks.prompt_ms`, or later through a request it sent
slow     as alive, but later than `clicks.slow_ms`
dead     a control that should answer, on a page whose recording would have shown it, and nothing came
unknown  the recording cannot tell: no control, no snapshot, effects outside the page, or the page was left at once
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from replay_signals.schemas.rules import Clicks
from replay_signals.transforms.controls import ACTS_OUTSIDE, Control
from replay_signals.transforms.effects import Background, Effect, effects_of, spans
from replay_signals.transforms.gestures import Click, clicks_of, is_text_field
from replay_signals.transforms.timeline import Page, Request, Timeline, Window

MARGIN_MS = 5
"""Clock grain: the recorder stamps a change and the pointer event that caused it independently."""
SCROLL_MS = 400
"""Scrolling by code follows its click at once; later scrolling is the visitor's own (Sentry: 300 ms)."""
SURVIVED_MS = 1500
"""A document that still records this long after a click on a link was not left by it."""
FEEDBACK_MS = 1500
"""Ripples and pressed states are gone by then."""
NEW_WINDOW_MS = 3000

ALIVE, SLOW, DEAD, UNKNOWN = "alive", "slow", "dead", "unknown"
_FILES = re.compile(
    r"\.(?:pdf|zip|gz|tgz|rar|7z|csv|tsv|xlsx?|docx?|pptx?|odt|ics|vcf|dmg|exe|msi|deb|rpm|apk|mp[34]|wav|mov|epub|json|xml)$",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Judged:
    """A click with its verdict. `effects` are the answers found, `failed` requests and `errors` tied to it."""

    click: Click
    verdict: str = UNKNOWN
    confidence: float = 0.0
    reaction: str = ""
    reaction_ms: float | None = None
    reason: str = ""
    blocked: bool = False
    effects: list[Effect] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    left_to: Page | None = None

    @property
    def failed(self) -> list[Request]:
        """Requests of the click that came back with an error."""
        return [r for r in self.requests if r.failed]

    @property
    def answered(self) -> bool:
        """Something the visitor can see came of it."""
        return self.verdict in (ALIVE, SLOW)


def judge_clicks(timeline: Timeline, rules: Clicks, webkit: bool | None = None) -> list[Judged]:
    """All clicks of a session with their verdicts, in order of time; `webkit` when the browser's engine is known."""
    judged: list[Judged] = []
    for window in timeline.windows:
        own: list[Judged] = []
        for page in window.pages:
            own += _judge_page(page, window, timeline, rules)
        _distrust(own, window, webkit)
        judged += own
    return sorted(judged, key=lambda j: (j.click.t, j.click.page.window_id, j.click.node_id or 0))


def _judge_page(page: Page, window: Window, timeline: Timeline, rules: Clicks) -> list[Judged]:
    clicks = clicks_of(page)
    if not clicks:
        return []
    effects = effects_of(page)
    busy = [(c.down_ms - MARGIN_MS, c.t + rules.slow_ms) for c in clicks]
    busy += [(e.t - MARGIN_MS, e.t + rules.prompt_ms) for e in effects if e.kind in ("input", "scroll")]
    judge = _PageJudge(page, window, timeline, rules, effects, Background(page, effects, spans(busy)))
    downs = [c.down_ms - MARGIN_MS for c in clicks]
    shares: list[list[Effect]] = [[] for _ in clicks]
    for effect in effects:
        i = bisect_right(downs, effect.t) - 1
        if i >= 0:
            shares[i].append(effect)
    return [judge.click(c, shares[i], clicks[i + 1] if i + 1 < len(clicks) else None) for i, c in enumerate(clicks)]


class _PageJudge:
    """Judges the clicks of one page."""

    def __init__(
        self,
        page: Page,
        window: Window,
        timeline: Timeline,
        rules: Clicks,
        effects: list[Effect],
        background: Background,
    ) -> None:
        self.page, self.timeline, self.rules, self.background = page, timeline, rules, background
        pages = window.pages
        self.next_page = pages[page.index + 1] if page.index + 1 < len(pages) else None
        self.scrolls = [e.t for e in effects if e.kind == "scroll"]
        self.blurs = [e.t for e in effects if e.kind == "blur"]
        self.earlier_added: list[tuple[float, int, int]] = []

    def click(self, click: Click, share: list[Effect], following: Click | None) -> Judged:
        """The verdict of one click, given the effects between it and the next click."""
        out = Judged(click)
        until = click.t + self.rules.window_ms
        out.requests = [
            e.request
            for e in share
            if e.request is not None and e.t <= click.t + self.rules.prompt_ms and self._own(e, click)
        ]
        own = [e for e in share if e.t <= until and self._answers(e, click, out)]
        own += self._elsewhere(click, following)
        own.sort(key=lambda e: e.t)
        own = self._caused(own, click, out.requests)
        for effect in own:
            self.earlier_added += [(effect.t, *pair) for pair in _pairs(effect.added)]
        out.effects = own
        if own:
            self._found(out, own)
        else:
            self._missing(out, following)
        return out

    def _own(self, effect: Effect, click: Click) -> bool:
        since = effect.t - click.down_ms
        return not all(self.background.explains(t, effect.t, since) for t in effect.targets)

    def _answers(self, effect: Effect, click: Click, out: Judged) -> bool:
        """Is this effect an answer to the click rather than background, aftermath or the visitor's next act?"""
        since = effect.t - click.t
        if effect.kind in ("blur", "request"):
            return False
        if effect.kind == "focus":
            return 0 <= since <= SCROLL_MS and not self._natural_focus(effect, click)
        if effect.kind == "scroll":
            return since <= SCROLL_MS and not self._scrolling(click.down_ms)
        if effect.kind == "input":
            return since <= self.rules.prompt_ms
        if effect.kind == "mutation":
            return self._mutation_answers(effect, click)
        if effect.targets:
            return self._own(effect, click)
        return since <= self.rules.prompt_ms

    def _mutation_answers(self, effect: Effect, click: Click) -> bool:
        since = effect.t - click.down_ms
        targets = [t for t in effect.targets if not self.background.explains(t, effect.t, since)]
        if not targets:
            return False
        if effect.t < click.t and self._blurred_field(click, effect.t):
            return False  # leaving a field validates it: an answer to the blur
        return not (since > 300 and not effect.added and self._aftermath(effect, click))

    def _aftermath(self, effect: Effect, click: Click) -> bool:
        """Only takes away what an earlier click brought (a toast running out)."""
        gone = _pairs(effect.removed)
        if not gone:
            return False
        return all(
            any(first <= a and b <= last for t, first, last in self.earlier_added if t < click.down_ms) for a, b in gone
        )

    def _blurred_field(self, click: Click, t: float) -> bool:
        return any(click.down_ms - MARGIN_MS <= b <= t for b in self.blurs)

    def _natural_focus(self, effect: Effect, click: Click) -> bool:
        """Pressing the pointer focuses the control itself, or what is around it."""
        if effect.node_id is None or effect.node_id == click.node_id or effect.t < click.t:
            return True
        around = {c.first for c in self.page.elements.around(click.node_id)}
        return effect.node_id in around or any(
            c.first == click.element for c in self.page.elements.around(effect.node_id)
        )

    def _scrolling(self, down_ms: float) -> bool:
        i = bisect_right(self.scrolls, down_ms)
        return i > 0 and self.scrolls[i - 1] > down_ms - 300

    def _elsewhere(self, click: Click, following: Click | None) -> list[Effect]:
        """Answers outside the page: label activation, the next document, a new tab."""
        found = []
        if click.activated:
            found.append(Effect(click.t, "activation", node_id=click.activated[0]))
        page = self.next_page
        if page is not None and following is None and self._led_to(click, page):
            found.append(Effect(max(page.opened_ms, click.down_ms), "navigation", detail=page.href))
        for window in self.timeline.windows:
            if window.window_id != self.page.window_id and click.down_ms <= window.start_ms <= click.t + NEW_WINDOW_MS:
                found.append(Effect(window.start_ms, "new window", detail=window.pages[0].href))
        return found

    def _led_to(self, click: Click, page: Page) -> bool:
        """Did the click cause the navigation that opened the next page?"""
        target = link_target(click.control, self.page.href)
        same = target is not None and _same_document(target, page.href)
        if page.navigation is not None:
            since = page.navigation.start_ms - click.t
            if page.navigation.navigation_type in ("reload", "back_forward") and since > 300:
                return False
            return -MARGIN_MS - 800 <= since <= self.rules.prompt_ms or (same and since <= self.rules.window_ms)
        since = page.start_ms - click.t
        quiet = self.page.end_ms <= click.t + SURVIVED_MS
        return since <= self.rules.window_ms and (same or (quiet and since <= self.rules.slow_ms))

    def _caused(self, own: list[Effect], click: Click, requests: list[Request]) -> list[Effect]:
        """Answers that hang together with the click in time: prompt ones, what follows them, what a request brought."""
        kept: list[Effect] = []
        chain = click.t + self.rules.prompt_ms
        ends = [r.end_ms for r in requests]
        for effect in own:
            by_request = any(end - MARGIN_MS <= effect.t <= end + self.rules.prompt_ms for end in ends)
            if effect.t <= chain or by_request or effect.kind in ("navigation", "new window"):
                kept.append(effect)
                chain = max(chain, effect.t + self.rules.prompt_ms)
        if not kept and own and own[0].kind == "mutation":
            kept = own  # late and alone: nothing else explains it
        return [] if self._only_feedback(kept, click) else kept

    def _only_feedback(self, kept: list[Effect], click: Click) -> bool:
        """A ripple or a pressed state inside the control that comes and goes is no answer."""
        control = click.control
        if control is None or not kept or any(e.kind != "mutation" for e in kept):
            return False
        inside = self.page.elements.inside
        if not all(inside(node, control) for e in kept for _, node, _ in e.targets):
            return False
        if kept[-1].t - click.t > FEEDBACK_MS + self.rules.prompt_ms:
            return False
        added = {p for e in kept for p in _pairs(e.added)}
        removed = {p for e in kept for p in _pairs(e.removed)}
        if added or removed:
            return bool(added) and added == removed
        names = [t for e in kept for t in e.targets]
        return all(kind == "a" and names.count((kind, node, name)) == 2 for kind, node, name in names)

    def _found(self, out: Judged, own: list[Effect]) -> None:
        first = own[0]
        out.reaction, out.effects = first.kind, own
        out.reaction_ms = round(max(0.0, first.t - out.click.t), 1)
        late = out.reaction_ms > self.rules.slow_ms
        out.verdict = SLOW if late else ALIVE
        proven = out.reaction_ms <= self.rules.prompt_ms or first.kind in ("navigation", "new window") or out.requests
        out.confidence = 0.95 if out.reaction_ms <= 300 else 0.9 if proven else 0.6
        out.reason = f"{first.kind} after {out.reaction_ms:.0f} ms"
        if first.kind == "navigation":
            out.left_to = self.next_page

    def _missing(self, out: Judged, following: Click | None) -> None:
        """No answer was recorded: was there one to expect, and would the recording have shown it?"""
        click, control = out.click, out.click.control
        for unwitnessed in _UNWITNESSED:
            reason = unwitnessed(self.page, click)
            if reason:
                out.reason, out.confidence = reason, 0.5
                out.verdict = ALIVE if reason == _NATIVE else UNKNOWN
                return
        if out.requests and not out.failed:
            out.verdict, out.reason, out.confidence = UNKNOWN, "sent a request and showed nothing", 0.5
            return
        assert control is not None
        lived = max(self.page.end_ms, self.page.heard_ms) - click.t
        target = link_target(control, self.page.href)
        if target is not None and not _same_document(target, self.page.href) and lived < SURVIVED_MS:
            out.reason, out.confidence = "the page may have been left through the link", 0.5
            return
        out.verdict = DEAD
        out.blocked = self.page.elements.disabled(control, click.t)
        out.confidence = self._dead_confidence(control, lived)
        out.reason = "the control is disabled" if out.blocked else "no answer"

    def _dead_confidence(self, control: Control, lived_ms: float) -> float:
        """How sure the silence is: what kind of control, and how long the page was seen to live after the click."""
        base = 0.95 if control.tag in ("a", "button", "input", "summary") or control.role else 0.8
        if lived_ms < SURVIVED_MS:
            base -= 0.2
        return base


_NATIVE = "the browser answers without a trace"


def _no_snapshot(page: Page, _: Click) -> str:
    return "" if page.elements.known else "the page's snapshot is missing"


def _no_control(_: Page, click: Click) -> str:
    return "" if click.control is not None else "not a control"


def _native(page: Page, click: Click) -> str:
    control = click.control
    assert control is not None
    if page.elements.disabled(control, click.t):
        return ""
    if is_text_field(control) or control.tag == "label":
        return _NATIVE
    return "the browser shows the state" if control.tag == "input" and control.type in ("checkbox", "radio") else ""


def _embedded(_: Page, click: Click) -> str:
    control = click.control
    assert control is not None
    return f"inside {control.tag}" if control.tag in ("canvas", "iframe", "embed", "video", "audio") else ""


def _outside(_: Page, click: Click) -> str:
    """Downloads, new tabs, dialogs of the system, the clipboard, sound: no recorder sees them."""
    control = click.control
    assert control is not None
    if set(control.flags) & set("Dbpco") or (control.tag == "input" and control.type == "file"):
        return "acts outside the page"
    href = control.href if control.tag in ("a", "area") else ""
    scheme, path = urlsplit(href)[0:3:2]
    if scheme not in ("", "http", "https", "javascript", "file") or _FILES.search(path):
        return "the link opens another program or a file"
    words = f"{control.name} {control.test_id} {control.dom_id} {control.classes}"
    return "acts outside the page by its name" if ACTS_OUTSIDE.search(words) else ""


def _mobile(page: Page, _: Click) -> str:
    return "native view" if page.elements.mobile else ""


_UNWITNESSED: tuple[Callable[[Page, Click], str], ...] = (
    _no_snapshot,
    _no_control,
    _mobile,
    _native,
    _embedded,
    _outside,
)


def link_target(control: Control | None, base: str) -> str | None:
    """Absolute URL a link leads to; None when the control is no link, or one that only runs code."""
    if control is None or control.tag not in ("a", "area") or not control.href:
        return None
    if control.href.lower().startswith("javascript:") or control.href in ("#", f"{base}#"):
        return None
    return urljoin(base, control.href)


def _same_document(a: str, b: str) -> bool:
    return a.partition("#")[0] == b.partition("#")[0]


def _pairs(flat: tuple[int, ...]) -> list[tuple[int, int]]:
    return list(zip(flat[::2], flat[1::2], strict=True))


def _distrust(judged: list[Judged], window: Window, webkit: bool | None) -> None:
    """A window without a single mutation may have a broken recorder (WebKit with a patched MutationObserver).

    One silent control is a dead click; several different ones and no mutation ever is a recording that cannot witness.
    Links to other documents do not count: leaving the page is witnessed without mutations.
    """
    silent = [j for j in judged if j.verdict == DEAD and not j.blocked and not j.requests and not _leads_away(j)]
    if window.mutation_count or webkit is False:
        return
    enough = len({j.click.element for j in silent}) >= (2 if webkit else 4)
    for j in silent:
        j.confidence -= 0.1
        if enough:
            j.verdict, j.reason, j.confidence = UNKNOWN, "the recording holds no page changes at all", 0.5


def _leads_away(j: Judged) -> bool:
    target = link_target(j.click.control, j.click.page.href)
    return target is not None and not _same_document(target, j.click.page.href)
