"""Silence: what a click that nothing answered says, dead or unknown, and how sure that is."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from operator import itemgetter

from replay_signals.schemas.rules import Clicks
from replay_signals.transforms.clicks.background import Background
from replay_signals.transforms.clicks.focus import MARGIN_MS
from replay_signals.transforms.clicks.harmless import counts_clicks
from replay_signals.transforms.clicks.judged import (
    ALIVE,
    BY_HAND_MS,
    DEAD,
    FOLLOWED,
    LEFT_BY_LINK,
    SENT,
    SURVIVED_MS,
    UNKNOWN,
    Judged,
)
from replay_signals.transforms.clicks.observability import (
    CHOSEN,
    LOADS,
    NATIVE,
    leads_away,
    link_target,
    unobservable_reason,
)
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.session.gestures import Click
from replay_signals.transforms.session.timeline import Page
from replay_signals.transforms.session.urls import same_document

RECORDED_MS = 4000
"""A page that stayed this long would have been recorded."""
STOPPED = "a watch stopped with it"
RETURN_MS = 5000
"""To another page by way of another site takes longer: that one loads, is seen, and an address is typed."""
AT_CLICK_MS = 200
"""An event that a recorder sends of a click tells where the page was then."""
LOADED_MS = 250
"""A handler that opens an address does it at once, or when what it asked for has come."""
HAND_CONFIDENCE = 0.7
"""Of silence where only the hand under the pointer said that an answer was to be expected."""


class Silence:
    """The silent clicks of one page; `pages` are those of its window, `next_page` the one after it.

    `addresses`: where the window was, as other sources than the recording tell.
    """

    def __init__(
        self,
        page: Page,
        pages: Sequence[Page],
        next_page: Page | None,
        rules: Clicks,
        addresses: Sequence[tuple[float, str]],
        background: Background,
    ) -> None:
        self.background = background
        self.page, self.pages, self.next_page = page, pages, next_page
        self.rules, self.addresses = rules, addresses

    def judge(self, out: Judged) -> None:
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
        if self.background.stops(click.t, self.page.end_ms):
            out.reason = STOPPED
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
