"""The timeline of a session: its records in event-time order, by window (tab) and page (document).

The same set of records gives the same timeline whatever messages they came in: records are put in one order (time, then
kind, then content), and a record seen twice in a window at one time is one record.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any

import msgspec

from replay_signals.schemas.digests import MessageDigest, SessionDigest
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.records import Record
from replay_signals.transforms.session.elements import Elements
from replay_signals.transforms.session.screens import Screens

_pack = msgspec.msgpack.Encoder().encode
_ORDER = {records.LOAD: 0, records.META: 1, records.FULL: 2}

At = tuple[float, Record]
"""Epoch ms (client clock) and the record; record[0] is the offset within its message and no longer used."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request the recorder saw. Times are epoch ms; `navigation_type` is set for navigations only."""

    start_ms: float
    duration_ms: float
    url: str
    status: int | None
    method: str
    initiator: str
    navigation_type: str

    @property
    def end_ms(self) -> float:
        """When the response was complete."""
        return self.start_ms + self.duration_ms

    @property
    def failed(self) -> bool:
        """An HTTP error; requests without a status may be opaque and are not called failed."""
        return self.status is not None and self.status >= 400

    @property
    def by_script(self) -> bool:
        """Sent by page code rather than by the document's markup."""
        return self.initiator in ("fetch", "xmlhttprequest")


@dataclass(slots=True)
class Page:
    """One document in one window, from its first event to its last.

    `heard_ms` is when it was last known to live; `sent` says that this rests on the clock of its requests.
    """

    window_id: str
    index: int
    href: str = ""
    records: list[At] = field(default_factory=list)
    elements: Elements = field(default_factory=Elements)
    screens: Screens | None = None
    requests: list[Request] = field(default_factory=list)
    navigation: Request | None = None
    heard_ms: float = 0.0
    sent: bool = False

    @property
    def start_ms(self) -> float:
        """First event."""
        return self.records[0][0]

    @property
    def end_ms(self) -> float:
        """Last event."""
        return self.records[-1][0]

    @property
    def opened_ms(self) -> float:
        """When the navigation to it began; its first event when the recorder does not say."""
        return self.navigation.start_ms if self.navigation is not None else self.start_ms

    def of(self, *codes: int) -> Iterator[At]:
        """Records of these codes in order."""
        return (at for at in self.records if at[1][1] in codes)


@dataclass(slots=True)
class Window:
    """A tab: its pages in order."""

    window_id: str
    pages: list[Page]
    mutation_count: int = 0

    @property
    def start_ms(self) -> float:
        """First event."""
        return self.pages[0].start_ms

    @property
    def end_ms(self) -> float:
        """Last event."""
        return self.pages[-1].end_ms


@dataclass(slots=True)
class Timeline:
    """A session's windows in order of their first event."""

    team: str
    session_id: str
    windows: list[Window]
    truncated: bool = False

    @property
    def start_ms(self) -> float:
        """First event of the session."""
        return min(w.start_ms for w in self.windows)

    @property
    def end_ms(self) -> float:
        """Last event of the session."""
        return max(w.end_ms for w in self.windows)

    @property
    def pages(self) -> list[Page]:
        """Pages of all windows by start."""
        return sorted((p for w in self.windows for p in w.pages), key=lambda p: (p.start_ms, p.window_id, p.index))


def timeline_of(session: SessionDigest) -> Timeline:
    """The timeline of a session digest; messages whose records are corrupt are left out and mark it truncated."""
    by_window: dict[str, list[MessageDigest]] = {}
    for message in session.messages.values():
        by_window.setdefault(message.window_id, []).append(message)
    windows = []
    truncated = False
    for window_id, messages in by_window.items():
        ordered, corrupt = _ordered(messages)
        truncated |= corrupt
        if ordered:
            window = Window(window_id, _pages(window_id, ordered))
            window.mutation_count = sum(1 for _, r in ordered if r[1] == records.MUTATION)
            window.mutation_count += sum(p.screens.change_count for p in window.pages if p.screens is not None)
            _hear(window, messages)
            windows.append(window)
    windows.sort(key=lambda w: (w.start_ms, w.window_id))
    return Timeline(session.team, session.session_id, windows, truncated)


