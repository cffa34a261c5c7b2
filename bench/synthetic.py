"""Pages and sessions of any size, made by rule: for how cost grows, not for what is found in them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import count
from typing import Any

import orjson

from replay_signals.schemas.messages import SnapshotMessage, SourcePosition

START_MS = 1_750_000_000_000
STEP_MS = 1000
_SMALL_PAGE_NODES = 300


def page_message(nodes: int) -> SnapshotMessage:
    """A message with the full snapshot of a page of about so many nodes."""
    return _message(0, _opening(nodes))


def session_messages(messages: int) -> list[SnapshotMessage]:
    """A session of so many messages, a second each: pointer moves, clicks, typing, scrolling, requests, mutations."""
    random_ = random.Random(messages)
    made = [_message(0, _opening(_SMALL_PAGE_NODES))]
    for step in range(1, messages):
        made.append(_message(step, list(_second(step, random_))))
    return made


def tabs(count: int) -> Iterator[SnapshotMessage]:
    """A session of so many windows with a small page and a click each, one a second."""
    for step in range(count):
        at = START_MS + step * STEP_MS
        yield _message(step, [*_opening(_SMALL_PAGE_NODES // 10, at), *_click(at + 100, 7, 10, 10)], f"w{step}")


def checkouts(count: int) -> list[SnapshotMessage]:
    """A session of one page that is recorded anew so many times, with five clicks after each."""
    random_ = random.Random(count)
    made = []
    for step in range(count):
        at = START_MS + step * 5 * STEP_MS
        clicks = [
            event
            for i in range(5)
            for event in _click(at + 100 + i * 900, random_.randrange(2, _SMALL_PAGE_NODES), 10 + i, 10)
        ]
        made.append(_message(5 * step, [*_opening(_SMALL_PAGE_NODES, at), *clicks]))
    return made


def failures(count: int) -> list[SnapshotMessage]:
    """A session of so many clicks whose requests fail."""
    made = [_message(0, _opening(_SMALL_PAGE_NODES))]
    for step in range(1, count):
        at = START_MS + step * STEP_MS
        request = {
            "name": f"http://site.test/api/{step % 20}",
            "initiatorType": "fetch",
            "method": "GET",
            "status": 500,
        }
        requests = [request | {"timestamp": at + 100, "duration": 40.0}]
        told = {"type": 6, "timestamp": at + 300, "data": _plugin("rrweb/network@1", {"requests": requests})}
        made.append(_message(step, [*_click(at, 2 + step % _SMALL_PAGE_NODES, step % 900, 10), told]))
    return made


def throws(count: int) -> list[SnapshotMessage]:
    """A session of so many clicks on one button whose handler throws."""
    made = [_message(0, _opening(_SMALL_PAGE_NODES))]
    for step in range(1, count):
        at = START_MS + step * 20 * STEP_MS
        payload = {"level": "error", "payload": ['"Uncaught TypeError: x is undefined"'], "trace": ["pay (a.js:1:1)"]}
        told = {"type": 6, "timestamp": at + 80, "data": _plugin("rrweb/console@1", payload)}
        made.append(_message(20 * step, [*_click(at, 7, 10, 10), told]))
    return made


def clicks(count: int) -> Iterator[SnapshotMessage]:
    """A session of so many clicks on one control, ten milliseconds apart: a program."""
    yield _message(0, _opening(_SMALL_PAGE_NODES))
    for step in range(count // 100):
        at = START_MS + (step + 1) * STEP_MS
        yield _message(step + 1, [event for i in range(100) for event in _click(at + 10 * i, 7, 10, 10)])


def _click(at: int, node: int, x: int, y: int) -> list[dict[str, Any]]:
    data = {"source": 2, "id": node, "x": x, "y": y, "pointerType": 0}
    return [_incremental(at + after, data | {"type": kind}) for kind, after in ((1, 10), (0, 60), (2, 61))]


def _message(step: int, events: list[dict[str, Any]], window: str = "window") -> SnapshotMessage:
    at = START_MS + step * STEP_MS
    return SnapshotMessage(
        team="bench",
        session_id=f"session-{START_MS}",
        window_id=window,
        items=orjson.dumps(events),
        position=SourcePosition("synthetic", step),
        distinct_id="visitor",
        received_ms=at + STEP_MS,
        sent_ms=at + STEP_MS,
    )


def _opening(nodes: int, at: int = START_MS) -> list[dict[str, Any]]:
    meta = {"href": "http://site.test/list", "width": 1280, "height": 720}
    full = {"node": _document(nodes), "initialOffset": {"top": 0, "left": 0}}
    return [{"type": 4, "timestamp": at, "data": meta}, {"type": 2, "timestamp": at, "data": full}]


def _document(nodes: int) -> dict[str, Any]:
    """A list in pages of 20 rows; ids count in document order, as rrweb's do."""
    ids = count(1)

    def element(tag: str, attributes: dict[str, str]) -> dict[str, Any]:
        made: dict[str, Any] = {"type": 2, "tagName": tag, "attributes": attributes, "childNodes": [], "id": next(ids)}
        return made

    def text(value: str) -> dict[str, Any]:
        return {"type": 3, "textContent": value, "id": next(ids)}

    document: dict[str, Any] = {"type": 0, "childNodes": [], "id": next(ids)}
    body = element("body", {"class": "layout"})
    document["childNodes"].append(body)
    last = 0
    while last < nodes:
        block = element("ul", {"class": "list-group mb-3"})
        body["childNodes"].append(block)
        for _ in range(20):
            row = element("li", {"class": "list-group-item d-flex", "data-row": str(last)})
            label = element("span", {"class": "text-muted small"})
            label["childNodes"].append(text(f"Order {last} of March"))
            button = element("button", {"type": "button", "class": "btn btn-primary", "data-testid": f"open-{last}"})
            button["childNodes"].append(text("Open"))
            row["childNodes"] += [label, text("\n      "), button, text("\n    ")]
            block["childNodes"].append(row)
            last = row["childNodes"][-1]["id"]
    return document


