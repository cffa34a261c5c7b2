"""The join with analytics events of the same session: who it was, which flags were on, and what autocapture saw."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from replay_signals.schemas.digests import at
from replay_signals.schemas.messages import AnalyticsEvent
from replay_signals.schemas.rows import EventRow
from replay_signals.transforms.digest.headlines import say_error
from replay_signals.transforms.parse.values import number_within
from replay_signals.transforms.session import urls

_WEBKIT = frozenset(("Safari", "Mobile Safari", "Chrome iOS", "Firefox iOS", "WebKit"))
_CHAIN_TAG = re.compile(r"^([a-z0-9-]+)")
_CHAIN_TEXT = re.compile(r'(?:^|[":}])text="((?:[^"\\]|\\.){1,80})"')
MAX_FLAGS = 200
MAX_HEIGHT_PX = 10_000_000
"""Of a page; a number beyond is none."""
MAX_TITLE_CHARS = 120
"""Of a title that is looked at; a longer one has a page of content."""
ERROR_TITLE = "$title_says_error"
"""Property of an event's row: the title said that the page is missing or broken."""
_LATE = frozenset(("$web_vitals", "$$heatmap", "$dead_click"))
"""Events that are sent some time after what they speak of."""


def in_order(events: Sequence[AnalyticsEvent]) -> list[AnalyticsEvent]:
    """Events by client time. Copies of one event are told apart before, by `judge_session`."""
    return sorted(events, key=lambda e: (e.timestamp_ms, e.uuid))


def webkit(events: Sequence[AnalyticsEvent]) -> bool | None:
    """Whether the browser's engine is WebKit; None when no event tells."""
    for event in events:
        browser, system = event.properties.get("$browser"), event.properties.get("$os")
        if isinstance(browser, str) and browser:
            return browser in _WEBKIT or system == "iOS"
    return None


def backgrounded_ms(events: Sequence[AnalyticsEvent]) -> list[float]:
    """When an app went to the background (PostHog's mobile SDKs send it by default), epoch ms in order."""
    return [float(event.timestamp_ms) for event in events if event.event == "Application Backgrounded"]


def addresses(events: Sequence[AnalyticsEvent], *, late: bool = False) -> dict[str, list[tuple[float, str]]]:
    """Where each window was when it sent an event: window id -> (epoch ms, URL), in order of time.

    `late`: also by events that may be sent some time after what they speak of.
    """
    found: dict[str, list[tuple[float, str]]] = {}
    for event in events:
        url = event.properties.get("$current_url")
        if isinstance(url, str) and url and (late or event.event not in _LATE):
            found.setdefault(event.window_id, []).append((float(event.timestamp_ms), url))
    return found


def flags_of(events: Sequence[AnalyticsEvent]) -> dict[str, str]:
    """Feature flags and their variants as of the last event that carried them (`$feature/<flag>`)."""
    flags: dict[str, str] = {}
    known, named = set[str](), set[str]()
    for event in events:
        new = event.properties.keys() - known  # most events of a session carry the same ones
        known |= new
        named.update(name for name in new if name.startswith("$feature/"))
        for name in sorted(named & event.properties.keys()):
            if name[9:] in flags or len(flags) < MAX_FLAGS:
                value = event.properties[name]
                flags[name[9:]] = str(value).lower() if isinstance(value, bool) else str(value)
    return dict(sorted(flags.items()))


def person_of(events: Sequence[AnalyticsEvent]) -> tuple[str | None, dict[str, object], bool]:
    """Person id, person properties as of the last event, and whether the session was identified."""
    person_id: str | None = None
    properties: dict[str, object] = {}
    identified = False
    for event in events:
        person_id = event.person_id or person_id
        properties |= event.person_properties
        identified = identified or event.event == "$identify" or event.properties.get("$is_identified") is True
    return person_id, properties, identified


def clicked_name(events: Sequence[AnalyticsEvent], window_id: str, t: float) -> str:
    """What autocapture calls the element clicked at that time: `button "Pay now"`; empty when it saw none."""
    for event in events:
        if event.event != "$autocapture" or abs(event.timestamp_ms - t) > 100 or event.window_id != window_id:
            continue
        chain: Any = event.elements_chain or event.properties.get("$elements_chain")
        if isinstance(chain, str):
            tag, text = _CHAIN_TAG.match(chain), _CHAIN_TEXT.search(chain.partition(";")[0])
            return f"{tag[1] if tag else ''}{f' {text[1]!r}' if text else ''}".strip()
    return ""


