"""Nodes and events of rrweb, as tests write them."""

from __future__ import annotations

import gzip
import json
from typing import Any

Event = dict[str, Any]
START_MS = 1_795_490_000_000


def element(node_id: int, tag: str, *children: Any, **attributes: Any) -> dict[str, Any]:
    """A node; `class_` is the attribute `class`, `data_x` is `data-x`."""
    named = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
    return {"type": 2, "id": node_id, "tagName": tag, "attributes": named, "childNodes": list(children)}


def text(node_id: int, value: str) -> dict[str, Any]:
    """A text node."""
    return {"type": 3, "id": node_id, "textContent": value}


def event(kind: int, data: Any, at_ms: float = 0) -> Event:
    """An rrweb event."""
    return {"type": kind, "timestamp": START_MS + at_ms, "data": data}


def packed(value: Any, level: int = 6) -> str:
    """As posthog-js packs a field."""
    return gzip.compress(json.dumps(value).encode(), level).decode("latin-1")