def _second(step: int, random_: random.Random) -> Iterator[dict[str, Any]]:
    """Events of one second of a busy visit."""
    at = START_MS + step * STEP_MS
    node = random_.randrange(4, _SMALL_PAGE_NODES)
    x, y = random_.randrange(1280), random_.randrange(720)
    positions = [{"x": x + 7 * i, "y": y + 3 * i, "id": node, "timeOffset": -50 * (9 - i)} for i in range(10)]
    yield _incremental(at, {"source": 1, "positions": positions})
    if step % 4 == 0:
        yield from _click(at, node, x, y)
    if step % 3 == 0:
        added = {"type": 2, "tagName": "div", "attributes": {"class": "row"}, "childNodes": [], "id": 100_000 + step}
        adds = [{"parentId": 2, "nextId": None, "node": added}]
        attributes = [{"id": node, "attributes": {"class": f"state-{step}"}}]
        change = {"source": 0, "texts": [], "attributes": attributes, "removes": [], "adds": adds}
        yield _incremental(at + 150, change)
    yield _incremental(at + 200, {"source": 0, "texts": [{"id": 9, "value": f"{step} s"}], "attributes": []})
    if step % 5 == 0:
        request = {"name": f"http://site.test/api/{step}", "initiatorType": "fetch", "method": "GET", "status": 200}
        request |= {"timestamp": at + 100, "duration": 40.0}
        yield {"type": 6, "timestamp": at + 300, "data": _plugin("rrweb/network@1", {"requests": [request]})}
    if step % 7 == 0:
        yield _incremental(at + 400, {"source": 3, "id": 1, "x": 0, "y": random_.randrange(4000)})
    if step % 11 == 0:
        yield _incremental(at + 500, {"source": 5, "text": "*" * (step % 9), "isChecked": False, "id": node})


def _incremental(at: int, data: dict[str, Any]) -> dict[str, Any]:
    return {"type": 3, "timestamp": at, "data": data}


def _plugin(name: str, payload: dict[str, Any]) -> dict[str, Any]:
    return {"plugin": name, "payload": payload}
