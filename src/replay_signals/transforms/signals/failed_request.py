"""failed_request: a request that a click sent came back with an HTTP error (status 400 or above).

The request belongs to the click when page code sent it within 1 s of the click and its URL is not one that the page
also asks for by itself (polling). Server errors (5xx) weigh more than refusals (4xx), which may be a validation.
Recordings without network data still tell when the page logs the failure: a console error of the click that names an
HTTP status. That is less sure.
"""

from __future__ import annotations

from replay_signals.transforms.session.elements import element_label
from replay_signals.transforms.signals.base import Finding, incidents, of_click
from replay_signals.transforms.signals.context import SessionContext

KIND = "failed_request"


def detect(context: SessionContext) -> list[Finding]:
    """One finding a click, or one for all clicks of a rage burst."""
    return [*_recorded(context), *_logged(context)]


def _logged(context: SessionContext) -> list[Finding]:
    if any(page.requests for page in context.timeline.pages):
        return []
    found = []
    told = [j for j in context.clicks if any(e.http_status for e in context.errors.of(j))]
    for group in incidents(context, told):
        j = group[0]
        error = next(e for e in context.errors.of(j) if e.http_status)
        what = element_label(j.click.control, j.click.node_id) or "one place"
        finding = of_click(KIND, j, f"Clicking {what} sent a request that failed with {error.http_status}", 0.75)
        finding.ended_ms = group[-1].click.t
        finding.click_count = finding.attempts = len(group)
        finding.blocked = (0.5 if j.answered else 1.0) * (1.0 if (error.http_status or 0) >= 500 else 0.6)
        finding.evidence = {"status": error.http_status, "logged": error.message, "source": error.source}
        found.append(finding)
    return found


def _recorded(context: SessionContext) -> list[Finding]:
    found: list[Finding] = []
    for group in incidents(context, [j for j in context.clicks if j.failed]):
        j = group[0]
        request = j.failed[0]
        what = element_label(j.click.control, j.click.node_id) or "one place"
        call = f"{request.method or 'GET'} {request.url}"
        finding = of_click(KIND, j, f"Clicking {what} sent {call}, which failed with {request.status}", 0.95)
        finding.ended_ms = group[-1].click.t
        finding.click_count = finding.attempts = len(group)
        finding.blocked = (0.5 if j.answered else 1.0) * (1.0 if (request.status or 0) >= 500 else 0.6)
        finding.evidence = {
            "method": request.method,
            "url": request.url,
            "status": request.status,
            "after_ms": round(request.start_ms - j.click.t, 1),
            "duration_ms": request.duration_ms,
            "shown": j.reason if j.answered else "nothing was shown",
            "logged": [e.message for e in context.errors.of(j)][:3],
        }
        found.append(finding)
    return found
