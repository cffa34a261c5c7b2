"""refresh_loop: the same page loaded again and again.

At least three loads of one URL in a window within 15 s (Conviva: page loop, three in 15 s), each left without an
answered click, a typed character or another page between them. A page that reloads itself after each submit is being
used; one that is reloaded by hand is hoped to recover.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from replay_signals.schemas.inbox import doc
from replay_signals.transforms.digest import records
from replay_signals.transforms.session import urls
from replay_signals.transforms.session.gestures import is_typed
from replay_signals.transforms.session.timeline import Page
from replay_signals.transforms.signals import settling
from replay_signals.transforms.signals.context import SessionContext
from replay_signals.transforms.signals.descriptor import Scope, Signal
from replay_signals.transforms.signals.finding import MAX_OFFSETS, Finding

KIND = "refresh_loop"
MIN_LOADS = 3
"""Conviva: page loop, three loads in 15 s."""
WINDOW_MS = 15_000
CONFIDENCE = 0.85
"""A page that reloads itself without being used looks the same."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence of one finding."""

    loads: Annotated[int, doc("How often the page was loaded")]
    offsets_ms: Annotated[list[int], doc("Times of the loads from the first, ms; 50 at most")]


def detect(context: SessionContext) -> list[Finding[Evidence]]:
    """One finding per run of loads."""
    found = []
    used = {j.click.page for j in context.clicks if j.answered}
    used |= {p for p in context.timeline.pages if _typed(p)}
    for window in context.timeline.windows:
        for run in _runs(window.pages, used):
            if len(run) >= MIN_LOADS:
                found.append(_finding(run))
    return found


def _typed(page: Page) -> bool:
    """The visitor typed something; values that scripts set at load have no field that was typed into."""
    return any(
        change.length and any(is_typed(c) for c in page.elements.around(change.node_id))
        for _, change in page.of(records.Input)
    )


def _runs(pages: list[Page], used: set[Page]) -> list[list[Page]]:
    runs: list[list[Page]] = []
    for page in pages:
        run = runs[-1] if runs else None
        if run is not None and _again(run[-1], page) and run[-1] not in used and _soon(run, page):
            run.append(page)
        else:
            runs.append([page])
    return runs


def _again(a: Page, b: Page) -> bool:
    if b.navigation is not None and b.navigation.navigation_type == "back_forward":
        return False
    return urls.clean(a.href) == urls.clean(b.href)


def _soon(run: list[Page], page: Page) -> bool:
    first = run[-(MIN_LOADS - 1)] if len(run) >= MIN_LOADS - 1 else run[0]
    return page.start_ms - first.start_ms <= WINDOW_MS


def _finding(run: list[Page]) -> Finding[Evidence]:
    seconds = (run[-1].start_ms - run[0].start_ms) / 1000
    return Finding(
        KIND,
        run[0],
        run[0].opened_ms,
        run[-1].start_ms,
        CONFIDENCE,
        f"Loaded the page {len(run)} times in {seconds:.0f} s",
        Evidence(loads=len(run), offsets_ms=[round(p.start_ms - run[0].start_ms) for p in run][:MAX_OFFSETS]),
        blocked=0.6,
        attempts=len(run),
    )


SIGNAL = Signal(
    kind=KIND,
    title="the same page was loaded again and again",
    detect=detect,
    scope=Scope.WINDOW,
    gesture=None,
    after_others=False,
    settled_ms=settling.soon_after,
    problem_type="failure",
    is_trouble=False,
    evidence=Evidence,
)
