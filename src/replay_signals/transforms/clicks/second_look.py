"""Second look: what a session's other clicks, windows and pages say about a silent one.

A click by itself is silent or not (transforms/clicks/web). Whether silence is a fault shows around it:

  double clicks      the half that is silent while the other one is answered is no click of its own
  a working control  silence of what answered or was disabled a moment before, or sets a field that is masked
  background tabs    ctrl+click on a link leaves no trace and looks like a dead link; recorders tell no modifier keys
  new tabs           a silent link that opens a tab is dead only where the recorder tells of hidden pages
  proven controls    what has answered before answers in the recording, whatever its name or its neighbours suggest
  blind windows      several silent controls and not one change: the recorder is broken rather than the page
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from replay_signals.schemas.rules import Clicks
from replay_signals.transforms.clicks.errors import HANDLER_MS
from replay_signals.transforms.clicks.observability import (
    BESIDE,
    CHOSEN,
    GUESSED,
    OPENS_TAB,
    leads_away,
    link_target,
)
from replay_signals.transforms.clicks.web import ALIVE, DEAD, LEFT_BY_LINK, SURVIVED_MS, UNKNOWN, Judged
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.plugins import is_uncaught
from replay_signals.transforms.session.effects import Effect
from replay_signals.transforms.session.elements import element_key
from replay_signals.transforms.session.timeline import Page, Timeline, Window
from replay_signals.transforms.session.urls import same_document

BUSY_MS = 1500
DOUBLE_MS = 500
"""Longest time between two halves of a double click (the default of Windows)."""
TROUBLE_MS = 10_000
"""A click this near that failed says that the page is in trouble, and no tab was opened."""
BROKEN_AFTER = 4
"""So many different silent controls and not one page change: the recorder is blind rather than the page dead."""
ALIKE = 3
"""So many controls of one look that all answer visibly prove another one of it."""
PROVEN_CONFIDENCE = 0.7
"""Of silence that only other clicks make a fault."""
TAB_CONFIDENCE = 0.85
NO_TAB = "no tab opened"
IN_BACKGROUND = "the link may have been opened in the background"
Addresses = Mapping[str, Sequence[tuple[float, str]]]


def look_again(
    clicks: list[Judged],
    timeline: Timeline,
    rules: Clicks,
    webkit: bool | None,
    addresses: Addresses,
    visited: Addresses,
) -> None:
    """Changes the verdicts of silent clicks in place; `clicks` are in order of time.

    `webkit` tells the browser's engine when it is known; `addresses` where each window was, by window id, and `visited`
    the same as far as events tell that may be sent late.
    """
    by_page: dict[Page, list[Judged]] = {}
    for j in clicks:
        by_page.setdefault(j.click.page, []).append(j)
    by_key: dict[str, list[Judged]] = {}
    for j in clicks:
        if j.click.control is not None:
            by_key.setdefault(element_key(j.click.control), []).append(j)
    tells_hidden = any(_came_back(page) for page in timeline.pages)
    for window in timeline.windows:
        for page in window.pages:
            own = by_page.get(page, [])
            for j in own:
                _prove(j, own, by_key, rules)
                _tell_tab(j, tells_hidden, rules)
                _reload(j, window)
            _doubt_working(own)
            _try_again(own)
            _doubt_links(own, window, timeline, addresses, visited)
        _doubt_blind_window([j for page in window.pages for j in by_page.get(page, [])], window, webkit)


def _prove(j: Judged, own: list[Judged], by_key: Mapping[str, list[Judged]], rules: Clicks) -> None:
    """Silence excused by a name or by a canvas nearby, of a control that is known to answer visibly.

    What others like it do says whether tools act on a canvas; a name says what others of other names do not.
    """
    control = j.click.control
    if control is None or j.verdict != UNKNOWN or not (j.reason in GUESSED or j.reason.startswith(BESIDE)):
        return
    beside = j.reason.startswith(BESIDE)
    same = [k for k in by_key[element_key(control)] if abs(k.click.t - j.click.t) > rules.window_ms]
    alike = [k for k in own if beside and k.click.element != j.click.element and _look(k) == _look(j) is not None]
    proven = bool(same) and all(_showed(k) for k in same)
    others = {k.click.element for k in alike}
    if proven or (len(others) >= ALIKE and all(_showed(k) for k in alike)):
        j.verdict, j.confidence, j.reason = DEAD, PROVEN_CONFIDENCE, "no answer, where it and its like have answered"


def _look(j: Judged) -> tuple[str, str, str] | None:
    """What controls that belong together share; None for plain elements, which all look alike."""
    control = j.click.control
    if control is None or not (control.role or control.classes):
        return None
    return control.tag, control.role, control.classes


def _showed(j: Judged) -> bool:
    return j.answered and any(e.kind in ("mutation", "url", "style") for e in j.effects)


def _tell_tab(j: Judged, tells_hidden: bool, rules: Clicks) -> None:
    """A silent link that opens a tab, in a recording that would have told of the hidden page."""
    if j.reason != OPENS_TAB or not tells_hidden or _lived_ms(j) < SURVIVED_MS:
        return
    page, t = j.click.page, j.click.t
    if not any(t <= when <= t + rules.slow_ms for when, tag in _visibility(page) if tag == "window hidden"):
        j.verdict, j.confidence, j.reason = DEAD, TAB_CONFIDENCE, NO_TAB


def _visibility(page: Page) -> Iterable[tuple[float, str]]:
    return ((t, r.tag) for t, r in page.of(records.Custom) if r.tag in ("window hidden", "window visible"))


def _came_back(page: Page) -> bool:
    """Did the page say that it was hidden, and go on? Pages that are left say it in every browser."""
    return any(a == "window hidden" and b == "window visible" for (_, a), (_, b) in pairwise(_visibility(page)))


def _reload(j: Judged, window: Window) -> None:
    """A link to the page itself is its current choice; where links load documents it loads that one anew."""
    control, href = j.click.control, j.click.page.href
    target = link_target(control, href)
    if j.reason != CHOSEN or target is None or "#" in target or not same_document(target, href):
        return
    loads = any(not same_document(p.href, href) for p in window.pages)
    if loads and _lived_ms(j) >= SURVIVED_MS:
        j.verdict, j.confidence, j.reason = DEAD, PROVEN_CONFIDENCE, "the page was not loaded anew"


def _doubt_working(judged: list[Judged]) -> None:
    """Silence of a control that works: it sets a field whose masked value looks the same, or is busy, or at its end."""
    by_control: dict[int | None, list[Judged]] = {}
    for j in judged:
        if j.click.control is not None:
            by_control.setdefault(j.click.element, []).append(j)
    for own in by_control.values():
        sets_field = any(j.reaction == "input" and j.answered for j in own)
        times = [j.click.t for j in own]
        for i, j in enumerate(own):
            if j.verdict != DEAD:
                continue
            if j.blocked:
                if _ran_on(own, i):
                    _excuse(j, "it was disabled by the click before")
                continue
            near = own[bisect_left(times, j.click.t - BUSY_MS) : bisect_right(times, j.click.t + BUSY_MS)]
            if sets_field:
                _excuse(j, "it sets a field whose value is masked")
            elif sum(k.answered for k in near) * 2 > len(near):
                _excuse(j, "it answered other clicks a moment away")
            elif len(near) == 2 and any(k.answered and abs(k.click.t - j.click.t) <= DOUBLE_MS for k in near):
                _excuse(j, "the other half of the double click was answered")


def _ran_on(own: list[Judged], i: int) -> bool:
    """Is the click the end of a quick run that disabled its control: the last page of a list, the send of a form?"""
    for k in range(i - 1, -1, -1):
        if own[k + 1].click.t - own[k].click.t > DOUBLE_MS:
            return False
        if own[k].answered:
            return True
    return False


def _excuse(j: Judged, reason: str) -> None:
    j.verdict, j.confidence, j.reason = UNKNOWN, 0.5, reason


def _try_again(own: list[Judged]) -> None:
    """A link that was silent while the page stayed did not lead away the next time either."""
    silent: set[int | None] = set()
    for j in own:
        if j.verdict == DEAD and not j.blocked:
            silent.add(j.click.element)
        elif j.answered:
            silent.discard(j.click.element)
        elif j.reason == LEFT_BY_LINK and j.click.element in silent:
            j.verdict, j.confidence, j.reason = DEAD, PROVEN_CONFIDENCE, "no answer again"


def _doubt_links(
    own: list[Judged], window: Window, timeline: Timeline, addresses: Addresses, visited: Addresses
) -> None:
    """A silent link that leads away may have been opened in the background: once, and the visitor goes on.

    It is dead when it is tried again, when it is the last thing the visitor does, when the click cannot have been one
    with a modifier key (keyboard, finger), and when the page is in trouble.
    """
    for i, j in enumerate(own):
        click = j.click
        if j.verdict != DEAD or j.blocked or click.by_touch or click.by_key:
            continue
        if j.reason == NO_TAB or not leads_away(click.control, click.page.href):
            continue
        if (opened_ms := _opened_elsewhere(j, timeline, addresses)) is not None:
            j.effects.append(Effect(opened_ms, "new window", detail=link_target(click.control, click.page.href) or ""))
            j.verdict, j.reaction, j.confidence = ALIVE, "new window", 0.8
            j.reaction_ms, j.reason = round(opened_ms - click.t, 1), "opened in another tab"
        elif (reached_ms := _reached(j, window, visited)) is not None:
            j.effects.append(Effect(reached_ms, "url", detail=link_target(click.control, click.page.href) or ""))
            j.verdict, j.reaction, j.confidence = ALIVE, "url", 0.8
            j.reaction_ms, j.reason = round(reached_ms - click.t, 1), "the window showed its target"
        elif not (_tried_again(j, own) or _is_last(j, own[i + 1 :], window, timeline) or _in_trouble(i, own)):
            _excuse(j, IN_BACKGROUND)


def _opened_elsewhere(j: Judged, timeline: Timeline, addresses: Addresses) -> float | None:
    """When another window first showed the link's target; a tab in the background tells only once it is looked at."""
    target, own = link_target(j.click.control, j.click.page.href), j.click.page.window_id
    firsts = [(w.start_ms, w.pages[0].href) for w in timeline.windows if w.window_id != own]
    firsts += [told[0] for window_id, told in addresses.items() if window_id not in ("", own) and told]
    times = [t for t, url in firsts if target and t >= j.click.down_ms and same_document(url, target)]
    return min(times, default=None)


