"""Records labelled sessions in a real browser window: `record.py OUT FIRST LAST [--part PART]`.

Each session number is a seed: it decides the site, the recorder and every move, so a set grows by numbers; those that
are there already are left alone, and `LAST` may be below `FIRST`.
Timing is the machine's, so two runs of a seed are alike, not equal. Two runs may go on beside each other with another
`--lane` each: a lane is a screen and two ports.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import random
import signal
import sys
import time
from pathlib import Path

import server
from cdp import Lost
from clicker import Item
from display import Screen, Window
from labels import check, raised, recorded_events
from new_sites import NEW_SITES
from site_facts import Site
from sites import FIRST_SITES
from split import DEVELOPMENT, HELD_OUT
from unseen_sites import UNSEEN_SITES
from visitor import LONG_EVERY, Visitor

LONGEST_S = 110
SESSIONS_A_BROWSER = 15
RECORDERS = (
    "rrweb", "rrweb-bare", "rrweb-clicks", "posthog-plain", "posthog-default",
    "posthog", "posthog", "posthog", "posthog", "posthog",
)  # fmt: skip
PARTS: dict[str, tuple[Site, ...]] = {
    "development": tuple(s for s in NEW_SITES if s.name in DEVELOPMENT),
    "held-out": tuple(s for s in NEW_SITES if s.name in HELD_OUT),
    "first": FIRST_SITES,
    "unseen": UNSEEN_SITES,
}


def plan(seed: int, part: str) -> tuple[random.Random, Site, str]:
    """Site and recorder of a session: each site in turn, each recorder in turn."""
    rng, sites = random.Random(seed * 7919), PARTS[part]
    recorder = (
        "posthog-default" if seed % LONG_EVERY == 7 else RECORDERS[(seed + seed // len(RECORDERS)) % len(RECORDERS)]
    )
    return rng, sites[(seed + seed // len(sites)) % len(sites)], recorder


async def session(window: Window, screen: Screen, store: server.Store, seed: int, part: str, out: Path) -> str:
    """Records one session in a browser window; what became of it in a line."""
    rng, site, recorder = plan(seed, part)
    name = f"s{seed:04d}"
    window.browser.deaf()
    tab = await window.visitor(f"http://site.test/_start?{recorder}.{name}")
    kept: list[str] = []
    if recorder.startswith("rrweb"):
        tab.on("Runtime.bindingCalled", lambda call: kept.append(call["payload"]))
        await tab.send("Runtime.addBinding", name="__keep")
    await window.browser.send("Target.setDiscoverTargets", discover=True)
    visitor = Visitor(tab, screen, site, rng, recorder)
    ended = ""
    try:
        await asyncio.wait_for(visitor.visit(seed), LONGEST_S + 400 * (seed % LONG_EVERY == 7))
    except (Lost, TimeoutError) as error:
        ended = f" ended early: {error!r}"[:150]
        visitor.note("close")
    await window.browser.send(
        "Target.createTarget", url="about:blank", background=True
    )  # the last tab ends the browser
    await visitor.hand.key("Control_L", "w")
    await asyncio.sleep(1)
    posts = store.take(name)
    events = [json.loads(k) for k in kept] if kept else list(recorded_events(posts))
    if not events:
        return f"{name} {site.name} {recorder}: nothing was recorded{ended}"
    visitor.labels += raised(visitor.labels, visitor.raised)
    check(visitor.labels, events)
    labels = sorted(visitor.labels, key=lambda m: m["t"])
    facts = {"seed": seed, "site": site.name, "user": f"user-{name}", "recorder": recorder, "part": part}
    write(out, name, facts | {"skipped": visitor.skipped, "labels": labels}, posts, kept)
    return f"{name} {site.name} {recorder} {len(labels)} labels, {len(events)} events, skipped {visitor.skipped}{ended}"


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
    window: Window | None = None
    try:
        for number, seed in enumerate(seeds):
            start = time.monotonic()
            try:
                if window is not None and number % SESSIONS_A_BROWSER == 0:
                    await window.close()
                    window = None
                window = window or await Window.open(screen, debug_port, port)
                said = await asyncio.wait_for(session(window, screen, store, seed, part, out), 700)
                print(said, f"in {time.monotonic() - start:.0f} s", flush=True)
            except Exception as error:  # noqa: BLE001 - whatever a browser does, the others are recorded
                print(f"s{seed:04d} failed: {error!r}"[:300], file=sys.stderr, flush=True)
                if window is not None:
                    await window.close()
                    window = None
    finally:
        if window is not None:
            await window.close()
        screen.close()
        running.shutdown()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("first", type=int)
    parser.add_argument("last", type=int)
    parser.add_argument("--part", choices=PARTS, default="development")
    parser.add_argument("--lane", type=int, default=0)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    step = 1 if args.last >= args.first else -1
    seeds = [s for s in range(args.first, args.last + step, step) if not (args.out / f"s{s:04d}.labels.json").exists()]
    asyncio.run(record(args.out, seeds, args.part, args.lane))


if __name__ == "__main__":
    main()
