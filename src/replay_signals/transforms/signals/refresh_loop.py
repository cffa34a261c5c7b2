"""refresh_loop: the same page loaded again and again.

At least three loads of one URL in a window within 15 s (Conviva: page loop, three in 15 s), each left without an
answered click, a typed character or another page between them. A page that reloads itself after each submit is being
used; one that is reloaded by hand is hoped to recover. Loads that were left before the recorder sent anything are known
from their page views.

A page that reloads itself (meta refresh, status boards, development servers) is not the visitor's doing: its loads come
at even intervals and go on, or come while nobody touches pointer, wheel or keys. Three loads by hand come at even
intervals by chance, too, but then the last one stays.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Annotated

import msgspec

from replay_signals.schemas.inbox import doc
from replay_signals.transforms.clicks.judged import Judged
from replay_signals.transforms.digest import records
from replay_signals.transforms.session.fields import typed_fields
from replay_signals.transforms.session.nearby_records import HIDDEN, VISIBLE
from replay_signals.transforms.session.timeline import Page, Window
from replay_signals.transforms.session.visits import Visit, visits_of
from replay_signals.transforms.signals import settling
from replay_signals.transforms.signals.context import SessionContext
from replay_signals.transforms.signals.descriptor import Scope, Signal
from replay_signals.transforms.signals.finding import MAX_OFFSETS, Finding
from replay_signals.transforms.signals.presence import PRESENT_MS, attended

KIND = "refresh_loop"
MIN_LOADS = 3
"""Conviva: page loop, three loads in 15 s."""
WINDOW_MS = 15_000
LOADS = "loads"
"""The only grade of evidence: a page that reloads itself without being used looks the same."""
EVEN_MS = 100
"""Timers are this exact; hands are not."""
EVEN_SHARE = 0.03
"""Of the interval: slow timers drift by what the page takes to load."""
OUTSTAYED = 1.5
"""Of the interval: a slow load delays the next tick; half as long again, and no timer runs."""
SOON_MS = 3000
"""Who reloaded the page looks at it and does something else then."""
HIDDEN_MS = 2000
"""Leaving hides a page, too; of one that was hidden for longer than a document takes to open nobody asks for more."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence of one finding."""

    loads: Annotated[int, doc("How often the page was loaded")]
    offsets_ms: Annotated[list[int], doc("Times of the loads from the first, ms; 50 at most")]


def detect(context: SessionContext) -> list[Finding[Evidence]]:
    """One finding per run of loads."""
    found = []
    used = {j.click.page for j in context.clicks if j.answered and not _is_idle(j)}
    used |= {p for p in context.timeline.pages if typed_fields(p)}
    for window in context.timeline.windows:
        visits = visits_of(window, context.events)
        for run in _runs(visits, used):
            before = next((a for a, b in pairwise(visits) if b is run[0]), None)
            if len(run) >= MIN_LOADS and not _by_timer(window, run, before) and _attended(window, run, before):
                found.append(_finding(window, run))
    return found


def _is_idle(j: Judged) -> bool:
    """Is it a click on nothing, before the page was loaded again?"""
    return j.click.control is None and j.reaction == "navigation"


def _by_timer(window: Window, run: list[Visit], before: Visit | None) -> bool:
    """Loads at even intervals, the last of which did not outstay them, as a timer would have gone on.

    Nor did the same page before them, on which the timer would have run, too.
    """
    intervals = [b.start_ms - a.start_ms for a, b in pairwise(run)]
    last_ms = run[-1].start_ms
    stayed_ms = window.page_at(last_ms).left_ms - last_ms
    even = max(intervals) - min(intervals) <= max(EVEN_MS, EVEN_SHARE * max(intervals))
    longest_ms = OUTSTAYED * max(intervals)
    outstayed = before is not None and before.url == run[0].url and run[0].start_ms - before.start_ms > longest_ms
    return even and stayed_ms <= longest_ms and not outstayed


def _attended(window: Window, run: list[Visit], before: Visit | None) -> bool:
    """Did the visitor do anything, from shortly before the first reload to the last, or to shortly after it?

    Keys that reload are told by no recorder. A page that loads itself anew as the visit begins has somebody there only
    after that.
    """
    since, until = run[1].start_ms - PRESENT_MS, max(run[-1].start_ms, run[-1].left_ms or 0.0)
    if before is not None:
        until = max(until, run[-1].start_ms + SOON_MS)
    hidden_ms = _hidden_ms(window, run[-1].start_ms)
    if run[1].start_ms - hidden_ms > HIDDEN_MS:
        since, until = max(since, hidden_ms), run[-1].start_ms
    return attended(window, since, until)


def _hidden_ms(window: Window, until_ms: float) -> float:
    """When the window was hidden last and not shown again until a moment; infinite when it was seen.

    A page that loads while it is hidden does not say so.
    """
    hidden_ms = math.inf
    for page, following in pairwise([*window.pages, None]):
        if page is None or page.start_ms > until_ms:
            break
        for t, record in page.of(records.Custom):
            if record.tag in (HIDDEN, VISIBLE) and t <= until_ms:
                hidden_ms = t if record.tag == HIDDEN else math.inf
        if following is not None and following.start_ms - hidden_ms <= HIDDEN_MS:
            hidden_ms = math.inf  # it was left
    return hidden_ms


def _runs(visits: list[Visit], used: set[Page]) -> list[list[Visit]]:
    """Visits of one URL in a row, each left unused; one that nothing tells the URL of counts between two of them."""
    runs: list[list[Visit]] = []
    nameless: list[Visit] = []
    for visit in visits:
        run = runs[-1] if runs else None
        if not visit.url:
            nameless.append(visit)
            continue
        if run is not None and _again(run[-1], visit) and run[-1].page not in used and _soon([*run, *nameless], visit):
            run += [*nameless, visit]
        elif run is not None and len(run) < MIN_LOADS and _again(run[-1], visit) and run[-1].page not in used:
            run[:] = [*(early for early in run if visit.start_ms - early.start_ms <= WINDOW_MS), *nameless, visit]
        else:
            runs.append([visit])
        nameless = []
    return runs


def _again(a: Visit, b: Visit) -> bool:
    return not b.back and a.url == b.url


def _soon(run: list[Visit], visit: Visit) -> bool:
    first = run[-(MIN_LOADS - 1)] if len(run) >= MIN_LOADS - 1 else run[0]
    return visit.start_ms - first.start_ms <= WINDOW_MS


def _finding(window: Window, run: list[Visit]) -> Finding[Evidence]:
    start_ms, end_ms = run[0].start_ms, run[-1].start_ms
    page = run[0].page or window.page_at(start_ms)
    return Finding(
        KIND,
        page,
        start_ms if run[0].page is None else page.opened_ms,
        end_ms,
        LOADS,
        f"Loaded the page {len(run)} times in {(end_ms - start_ms) / 1000:.0f} s",
        Evidence(loads=len(run), offsets_ms=[round(visit.start_ms - start_ms) for visit in run][:MAX_OFFSETS]),
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
    failure="reading",
    is_trouble=False,
    evidence=Evidence,
)
