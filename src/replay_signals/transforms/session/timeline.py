"""The timeline of a session: its records in event-time order, by window (tab) and page (document).

The same set of records gives the same timeline whatever messages they came in: records are put in one order (time, then
kind, then content), and a record seen twice in a window at one time is one record.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar, overload

import msgspec

from replay_signals.schemas.digests import MessageDigest, SessionDigest
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.records import BaseRecord, ReplayRecord
from replay_signals.transforms.session.document import Opening
from replay_signals.transforms.session.documents import openings_of
from replay_signals.transforms.session.elements import Elements
from replay_signals.transforms.session.load_starts import load_starts
from replay_signals.transforms.session.ordered import TimedRecord, acts_first, in_order, of_kinds
from replay_signals.transforms.session.screens import Screens
from replay_signals.transforms.session.units import in_ms
from replay_signals.transforms.session.urls import same_document

if TYPE_CHECKING:
    from replay_signals.transforms.session.fields import TypedField

Addresses = Mapping[str, Sequence[tuple[float, str]]]
"""Window id -> (epoch ms, URL) in order of time."""

DEFAULT_HEIGHT_PX = 800
"""Of a viewport whose height was not recorded: that of a laptop's browser window."""

R = TypeVar("R", bound=BaseRecord)
S = TypeVar("S", bound=BaseRecord)


class Request(msgspec.Struct, frozen=True, gc=False):
    """A request the recorder saw. Times are epoch ms; `navigation_type` is set for navigations only.

    `late_ms`: how long before `end_ms` the response may have been complete, where the recorder tells no moment.
    """

    start_ms: float
    duration_ms: float
    url: str
    status: int | None
    method: str
    initiator: str
    navigation_type: str
    late_ms: float = 0.0

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


TOLD_MS = 150
"""Recorders tell of a request when it is over and the browser has measured it."""


@dataclass(slots=True, eq=False)
class Page:
    """One document in one window, from its first event to its last.

    `last_alive_ms` is when its recorder was last known to live, `last_told_ms` when an event last told of it;
    `has_send_times` says that its messages carry their sending time, so silence after `last_alive_ms` means that the
    page was left. `restored`: the earlier visit of the same document, when it came back from the browser's page
    cache. `load_starts_ms`: when the browser began to load something else, as far as the recorder tells. Hashable by
    identity.
    """

    window_id: str
    index: int
    href: str = ""
    records: list[TimedRecord] = field(default_factory=list)
    elements: Elements = field(default_factory=Elements)
    screens: Screens | None = None
    requests: list[Request] = field(default_factory=list)
    navigation: Request | None = None
    restored: Page | None = None
    last_alive_ms: float = 0.0
    last_told_ms: float = 0.0
    has_send_times: bool = False
    load_starts_ms: list[float] = field(default_factory=list)
    typed_fields: Sequence[TypedField] | None = field(default=None, init=False, repr=False)
    """Kept by `fields.typed_fields`, which is asked from many places."""
    _by_kinds: dict[tuple[type[BaseRecord], ...], list[TimedRecord]] = field(
        default_factory=dict, init=False, repr=False
    )
    _acts_first: list[TimedRecord] | None = field(default=None, init=False, repr=False)

    @property
    def start_ms(self) -> float:
        """First event."""
        return self.records[0][0]

    @property
    def end_ms(self) -> float:
        """Last event."""
        return self.records[-1][0]

    @property
    def left_ms(self) -> float:
        """The last that is known of it; it was left no earlier."""
        return max(self.end_ms, self.last_alive_ms, self.last_told_ms)

    @property
    def opened_ms(self) -> float:
        """When the navigation to it began; its first event when the recorder does not say."""
        return self.navigation.start_ms if self.navigation is not None else self.start_ms

    @property
    def height_px(self) -> int:
        """The most that was seen of the page at once: windows grow, a keyboard covers half of them for a while."""
        told = (record.height_px for _, record in self.of(records.Meta, records.Resize))
        return max(filter(None, told), default=DEFAULT_HEIGHT_PX)

    @overload
    def of(self, kind: type[R], /) -> Iterator[tuple[float, R]]: ...

    @overload
    def of(self, kind: type[R], other: type[S], /) -> Iterator[tuple[float, R | S]]: ...

    def of(self, *kinds: type[BaseRecord]) -> Iterator[tuple[float, Any]]:
        """Records of one kind or two in order, each with its time."""
        known = self._by_kinds.get(kinds)
        if known is None:
            known = self._by_kinds[kinds] = list(of_kinds(self.records, *kinds))
        return iter(known)

    @property
    def acts_first(self) -> list[TimedRecord]:
        """Snapshots, changes and acts, in the order of `ordered.acts_first`."""
        if self._acts_first is None:
            self._acts_first = acts_first(self.records)
        return self._acts_first


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

    def page_at(self, t: float) -> Page:
        """The page that was open then; the first one before any was."""
        return self.pages[max(0, bisect_right(self.pages, t, key=lambda page: page.start_ms) - 1)]


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


