"""Whether anybody was at the machine: pages also go on by themselves (timers, redirects, dashboards in turn)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import islice

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest import records
from replay_signals.transforms.session.timeline import Page, Window

PRESENT_MS = 10_000
"""Whoever leaves a page by hand was at the machine this long before."""
STILL_PX = 2
"""A resting pointer is recorded again and again, with a pixel or two of jitter."""


def attended(window: Window, since_ms: float, until_ms: float) -> bool:
    """Did the visitor do anything in the window between these times?"""
    first = bisect_left(window.pages, since_ms, key=lambda page: page.end_ms)
    end = bisect_right(window.pages, until_ms, key=lambda page: page.start_ms)
    pages = islice(window.pages, first, end)
    return any(since_ms <= t <= until_ms for page in pages for t in _acts(page))


def _acts(page: Page) -> Iterator[float]:
    """Times at which somebody moved the pointer, pressed, scrolled or typed."""
    at: tuple[int, int] | None = None
    for t, record in page.records:
        if isinstance(record, records.Move):
            for x, y in zip(record.positions[::3], record.positions[1::3], strict=True):
                if at is not None and max(abs(x - at[0]), abs(y - at[1])) > STILL_PX:
                    yield t
                at = x, y
        elif isinstance(record, records.Scroll | records.Input) or (
            isinstance(record, records.Interaction) and record.kind in rrweb.PRESSES
        ):
            yield t
