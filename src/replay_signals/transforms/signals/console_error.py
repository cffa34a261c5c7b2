"""console_error: an uncaught exception that no click caused, once per page and message.

Background trouble: it stopped nobody as far as the recording shows, so it weighs little; where it did, it is
blocking_exception. Logged errors that were caught are rows of console_logs and no signal.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from replay_signals.schemas.inbox import doc
from replay_signals.transforms.clicks.errors import PageError
from replay_signals.transforms.session.timeline import Page
from replay_signals.transforms.signals import settling
from replay_signals.transforms.signals.context import SessionContext
from replay_signals.transforms.signals.descriptor import Scope, Signal
from replay_signals.transforms.signals.finding import Finding

KIND = "console_error"
UNCAUGHT = "uncaught"
"""The only grade of evidence: whether a console line was an uncaught exception is told from its text."""
MAX_MESSAGE_CHARS = 160
"""Of the message in the summary, which has nothing else to say."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence of one finding."""

    message: Annotated[str, doc("What the exception says")]
    source: Annotated[str, doc("First line of its stack, empty where none was recorded")]
    times: Annotated[int, doc("How often the page threw it")]


def detect(context: SessionContext) -> list[Finding[Evidence]]:
    """One finding per page and message, with the number of times."""
    seen: dict[tuple[Page, str], list[PageError]] = {}
    for error in context.errors.unattributed:
        if error.uncaught:
            seen.setdefault((error.page, error.message), []).append(error)
    return [_finding(errors) for errors in seen.values()]


def _finding(errors: list[PageError]) -> Finding[Evidence]:
    first = errors[0]
    return Finding(
        KIND,
        first.page,
        first.t,
        errors[-1].t,
        UNCAUGHT,
        f"The page raised: {first.message[:MAX_MESSAGE_CHARS]}",
        Evidence(message=first.message, source=first.source, times=len(errors)),
    )


SIGNAL = Signal(
    kind=KIND,
    title="the page threw an error that no click caused",
    detect=detect,
    scope=Scope.PAGE,
    gesture=None,
    after_others=False,
    settled_ms=settling.after_evidence_window,
    problem_type="non_blocking_exception",
    failure="exception",
    is_trouble=False,
    evidence=Evidence,
)
