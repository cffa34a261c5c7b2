"""rrweb events as posthog-js writes them, one function an event; times are epoch milliseconds."""

from __future__ import annotations

import gzip
import json

Json = dict[str, object]

META, FULL, INCREMENTAL, CUSTOM, PLUGIN = 4, 2, 3, 5, 6
MOUSE_UP, MOUSE_DOWN, CLICK, CONTEXT_MENU, DBL_CLICK, FOCUS, BLUR, TOUCH_START, TOUCH_END = 0, 1, 2, 3, 4, 5, 6, 7, 9


def event(t: float, kind: int, data: Json | str) -> Json:
    return {"type": kind, "data": data, "timestamp": t}


def meta(t: float, href: str, width: int = 1280, height: int = 800) -> Json:
    return event(t, META, {"href": href, "width": width, "height": height})


def incremental(t: float, source: int, **data: object) -> Json:
    return event(t, INCREMENTAL, {"source": source, **data})


def interaction(t: float, kind: int, node_id: int, x: float | None = None, y: float | None = None) -> Json:
    place = {} if x is None else {"x": x, "y": y}
    return incremental(t, 2, type=kind, id=node_id, **place)


def mutation(t: float, **fields: object) -> Json:
    return incremental(t, 0, **({"texts": [], "attributes": [], "removes": [], "adds": []} | fields))


def moves(t: float, *positions: tuple[float, float, float]) -> Json:
    """One event with positions `(x, y, time offset)`."""
    return incremental(t, 1, positions=[{"x": x, "y": y, "id": 1, "timeOffset": offset} for x, y, offset in positions])


def custom(t: float, tag: str, **payload: object) -> Json:
    return event(t, CUSTOM, {"tag": tag, "payload": payload})


def console(t: float, level: str, *message: str, trace: tuple[str, ...] = ()) -> Json:
    payload = {"level": level, "payload": list(message), "trace": list(trace)}
    return event(t, PLUGIN, {"plugin": "rrweb/console@1", "payload": payload})


def network(t: float, *requests: Json) -> Json:
    return event(t, PLUGIN, {"plugin": "rrweb/network@1", "payload": {"requests": list(requests)}})


def packed(value: object) -> str:
    """posthog-js's compression (`cv: "2024-10"`): gzip, each byte one latin-1 character."""
    return gzip.compress(json.dumps(value).encode(), mtime=0).decode("latin-1")


def compressed(one: Json) -> Json:
    """The event as posthog-js sends it when compression is on: full snapshots whole, mutations and styles by field."""
    data = one["data"]
    if one["type"] == FULL:
        return one | {"data": packed(data), "cv": "2024-10"}
    if one["type"] == INCREMENTAL and isinstance(data, dict) and data["source"] == 0:
        fields = {name: packed(data[name]) for name in ("texts", "attributes", "removes", "adds") if name in data}
        return one | {"data": data | fields, "cv": "2024-10"}
    return one
