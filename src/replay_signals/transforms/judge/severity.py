"""Severity: how bad a finding was for this visitor, 0 to 100, as a sum of named components.

blocked      up to 35  how far the visitor was stopped
attempts     up to 20  5 for every try beyond the first
time_lost    up to 15  seconds until something worked again, or that it took where that is known, full at 60 s
no_recovery  15        the same control never answered later and nothing else got them there
left         15        the session ended within 30 s without one more answered click
place        any       points of the page from the rules file
"""

from __future__ import annotations

from math import inf, prod
from typing import Any

from replay_signals.schemas.rules import Value
from replay_signals.transforms.clicks.observability import link_target
from replay_signals.transforms.session import urls
from replay_signals.transforms.session.element_names import element_key
from replay_signals.transforms.signals.context import SessionContext, first_after
from replay_signals.transforms.signals.finding import Finding

LEFT_WITHIN_MS = 30_000
LOST_FULL_MS = 60_000


def components(finding: Finding[Any], context: SessionContext) -> dict[str, float]:
    """Named parts of a finding's severity; parts of 0 are left out."""
    recovered = finding.recovered or _recovered(finding, context)
    worked_at = first_after(context.answered_ms, finding.ended_ms)
    next_page = first_after(context.opened_ms, finding.ended_ms)
    ends = [t for t in (worked_at, next_page) if t is not None]
    end_ms = context.timeline.end_ms
    until_ms = min(ends, default=end_ms)
    lost_ms = max(0.0, until_ms - finding.started_ms) if finding.lost_ms is None else finding.lost_ms
    left = not ends and end_ms - finding.ended_ms <= LEFT_WITHIN_MS
    parts = {
        "blocked": 35 * finding.blocked,
        "attempts": min(20.0, 5.0 * max(0, finding.attempts - 1)),
        "time_lost": 15 * min(1.0, lost_ms / LOST_FULL_MS),
        "no_recovery": 15.0 if finding.blocked >= 0.5 and not recovered else 0.0,
        "left": 15.0 if left and finding.blocked >= 0.5 else 0.0,
        "place": place_value(finding.page.href, context.rules.values),
    }
    return {name: round(points, 1) for name, points in parts.items() if round(points, 1)}


def total(parts: dict[str, float]) -> float:
    """The sum, kept within 0 and 100."""
    return round(min(100.0, max(0.0, sum(parts.values()))), 1)


def place_value(url: str, values: list[Value]) -> float:
    """Points of the most valuable rule that the page's path, or its route in the fragment, matches."""
    if not values:
        return 0.0
    parts = urls.split(url)
    route = urls.route_of(parts.fragment).partition("?")[0]
    place = f"{parts.path}#{route}" if route else parts.path
    return max((v.points for v in values if v.path in place), default=0.0)


def _recovered(finding: Finding[Any], context: SessionContext) -> bool:
    """Did the same control answer later, or did the visitor reach where its link leads?"""
    key = element_key(finding.control)
    if not key:
        return False
    target = link_target(finding.control, finding.page.href)
    if target is not None and context.reached_ms.get(target.partition("#")[0], -inf) > finding.ended_ms:
        return True
    return context.worked_ms.get(key, -inf) > finding.ended_ms


def of_session(rated: list[tuple[str, float, float, str]]) -> tuple[float, dict[str, float]]:
    """Severity of a session and its components by kind, of `(kind, severity, confidence, place)` of its signals.

    Signals of one place are one trouble, of which the worst counts: a button that throws gives an error click, rage and
    an exit. Troubles add up like independent chances: two of 50 make 75, never more than 100, so ten small annoyances
    do not outweigh one visitor who could not pay. Components share the total in proportion.
    """
    worst: dict[str, tuple[str, float]] = {}
    for kind, severity, confidence, place in rated:
        weight = severity / 100 * confidence
        if place not in worst or weight > worst[place][1]:
            worst[place] = kind, weight
    weights = list(worst.values())
    whole = 100 * (1 - prod(1 - w for _, w in weights))
    mass = sum(w for _, w in weights)
    parts: dict[str, float] = {}
    for kind, weight in weights:
        parts[kind] = parts.get(kind, 0.0) + (whole * weight / mass if mass else 0.0)
    return round(whole, 1), {kind: round(points, 1) for kind, points in sorted(parts.items()) if round(points, 1)}
