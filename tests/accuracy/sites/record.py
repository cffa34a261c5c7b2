"""Records labelled sessions in a real browser window: `record.py OUT FIRST LAST [--part development|held-out|first]`.

Each session number is a seed: it decides the site, the recorder and every move, so a set grows by numbers.
Timing is the machine's, so two runs of a seed are alike, not equal. Two runs may go on beside each other with another
`--lane` each: a lane is a screen and two ports.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import itertools
import json
import random
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import server
from cdp import Lost, Tab
from clicker import Item
from display import Screen, Window
from new_sites import NEW_SITES
from site_facts import Site
from sites import FIRST_SITES
from split import DEVELOPMENT, HELD_OUT
from visitor import LONG_EVERY, Visitor

RAGE_GAP_MS = 900
MOUSE, MOVES, SCROLL, INPUT = 2, 1, 3, 5
PRESS, CLICK = 1, 2
"""Sources of rrweb's incremental events, and types of its mouse events."""
SHOWN_BY = {"thrash": MOVES, "scroll-hunt": SCROLL, "filled": INPUT, "form-abandoned": INPUT, "works:live-filter": INPUT}
"""What a recording must hold for a label to count: the last moments of a page may be lost on the way."""
LONGEST_S = 110
RECORDERS = (
    "rrweb", "rrweb-bare", "rrweb-clicks", "posthog-plain", "posthog-default",
    "posthog", "posthog", "posthog", "posthog", "posthog",
)  # fmt: skip
PARTS: dict[str, tuple[Site, ...]] = {
    "development": tuple(s for s in NEW_SITES if s.name in DEVELOPMENT),
    "held-out": tuple(s for s in NEW_SITES if s.name in HELD_OUT),
    "first": FIRST_SITES,
}


