"""What recorders pass on of the browser's own measures, and that nothing else becomes one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from replay_signals.schemas.digests import MessageDigest
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.message import digest
from replay_signals.transforms.digest.records import Measure
from support import events as rrweb
from support.outcome import START_MS, message


def recorded(*events: dict[str, Any]) -> tuple[list[Measure], int]:
    """Measures of events in order, and how many requests they gave."""
    moved = [event | {"timestamp": START_MS + event["timestamp"]} for event in events]
    made = digest(message(json.dumps(moved).encode()))
    assert isinstance(made, MessageDigest)
    kept = records.records_of(made)
    measured = [
        one for record in kept if isinstance(record, records.Network | records.Custom) for one in record.measures
    ]
    return measured, sum(len(record.requests) for record in kept if isinstance(record, records.Network))


def entry(kind: str, **fields: object) -> dict[str, Any]:
    return {"entryType": kind, "name": "http://a.test/", "timeOrigin": START_MS, "startTime": 0, **fields}


def span(op: str, description: str, start_ms: float, **data: object) -> dict[str, Any]:
    payload = {"op": op, "description": description, "startTimestamp": (START_MS + start_ms) / 1000, "data": data}
    return rrweb.event(start_ms, rrweb.CUSTOM, {"tag": "performanceSpan", "payload": payload})


@pytest.mark.parametrize(
    ("one", "measured", "requests"),
    [
        (entry("navigation", duration=900, responseStart=210.7), [Measure("ttfb", 210.7, START_MS)], 1),
        (entry("navigation", duration=900, responseStart=0), [], 1),
        (entry("resource", duration=90, responseStart=50), [], 1),
        (entry("paint", name="first-contentful-paint", startTime=640), [Measure("fcp", 640, START_MS)], 0),
        (entry("paint", name="first-paint", startTime=600), [], 0),
        (entry("largest-contentful-paint", startTime=2100.04), [Measure("lcp", 2100, START_MS)], 0),
        (entry("longtask", name="self", startTime=300, duration=120), [Measure("longtask", 120, START_MS + 300)], 0),
        (entry("longtask", startTime=300, duration=49.9), [], 0),
        (entry("longtask", startTime=300, duration=-120), [], 0),
        (entry("longtask", startTime=300, duration="120"), [], 0),
        (entry("layout-shift", startTime=300, value=0.2), [], 0),
        (entry("largest-contentful-paint", startTime=1e12), [], 0),
    ],
)  # fmt: skip
def test_performance_entries(one: dict[str, Any], measured: list[Measure], requests: int) -> None:
    assert recorded(rrweb.network(40, one)) == (measured, requests)


def test_entries_of_the_older_plugin_by_their_numbers() -> None:
    paint = {"0": "paint", "1": START_MS, "2": "first-contentful-paint", "3": 512.5}
    load = {"0": "navigation", "1": START_MS, "2": "http://a.test/", "3": 0, "14": 80, "18": "navigation", "39": 700}
    events = [rrweb.event(10, rrweb.PLUGIN, {"plugin": "posthog/network@1", "payload": one}) for one in (paint, load)]
    assert recorded(*events) == ([Measure("fcp", 512.5, START_MS), Measure("ttfb", 80, START_MS)], 1)


@pytest.mark.parametrize(
    ("event", "measured"),
    [
        (span("web-vital", "largest-contentful-paint", 4300, value=4300), Measure("lcp", 4300, START_MS)),
        (span("largest-contentful-paint", "largest-contentful-paint", 900, value=900), Measure("lcp", 900, START_MS)),
        (span("web-vital", "interaction-to-next-paint", 264, value=264), Measure("inp", 264, START_MS)),
        (span("web-vital", "cumulative-layout-shift", 0.1, value=0.13449), Measure("cls", 0.134, START_MS)),
        (span("navigation.navigate", "http://a.test/", 0, duration=1800), Measure("load", 1800, START_MS)),
        (rrweb.custom(700, "Jank", jankAmount=300.26), Measure("longtask", 300.3, START_MS + 400)),
        (rrweb.event(700, rrweb.CUSTOM, {"tag": "Jank", "payload": '{"jankAmount": 80}'}),
         Measure("longtask", 80, START_MS + 620)),
    ],
)  # fmt: skip
def test_custom_events_of_other_recorders(event: dict[str, Any], measured: Measure) -> None:
    assert recorded(event) == ([measured], 0)


@pytest.mark.parametrize(
    "event",
    [
        span("web-vital", "first-input-delay", 30, value=30),
        span("web-vital", "largest-contentful-paint", 30, value=None),
        span("resource.img", "http://a.test/a.png", 30, size=3),
        rrweb.event(5, rrweb.CUSTOM, {"tag": "performanceSpan", "payload": "x"}),
        rrweb.event(5, rrweb.CUSTOM, {"tag": "performanceSpan", "payload": {"op": 4, "description": [], "data": {}}}),
        rrweb.event(5, rrweb.CUSTOM, {"tag": "Jank", "payload": [1]}),
        rrweb.custom(700, "Jank", jankAmount=12),
        rrweb.custom(700, "Jank", jankAmount="much"),
    ],
)
def test_what_measures_nothing_is_a_custom_event_still(event: dict[str, Any]) -> None:
    moved = [event | {"timestamp": START_MS + event["timestamp"]}]
    made = digest(message(json.dumps(moved).encode()))
    assert isinstance(made, MessageDigest)
    (record,) = records.records_of(made)
    assert isinstance(record, records.Custom)
    assert record.measures == []
