"""Events that a hostile, broken or merely unusual recorder could send."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from support.dom import Json
from support.stories import shop_visit

HREFS = [
    "http://[",
    "//[::1",
    "javascript:",
    "mailto:a@b",
    "http://u:p@h/?q#f",
    "http://h:99999999/",
    "http://ａ＃/",
    "#",
]
NUMBERS = [0, -1, 1, 2**31, -(2**31), 2**53, 2**63, -(2**63) - 1, 2**64, 10**30, 10**400, 0.1, -0.0, 1e18, 1e200, 1e308]
NUMBERS += [-1e308, 5e-324, float("nan"), float("inf"), float("-inf"), 1_795_490_000_000, 1_795_490_001_234.5678, 9e14]
TEXTS = [
    "",
    "x",
    "\x00",
    "\ud800",
    "\udc00\ud83d",
    "100vw",
    "true",
    "-1",
    "click",
    "button",
    "form",
    "v",
    "a" * 500,
    "🙂",
]
NESTED: list[Any] = [
    [],
    {},
    [[]],
    {"a": {}},
    [None],
    [1, "x"],
    {"id": 1},
    {"id": -1},
    {"node": None},
    [{"id": 1}],
    [[[[]]]],
]
weird: st.SearchStrategy[Any] = st.sampled_from([None, True, False, *NUMBERS, *TEXTS, *HREFS, *NESTED])

_VISIT = shop_visit()
REAL = [event for own in _VISIT.recorded.values() for event in own]
_START = min(float(str(e["timestamp"])) for e in REAL)


def _wireframe(**fields: object) -> Json:
    return {"id": 9, "type": "text", "x": 1, "y": 2, "width": 50, "height": 20} | fields


MOBILE: list[Json] = [
    {"type": 4, "timestamp": _START, "data": {"href": "Home", "width": 400, "height": 800}},
    {"type": 2, "timestamp": _START + 1, "data": {"wireframes": [_wireframe(childWireframes=[_wireframe(id=10)])]}},
    {
        "type": 3,
        "timestamp": _START + 2,
        "data": {"source": 0, "adds": [{"parentId": 9, "wireframe": _wireframe(id=11)}]},
    },
    {
        "type": 3,
        "timestamp": _START + 3,
        "data": {"source": 0, "updates": [{"parentId": 9, "wireframe": _wireframe()}]},
    },
    {"type": 3, "timestamp": _START + 4, "data": {"source": 2, "type": 7, "id": 9, "x": 5, "y": 5}},
    {"type": 3, "timestamp": _START + 5, "data": {"source": 2, "type": 9, "id": 9, "x": 5, "y": 5}},
    {
        "type": 6,
        "timestamp": _START + 6,
        "data": {"plugin": "posthog/network@1", "payload": {"2": "u", "21": 500, "39": 1}},
    },
]


def paths(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Places in a JSON value, itself left out."""
    items: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    return [place for key, inner in items for place in [(*path, key), *paths(inner, (*path, key))]]


def replaced(value: Any, path: tuple[Any, ...], new: object) -> Any:
    """A copy with another value at a place."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


@st.composite
def weird_event(draw: st.DrawFn) -> Any:
    """A real event with up to three places replaced."""
    event: Any = draw(st.sampled_from(REAL + MOBILE))
    for _ in range(draw(st.integers(0, 3))):
        places = paths(event)
        if places:
            event = replaced(event, draw(st.sampled_from(places)), draw(weird))
    return event


def as_json(events: Any, ascii_only: bool) -> bytes:
    """JSON the way JavaScript or Python would write it: NaN, lone surrogates and all."""
    return json.dumps(events, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")


weird_items = st.builds(as_json, st.lists(weird_event(), max_size=12), st.booleans())
"""Bytes of a message's items."""
