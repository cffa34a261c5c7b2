"""Labels against what was recorded: what a recording does not hold cannot be found in it.

`labels.py FOLDER` compares the labels of recordings that are made already.
"""

from __future__ import annotations

import gzip
import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Item = dict[str, Any]
RAGE_GAP_MS = 900
"""Clicks further apart are tries, one after the other."""
MESSAGE_MS = 1500
"""A recorder may tell a message this much before or after the browser's log."""
TYPED_MS = 1000
"""Longest time from the last key of a struggle that was recorded to the end of its label."""
KEYS_EACH = 4
"""Fewest keys of one try: some are taken back, then others typed."""
MEANT_QUICK_MS, LATE_MS = 2500, 3000
"""Answers that were meant to come before the first and were seen after the second prove nothing."""
MOUSE, MOVES, SCROLL, INPUT = 2, 1, 3, 5
PRESS, CLICK = 1, 2
META, PLUGIN = 4, 6
"""Of rrweb: sources of incremental events, types of mouse events, and types of events."""
SHOWN_BY = {
    "thrash": MOVES,
    "scroll-hunt": SCROLL,
    "filled": INPUT,
    "form-abandoned": INPUT,
    "works:live-filter": INPUT,
}
"""What a recording must hold for a label to count: the last moments of a page may be lost on the way."""


def recorded_events(posts: list[str]) -> Iterator[Item]:
    """rrweb's incremental events, documents and messages in what PostHog's recorder posted."""
    for line in posts:
        post = json.loads(line)
        if post["path"] != "/s/":
            continue
        body = json.loads(post["body"])
        for item in body if isinstance(body, list) else [body]:
            snapshots = item.get("properties", {}).get("$snapshot_data", [])
            yield from (e for e in snapshots if e.get("type") in (3, META, PLUGIN))


def check(labels: list[Item], events: list[Item]) -> None:
    """How many of a label's clicks the recording holds, and whether a rage was as fast as meant."""
    by_source: dict[int, list[Item]] = {}
    for e in events:
        if e["type"] == 3 and isinstance(e["data"], dict):
            by_source.setdefault(e["data"].get("source", -1), []).append(e)
    clicks, presses = (
        [e["timestamp"] for e in by_source.get(MOUSE, ()) if e["data"].get("type") == kind] for kind in (CLICK, PRESS)
    )
    messages = [(e["timestamp"], json.dumps(e["data"])) for e in events if e["type"] == PLUGIN]
    addresses = [(e["timestamp"], e["data"].get("href")) for e in events if e["type"] == META]
    documents = [t for t, _ in addresses]
    for label in labels:
        start, end = label["t"], label.get("t_end", label["t"])
        if label["kind"] in SHOWN_BY:
            times = [e["timestamp"] for e in by_source.get(SHOWN_BY[label["kind"]], ())]
            label["recorded"] = sum(label.get("from", start) - 60 <= t <= end + 250 for t in times)
        if label["kind"] == "input-struggle" and "how" not in label:
            keys = [e["timestamp"] for e in by_source.get(INPUT, ()) if start <= e["timestamp"] <= end + 250]
            complete = len(keys) >= KEYS_EACH * label.get("times", 1) and end - keys[-1] <= TYPED_MS
            label["recorded"] = len(keys) if complete else 0
        if label["kind"] in ("refresh-loop", "dead-end"):
            shown = sum(start <= t <= end + 2000 for t in documents)
            label["recorded"] = shown if shown > (label["kind"] == "refresh-loop") else 0
        if label.get("page_cache"):  # another document was shown, and a recording without it shows no way back
            label["recorded"] = sum(start - 100 <= t <= end + 1000 and url == label["to"] for t, url in addresses)
        if label.get("answered_ms", LATE_MS) < MEANT_QUICK_MS and label.get("seen_ms", 0) > LATE_MS:
            label["void"] = "a busy machine made the answer late"
        if label["kind"] == "console-error":
            says = label["message"].rpartition("Error: ")[2][:40]
            label["recorded"] = sum(says in text for t, text in messages if abs(t - start) < MESSAGE_MS)
        if "clicks" not in label:
            continue
        times = presses if label["kind"].startswith("fault:blocked") else clicks
        own = [t for t in times if start - 60 <= t <= end + 250]
        label["recorded"] = len(own)
        gap = max((b - a for a, b in itertools.pairwise(sorted(own))), default=0)
        slowed = gap > RAGE_GAP_MS or len(own) < 3  # by a busy machine
        if label["kind"].endswith(":rage") and slowed:
            label["kind"] = label["kind"].removesuffix("rage") + "retry"
    _leaning(sorted(labels, key=lambda m: m["t"]))


def _leaning(labels: list[Item]) -> None:
    """Labels that say what followed from a fault: without the fault's clicks nothing followed from anything."""
    fault: Item | None = None
    for label in labels:
        if label["kind"].startswith("fault:"):
            fault = label
        elif label["kind"] in ("exit-after-fault", "blocking-exception") and fault and label.get("how") != "page":
            tries = [m for m in labels if _is_of(m, label)] or [fault]
            blocks = label["kind"] == "blocking-exception" and len(tries) > 1  # tried again, or it stopped nobody
            seen = sorted((m["recorded"] for m in tries), reverse=True)
            label["recorded"] = seen[1] if blocks else tries[0]["recorded"]


def _is_of(fault: Item, label: Item) -> bool:
    return fault["kind"].startswith("fault:") and bool(label["t"] <= fault["t"] <= label.get("t_end", label["t"]))


def raised(labels: list[Item], errors: list[tuple[int, str]]) -> list[Item]:
    """Labels of the errors that the browser logged apart from clicks; those of clicks are counted on their labels."""
    clicks = [m for m in labels if m.get("clicks")]
    out = []
    for t, message in errors:
        own = [m for m in clicks if m["t"] - 50 <= t <= m["t_end"] + 2500]
        for label in own:
            label["raised"] = label.get("raised", 0) + 1
        if not own:
            out.append({"t": t, "kind": "console-error", "url": "", "message": message})
    return out


def main() -> None:
    """Compares the labels of a folder's recordings anew."""
    for path in sorted(Path(sys.argv[1]).glob("*.labels.json")):
        facts, stem = json.loads(path.read_text()), path.name.removesuffix(".labels.json")
        posts, plain = path.with_name(f"{stem}.posts.jsonl.gz"), path.with_name(f"{stem}.json.gz")
        with gzip.open(posts if posts.exists() else plain, "rt") as text:
            check(facts["labels"], list(recorded_events(list(text))) if posts.exists() else json.load(text))
        path.write_text(json.dumps(facts, indent=1))


if __name__ == "__main__":
    main()