def _ordered(messages: Iterable[MessageDigest]) -> tuple[list[At], bool]:
    """All records of a window in one order, repeats dropped."""
    found: list[tuple[float, int, Record]] = []
    corrupt = False
    for message in messages:
        try:
            decoded = records.decode(message.records)
        except records.CorruptDigest:
            corrupt = True
            continue
        first: Any = message.first_ms
        fields: Any
        for fields in decoded:
            found.append((round(first + fields[0], 3), _ORDER.get(fields[1], 3), fields))
    place = itemgetter(0, 1)
    found.sort(key=place)
    ordered: list[At] = []
    for (t, _), group in groupby(found, place):
        (_, _, record), *more = group
        if not more:
            ordered.append((t, record))
            continue
        by_content = {_pack(one[1:]): one for one in (record, *(other for _, _, other in more))}
        ordered += [(t, by_content[content]) for content in sorted(by_content)]
    return ordered, corrupt


def _pages(window_id: str, ordered: list[At]) -> list[Page]:
    """Cuts a window's records where a new document begins."""
    starts = _document_starts(ordered)
    pages = []
    for index, start in enumerate(starts):
        end = starts[index + 1] if index + 1 < len(starts) else len(ordered)
        page = Page(window_id, index, records=ordered[start:end])
        for t, record in page.records:
            _fill(page, t, record)
        if page.elements.mobile:
            page.screens = Screens(page.records)
        pages.append(page)
    return pages


def _document_starts(ordered: list[At]) -> list[int]:
    """Indexes of the first record of each document.

    A meta event opens a document when a full snapshot with a fresh root follows it, or when the recorder saw the
    document load just before; other meta events are checkouts or URL changes of the same document. Native screens have
    no root: a meta event with another name opens the next one.
    """
    starts = [0]
    meta: int | None = None
    highest = 0
    href: Any = None
    shown: Any = None
    for i, (_, record) in enumerate(ordered):
        code: Any = record[1]
        if code == records.META:
            meta, href = _with_loads(ordered, i), record[2]
            if meta < i and meta > starts[-1]:
                starts.append(meta)
                highest = 0
        elif code == records.FULL:
            root: Any = record[2]
            fresh = root <= highest if root else shown not in (None, href)
            if fresh and meta is not None and meta > starts[-1]:
                starts.append(meta)
            highest, shown = max(root, 1), href
    return starts


def _with_loads(ordered: list[At], i: int) -> int:
    """Index of the first load event of the run right before a meta event (at most 2 s earlier), else its own."""
    j = i
    while j > 0 and ordered[j - 1][1][1] == records.LOAD and ordered[j - 1][1][2] == 0:
        if ordered[i][0] - ordered[j - 1][0] > 2000:
            break
        j -= 1
    return j


def _fill(page: Page, t: float, record: Record) -> None:
    code: Any = record[1]
    if code == records.META and not page.href:
        page.href = str(record[2])
    elif code == records.FULL:
        page.elements.add_snapshot(record)
    elif code == records.MUTATION:
        page.elements.add_mutation(t, record)
    elif code == records.NETWORK:
        rows: Any = record[2]
        for url, start, duration, status, method, initiator, kind in rows:
            request = Request(t if start is None else start, duration or 0.0, url, status, method, initiator, kind)
            page.requests.append(request)
            if initiator == "navigation" and page.navigation is None:
                page.navigation = request


def _hear(window: Window, messages: Iterable[MessageDigest]) -> None:
    """When each page was last known to live: a request it sent, by the client's clock.

    The recorder sends what it has at an interval and, at the latest, when the page unloads.
    """
    for page in window.pages:
        page.heard_ms = page.end_ms
    starts = [page.start_ms for page in window.pages]
    for message in messages:
        if message.sent_ms is None:
            continue
        page = window.pages[max(0, bisect_right(starts, message.last_ms) - 1)]
        page.sent = True
        if page.end_ms <= message.sent_ms <= message.last_ms + 60_000:
            page.heard_ms = max(page.heard_ms, message.sent_ms)
