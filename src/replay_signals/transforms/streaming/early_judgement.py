"""interim: what the tail of a session that goes on shows, and which of it is settled.

The descriptor of a kind says when its findings are settled. What follows from the end of the session is never concluded
here, since the session goes on; it is judged as a whole at the close.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from replay_signals.schemas.clocks import BrokerMs, ClientMs
from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.messages import AnalyticsEvent
from replay_signals.schemas.rows import SignalRow
from replay_signals.schemas.rules import Rules
from replay_signals.transforms import signals
from replay_signals.transforms.digest.merge import session_of
from replay_signals.transforms.judge import severity
from replay_signals.transforms.judge.priors import Priors, weigh
from replay_signals.transforms.judge.rows import Rows
from replay_signals.transforms.session import analytics
from replay_signals.transforms.session.event_rows import STORED
from replay_signals.transforms.signals.context import context_of
from replay_signals.transforms.signals.descriptor import Scope
from replay_signals.transforms.signals.finding import Finding
from replay_signals.transforms.streaming.recent import client_ms
from replay_signals.transforms.streaming.state import Pending, Profile, RecentWindow, SessionState, Shown
from replay_signals.transforms.table_rows import fitted

GUARD_MS = 10_000
"""What began this soon after the edge of the tail may have begun before it."""


@dataclass(slots=True)
class EarlyView:
    """Settled signals with their anchors; ids of everything found; the rest, with when it settles.

    `windows` are those that were looked at.
    """

    windows: set[str]
    settled: list[tuple[SignalRow, Shown]] = field(default_factory=list)
    found: set[str] = field(default_factory=set)
    waiting: list[Pending] = field(default_factory=list)


def judge_recent(
    state: SessionState,
    digests: Iterable[MessageDigest],
    events: list[AnalyticsEvent],
    rules: Rules,
    priors: Priors,
    now_ms: BrokerMs,
) -> EarlyView:
    """Judges the digests of the tail. `now_ms` is the broker's clock."""
    context = context_of(session_of(digests), [profile_event(state), *events], rules, start_ms=state.start_ms)
    rows = Rows(context, priors.version)
    weigh(rows, priors)
    view = EarlyView({w.window_id for w in context.timeline.windows})
    tails = {w.window_id: w for w in state.windows}
    found = signals.find(context)
    made = {row.signal_id: row for row in fitted("signals", rows.signals(found))[0]}
    for finding in found:
        tail = tails.get(finding.page.window_id)
        settled_ms = signals.SIGNALS[finding.kind].settled_ms(context, finding)
        row = made.get(rows.sign_id(finding))  # None when it does not fit: the close tells
        if tail is not None and settled_ms is not None and row is not None:
            _place(view, finding, row, settled_ms, tail, now_ms)
    return view


def reachable(shown: Shown, tail: RecentWindow | None) -> bool:
    """Would the tail show this signal if it still stood?"""
    if tail is None or (shown.of_page and tail.page_cut):
        return False
    return tail.edge_ms is None or shown.anchor_ms >= tail.edge_ms + GUARD_MS


def profile_event(state: SessionState) -> AnalyticsEvent:
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


def _place(
    view: EarlyView, finding: Finding[Any], found: SignalRow, settled_ms: float, tail: RecentWindow, now_ms: BrokerMs
) -> None:
    of_page = signals.SIGNALS[finding.kind].scope == Scope.PAGE
    if of_page and tail.page_cut and finding.page.index == 0:
        return
    row = _so_far(found)
    view.found.add(row.signal_id)
    shown = Shown(row.signal_id, tail.window_id, finding.ended_ms if of_page else finding.started_ms, of_page)
    if not reachable(shown, tail):
        return
    if settled_ms <= client_ms(tail, now_ms):
        view.settled.append((row, shown))
    else:
        view.waiting.append(Pending(row, shown, ClientMs(settled_ms)))


def _so_far(row: SignalRow) -> SignalRow:
    """The row, without what only the end of the session can say."""
    parts = {name: points for name, points in row.components.items() if name != "left"}
    return msgspec.structs.replace(row, components=parts, severity=severity.total(parts))


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
    "problem_id",
    "summary",
)
