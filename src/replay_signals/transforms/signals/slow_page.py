"""slow_page: a page came late, or did not answer for long, for this visitor.

It loads slowly when its largest paint comes after `speed.poor_lcp_ms`, or, where no paint was recorded, its document
has loaded after `speed.poor_load_ms`. It answers slowly when one interaction waited longer than `speed.poor_inp_ms` for
the next paint, or a task of `speed.frozen_ms` kept it from answering while the visitor clicked, tapped or typed.

Where the page's own history is known (priors), it decides instead of the bounds: what is `speed.page_factor` times as
slow as the page usually is, and not good either (`speed.good_*`), is slow; what is usual there is not. A single visit
without history says no more than that it was slow, which a poor network or device explains as well.

A click that got `slow_response`, `failed_request` or an error is that incident: what it waited for is not told again.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from math import inf
from typing import Annotated, NamedTuple

import msgspec

from replay_signals.schemas import rrweb
from replay_signals.schemas.inbox import doc
from replay_signals.transforms.clicks.judged import SLOW, Judged
from replay_signals.transforms.digest import records
from replay_signals.transforms.session.page_views import PageView
from replay_signals.transforms.session.vitals import Vitals
from replay_signals.transforms.signals import settling
from replay_signals.transforms.signals.context import SessionContext
from replay_signals.transforms.signals.descriptor import Scope, Signal
from replay_signals.transforms.signals.finding import Finding
from replay_signals.transforms.signals.usual import UsualPage

KIND = "slow_page"
UNUSUAL, POOR = "unusual", "poor"
"""Grades of evidence: against the page's own history, or by the bounds alone."""
ANSWERED_MS = 250
"""What was tried during a task is recorded when the task is over, a moment later at most."""
OPENED_MS = 1000
"""A click opens the page that begins so long after its answer began."""
ANNOYED = 0.1
"""How far a slow page stops a visitor: it comes in the end."""
_TRIES = frozenset((rrweb.CLICK, rrweb.MOUSE_DOWN, rrweb.TOUCH_START))


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence of one finding."""

    slow_to: Annotated[str, doc("load (it came late) or answer (it did not react)")]
    measure: Annotated[str, doc("lcp, load, inp or longtask: what was measured")]
    took_ms: Annotated[float, doc("How long it took, ms")]
    usual_ms: Annotated[float | None, doc("75th percentile of usual visits of the page, ms; null where not known")]
    ttfb_ms: Annotated[float | None, doc("Time to first byte, where it is known: what the server took of it, ms")]


class _Slow(NamedTuple):
    """What was slow about a page view; `start_ms` is when it began."""

    measure: str
    took_ms: float
    usual_ms: float | None
    start_ms: float


def detect(context: SessionContext) -> list[Finding[Evidence]]:
    """At most two findings per page view: that it loads slowly, and that it answers slowly."""
    found = []
    for view, vitals in zip(context.views.views, context.vitals, strict=True):
        if view.page is None:
            continue
        usual = context.usual.page(view.url)
        loads = _loads(context, view, vitals, usual)
        if loads is not None and not _was_opened_by_slow(context, view):
            found.append(_finding(view, vitals, loads, "load"))
        answers = _answers(context, view, vitals, usual)
        if answers is not None and not any(_is_told(context, j) for j in _clicks(context, view)):
            found.append(_finding(view, vitals, answers, "answer"))
    return found


def _loads(context: SessionContext, view: PageView, vitals: Vitals, usual: UsualPage) -> _Slow | None:
    speed, page = context.rules.speed, view.page
    opened_ms = view.start_ms if page is None or view.is_route else page.opened_ms
    if vitals.lcp is not None:
        slow = _is_slow(context, vitals.lcp, usual.lcp_ms, speed.good_lcp_ms, speed.poor_lcp_ms)
        return _Slow("lcp", vitals.lcp, usual.lcp_ms, opened_ms) if slow else None
    loaded_ms = vitals.load
    if loaded_ms is None and page is not None and page.navigation is not None and not view.is_route:
        loaded_ms = page.navigation.duration_ms
    if not loaded_ms or not _is_slow(context, loaded_ms, usual.load_ms, speed.poor_lcp_ms, speed.poor_load_ms):
        return None
    return _Slow("load", loaded_ms, usual.load_ms, opened_ms)


def _answers(context: SessionContext, view: PageView, vitals: Vitals, usual: UsualPage) -> _Slow | None:
    speed = context.rules.speed
    frozen = max(_frozen(context, view), key=lambda slow: slow.took_ms, default=None)
    if frozen is not None:
        return frozen
    if vitals.inp is None or not _is_slow(context, vitals.inp, usual.inp_ms, speed.good_inp_ms, speed.poor_inp_ms):
        return None
    return _Slow("inp", vitals.inp, usual.inp_ms, next(_tries(view), view.start_ms))


def _is_slow(context: SessionContext, took_ms: float, usual_ms: float | None, good_ms: float, poor_ms: float) -> bool:
    if usual_ms is None:
        return took_ms > poor_ms
    return took_ms > good_ms and took_ms >= context.rules.speed.page_factor * usual_ms


def _frozen(context: SessionContext, view: PageView) -> Iterator[_Slow]:
    """Long tasks of a page view during which something was tried."""
    tasks = context.long_tasks.get(view.window_id, [])
    first, stop = bisect_left(tasks, (view.start_ms, 0.0)), bisect_right(tasks, (view.end_ms, inf))
    longest = [
        (start_ms, took_ms) for start_ms, took_ms in tasks[first:stop] if took_ms >= context.rules.speed.frozen_ms
    ]
    tries = list(_tries(view)) if longest else []
    for start_ms, took_ms in longest:
        if bisect_left(tries, start_ms) < bisect_right(tries, start_ms + took_ms + ANSWERED_MS):
            yield _Slow("longtask", took_ms, None, start_ms)


def _tries(view: PageView) -> Iterator[float]:
    """When the visitor pressed or typed, in order."""
    for t, record in view.records:
        if isinstance(record, records.Input) or (isinstance(record, records.Interaction) and record.kind in _TRIES):
            yield t


def _clicks(context: SessionContext, view: PageView) -> Sequence[Judged]:
    """Clicks of a page view."""
    clicks = context.by_page.get(view.page, ()) if view.page is not None else ()
    first = bisect_left(clicks, view.start_ms, key=lambda j: j.click.t)
    return clicks[first : bisect_right(clicks, view.end_ms, key=lambda j: j.click.t)]


def _was_opened_by_slow(context: SessionContext, view: PageView) -> bool:
    """Is the wait for this page what a click before it is accused of?"""
    clicks = _clicks(context, view.before) if view.before is not None else ()
    return any(j.verdict == SLOW and view.start_ms <= j.click.t + (j.reaction_ms or 0.0) + OPENED_MS for j in clicks)


def _is_told(context: SessionContext, j: Judged) -> bool:
    return j.verdict == SLOW or bool(j.failed) or bool(context.errors.of(j))


def _finding(view: PageView, vitals: Vitals, slow: _Slow, to: str) -> Finding[Evidence]:
    assert view.page is not None
    words = {
        "lcp": "Its largest part was painted after",
        "load": "It had loaded after",
        "inp": "It answered an interaction after",
        "longtask": "It did not answer for",
    }[slow.measure]
    usual = f", usually {slow.usual_ms / 1000:.1f} s" if slow.usual_ms is not None else ""
    return Finding(
        KIND,
        view.page,
        slow.start_ms,
        slow.start_ms + slow.took_ms,
        POOR if slow.usual_ms is None else UNUSUAL,
        f"{words} {slow.took_ms / 1000:.1f} s{usual}",
        Evidence(
            slow_to=to,
            measure=slow.measure,
            took_ms=slow.took_ms,
            usual_ms=slow.usual_ms,
            ttfb_ms=vitals.ttfb if to == "load" else None,
        ),
        blocked=ANNOYED,
        recovered=True,
        lost_ms=slow.took_ms,
        subject=to,
    )


SIGNAL = Signal(
    kind=KIND,
    title="a page came late, or did not answer for long",
    detect=detect,
    scope=Scope.PAGE,
    gesture=None,
    after_others=False,
    settled_ms=settling.at_close,
    problem_type="failure",
    failure="slow_page",
    is_trouble=False,
    evidence=Evidence,
)
