"""error_click: a click whose own handler threw or logged an error.

Tied by time (a handler throws within 600 ms of its click, or within 500 ms of the response it waited for) and by
exclusivity: an error that also comes without clicks belongs to none. Clicks whose request failed are failed_request;
what the page then logs about it is evidence there.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from replay_signals.schemas.inbox import doc
from replay_signals.transforms.clicks.errors import PageError
from replay_signals.transforms.clicks.judged import Judged
from replay_signals.transforms.session.element_names import element_label
from replay_signals.transforms.signals import settling
from replay_signals.transforms.signals.context import SessionContext
from replay_signals.transforms.signals.descriptor import Scope, Signal
from replay_signals.transforms.signals.finding import MAX_MESSAGE_CHARS, Finding, of_clicks

KIND = "error_click"
UNCAUGHT, LOGGED = "uncaught", "logged"
"""Grades of evidence; pages also log as errors what they cope with."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence of one finding."""

    message: Annotated[str, doc("What the first error of the click says")]
    source: Annotated[str, doc("First line of its stack, empty where none was recorded")]
    uncaught: Annotated[bool, doc("An error of the click was not handled by the page")]
    after_ms: Annotated[float, doc("From the click to the error, ms")]


def detect(context: SessionContext) -> list[Finding[Evidence]]:
    """One finding per click, or one for all clicks of a rage burst."""
    found = []
    told = [j for j in context.clicks if _raised(context, j) and not j.failed and "E" not in j.click.opt_outs]
    for group in context.incidents(told):
        j = group[0]
        error = _raised(context, j)[0]
        uncaught = any(e.uncaught for e in _raised(context, j))
        what = element_label(j.click.control, j.click.node_id) or "one place"
        evidence = Evidence(
            message=error.message, source=error.source, uncaught=uncaught, after_ms=round(error.t - j.click.t, 1)
        )
        summary = f"Clicking {what} raised: {error.message[:MAX_MESSAGE_CHARS]}"
        finding = of_clicks(KIND, group, summary, UNCAUGHT if uncaught else LOGGED, evidence)
        finding.blocked = 0.0 if j.answered else 0.9 if uncaught else 0.6
        found.append(finding)
    return found


def _raised(context: SessionContext, j: Judged) -> list[PageError]:
    """Errors of the click but for those that failed_request tells: of an HTTP status, where no network is recorded."""
    return [e for e in context.errors.of(j) if e.http_status is None or context.tells_requests]


SIGNAL = Signal(
    kind=KIND,
    title="a click whose handler failed with an error",
    detect=detect,
    scope=Scope.CLICK,
    gesture=None,
    after_others=False,
    settled_ms=settling.after_evidence_window,
    problem_type="blocking_exception",
    failure="exception",
    is_trouble=True,
    evidence=Evidence,
)
