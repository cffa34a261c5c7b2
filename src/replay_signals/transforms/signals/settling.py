"""When a finding is settled: waiting longer cannot change it, so a stream may publish it before the session closes.

Each rule takes the context and a finding and gives the time (epoch ms, client's clock) from which on the finding
stands, or None when only the close of the session can tell. What follows from the end of a visit (that the visitor
left, a dead end, a form given up by closing the tab) is never settled while the session goes on. The first paragraph of
a rule's docstring is what the docs say about the kinds that use it.
"""

from __future__ import annotations

from typing import Any

from replay_signals.transforms.clicks.judged import LINK_LOADING_MS
from replay_signals.transforms.clicks.observability import leads_away
from replay_signals.transforms.signals.context import SessionContext
from replay_signals.transforms.signals.finding import Finding

LEFT_MS = 1000
"""Once the next page is there, answers to clicks on the page before come this much later at most."""


def at_close(_context: SessionContext, _finding: Finding[Any]) -> None:
    """At the close of the session."""


def at_end(_context: SessionContext, finding: Finding[Any]) -> float:
    """When it has ended."""
    return finding.ended_ms


def after_evidence_window(context: SessionContext, finding: Finding[Any]) -> float:
    """When its evidence window (`clicks.window_ms`) is over, or its page was left.

    The page that a link leads to may come later than that where the recorder tells no navigations.
    """
    window_ms, page = context.rules.clicks.window_ms, finding.page
    if page.navigation is None and leads_away(finding.control, page.href):
        window_ms = max(window_ms, LINK_LOADING_MS)
    return no_later_than_left(context, finding, finding.ended_ms + window_ms)


def soon_after(context: SessionContext, finding: Finding[Any]) -> float:
    """`clicks.slow_ms` after it has ended, when what was sent late is there too, or when its page was left."""
    return no_later_than_left(context, finding, finding.ended_ms + context.rules.clicks.slow_ms)


def no_later_than_left(context: SessionContext, finding: Finding[Any], over_ms: float) -> float:
    """`over_ms`, or the time from which on nothing more comes of the finding's page when that is sooner."""
    left_ms = context.left_ms(finding.page)
    return over_ms if left_ms is None else min(over_ms, max(left_ms, finding.ended_ms) + LEFT_MS)
