"""Views of a single-page application that say they are missing or broken: by a heading, after a link led there.

A view like that is short, offers hardly anything, takes the place of another one right after the address changed (by a
link, or as events tell it) or as the document opened, and stays.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest import records
from replay_signals.transforms.session import urls
from replay_signals.transforms.session.elements import in_ranges
from replay_signals.transforms.session.gestures import link_at
from replay_signals.transforms.session.timeline import Page

SHOWN_WITHIN_MS = 3000
"""From the change of address to the view; what it asks the server for may have to come first."""
STAYS_MS = 1000
"""What shows for a moment, until data is there, is no message."""
MAX_CONTROLS = 5
"""Home, back, search and help, beside links that the page had before."""
AWAY_MS = 2000
"""Who did nothing on the page for so long may have changed its address, of which plain recorders tell nothing."""


@dataclass(frozen=True, slots=True)
class ErrorView:
    """Shown from `start_ms` to `until_ms` (epoch ms): until another view came, or the document was `left`.

    `url`: where it led to. `controls` are those that it offers.
    """

    start_ms: float
    until_ms: float
    url: str
    controls: int
    left: bool = False


def error_views(page: Page, told: Sequence[tuple[float, str]]) -> Iterator[ErrorView]:
    """The views of a page in order of time; `told`: addresses within it as events tell them."""
    turn: tuple[float, str] | None = (page.start_ms, page.href)
    removed, replaced_ms, since_ms = False, None, float("-inf")
    shown: tuple[float, str, records.Mutation] | None = None
    links: set[str] = set()
    acted_ms = page.start_ms
    for t, record in page.records:
        if isinstance(record, records.Interaction | records.Input):
            acted_ms = t
        if isinstance(record, records.FullSnapshot):
            links.update(c.href for c in record.controls if c.href)
        elif isinstance(record, records.Interaction) and record.kind in rrweb.PRESSES:
            url = _led_to(page, record)
            turn, removed, replaced_ms = ((t, url) if url else None), False, None
        elif isinstance(record, records.Mutation):
            if shown is not None and _is_gone(shown[2], record):
                if t - shown[0] > STAYS_MS:
                    yield _view(shown, t)
                shown = None
            removed = removed or bool(record.removed)
            if replaced_ms is not None and t - replaced_ms > STAYS_MS:
                turn, since_ms = None, replaced_ms  # it has shown its view; what comes now is a way back, or no view
            address = _turned(turn, told, since_ms, t)
            if address is None and t - acted_ms > AWAY_MS:
                address = urls.clean(told[-1][1] if told and told[-1][0] <= t else page.href)
            own = [c for c in record.controls if c.href not in links]
            if address is not None and record.error_view and removed and len(own) <= MAX_CONTROLS:
                shown = t, address, record
            if removed and record.added:
                replaced_ms = t
            links.update(c.href for c in record.controls if c.href)
    if shown is not None:
        yield _view(shown, max(page.left_ms, shown[0]), left=True)


def _view(shown: tuple[float, str, records.Mutation], until_ms: float, *, left: bool = False) -> ErrorView:
    t, url, record = shown
    return ErrorView(t, until_ms, url, len(record.controls), left)


def _led_to(page: Page, record: records.Interaction) -> str:
    """Where the link that was pressed leads to; empty for all else and for links to the page itself."""
    link = link_at(page, record.node_id)
    return "" if link is None else urls.clean(urls.joined(page.href, link.href))


def _turned(turn: tuple[float, str] | None, told: Sequence[tuple[float, str]], since_ms: float, t: float) -> str | None:
    """Where the change of address led to that came right before, by an event after `since_ms`; None without one."""
    if turn is not None and t - turn[0] <= SHOWN_WITHIN_MS:
        return turn[1]
    i = bisect_right(told, t, key=itemgetter(0)) - 1
    changed = i > 0 and told[i][1] != told[i - 1][1] and told[i][0] > since_ms
    return urls.clean(told[i][1]) if changed and t - told[i][0] <= SHOWN_WITHIN_MS else None


def _is_gone(shown: records.Mutation, record: records.Mutation) -> bool:
    """Is something of the view taken away for something else?"""
    return any(in_ranges(shown.added, node_id) for node_id in record.removed[::2])
