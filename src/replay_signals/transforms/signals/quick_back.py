"""quick_back: went to a page and came straight back, without using it.

A page that was looked at for at most 5 s (Uxify: 5 s, Hotjar: 7 s, PostHog: 2 s between any two URLs), on which nothing
was clicked or typed, and which was left by going back. The browser's own word for it counts (navigation type
`back_forward`); without it the next page has to be the one before. Redirects (under 300 ms) are none.
"""

from __future__ import annotations

from typing import Any

from replay_signals.schemas import rrweb
from replay_signals.transforms import records
from replay_signals.transforms.signals.base import Finding, Session
from replay_signals.transforms.timeline import Page

KIND = "quick_back"
DWELL_MS = 5000
REDIRECT_MS = 300


def detect(session: Session) -> list[Finding]:
    """One finding a page."""
    found = []
    for window in session.timeline.windows:
        pages = window.pages
        for i in range(len(pages) - 1):
            page, following = pages[i], pages[i + 1]
            before = pages[i - 1] if i else None
            dwell = _left_ms(page, following) - page.start_ms
            if _went_back(before, page, following) and REDIRECT_MS <= dwell <= DWELL_MS and not _used(page):
                found.append(_finding(before, page, following, dwell))
    return found


def _finding(before: Page | None, page: Page, following: Page, dwell_ms: float) -> Finding:
    sure = following.navigation is not None
    return Finding(
        KIND,
        page,
        page.opened_ms,
        following.start_ms,
        0.9 if sure else 0.75,
        f"Looked at the page for {dwell_ms / 1000:.1f} s and went back",
        blocked=0.2,
        recovered=True,
        evidence={"dwell_ms": round(dwell_ms), "from": before.href if before else "", "back_to": following.href},
    )


def _left_ms(page: Page, following: Page) -> float:
    """When the page was left: the start of the next navigation, or the page's last event where that is not known."""
    return following.opened_ms if following.navigation is not None else page.end_ms


def _went_back(before: Page | None, page: Page, following: Page) -> bool:
    if following.navigation is not None and following.navigation.navigation_type:
        return following.navigation.navigation_type == "back_forward"
    return before is not None and before.href == following.href and page.href != before.href


def _used(page: Page) -> bool:
    """Clicked or typed something."""
    for _, record in page.of(records.INTERACTION, records.INPUT):
        code: Any = record[1]
        if code == records.INPUT or record[2] == rrweb.CLICK:
            return True
    return False
