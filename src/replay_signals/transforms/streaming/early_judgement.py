"""interim: what the tail of a session that goes on shows, and which of it is settled.

A finding is settled when its evidence window is over, or when its page was left: waiting longer cannot change it. What
follows from the end of the session (that the visitor left, a dead end, a form given up by closing the tab) is never
concluded here, since the session goes on; `whole` does it at the close.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.messages import AnalyticsEvent
from replay_signals.schemas.rows import SignalRow
from replay_signals.schemas.rules import Rules
from replay_signals.transforms import signals
from replay_signals.transforms.digest.merge import session_of
from replay_signals.transforms.judge import severity
from replay_signals.transforms.judge.rows import Rows
from replay_signals.transforms.revisions.canonical import canonical
from replay_signals.transforms.session import analytics
from replay_signals.transforms.session.event_rows import STORED
from replay_signals.transforms.session.timeline import Timeline
from replay_signals.transforms.signals.base import Finding
from replay_signals.transforms.signals.context import SessionContext, context_of
from replay_signals.transforms.streaming.recent import LEFT_MS
from replay_signals.transforms.streaming.state import Pending, Profile, SessionState, Shown, WindowTail

GUARD_MS = 10_000
"""What began this soon after the edge of the tail may have begun before it."""

AT_CLOSE = frozenset(("dead_end", "unexpected_exit"))
ON_CLICKS = frozenset(
    (
        "rage_click",
        "dead_click",
        "rage_tap",
        "dead_tap",
        "blocked_click",
        "error_click",
        "failed_request",
    )
)
OF_PAGE = frozenset(("form_abandonment", "console_error", "input_struggle", "blocking_exception"))
"""Findings that begin with the first of their kind on a page, however long ago: they need the page's frames."""


@dataclass(slots=True)
class View:
    """Settled signals with their anchors; ids of everything found; the rest, with when it settles.

    `windows` are those that were looked at.
    """

    windows: set[str]
    settled: list[tuple[SignalRow, Shown]] = field(default_factory=list)
    found: set[str] = field(default_factory=set)
    waiting: list[Pending] = field(default_factory=list)


def look(
    state: SessionState, digests: Iterable[MessageDigest], events: list[AnalyticsEvent], rules: Rules, now_ms: int
) -> View:
    """Judges the digests of the tail. `now_ms` is the broker's clock."""
    context = context_of(session_of(digests), [known(state), *events], rules, start_ms=state.start_ms)
    rows, timeline = Rows(context), context.timeline
    view = View({w.window_id for w in timeline.windows})
    tails = {w.window_id: w for w in state.windows}
    for finding in signals.find(context):
        tail = tails.get(finding.page.window_id)
        if tail is not None and not _waits_for_close(finding, timeline):
            _place(view, finding, rows, context, tail, now_ms)
    return view


def reachable(shown: Shown, tail: WindowTail | None) -> bool:
    """Would the tail show this signal if it still stood?"""
    if tail is None or (shown.of_page and tail.page_cut):
        return False
    return tail.edge_ms is None or shown.anchor_ms >= tail.edge_ms + GUARD_MS


def known(state: SessionState) -> AnalyticsEvent:
    """What earlier events said, as one event before all others."""
    profile = state.profile
    properties: dict[str, object] = {f"$feature/{name}": value for name, value in profile.flags.items()}
    if profile.browser:
        properties |= {"$browser": profile.browser, "$os": profile.system}
    return AnalyticsEvent(
        team=state.team,
        uuid="",
        event="",
        distinct_id=profile.distinct_id,
        timestamp_ms=0,
        position=STORED,
        session_id=state.session_id,
        properties=properties,
        person_id=profile.person_id,
    )


def learned(profile: Profile, event: AnalyticsEvent) -> Profile:
    """The profile after one more event."""
    flags = profile.flags | analytics.flags_of([event])
    browser, system = event.properties.get("$browser"), event.properties.get("$os")
    return Profile(
        event.distinct_id or profile.distinct_id,
        event.person_id or profile.person_id,
        dict(list(flags.items())[: analytics.MAX_FLAGS]),
        profile.browser or (browser if isinstance(browser, str) else ""),
        profile.system or (system if isinstance(system, str) else ""),
    )


def _place(view: View, finding: Finding, rows: Rows, context: SessionContext, tail: WindowTail, now_ms: int) -> None:
    of_page = finding.kind in OF_PAGE
    if of_page and tail.page_cut and finding.page.index == 0:
        return
    row = _row(rows, finding)
    view.found.add(row.signal_id)
    shown = Shown(row.signal_id, tail.window_id, finding.ended_ms if of_page else finding.started_ms, of_page)
    if not reachable(shown, tail):
        return
    settled_ms = _settled_ms(finding, context)
    if settled_ms <= now_ms - tail.skew_ms:
        view.settled.append((row, shown))
    else:
        view.waiting.append(Pending(row, shown, settled_ms))


def _row(rows: Rows, finding: Finding) -> SignalRow:
    """The row, without what only the end of the session can say."""
    row: SignalRow = canonical("signals", rows.signals([finding]))[0]
    parts = {name: points for name, points in row.components.items() if name != "left"}
    return msgspec.structs.replace(row, components=parts, severity=severity.total(parts))


def _waits_for_close(finding: Finding, timeline: Timeline) -> bool:
    if finding.kind in AT_CLOSE:
        return True
    if finding.kind == "form_abandonment":
        return _left_ms(finding, timeline) is None
    return finding.kind == "blocking_exception" and finding.evidence.get("tried_again") == 0


def _settled_ms(finding: Finding, context: SessionContext) -> float:
    """When waiting can no longer change the finding, client's clock."""
    rules = context.rules.clicks
    if finding.kind == "slow_response":
        return finding.ended_ms
    if finding.kind == "blocking_exception":
        last = max((j.click.t for j in context.clicks if j.click.page is finding.page), default=finding.ended_ms)
        over = last + rules.window_ms
    else:
        over = finding.ended_ms + (rules.window_ms if _is_patient(finding) else rules.slow_ms)
    left_ms = _left_ms(finding, context.timeline)
    return over if left_ms is None else min(over, max(left_ms, finding.ended_ms) + LEFT_MS)


def _is_patient(finding: Finding) -> bool:
    """Clicks have their window; the click before an exception, and the page after a quick back, may arrive later."""
    return finding.kind in (*ON_CLICKS, "console_error") or finding.evidence.get("back_to") == ""


def _left_ms(finding: Finding, timeline: Timeline) -> float | None:
    """When the next page of the window began."""
    for window in timeline.windows:
        if window.window_id == finding.page.window_id and finding.page.index + 1 < len(window.pages):
            return window.pages[finding.page.index + 1].start_ms
    return None


def differs(old: SignalRow, new: SignalRow) -> bool:
    """Is it worth a revision before the close? What grows with the session (lost time, evidence) waits for it."""
    return any(getattr(old, name) != getattr(new, name) for name in _TELLING)


_TELLING = (
    "kind",
    "verdict",
    "confidence",
    "click_count",
    "page",
    "element",
    "element_key",
    "summary",
)
