"""Records labelled sessions: `record.py OUT FIRST LAST [--port N] [--together N]`.

Each session number is a seed: it decides the site, the recorder, the visitor's mood and every move, so a set grows
by numbers.
Timing is the machine's, so two runs of a seed are alike, not equal.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import itertools
import json
import random
import sys
from pathlib import Path
from typing import Any

import server
from clicker import Gone
from playwright.async_api import Browser, Error, async_playwright
from sites import SITES, Site
from visitor import Visitor

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--unsafely-treat-insecure-origin-as-secure=http://site.test",  # pages get the clipboard on secure origins only
]
RAGE_GAP_MS = 900
SIZES = ((1280, 800), (1280, 800), (1440, 900), (1024, 768))


PHONE = (390, 844)


def plan(seed: int) -> tuple[random.Random, Site, str, str]:
    """Site, recorder and mood of a session; every fourth from 300 on tours the controls that leave no trace."""
    rng = random.Random(seed * 7919)
    site = rng.choices(SITES, [s.weight for s in SITES])[0]
    recorder = "rrweb" if seed % 5 == 0 else "posthog-plain" if seed % 5 == 4 else "posthog"
    mood = rng.choices(("calm", "odd", "faulty"), (0.28, 0.17, 0.55))[0]
    if seed >= 300 and seed % 4 == 1:
        site, mood = rng.choice([s for s in SITES if len(s.works) > 2]), "tour"
    return rng, site, recorder, mood


async def session(browser: Browser, store: server.Store, seed: int, out: Path) -> str:
    rng, site, recorder, mood = plan(seed)
    name, (width, height) = f"s{seed:04d}", rng.choice(SIZES)
    touch = seed >= 300 and seed % 8 == 6
    width, height = PHONE if touch else (width, height)
    context = await browser.new_context(
        viewport={"width": width, "height": height}, accept_downloads=True, has_touch=touch, is_mobile=touch
    )
    await context.add_cookies([{"name": "rec", "value": f"{recorder}.{name}", "url": "http://site.test/"}])
    kept: list[str] = []
    if recorder == "rrweb":
        await context.expose_binding("__keep", lambda _, text: kept.append(text))
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = await context.new_page()
    await page.add_init_script("window.print = () => {}")
    visitor = Visitor(page, await context.new_cdp_session(page), site, rng, recorder, touch)
    try:
        await asyncio.wait_for(visitor.visit(rng.uniform(28, 48), mood), 150)
    except (Gone, TimeoutError, Error) as error:
        visitor.note("close")
        print(name, "ended early:", str(error)[:120], file=sys.stderr)
    try:
        await asyncio.wait_for(page.close(), 5)
        await asyncio.sleep(0.8)
        await asyncio.wait_for(context.close(), 8)
    except (Error, TimeoutError):
        print(name, "did not close", file=sys.stderr)
    await asyncio.sleep(0.3)
    posts = store.take(name)
    events = [json.loads(k) for k in kept]
    if recorder != "rrweb":
        events = list(recorded_clicks(posts))
    count(visitor.labels, events)
    write(
        out,
        name,
        {
            "seed": seed,
            "site": site.name,
            "user": f"user-{name}",
            "recorder": recorder,
            "mood": mood,
            "touch": touch,
            "labels": visitor.labels,
        },
        posts,
        kept,
    )
    return f"{name} {site.name} {recorder} {mood} {len(visitor.labels)} labels"


def recorded_clicks(posts: list[str]) -> Any:
    """rrweb's click events in what PostHog's recorder posted."""
    for line in posts:
        post = json.loads(line)
        if post["path"] != "/s/":
            continue
        body = json.loads(post["body"])
        for item in body if isinstance(body, list) else [body]:
            yield from (e for e in item.get("properties", {}).get("$snapshot_data", []) if e.get("type") == 3)


def count(labels: list[dict[str, Any]], events: list[dict[str, Any]]) -> None:
    """How many of a label's clicks the recording holds."""
    times = [
        e["timestamp"] for e in events if e["type"] == 3 and e["data"].get("source") == 2 and e["data"].get("type") == 2
    ]
    for label in labels:
        if "clicks" not in label:
            continue
        own = [t for t in times if label["t"] - 60 <= t <= label.get("t_end", label["t"]) + 250]
        label["recorded"] = len(own)
        gap = max((b - a for a, b in itertools.pairwise(sorted(own))), default=0)
        if label["kind"].endswith(":rage") and gap > RAGE_GAP_MS:  # a busy machine slowed the hand down
            label["kind"] = label["kind"].removesuffix("rage") + "retry"


def write(out: Path, name: str, labels: dict[str, Any], posts: list[str], kept: list[str]) -> None:
    for old in out.glob(f"{name}.*"):
        old.unlink()
    (out / f"{name}.labels.json").write_text(json.dumps(labels, indent=1))
    if kept:
        events = sorted((json.loads(k) for k in kept), key=lambda e: e["timestamp"])
        with gzip.open(out / f"{name}.json.gz", "wt") as text:
            json.dump(events, text, separators=(",", ":"))
    else:
        with gzip.open(out / f"{name}.posts.jsonl.gz", "wt") as text:
            text.writelines(line + "\n" for line in posts)


async def record(out: Path, seeds: list[int], port: int, together: int) -> None:
    running, store = server.start(port)
    async with async_playwright() as driver:
        flags = [*FLAGS, f"--host-resolver-rules=MAP * 127.0.0.1:{port}"]
        browser = await driver.chromium.launch(executable_path="/usr/bin/chromium", headless=True, args=flags)
        gate = asyncio.Semaphore(together)

        async def one(seed: int) -> None:
            async with gate:
                print(await session(browser, store, seed, out), flush=True)

        await asyncio.gather(*(one(s) for s in seeds))
        await browser.close()
    running.shutdown()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("first", type=int)
    parser.add_argument("last", type=int)
    parser.add_argument("--port", type=int, default=8940)
    parser.add_argument("--together", type=int, default=2)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    asyncio.run(record(args.out, list(range(args.first, args.last + 1)), args.port, args.together))


if __name__ == "__main__":
    main()
