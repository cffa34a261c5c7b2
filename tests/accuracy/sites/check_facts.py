"""Opens the pages that a part's facts name and tells which selectors match nothing there, and which pages raise errors.

`check_facts.py PART [SITE…]`; run it before the first recording of a site.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator

import scripts
import server
from cdp import Tab
from display import Screen, Window
from record import PARTS
from site_facts import Place, Site

SCREEN, PORT, DEBUG_PORT = 79, 8979, 9579
SETTLED_S = 0.9


def places(site: Site) -> Iterator[Place]:
    """Every selector of the facts with its page; those that may be anywhere are looked for on all pages."""
    yield from site.dead
    yield from site.blocked
    yield from (place[:2] for place in site.slow)
    for page, fields, button in (*site.forms, *site.refused):
        yield from ((page, part) for part in (*fields.split(","), button))
    yield from ((page, field) for page, field, _ in site.live)


async def look(tab: Tab, url: str) -> None:
    """Opens a page and waits until its scripts have run."""
    await tab.goto("about:blank")
    await tab.goto(f"http://site.test{url}")
    await asyncio.sleep(SETTLED_S)


async def matches(tab: Tab, selector: str) -> int:
    """Elements that fit, also in shadow roots, wherever they are scrolled to."""
    return int(await tab.run(scripts.COUNT, selector))


async def check(tab: Tab, site: Site) -> None:
    """One site."""
    anywhere = dict.fromkeys((*site.works, *site.rapid, *site.ambient, *site.drags, *site.draws), 0)
    for url in dict.fromkeys((*site.start, site.long or site.start[0], site.missing.format(n=1))):
        await look(tab, url)
        status = await tab.run("() => performance.getEntriesByType('navigation')[0].responseStatus")
        if (status >= 400) != (url == site.missing.format(n=1)):
            print(f"{site.name}: {url} answers {status}")
        for selector in anywhere:
            anywhere[selector] += await matches(tab, selector)
        for page, selector in places(site):
            if page == url and not await matches(tab, selector):
                print(f"{site.name}: {url} has no {selector}")
    for page in {page for page, _ in places(site)} - set(site.start):
        print(f"{site.name}: {page} is no page to start from")
    print(
        *(f"{site.name}: no page shows {selector} at once\n" for selector, n in anywhere.items() if not n),
        sep="",
        end="",
    )


async def main(part: str, names: list[str]) -> None:
    running, _ = server.start(PORT)
    screen = Screen(SCREEN)
    window = await Window.open(screen, DEBUG_PORT, PORT)
    try:
        tab = await window.visitor("http://site.test/_start?none.none")
        tab.on("Runtime.exceptionThrown", lambda p: print("raised:", str(p["exceptionDetails"])[:400]))
        for site in PARTS[part]:
            if not names or site.name in names:
                await check(tab, site)
    finally:
        await window.close()
        screen.close()
        running.shutdown()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2:]))
