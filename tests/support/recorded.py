"""Small web recordings, and their windows as a player gets them."""

from __future__ import annotations

import json
from typing import Any

from replay_signals.schemas.messages import SnapshotMessage, SourcePosition
from replay_signals.schemas.playback_rules import Playback
from replay_signals.schemas.privacy import Privacy
from replay_signals.transforms.playback.session import PlaybackWindow, playback_of
from replay_signals.transforms.privacy.policy import Policy
from support.nodes_and_events import Event, element, event


def window_of(events: list[Event], *, clear: bool = True) -> PlaybackWindow:
    message = SnapshotMessage("team", "s", "w", json.dumps(events).encode(), SourcePosition("x"))
    policy = Policy(Privacy(enabled=not clear), key=b"k")
    return playback_of("team", "s", [message], Playback(), policy).windows[0]


def page(*body: dict[str, Any], at_ms: float = 0) -> list[Event]:
    root = {"type": 0, "id": 1, "childNodes": [element(2, "html", element(3, "body", *body))]}
    meta = event(4, {"href": "http://a.test/cart", "width": 800, "height": 600}, at_ms)
    return [meta, event(2, {"node": root}, at_ms)]


def change(at_ms: float, **fields: Any) -> Event:
    return event(3, {"source": 0, "texts": [], "attributes": [], "removes": [], "adds": [], **fields}, at_ms)


def add(node: dict[str, Any], parent: int, before: int | None = None) -> dict[str, Any]:
    return {"parentId": parent, "nextId": before, "node": node}


def click(node_id: int, at_ms: float, kind: int = 2) -> Event:
    return event(3, {"source": 2, "type": kind, "id": node_id, "x": 5, "y": 5}, at_ms)
