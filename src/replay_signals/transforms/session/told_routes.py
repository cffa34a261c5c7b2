"""Told routes: the addresses of a single-page application, as its events tell them, and the ways back among them.

posthog-js reports each change of the address as a `$pageview` (an event, and a custom event of the recording) or as
`$url_changed`. A press that was followed by another address, and the address before again with nothing pressed or typed
in between, is a way back: by the browser's button, which no recorder sees.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from operator import itemgetter

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest import records
from replay_signals.transforms.session import urls
from replay_signals.transforms.session.fields import typed_fields
from replay_signals.transforms.session.routes import SHOWN_WITHIN_MS, WayBack
from replay_signals.transforms.session.timeline import Page


def told_addresses(page: Page, addresses: Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
    """Where a page was, (epoch ms, URL) in order of time: by its recorder, and by `addresses`, events of its window."""
    first = bisect_left(addresses, page.start_ms, key=itemgetter(0))
    last = bisect_right(addresses, page.end_ms, key=itemgetter(0))
    return sorted([*((t, r.href) for t, r in page.of(records.Custom) if r.href), *addresses[first:last]])


def told_ways_back(page: Page, told: Sequence[tuple[float, str]]) -> Iterator[WayBack]:
    """Ways back of a page in order of time, by where it was."""
    routes = [(page.start_ms, urls.clean(page.href))]
    for t, url in told:
        if (route := urls.clean(url)) != routes[-1][1]:
            routes.append((t, route))
    pressed = [t for t, r in page.of(records.Interaction) if r.kind in rrweb.PRESSES]
    acts = sorted([*pressed, *(change.t for box in typed_fields(page) for change in box.typed)])
    for (_, before), (shown_ms, url), (returned_ms, back) in zip(routes, routes[1:], routes[2:], strict=False):
        click = bisect_right(pressed, shown_ms) - 1
        led = click >= 0 and shown_ms - pressed[click] <= SHOWN_WITHIN_MS
        used = bisect_right(acts, shown_ms)
        if before == back and led and bisect_left(acts, returned_ms) == used:
            until_ms = acts[used] if used < len(acts) else page.end_ms
            yield WayBack(url, pressed[click], shown_ms, returned_ms, until_ms, before)
