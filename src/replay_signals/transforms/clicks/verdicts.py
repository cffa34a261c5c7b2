"""Verdicts of everything a visitor clicked or tapped, with what analytics events know of browser and address."""

from __future__ import annotations

from collections.abc import Sequence

from replay_signals.schemas.messages import AnalyticsEvent
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.clicks.judged import Judged
from replay_signals.transforms.clicks.native import judge_taps
from replay_signals.transforms.clicks.second_look import look_again
from replay_signals.transforms.clicks.web import judge_clicks
from replay_signals.transforms.session import analytics
from replay_signals.transforms.session.timeline import Timeline


def verdicts(timeline: Timeline, rules: Rules, events: Sequence[AnalyticsEvent]) -> list[Judged]:
    """Clicks and taps of a session in order of time; `events` are in order, too."""
    addresses = analytics.addresses(events)
    clicks = judge_clicks(timeline, rules.clicks, addresses)
    visited = analytics.addresses(events, late=True)
    look_again(clicks, timeline, rules.clicks, analytics.webkit(events), addresses, visited)
    clicks += judge_taps(timeline, rules.clicks, analytics.backgrounded_ms(events))
    return sorted(clicks, key=lambda j: (j.click.t, j.click.page.window_id, j.click.node_id or 0))
