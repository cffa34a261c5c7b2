"""Silent links: what a session's other clicks, windows, pages and events say about a link that nothing answered.

background tabs  ctrl+click on a link leaves no trace and looks like a dead link; recorders tell no modifier keys
new tabs         a silent link that opens a tab is dead only where the recorder tells of hidden pages
current choices  a link to the page itself is one, unless links load documents here: then it should have loaded anew
once more        a link that was silent while the page stayed led nowhere the next time either
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from replay_signals.schemas.rules import Clicks
from replay_signals.transforms.clicks.errors import HANDLER_MS
from replay_signals.transforms.clicks.judged import ALIVE, DEAD, LEFT_BY_LINK, SURVIVED_MS, UNKNOWN, Judged
from replay_signals.transforms.clicks.observability import CHOSEN, OPENS_TAB, leads_away, link_target, opens_page
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.plugins import is_uncaught
from replay_signals.transforms.session.effects import Effect
from replay_signals.transforms.session.timeline import Page, Timeline, Window
from replay_signals.transforms.session.urls import same_document

TROUBLE_MS = 10_000
"""A click this near that failed says that the page is in trouble, and no tab was opened."""
PROVEN_CONFIDENCE = 0.7
"""Of silence that only other clicks make a fault."""
OPENED = 2
"""Links opened in the background just before; one may be chance."""
TAB_CONFIDENCE = 0.85
NO_TAB = "no tab opened"
LOAD, ROUTE = "load", "route"
_ROUTES = frozenset(("mutation", "url"))
IN_BACKGROUND = "the link may have been opened in the background"
Addresses = Mapping[str, Sequence[tuple[float, str]]]


def tell_links(own: list[Judged], ways: set[str], tells_hidden: bool, rules: Clicks) -> None:
    """Calls silent links of a page dead that should have opened a tab, or loaded their own page anew.

    `ways`: what links do here. On a single-page site a link to where the last one led is the current choice.
    """
    here = ""
    for j in own:
        _tell_tab(j, tells_hidden, rules)
        target, href = link_target(j.click.control, j.click.page.href), here or j.click.page.href
        to_itself = target is not None and "#" not in target and same_document(target, href)
        if LOAD in ways:
            _reload(j, to_itself)
        elif ROUTE in ways and to_itself and j.verdict == DEAD and not j.blocked:
            excuse(j, CHOSEN)
        if target is not None and j.answered and j.reaction in _ROUTES and leads_away(j.click.control, href):
            here = target


def ways_of(clicks: Iterable[Judged]) -> set[str]:
    """What links to other pages do: LOAD a document, ROUTE within it. What visitors open themselves tells nothing."""
    links = [j for j in clicks if j.answered and leads_away(j.click.control, j.click.page.href)]
    ways = {"navigation": LOAD, "mutation": ROUTE, "url": ROUTE}
    return {ways[j.reaction] for j in links if j.reaction in ways}


def _tell_tab(j: Judged, tells_hidden: bool, rules: Clicks) -> None:
    """A silent link that opens a tab, in a recording that would have told of the hidden page."""
    if j.reason != OPENS_TAB or not tells_hidden or _lived_ms(j) < SURVIVED_MS:
        return
    page, t = j.click.page, j.click.t
    if not any(t <= when <= t + rules.slow_ms for when, tag in _visibility(page) if tag == "window hidden"):
        j.verdict, j.confidence, j.reason = DEAD, TAB_CONFIDENCE, NO_TAB


def _visibility(page: Page) -> Iterable[tuple[float, str]]:
    return ((t, r.tag) for t, r in page.of(records.Custom) if r.tag in ("window hidden", "window visible"))


def came_back(page: Page) -> bool:
    """Did the page say that it was hidden, and go on? Pages that are left say it in every browser."""
    return any(a == "window hidden" and b == "window visible" for (_, a), (_, b) in pairwise(_visibility(page)))


def _reload(j: Judged, to_itself: bool) -> None:
    """A link to the page itself is its current choice; where links load documents it loads that one anew."""
    if j.reason == CHOSEN and to_itself and _lived_ms(j) >= SURVIVED_MS:
        j.verdict, j.confidence, j.reason = DEAD, PROVEN_CONFIDENCE, "the page was not loaded anew"


def _try_again(own: list[Judged]) -> None:
    """A link that was silent while the page stayed did not lead away, or load the page anew, the next time either."""
    silent: set[int | None] = set()
    for j in own:
        if j.verdict == DEAD and not j.blocked:
            silent.add(j.click.element)
        elif j.answered:
            silent.discard(j.click.element)
        elif j.reason in (LEFT_BY_LINK, CHOSEN) and j.click.element in silent:
            j.verdict, j.confidence, j.reason = DEAD, PROVEN_CONFIDENCE, "no answer again"


def doubt_links(
    own: list[Judged], window: Window, timeline: Timeline, addresses: Addresses, visited: Addresses
) -> None:
    """A silent link that leads away may have been opened in the background: once, and the visitor goes on.

    It is dead when it is tried again, when it is the last thing the visitor does, when the click cannot have been one
    with a modifier key (keyboard, finger), when its handler died, and when the page is in trouble.
    """
    _try_again(own)
    died = died_ms(own[0].click.page) if own else []
    for i, j in enumerate(own):
        click = j.click
        if j.verdict != DEAD or j.blocked or click.by_touch or click.by_key:
            continue
        if j.reason == NO_TAB or not opens_page(click.control, click.page.href) or _died(j, died):
            continue
        if (opened_ms := _opened_elsewhere(j, timeline, addresses)) is not None:
            j.effects.append(Effect(opened_ms, "new window", detail=link_target(click.control, click.page.href) or ""))
            j.verdict, j.reaction, j.confidence = ALIVE, "new window", 0.8
            j.reaction_ms, j.reason = round(opened_ms - click.t, 1), "opened in another tab"
        elif (reached_ms := _reached(j, window, visited)) is not None:
            j.effects.append(Effect(reached_ms, "url", detail=link_target(click.control, click.page.href) or ""))
            j.verdict, j.reaction, j.confidence = ALIVE, "url", 0.8
            j.reaction_ms, j.reason = round(reached_ms - click.t, 1), "the window showed its target"
        elif not (_tried_again(j, own, died) or _gives_up(i, own, window, timeline) or _in_trouble(i, own, died)):
            excuse(j, IN_BACKGROUND)


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
    times = [t for t, url in told if target and t > j.click.t and same_document(url, target)]
    if page is not window.pages[-1] or not times or times[0] <= page.end_ms:
        return None
    return times[0]


def _tried_again(j: Judged, own: list[Judged], died: list[float]) -> bool:
    """Was it pressed once more in vain?

    A link that answers another time works, and its tab was opened; one that was pressed after a script had died may
    have worked before.
    """
    silent = (k.click.t for k in own if k is not j and k.click.element == j.click.element and not k.answered)
    return any(not any(j.click.t + HANDLER_MS < when <= t for when in died) for t in silent)


def died_ms(page: Page) -> list[float]:
    """When scripts of the page died."""
    errors = ((t, r) for t, r in page.of(records.Console) if r.level == "error")
    return [t for t, r in errors if r.uncaught or is_uncaught(r.message)]


def _died(j: Judged, died: list[float]) -> bool:
    """Did a script die at the click? Handlers leave clicks with a modifier key to the browser."""
    return any(j.click.down_ms <= t <= j.click.t + HANDLER_MS for t in died)


def _gives_up(i: int, own: list[Judged], window: Window, timeline: Timeline) -> bool:
    """Is it the last thing that is done, and not one more of several links that are opened one after the other?"""
    before = [k.reason == IN_BACKGROUND for k in own[max(0, i - OPENED) : i]]
    one_more = len(before) == OPENED and all(before)
    return not one_more and _is_last(own[i], own[i + 1 :], window, timeline)


def _is_last(j: Judged, later: list[Judged], window: Window, timeline: Timeline) -> bool:
    """Nothing is done after it, in this window or in another: the visitor waits, and gives up."""
    page, t = j.click.page, j.click.t
    if later or page is not window.pages[-1]:
        return False
    if any(w is not window and w.end_ms > t for w in timeline.windows):
        return False
    return not any(when > t + SURVIVED_MS for when, _ in page.of(records.Input, records.Scroll))


def _in_trouble(i: int, own: list[Judged], died: list[float]) -> bool:
    """The click before or after it failed, too, or a script of the page died and nothing has answered since.

    A page that a visitor opened anew by its address may be the same document, and answers again.
    """
    j = own[i]
    errors = [(t, r) for t, r in j.click.page.of(records.Console) if r.level == "error"]
    for k in own[max(0, i - 1) : i] + own[i + 1 : i + 2]:
        threw = any(k.click.down_ms <= t <= k.click.t + HANDLER_MS for t, _ in errors)
        if abs(k.click.t - j.click.t) <= TROUBLE_MS and (k.failed or threw):
            return True
    before = [t for t in died if t <= j.click.t]
    if not before:
        return False
    return not any(k.answered and k.click.t > before[-1] for k in own) or _among_silent(i, own, before[-1])


def _among_silent(i: int, own: list[Judged], since_ms: float) -> bool:
    """Was something else than a link silent, too, within moments and with no answer to anything in between?"""
    for side in (reversed(own[:i]), own[i + 1 :]):
        for k in side:
            if k.answered or k.click.t <= since_ms or abs(k.click.t - own[i].click.t) > TROUBLE_MS:
                break
            if k.verdict == DEAD and not k.blocked and not opens_page(k.click.control, k.click.page.href):
                return True
    return False


def _lived_ms(j: Judged) -> float:
    """How long the page is known to have lived after the click."""
    return max(j.click.page.end_ms, j.click.page.last_alive_ms) - j.click.t


def excuse(j: Judged, reason: str) -> None:
    """Silence that proves nothing after all."""
    j.verdict, j.confidence, j.reason = UNKNOWN, 0.5, reason
