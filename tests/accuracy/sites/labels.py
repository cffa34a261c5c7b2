"""Labels against what was recorded: what a recording does not hold cannot be found in it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

from recorders import SILENT

Item = dict[str, Any]
RAGE_GAP_MS = 900
"""Clicks further apart are tries, one after the other."""
MOUSE, MOVES, SCROLL, INPUT = 2, 1, 3, 5
PRESS, CLICK, META = 1, 2, 4
"""Of rrweb: sources of incremental events, types of mouse events, and the type that a document begins with."""
SHOWN_BY = {
    "thrash": MOVES,
    "scroll-hunt": SCROLL,
    "filled": INPUT,
    "form-abandoned": INPUT,
    "works:live-filter": INPUT,
}
"""What a recording must hold for a label to count: the last moments of a page may be lost on the way."""


def recorded_events(posts: list[str]) -> Iterator[Item]:
    """rrweb's incremental events and documents in what PostHog's recorder posted."""
    for line in posts:
        post = json.loads(line)
        if post["path"] != "/s/":
            continue
        body = json.loads(post["body"])
        for item in body if isinstance(body, list) else [body]:
            yield from (e for e in item.get("properties", {}).get("$snapshot_data", []) if e.get("type") in (3, META))


def check(labels: list[Item], events: list[Item]) -> None:
    """How many of a label's clicks the recording holds, and whether a rage was as fast as meant."""
    by_source: dict[int, list[Item]] = {}
    for e in events:
        if e["type"] == 3 and isinstance(e["data"], dict):
            by_source.setdefault(e["data"].get("source", -1), []).append(e)
    clicks, presses = (
        [e["timestamp"] for e in by_source.get(MOUSE, ()) if e["data"].get("type") == kind] for kind in (CLICK, PRESS)
    )
    documents = [e["timestamp"] for e in events if e["type"] == META]
    for label in labels:
        start, end = label["t"], label.get("t_end", label["t"])
        if label["kind"] in SHOWN_BY:
            times = [e["timestamp"] for e in by_source.get(SHOWN_BY[label["kind"]], ())]
            label["recorded"] = sum(label.get("from", start) - 60 <= t <= end + 250 for t in times)
        if label["kind"] in ("refresh-loop", "dead-end"):
            shown = sum(start <= t <= end + 2000 for t in documents)
            label["recorded"] = shown if shown > (label["kind"] == "refresh-loop") else 0
        if "clicks" not in label:
            continue
        times = presses if label["kind"].startswith("fault:blocked") else clicks
        own = [t for t in times if start - 60 <= t <= end + 250]
        label["recorded"] = len(own)
        gap = max((b - a for a, b in itertools.pairwise(sorted(own))), default=0)
        slowed = gap > RAGE_GAP_MS or len(own) < 3  # by a busy machine
        if label["kind"].endswith(":rage") and slowed:
            label["kind"] = label["kind"].removesuffix("rage") + "retry"


def raised(labels: list[Item], errors: list[tuple[int, str]], recorder: str) -> list[Item]:
    """Labels of the errors that the browser logged apart from clicks; a recorder without messages cannot show them."""
    clicks = [m for m in labels if m.get("clicks")]
    out = []
    for t, message in errors:
        own = [m for m in clicks if m["t"] - 50 <= t <= m["t_end"] + 2500]
        for label in own:
            label["raised"] = label.get("raised", 0) + 1
        if not own:
            label = {"t": t, "kind": "console-error", "url": "", "message": message}
            out.append(label | ({"recorded": 0} if recorder in SILENT else {}))
    return out
