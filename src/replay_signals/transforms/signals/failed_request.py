"""failed_request: a request that a click sent came back with an HTTP error (status 400 or above).

The request belongs to the click when page code sent it within 1 s of the click and its URL is not one that the page
also asks for by itself (polling). Server errors (5xx) weigh more than refusals (4xx), which may be a validation.

A failure that the page coped with is none: it sent the request again and got its answer (a token renewed, a retry), it
asked the visitor to sign in (401), or the failure is the answer (404 to a question whether something is there, which
the page took without a complaint), or the request only counts visits.

Requests without a status were broken off, by the network or by the page itself, or come from sites that hide it. Broken
off by the network is one to the page's own site, where the recorder tells the status of others, if the page showed
nothing, asked for nothing else there, went on living, and nothing was clicked that may have called it off.

Recordings without network data still tell when the page logs the failure: a console error of the click that names an
HTTP status. That is less sure.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import islice, takewhile
from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from replay_signals.schemas.inbox import doc
from replay_signals.transforms.clicks.errors import PageError
from replay_signals.transforms.clicks.harmless import counts_clicks, is_tracker
from replay_signals.transforms.clicks.judged import Judged
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.session import urls
from replay_signals.transforms.session.element_names import element_label
from replay_signals.transforms.session.spans import in_ranges
from replay_signals.transforms.session.timeline import Page, Request
from replay_signals.transforms.signals import settling
from replay_signals.transforms.signals.context import SessionContext
from replay_signals.transforms.signals.descriptor import Scope, Signal
from replay_signals.transforms.signals.finding import Finding, of_clicks

KIND = "failed_request"
RECORDED, BROKEN, LOGGED = "recorded", "broken", "logged"
"""Grades of evidence; a page may call off its own request, and a logged line may speak of one that the click did not
send."""
LEAVING_MS = 500
"""A request that breaks off this shortly before its page was left may have been cut off by leaving it."""
SHOWN = 0.5
"""How far a failure that the page shows stops the visitor, of one that it does not show: they know of it."""
REFUSED = 0.6
"""The same of a refusal (4xx), which the visitor may mend, against a server error (5xx)."""
NOT_FOUND, UNAUTHORIZED = 404, 401
_QUESTIONS = frozenset(("GET", "HEAD", ""))
"""Methods that ask and change nothing; GET where none was recorded."""
CLOCK_MS = 5
"""The network recorder and the page's changes are timed independently."""
MAX_LINES = 3
"""Console lines in the evidence."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence of one finding."""

    status: Annotated[int | None, doc("HTTP status")]
    method: Annotated[str | UnsetType, doc("HTTP method, of a recorded request")] = UNSET
    url: Annotated[str | UnsetType, doc("Its URL without query")] = UNSET
    after_ms: Annotated[float | UnsetType, doc("From the click to its sending, ms")] = UNSET
    duration_ms: Annotated[float | UnsetType | None, doc("How long it took, ms")] = UNSET
    shown: Annotated[str | UnsetType, doc("What the page showed about it")] = UNSET
    logged: Annotated[
        list[str] | str,
        doc(
            "What the page logged about it, three lines at most; where no network is recorded, the line that names the "
            "status"
        ),
    ]
    source: Annotated[str | UnsetType, doc("First line of the stack of that line, where no network is recorded")] = (
        UNSET
    )


def detect(context: SessionContext) -> list[Finding[Evidence]]:
    """One finding per click, or one for all clicks of a rage burst."""
    return [*_recorded(context), *_logged(context)]


def _logged(context: SessionContext) -> list[Finding[Evidence]]:
    if context.tells_requests:
        return []
    found = []
    told = [j for j in context.clicks if any(e.http_status and not _renewed(j, e) for e in context.errors.of(j))]
    for group in context.incidents(told):
        j = group[0]
        error = next(e for e in context.errors.of(j) if e.http_status and not _renewed(j, e))
        what = element_label(j.click.control, j.click.node_id) or "one place"
        evidence = Evidence(status=error.http_status, logged=error.message, source=error.source)
        summary = f"Clicking {what} sent a request that failed with {error.http_status}"
        finding = of_clicks(KIND, group, summary, LOGGED, evidence)
        finding.blocked = _blocked(j, error.http_status)
        found.append(finding)
    return found


def _recorded(context: SessionContext) -> list[Finding[Evidence]]:
    found = []
    failures = {j: stopped for j in context.clicks if (stopped := _failures(context, j))}
    for group in context.incidents([*failures]):
        j = group[0]
        request = failures[j][0]
        what = element_label(j.click.control, j.click.node_id) or "one place"
        call = f"{request.method or 'GET'} {request.url}"
        evidence = Evidence(
            method=request.method,
            url=request.url,
            status=request.status,
            after_ms=round(request.start_ms - j.click.t, 1),
            duration_ms=request.duration_ms,
            shown=j.reason if j.answered else "nothing was shown",
            logged=[e.message for e in context.errors.of(j)][:MAX_LINES],
        )
        came = f"which failed with {request.status}" if request.failed else "which was never answered"
        grade = RECORDED if request.failed else BROKEN
        finding = of_clicks(KIND, group, f"Clicking {what} sent {call}, {came}", grade, evidence)
        finding.blocked = _blocked(j, request.status)
        found.append(finding)
    return found