_SURROUNDINGS: dict[str, tuple[str, ...]] = {
    "release": ("release", "$app_version", "version"),
    "browser": ("$browser",),
    "browser_version": ("$browser_version",),
    "os": ("$os", "$os_name"),
    "os_version": ("$os_version",),
    "device_type": ("$device_type",),
    "country": ("$geoip_country_code",),
    "library_version": ("$lib_version",),
}
"""Columns of a session, and the properties that tell them. PostHog has no property of its own for a release."""


def surroundings_of(events: Sequence[AnalyticsEvent]) -> dict[str, str]:
    """What the session ran in, of the last event that tells: release, browser, system, device, country, SDK."""
    found = dict.fromkeys(_SURROUNDINGS, "")
    sought = dict(_SURROUNDINGS)
    for event in reversed(events):
        for column, names in [*sought.items()]:
            told = next((value for name in names if (value := event.properties.get(name)) not in (None, "")), None)
            if isinstance(told, (str, int, float)) and not isinstance(told, bool):
                found[column] = f"{told:g}" if isinstance(told, float) else str(told)
                del sought[column]
        if not sought:
            break
    return found


def referrer_of(events: Sequence[AnalyticsEvent], window_id: str) -> str:
    """Where a window's first page was come from, as the browser says; empty when it was opened directly."""
    for event in events:
        referrer = event.properties.get("$referrer")
        if event.window_id == window_id and isinstance(referrer, str) and event.event not in _LATE:
            return "" if referrer.startswith("$") else urls.clean(referrer)
    return ""


Heights = dict[tuple[str, str], list[tuple[float, int]]]
"""Window id and path -> (epoch ms, height of the page in px), in order of time."""


def page_heights(events: Sequence[AnalyticsEvent]) -> Heights:
    """What the events that follow a page tell of its height (`$prev_pageview_*`)."""
    found: Heights = {}
    for event in events:
        told = event.properties
        path = told.get("$prev_pageview_pathname")
        seen = number_within(told.get("$prev_pageview_max_content"), MAX_HEIGHT_PX) or 0
        share = number_within(told.get("$prev_pageview_max_content_percentage"), 1) or 0
        if isinstance(path, str) and seen > 0 and share > 0:
            height = min(seen / share, MAX_HEIGHT_PX)
            found.setdefault((event.window_id, path), []).append((float(event.timestamp_ms), round(height)))
    return found


def height_told(heights: Heights, window_id: str, url: str, start_ms: float) -> int | None:
    """The height of a page that was opened then; None when nothing tells."""
    told = heights.get((window_id, urls.split(url).path), [])
    return next((height for t, height in told if t >= start_ms), None)


def page_of(event: AnalyticsEvent) -> str:
    """The page an event was sent from."""
    url = event.properties.get("$current_url")
    return urls.clean(url) if isinstance(url, str) else ""


def says_error(event: AnalyticsEvent) -> bool:
    """Does the title of the page an event was sent from say that it is missing or broken? Rows keep no more of it."""
    title = event.properties.get("title")
    if isinstance(title, str) and title:
        return say_error(title[:MAX_TITLE_CHARS], (), 0)
    return event.properties.get(ERROR_TITLE) is True


def event_row(event: AnalyticsEvent) -> EventRow:
    """The row of an event, whether it joined a session or not."""
    when = at(event.timestamp_ms)
    return EventRow(
        day=when.date(),
        team=event.team,
        uuid=event.uuid,
        event=event.event,
        distinct_id=event.distinct_id,
        person_id=event.person_id,
        occurred_at=when,
        session_id=event.session_id,
        window_id=event.window_id,
        page=page_of(event),
        elements_chain=event.elements_chain,
        properties=_json(event.properties),
        person_properties=_json(event.person_properties),
    )


def _json(value: object) -> str:
    return msgspec.json.encode(value, order="sorted").decode()
