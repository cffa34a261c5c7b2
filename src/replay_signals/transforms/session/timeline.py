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
from typing import Any, NamedTuple, TypeVar, overload

import msgspec

from replay_signals.schemas import rrweb
from replay_signals.schemas.digests import MessageDigest, SessionDigest
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.records import BaseRecord, ReplayRecord
from replay_signals.transforms.session.elements import Elements
from replay_signals.transforms.session.screens import Screens

_pack = msgspec.msgpack.Encoder().encode
_ORDER: dict[type[BaseRecord], int] = {records.Load: 0, records.Meta: 1, records.FullSnapshot: 2}

MAX_LOAD_MS = 2000
"""Longest time from a parsed document to the meta event of its recorder."""

R = TypeVar("R", bound=BaseRecord)
S = TypeVar("S", bound=BaseRecord)


class TimedRecord(NamedTuple):
    """A record and its time, epoch ms on the client's clock."""

    t: float
    record: ReplayRecord


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


@dataclass(slots=True, eq=False)
class Page:
    """One document in one window, from its first event to its last.

    `last_alive_ms` is when it was last known to live; `has_send_times` says that its messages carry the time they were
    sent at, so silence after `last_alive_ms` means that the page was left. Hashable by identity.
    """

    window_id: str
    index: int
    href: str = ""
    records: list[TimedRecord] = field(default_factory=list)
    elements: Elements = field(default_factory=Elements)
    screens: Screens | None = None
    requests: list[Request] = field(default_factory=list)
    navigation: Request | None = None
    last_alive_ms: float = 0.0
    has_send_times: bool = False

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

    @overload
    def of(self, kind: type[R], /) -> Iterator[tuple[float, R]]: ...

    @overload
    def of(self, kind: type[R], other: type[S], /) -> Iterator[tuple[float, R | S]]: ...

    def of(self, *kinds: type[BaseRecord]) -> Iterator[tuple[float, Any]]:
        """Records of one kind or two in order, each with its time."""
        return (timed for timed in self.records if type(timed.record) in kinds)


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
            window.mutation_count = sum(type(r) is records.Mutation for _, r in ordered)
            window.mutation_count += sum(p.screens.change_count for p in window.pages if p.screens is not None)
            _mark_last_alive(window, messages)
            windows.append(window)
    windows.sort(key=lambda w: (w.start_ms, w.window_id))
    return Timeline(session.team, session.session_id, windows, truncated)


def _ordered(messages: Iterable[MessageDigest]) -> tuple[list[TimedRecord], bool]:
    """All records of a window in one order, repeats dropped."""
    found: list[tuple[float, int, ReplayRecord]] = []
    corrupt = False
    for message in messages:
        try:
            decoded = records.records_of(message)
        except records.CorruptDigest:
            corrupt = True
            continue
        first_ms = message.first_ms
        found += [(round(first_ms + r.offset_ms, 3), _ORDER.get(type(r), 3), r) for r in decoded]
    place = itemgetter(0, 1)
    found.sort(key=place)
    ordered: list[TimedRecord] = []
    for (t, _), group in groupby(found, place):
        (_, _, record), *more = group
        if not more:
            ordered.append(TimedRecord(t, record))
            continue
        by_content = {_content(one): one for one in (record, *(other for _, _, other in more))}
        ordered += [TimedRecord(t, by_content[content]) for content in sorted(by_content)]
    return ordered, corrupt


def _content(record: ReplayRecord) -> bytes:
    """Equal for records that differ only in the message they came in."""
    return _pack(msgspec.structs.replace(record, offset_ms=0))


def _pages(window_id: str, ordered: list[TimedRecord]) -> list[Page]:
    """Cuts a window's records where a new document begins."""
    starts = _document_starts(ordered)
    pages = []
    for index, start in enumerate(starts):
        end = starts[index + 1] if index + 1 < len(starts) else len(ordered)
        page = Page(window_id, index, records=ordered[start:end])
        for t, record in page.records:
            _add_record(page, t, record)
        if page.elements.mobile:
            page.screens = Screens(page.records)
        pages.append(page)
    return pages


def _document_starts(ordered: list[TimedRecord]) -> list[int]:
    """Indexes of the first record of each document.

    A meta event opens a document when a full snapshot with a fresh root follows it, or when the recorder saw the
    document load just before; other meta events are checkouts or URL changes of the same document. Native screens have
    no root: a meta event with another name opens the next one.
    """
    starts = [0]
    meta: int | None = None
    highest = 0
    href: str | None = None
    shown: str | None = None
    for i, (_, record) in enumerate(ordered):
        if isinstance(record, records.Meta):
            meta, href = _first_load(ordered, i), record.href
            if meta < i and meta > starts[-1]:
                starts.append(meta)
                highest = 0
        elif isinstance(record, records.FullSnapshot):
            root = record.root_id
            fresh = root <= highest if root else shown not in (None, href)
            if fresh and meta is not None and meta > starts[-1]:
                starts.append(meta)
            highest, shown = max(root, 1), href
    return starts


def _first_load(ordered: list[TimedRecord], i: int) -> int:
    """Index of the first of the load events right before a meta event, at most `MAX_LOAD_MS` earlier; else its own."""
    j = i
    while j > 0 and _is_parsed(ordered[j - 1].record) and ordered[i].t - ordered[j - 1].t <= MAX_LOAD_MS:
        j -= 1
    return j


def _is_parsed(record: ReplayRecord) -> bool:
    return isinstance(record, records.Load) and record.event_type == rrweb.DOM_CONTENT_LOADED


def _add_record(page: Page, t: float, record: ReplayRecord) -> None:
    if isinstance(record, records.Mutation):
        page.elements.add_mutation(t, record)
    elif isinstance(record, records.Meta) and not page.href:
        page.href = record.href
    elif isinstance(record, records.FullSnapshot):
        page.elements.add_snapshot(record)
    elif isinstance(record, records.Network):
        for r in record.requests:
            start_ms = t if r.start_ms is None else r.start_ms
            request = Request(start_ms, r.duration_ms or 0.0, r.url, r.status, r.method, r.initiator, r.navigation_type)
            page.requests.append(request)
            if r.initiator == "navigation" and page.navigation is None:
                page.navigation = request


def _mark_last_alive(window: Window, messages: Iterable[MessageDigest]) -> None:
    """When each page was last known to live: a request it sent, by the client's clock.

    The recorder sends what it has at an interval and, at the latest, when the page unloads.
    """
    for page in window.pages:
        page.last_alive_ms = page.end_ms
    starts = [page.start_ms for page in window.pages]
    for message in messages:
        if message.sent_ms is None:
            continue
        page = window.pages[max(0, bisect_right(starts, message.last_ms) - 1)]
        page.has_send_times = True
        if page.end_ms <= message.sent_ms <= message.last_ms + 60_000:
            page.last_alive_ms = max(page.last_alive_ms, message.sent_ms)