def _reached(j: Judged, window: Window, visited: Addresses) -> float | None:
    """When an event told that the page had become the link's target, after all that was recorded: the rest is lost."""
    page = j.click.page
    target, told = link_target(j.click.control, page.href), visited.get(page.window_id, ())
    times = [t for t, url in told if target and same_document(url, target)]
    if page is not window.pages[-1] or not times or times[0] <= max(j.click.t, page.end_ms):
        return None
    return times[0]


def _tried_again(j: Judged, own: list[Judged]) -> bool:
    """Was it pressed once more in vain?

    A link that answers another time works, and its tab was opened; one that was pressed after a script had died may
    have worked before.
    """
    died = _died_ms(j.click.page)
    silent = (k.click.t for k in own if k is not j and k.click.element == j.click.element and not k.answered)
    return any(not any(j.click.t + HANDLER_MS < when <= t for when in died) for t in silent)


def _died_ms(page: Page) -> list[float]:
    """When scripts of the page died."""
    errors = ((t, r) for t, r in page.of(records.Console) if r.level == "error")
    return [t for t, r in errors if r.uncaught or is_uncaught(r.message)]


def _is_last(j: Judged, later: list[Judged], window: Window, timeline: Timeline) -> bool:
    """Nothing is done after it, in this window or in another: the visitor waits, and gives up."""
    page, t = j.click.page, j.click.t
    if later or page is not window.pages[-1]:
        return False
    if any(w is not window and w.end_ms > t for w in timeline.windows):
        return False
    return not any(when > t + SURVIVED_MS for when, _ in page.of(records.Input, records.Scroll))