def plan(seed: int, part: str) -> tuple[random.Random, Site, str]:
    """Site and recorder of a session: each site in turn, each recorder in turn."""
    rng, sites = random.Random(seed * 7919), PARTS[part]
    recorder = "posthog-default" if seed % LONG_EVERY == 7 else RECORDERS[(seed + seed // len(RECORDERS)) % len(RECORDERS)]
    return rng, sites[(seed + seed // len(sites)) % len(sites)], recorder


async def session(screen: Screen, ports: tuple[int, int], store: server.Store, seed: int, part: str, out: Path) -> str:
    """Records one session with a browser of its own; what became of it in a line."""
    rng, site, recorder = plan(seed, part)
    name = f"s{seed:04d}"
    kept: list[str] = []
    window = await Window.open(screen, *ports, f"http://site.test/_start?{recorder}.{name}")
    ended = ""
    try:
        visitor = await _visitor(window, screen, site, rng, recorder, kept)
        longest = LONGEST_S + 400 * (seed % LONG_EVERY == 7)
        try:
            await asyncio.wait_for(visitor.visit(seed), longest)
        except (Lost, TimeoutError) as error:
            ended = f" ended early: {error!r}"[:150]
            visitor.note("close")
    finally:
        await window.close()
    await asyncio.sleep(0.3)
    posts = store.take(name)
    events = [json.loads(k) for k in kept] if kept else list(recorded_events(posts))
    check(visitor.labels, events)
    visitor.labels += raised(visitor, recorder)
    labels = sorted(visitor.labels, key=lambda m: m["t"])
    facts = {"seed": seed, "site": site.name, "user": f"user-{name}", "recorder": recorder, "part": part}
    write(out, name, facts | {"skipped": visitor.skipped, "labels": labels}, posts, kept)
    return f"{name} {site.name} {recorder} {len(labels)} labels, {len(events)} events, skipped {visitor.skipped}{ended}"


async def _visitor(
    window: Window, screen: Screen, site: Site, rng: random.Random, recorder: str, kept: list[str]
) -> Visitor:
    browser = window.browser
    targets = (await browser.send("Target.getTargets"))["targetInfos"]
    tab = await Tab.attach(browser, next(t["targetId"] for t in targets if t["type"] == "page"))
    await browser.send("Target.setDiscoverTargets", discover=True)
    if recorder.startswith("rrweb"):
        tab.on("Runtime.bindingCalled", lambda call: kept.append(call["payload"]))
        await tab.send("Runtime.addBinding", name="__keep")
    await asyncio.sleep(0.2)
    return Visitor(tab, screen, site, rng, recorder)


def recorded_events(posts: list[str]) -> Iterator[Item]:
    """rrweb's mouse and focus events in what PostHog's recorder posted."""
    for line in posts:
        post = json.loads(line)
        if post["path"] != "/s/":
            continue
        body = json.loads(post["body"])
        for item in body if isinstance(body, list) else [body]:
            yield from (e for e in item.get("properties", {}).get("$snapshot_data", []) if e.get("type") == 3)


def check(labels: list[Item], events: list[Item]) -> None:
    """How many of a label's clicks the recording holds, and whether a rage was as fast as meant."""
    by_source: dict[int, list[Item]] = {}
    for e in events:
        if e["type"] == 3 and isinstance(e["data"], dict):
            by_source.setdefault(e["data"].get("source", -1), []).append(e)
    clicks, presses = (
        [e["timestamp"] for e in by_source.get(MOUSE, ()) if e["data"].get("type") == kind] for kind in (CLICK, PRESS)
    )
    for label in labels:
        start, end = label["t"], label.get("t_end", label["t"])
        if label["kind"] in SHOWN_BY:
            times = [e["timestamp"] for e in by_source.get(SHOWN_BY[label["kind"]], ())]
            label["recorded"] = sum(label.get("from", start) - 60 <= t <= end + 250 for t in times)
        if "clicks" not in label:
            continue
        times = presses if label["kind"].startswith("fault:blocked") else clicks
        own = [t for t in times if start - 60 <= t <= end + 250]
        label["recorded"] = len(own)
        gap = max((b - a for a, b in itertools.pairwise(sorted(own))), default=0)
        if label["kind"].endswith(":rage") and (gap > RAGE_GAP_MS or len(own) < 3):  # a busy machine slowed the hand down
            label["kind"] = label["kind"].removesuffix("rage") + "retry"


def raised(visitor: Visitor, recorder: str) -> list[Item]:
    """Labels of the errors that the browser logged apart from clicks; a recorder without messages cannot show them."""
    spans = [(m["t"] - 50, m["t_end"] + 2500) for m in visitor.labels if m.get("clicks")]
    out = []
    for t, message in visitor.raised:
        if any(a <= t <= b for a, b in spans):
            continue
        label = {"t": t, "kind": "console-error", "url": "", "message": message}
        out.append(label | ({"recorded": 0} if recorder in ("rrweb-bare", "rrweb-clicks") else {}))
    return out


def write(out: Path, name: str, labels: Item, posts: list[str], kept: list[str]) -> None:
    """The recording and its labels."""
    for old in out.glob(f"{name}.*"):
        old.unlink()
    ending = "json.gz" if kept else "posts.jsonl.gz"
    unfinished = out / f".{name}"
    with gzip.open(unfinished, "wt") as text:
        if kept:
            events = sorted((json.loads(k) for k in kept), key=lambda e: e["timestamp"])
            json.dump(events, text, separators=(",", ":"))
        else:
            text.writelines(line + "\n" for line in posts)
    (out / f"{name}.labels.json").write_text(json.dumps(labels, indent=1))
    unfinished.rename(out / f"{name}.{ending}")


async def record(out: Path, seeds: list[int], part: str, lane: int) -> None:
    """Records sessions one after the other; one that fails is told and left out. SIGTERM ends it in good order."""
    me = asyncio.current_task()
    assert me is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, me.cancel)
    port, debug_port = 8900 + lane, 9500 + lane
    running, store = server.start(port)
    screen = Screen(70 + lane)
    try:
        for seed in seeds:
            start = time.monotonic()
            try:
                said = await asyncio.wait_for(session(screen, (debug_port, port), store, seed, part, out), 700)
                print(said, f"in {time.monotonic() - start:.0f} s", flush=True)
            except Exception as error:  # noqa: BLE001 - whatever a browser does, the others are recorded
                print(f"s{seed:04d} failed: {error!r}"[:300], file=sys.stderr, flush=True)
    finally:
        screen.close()
        running.shutdown()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("first", type=int)
    parser.add_argument("last", type=int)
    parser.add_argument("--part", choices=PARTS, default="development")
    parser.add_argument("--lane", type=int, default=0)
    parser.add_argument("--step", type=int, default=1, help="every so manieth number")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    asyncio.run(record(args.out, list(range(args.first, args.last + 1, args.step)), args.part, args.lane))


if __name__ == "__main__":
    main()
