"""How a session stands: whose traffic it is, and whether its recording can be judged at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from ipaddress import ip_address

from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.messages import AnalyticsEvent
from replay_signals.schemas.traffic_rules import Traffic
from replay_signals.transforms.clicks.judged import Judged
from replay_signals.transforms.clicks.second_look import BLIND
from replay_signals.transforms.session import urls
from replay_signals.transforms.signals.context import SessionContext

CLOCK_OFF_MS = 86_400_000
"""A clock a day off is wrong; less may be a time zone, or a message that was sent late."""
DRAWN_SHARE = 0.8
"""Of the clicks on surfaces that code draws: from here on the recording shows nothing of what they did."""
MIN_DRAWN_CLICKS = 3
_OWN_MACHINE = ("localhost", "*.localhost", "*.local")
"""Names that are never public (RFC 6761, RFC 6762)."""


def traffic_of(
    events: Sequence[AnalyticsEvent], distinct_id: str, person_id: str | None, visited: Sequence[str], rules: Traffic
) -> str:
    """`bot`, `internal`, `test` or `visitor`. What the SDK and the rules say; nobody is guessed to be a machine."""
    if rules.bots and any(event.properties.get("$browser_type") == "bot" for event in events):
        return "bot"
    people = {distinct_id, person_id}
    marked = any(event.person_properties.get("$internal_or_test_user") is True for event in events)
    if marked or not people.isdisjoint(rules.internal_people):
        return "internal"
    hosts = {urls.split(url).hostname or "" for url in visited} - {""}
    if hosts and all(_is_test(host, rules) for host in hosts):
        return "test"
    return "internal" if any(_matches(host, rules.internal_hosts) for host in hosts) else "visitor"


def host_of(events: Iterable[AnalyticsEvent], visited: Sequence[str]) -> str:
    """Host of the first page; what the events say, or the id of the app, where the recording has none."""
    for url in visited:
        if host := urls.split(url).netloc:
            return host
    for event in events:
        for name in ("$host", "$app_namespace"):
            told = event.properties.get(name)
            if isinstance(told, str) and told:
                return told
    return ""


def witness(context: SessionContext) -> str:
    """What the recording can show: all, parts (a page without a snapshot), or no page changes at all.

    A page on which nothing changed is no blind recording: its silent control may be what is broken.
    """
    timeline = context.timeline
    if any(judged.reason == BLIND for judged in context.clicks):
        return "none"
    return "full" if all(p.elements.has_snapshot for p in timeline.pages) else "partial"


def judgeable(context: SessionContext, messages: Sequence[MessageDigest]) -> str:
    """`ok`, or the first reason why nothing that a judgement misses may be held against the site."""
    timeline = context.timeline
    if not any(page.elements.has_snapshot for page in timeline.pages):
        return "no_snapshot"
    off = [m for m in messages if m.received_ms is not None and abs(m.received_ms - m.last_ms) > CLOCK_OFF_MS]
    if off and len(off) * 2 > len(messages):
        return "broken_clock"
    if witness(context) == "none":
        return "no_mutations"
    drawn = sum(map(_is_on_drawing, context.clicks))
    if drawn >= MIN_DRAWN_CLICKS and drawn >= DRAWN_SHARE * len(context.clicks):
        return "canvas"
    return "ok"


def _is_on_drawing(judged: Judged) -> bool:
    click = judged.click
    around = click.page.elements.around(click.node_id)
    return any(control.tag == "canvas" or "m" in control.flags for control in around)


def _is_test(host: str, rules: Traffic) -> bool:
    return _matches(host, (*_OWN_MACHINE, *rules.test_hosts)) or _is_private(host)


def _matches(host: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(host, pattern.lower()) for pattern in patterns)


def _is_private(host: str) -> bool:
    try:
        return ip_address(host).is_private
    except ValueError:
        return False
