"""Responses: requests that a click sent in other ways than at once, and what they brought after other clicks."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from operator import attrgetter

from replay_signals.schemas.rules import Clicks
from replay_signals.transforms.clicks.focus import MARGIN_MS
from replay_signals.transforms.clicks.observability import link_target, opens_page
from replay_signals.transforms.session.effects import Effect
from replay_signals.transforms.session.gestures import Click
from replay_signals.transforms.session.timeline import Page, Request
from replay_signals.transforms.session.urls import page_of

RENDERED_MS = 300
"""A response shows within this time after it came."""
EARLY_MS = 50
"""The clocks of requests and of changes lie this far apart."""
AHEAD_MS = 1000
"""Pages that ask for what a link leads to as the pointer comes do so this long before the click at most."""

_time = attrgetter("t")


def fetched_ahead(page: Page, click: Click) -> list[Request]:
    """Requests by page code for what the clicked link leads to, under way since the pointer came to it."""
    target = link_target(click.control, page.href)
    if target is None:
        return []
    before = (r for r in page.requests if r.by_script and click.t - AHEAD_MS <= r.start_ms < click.began_ms - MARGIN_MS)
    return [r for r in before if r.end_ms > click.t and page_of(r.url) == page_of(target)]


def shown_after_others(
    page: Page, click: Click, requests: Sequence[Request], later: Sequence[Click], effects: list[Effect], rules: Clicks
) -> list[Effect]:
    """What responses brought after the visitor had clicked on something else: new content, and not right after a click.

    Who follows a link has turned to something else. `later`: the clicks that followed on the page; `effects`: all of
    it, in order of time.
    """
    found: list[Effect] = []
    for end_ms in (request.end_ms for request in requests):
        since = [c for c in later if c.began_ms <= end_ms + RENDERED_MS]
        if not since or any(c.element == click.element or opens_page(c.control, page.href) for c in since):
            continue
        start_ms = max(since[0].t, end_ms) - MARGIN_MS
        came = effects[
            bisect_left(effects, start_ms, key=_time) : bisect_right(effects, end_ms + RENDERED_MS, key=_time)
        ]
        found += (
            effect
            for effect in came
            if effect.kind == "mutation"
            and any(kind in "ct" for kind, _, _ in effect.targets)
            and not any(-MARGIN_MS <= effect.t - c.began_ms <= rules.prompt_ms for c in since)
        )
    return found
