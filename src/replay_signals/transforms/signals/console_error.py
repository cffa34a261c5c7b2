"""console_error: an uncaught exception that no click caused, once a page and message.

Background trouble: it stopped nobody as far as the recording shows, so it weighs little; where it did, it is
blocking_exception. Logged errors that were caught are rows of console_logs and no signal.
"""

from __future__ import annotations

from replay_signals.transforms.clicks.errors import PageError
from replay_signals.transforms.session.timeline import Page
from replay_signals.transforms.signals.base import Finding
from replay_signals.transforms.signals.context import SessionContext

KIND = "console_error"


def detect(context: SessionContext) -> list[Finding]:
    """One finding a page and message, with the number of times."""
    seen: dict[tuple[Page, str], list[PageError]] = {}
    for error in context.errors.loose:
        if error.uncaught:
            seen.setdefault((error.page, error.message), []).append(error)
    return [_finding(errors) for errors in seen.values()]


def _finding(errors: list[PageError]) -> Finding:
    first = errors[0]
    return Finding(
        KIND,
        first.page,
        first.t,
        errors[-1].t,
        0.9,
        f"The page raised: {first.message[:160]}",
        evidence={"message": first.message, "source": first.source, "times": len(errors)},
    )