def timeline_of(session: SessionDigest, addresses: Addresses = MappingProxyType({})) -> Timeline:
    """The timeline of a session digest; messages whose records are corrupt are left out and mark it truncated.

    `addresses` tell where each window was, as far as other sources than the recording know.
    """
    by_window: dict[str, list[MessageDigest]] = {}
    for message in session.messages.values():
        by_window.setdefault(message.window_id, []).append(message)
    windows = []
    ordered_by_window, corrupt = zip(*(in_order(messages) for messages in by_window.values()), strict=True)
    for (window_id, messages), ordered in zip(by_window.items(), in_ms(ordered_by_window), strict=True):
        if ordered:
            library = max((m.snapshot_library or "" for m in messages), default="")
            window = Window(window_id, _pages(window_id, ordered, addresses.get(window_id, ()), library))
            window.mutation_count = sum(type(r) is records.Mutation for _, r in ordered)
            window.mutation_count += sum(p.screens.change_count for p in window.pages if p.screens is not None)
            _mark_last_alive(window, messages, addresses.get(window_id, ()))
            for t in load_starts(messages, [t for t, _ in ordered]):
                window.page_at(t).load_starts_ms.append(t)
            windows.append(window)
    windows.sort(key=lambda w: (w.start_ms, w.window_id))
    return Timeline(session.team, session.session_id, windows, any(corrupt))


def _pages(
    window_id: str, ordered: list[TimedRecord], addresses: Sequence[tuple[float, str]], library: str
) -> list[Page]:
    """Cuts a window's records where another document is shown."""
    openings = openings_of(ordered, addresses)
    pages: dict[Opening, Page] = {}
    screens: Screens | None = None
    for index, opening in enumerate(openings):
        end = openings[index + 1].first if index + 1 < len(openings) else len(ordered)
        page = pages[opening] = Page(window_id, index, records=ordered[opening.first : end])
        if opening.restored is not None:
            page.restored = pages[opening.restored]
            page.href, page.elements = opening.href, page.restored.elements
        for t, record in page.records:
            _add_record(page, t, record)
        if page.elements.mobile:
            page.screens = screens = Screens(page.records, library, screens)
    return list(pages.values())


def _add_record(page: Page, t: float, record: ReplayRecord) -> None:
    if type(record) is records.Mutation:
        page.elements.add_mutation(t, record)
    elif type(record) is records.Style:
        page.elements.add_rules(record)
    elif type(record) is records.Meta and not page.href:
        page.href = record.href
    elif type(record) is records.FullSnapshot:
        page.elements.add_snapshot(t, record)
    elif type(record) is records.Network:
        for r in record.requests:
            duration_ms = r.duration_ms or 0.0
            start_ms, late_ms = (t - duration_ms, TOLD_MS) if r.start_ms is None else (r.start_ms, 0.0)
            about = r.url, r.status, r.method, r.initiator, r.navigation_type
            request = Request(start_ms, duration_ms, *about, late_ms)
            page.requests.append(request)
            if r.initiator == "navigation" and page.navigation is None:
                page.navigation = request


def _mark_last_alive(window: Window, messages: Iterable[MessageDigest], addresses: Sequence[tuple[float, str]]) -> None:
    """When each page was last known to live: a request or an event that it sent, by the client's clock.

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
    opened = [page.opened_ms for page in window.pages]
    for t, url in addresses:
        page = window.pages[max(0, bisect_right(opened, t) - 1)]
        if same_document(url, page.href):
            page.last_told_ms = t
