"""unexpected_exit: the visitor left right after something went wrong.

The session ended within 15 s of a click that failed (dead, blocked, error, failed request, rage), and nothing worked in
between: no answered click, no further page, no other address within the page. Clicks still pending at the end are
judged together with the exit this way instead of being dropped, as SDK detectors do (Sentry drops the last 7 s,
OpenReplay 1.2 s).
"""

from __future__ import annotations

from bisect import bisect_right
from operator import itemgetter
from typing import Annotated, Any

import msgspec

from replay_signals.schemas.confidence import grade_of
from replay_signals.schemas.inbox import doc
from replay_signals.transforms.session import urls
from replay_signals.transforms.session.element_names import element_label
from replay_signals.transforms.signals import settling
from replay_signals.transforms.signals.context import SessionContext
from replay_signals.transforms.signals.descriptor import Scope, Signal
from replay_signals.transforms.signals.finding import Finding

KIND = "unexpected_exit"
SOON_MS = 15_000
"""Two evidence windows: the time to see that a click did nothing, and to try once more."""
CHANGES_MS = 1000
"""What a click changes of the address it changes by then."""
_TOLD = frozenset(("error_click", "blocking_exception", "failed_request"))
MIN_PRIOR = 0.5
"""Of the trouble: what is likelier wrong than right explains no exit."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence of one finding."""

    after: Annotated[str, doc("Kind of the trouble")]
    left_after_ms: Annotated[int, doc("From the trouble to the end, ms")]


def detect(context: SessionContext) -> list[Finding[Evidence]]:
    """At most one finding, about the last of the context's troubles."""
    timeline = context.timeline
    troubles = [f for f in context.troubles if f.prior >= MIN_PRIOR and f.blocked > 0 and not _is_guess(f)]
    if not troubles:
        return []
    last = max(troubles, key=lambda f: (f.ended_ms, f.kind))
    end = max(timeline.end_ms, *(p.last_alive_ms for p in timeline.pages))
    if timeline.end_ms - last.ended_ms > SOON_MS:
        return []
    if any(p.start_ms > last.ended_ms for p in timeline.pages):
        return []
    if any(j.answered and j.click.t > last.ended_ms for j in context.clicks) or _goes_on(context, last):
        return []
    what = element_label(last.control, last.node_id) or "one place"
    finding = Finding(
        KIND,
        last.page,
        last.started_ms,
        end,
        grade_of(last.prior),
        f"Left after {last.kind.replace('_', ' ')} on {what}",
        Evidence(after=last.kind, left_after_ms=round(end - last.ended_ms)),
        control=last.control,
        node_id=last.node_id,
        x=last.x,
        y=last.y,
        blocked=1.0,
        attempts=last.attempts,
    )
    return [finding]


def _is_guess(trouble: Finding[Any]) -> bool:
    """Does nothing but a hand under the pointer say that there was something to answer? Nobody leaves for that.

    An error or a request tells that there was.
    """
    return trouble.kind not in _TOLD and trouble.control is not None and trouble.control.is_hand


def _goes_on(context: SessionContext, last: Finding[Any]) -> bool:
    """Does an event tell of another address after it, in the window of the trouble?

    A link may change the address before it fails to show anything.
    """
    told = context.addresses.get(last.page.window_id, [])
    i = bisect_right(told, last.ended_ms + CHANGES_MS, key=itemgetter(0))
    before = urls.page_of(told[i - 1][1] if i else last.page.href)
    return any(urls.page_of(url) != before for _, url in told[i:])


SIGNAL = Signal(
    kind=KIND,
    title="the visitor left right after something went wrong",
    detect=detect,
    scope=Scope.SESSION,
    gesture=None,
    after_others=True,
    settled_ms=settling.at_close,
    problem_type="abandonment",
    failure="exit",
    is_trouble=False,
    evidence=Evidence,
)
