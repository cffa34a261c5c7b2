"""Views of a single-page application that stay empty: a link took the old view away, and nothing came for it.

A route that the application does not know shows nothing, or a wheel that turns for ever. Only applications are judged
that put a view in place of another one before on the same page: others may show what they keep in the document.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.session import urls
from replay_signals.transforms.session.error_views import ErrorView
from replay_signals.transforms.session.gestures import link_at
from replay_signals.transforms.session.routes import SHOWN_WITHIN_MS
from replay_signals.transforms.session.spans import count_in, pairs
from replay_signals.transforms.session.timeline import Page

WAITING_NODES = 8
"""A wheel that turns, or a comment that stands for nothing; a view has more."""
MIN_NODES = 20
"""Of a view that goes, or as many things that stand in it as `MIN_PARTS`."""
MIN_PARTS = 5
WAITED_MS = 5000
"""What is slow has come by then, as a rule, or is given up."""


def empty_views(page: Page) -> Iterator[ErrorView]:
    """The empty views of a page in order of time; what something came for in the end is none."""
    reader = _Reader(page)
    for t, record in page.acts_first:
        if isinstance(record, records.Mutation):
            reader.mutation(t, record)
        elif isinstance(record, records.FullSnapshot):
            reader.learn(record.controls)
        elif isinstance(record, records.Interaction) and record.kind in rrweb.PRESSES:
            yield from reader.ends(t, left=False)
            reader.press(t, record)
    yield from reader.ends(page.left_ms, left=True)


class _Reader:
    """One pass over a page's records."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._sizes: dict[int, int] = {}
        self._led: tuple[float, str] | None = None
        self._emptied: tuple[float, str] | None = None
        self._replaces = False

    def press(self, t: float, record: records.Interaction) -> None:
        """A link to another page of the application."""
        link = link_at(self.page, record.node_id)
        url = urls.joined(self.page.href, link.href) if link is not None else ""
        other = urls.page_of(url) != urls.page_of(self.page.href)
        inside = urls.split(url)[:2] == urls.split(self.page.href)[:2] and "b" not in (link.flags if link else "")
        self._led = (t, urls.clean(url)) if other and inside else None

    def learn(self, controls: Sequence[Control]) -> None:
        """How many nodes stand in what is kept of a snapshot."""
        self._sizes.update((c.first, c.last - c.first) for c in controls)

    def mutation(self, t: float, record: records.Mutation) -> None:
        """A view goes, or something comes."""
        added = count_in(record.added)
        if added > WAITING_NODES or record.controls:
            led = self._led is not None and t - self._led[0] <= SHOWN_WITHIN_MS
            self._replaces = self._replaces or bool(led and record.removed)
            self._led = self._emptied = None
        elif self._led is not None and t - self._led[0] <= SHOWN_WITHIN_MS and self._goes(record.removed):
            self._emptied, self._led = (t, self._led[1]), None
        self._sizes.update((first, last - first) for first, last in pairs(record.added))

    def ends(self, t: float, *, left: bool) -> Iterator[ErrorView]:
        """The visitor goes on from what is shown."""
        if self._emptied is not None and t - self._emptied[0] >= WAITED_MS:
            yield ErrorView(self._emptied[0], t, self._emptied[1], 0, left, says=False)
        self._emptied = None

    def _goes(self, removed: Sequence[int]) -> bool:
        """Does a view go, of an application that puts another one in its place?"""
        largest = max((self._sizes.get(first, 0) for first in removed[::2]), default=0)
        return self._replaces and (largest >= MIN_NODES or count_in(removed) >= MIN_PARTS)