def _in_trouble(i: int, own: list[Judged]) -> bool:
    """The click before or after it failed, too, or a script of the page died and nothing has answered since."""
    j = own[i]
    errors = [(t, r) for t, r in j.click.page.of(records.Console) if r.level == "error"]
    for k in own[max(0, i - 1) : i] + own[i + 1 : i + 2]:
        threw = any(k.click.down_ms <= t <= k.click.t + HANDLER_MS for t, _ in errors)
        if abs(k.click.t - j.click.t) <= TROUBLE_MS and (k.failed or threw):
            return True
    died = [t for t in _died_ms(j.click.page) if t <= j.click.t]
    return bool(died) and not any(k.answered and k.click.t > died[-1] for k in own)


def _lived_ms(j: Judged) -> float:
    """How long the page is known to have lived after the click."""
    return max(j.click.page.end_ms, j.click.page.last_alive_ms) - j.click.t


def _doubt_blind_window(judged: list[Judged], window: Window, webkit: bool | None) -> None:
    """A window without a single mutation may have a broken recorder (WebKit with a patched MutationObserver).

    One silent control is a dead click; several different ones and no mutation ever is a recording that cannot witness.
    Links to other documents do not count: leaving the page is witnessed without mutations.
    """
    if window.mutation_count or webkit is False:
        return
    silent = [
        j
        for j in judged
        if j.verdict == DEAD and not j.blocked and not j.requests and not leads_away(j.click.control, j.click.page.href)
    ]
    broken = len({j.click.element for j in silent}) >= (2 if webkit else BROKEN_AFTER)
    for j in silent:
        j.confidence -= 0.1
        if broken:
            j.verdict, j.reason, j.confidence = UNKNOWN, "the recording holds no page changes at all", 0.5