def _failures(context: SessionContext, j: Judged) -> list[Request]:
    failed = [r for r in j.failed if not _coped(context, j, r)]
    return failed or [r for r in j.requests if _broke_off(context, j, r)]


def _broke_off(context: SessionContext, j: Judged, request: Request) -> bool:
    """Did the network fail the request, so that the click came to nothing?"""
    page = j.click.page
    if request.status is not None or j.answered or urls.split(request.url)[:2] != urls.split(page.href)[:2]:
        return False
    if not context.tells_statuses or page.left_ms - request.end_ms < LEAVING_MS:
        return False
    clicks = context.by_page[page]
    i = bisect_right(clicks, j.click.t, key=lambda k: k.click.t)
    next_ms = clicks[i].click.down_ms if i < len(clicks) else float("inf")
    same = context.requests_by_path[page, request.method, urls.split(request.url).path]
    first = bisect_left(same, request.start_ms, key=lambda r: r.start_ms)
    until_ms = min(next_ms, request.end_ms + context.rules.clicks.window_ms)
    again = any(r is not request and r.start_ms < until_ms for r in islice(same, first, first + 2))
    return next_ms > request.end_ms and not again


def _coped(context: SessionContext, j: Judged, failed: Request) -> bool:
    """Did the page cope with the failure without the visitor?"""
    page = j.click.page
    if is_tracker(failed.url, page.href) or (failed.status == UNAUTHORIZED and _asks_to_sign_in(context, j, failed)):
        return True
    if failed.method == "POST" and j.answered and not _complained(j) and counts_clicks(failed.url, page.href):
        return True
    if failed.status == NOT_FOUND and failed.method in _QUESTIONS and not context.errors.of(j):
        return failed.method == "HEAD" or (j.answered and not _complained(j))
    again = context.by_place[page, j.click.element]
    i = bisect_right(again, j.click.t, key=lambda k: k.click.t)
    until_ms = min([failed.end_ms + context.rules.clicks.window_ms, *(k.click.t for k in again[i : i + 1])])
    return any(not r.failed for r in _retries(context, page, failed, until_ms))


def _asks_to_sign_in(context: SessionContext, j: Judged, failed: Request) -> bool:
    """Was the answer a password field that was not there, or not shown: in a dialog or on the next page?

    A form for signing in that was refused keeps its field, or is made anew with one.
    """
    page = j.click.page
    answers = [e for e in j.effects if e.t >= failed.end_ms - CLOCK_MS]
    fields = _passwords(page)
    new = {c.first for c in fields if any(in_ranges(e.added, c.first) for e in answers)}
    known = [c for c in fields if c.first not in new]
    if not known and any(e.kind == "navigation" for e in answers):
        opened = (p for w in context.timeline.windows for p in w.pages if p.window_id == page.window_id)
        return any(p.index == page.index + 1 and _passwords(p) for p in opened)
    around = {c.first for field in known for c in page.elements.around(field.first)}
    around -= {c.first for c in page.elements.around(j.click.node_id)}
    shown = any(kind == "a" and node in around for e in answers for kind, node, _ in e.targets)
    return bool(new and not known) or shown


def _passwords(page: Page) -> list[Control]:
    return [c for c in page.elements.all() if c.tag == "input" and c.type == "password"]


def _retries(context: SessionContext, page: Page, failed: Request, until_ms: float) -> Iterator[Request]:
    """The same question, asked after the first answer; a second server counts, too."""
    same = context.requests_by_path.get((page, failed.method, urls.split(failed.url).path), [])
    first = bisect_left(same, failed.end_ms - 1, key=lambda r: r.start_ms)
    later = takewhile(lambda r: r.start_ms <= until_ms, islice(same, first, None))
    return (r for r in later if r.by_script and r.status is not None)


def _complained(j: Judged) -> bool:
    return any(effect.alerts for effect in j.effects)


def _renewed(j: Judged, error: PageError) -> bool:
    """An expired token of a click that got its answer all the same."""
    return error.http_status == UNAUTHORIZED and j.answered and not _complained(j)


def _blocked(j: Judged, status: int | None) -> float:
    return (SHOWN if j.answered else 1.0) * (1.0 if status is None or status >= 500 else REFUSED)


SIGNAL = Signal(
    kind=KIND,
    title="a click whose request failed",
    detect=detect,
    scope=Scope.CLICK,
    gesture=None,
    after_others=False,
    settled_ms=settling.after_evidence_window,
    problem_type="failure",
    failure="request",
    is_trouble=True,
    evidence=Evidence,
)
