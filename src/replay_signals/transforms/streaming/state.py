"""What is kept of a session between calls. Every struct is part of savepoints: append fields with defaults."""

from __future__ import annotations

from typing import Any

import msgspec

from replay_signals.schemas.clocks import BrokerMs, ClientMs
from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.rows import EventRow, SignalRow
from replay_signals.transforms.streaming.codec import Codec

VERSION = 1

OPEN, CLOSED, EXPIRED = range(3)
"""Phases: evidence comes in; judged as a whole, evidence kept; only ids kept."""

FRAME, FULL, META, OPENS = 1, 2, 4, 8
"""What a message holds: anything later messages need to be understood, a full snapshot, a page's URL, and the beginning
of a document rather than a checkout of the one that goes on."""


class Ref(msgspec.Struct, array_like=True):
    """A message of the tail. `first_ms` and `last_ms` are the client's clock."""

    id: str
    first_ms: ClientMs
    last_ms: ClientMs
    kind: int
    clicks: int
    size_bytes: int


class RecentWindow(msgspec.Struct, array_like=True):
    """The recent messages of one window (tab), and the older ones they need.

    `skew_ms`: the least that a message came after it was sent, broker's clock less client's. `dues_ms`: when there
    will be something to judge, client's clock. Of what ended up to `edge_ms` only frames are left; `page_cut` says that
    frames of the page are missing too.
    """

    window_id: str
    skew_ms: float
    last_received_ms: BrokerMs
    refs: list[Ref] = []
    dues_ms: list[ClientMs] = []
    edge_ms: ClientMs | None = None
    page_cut: bool = False


class EventRef(msgspec.Struct, array_like=True):
    """An event of the tail, client's clock."""

    uuid: str
    timestamp_ms: int


class Shown(msgspec.Struct, array_like=True):
    """A published signal that the tail can still take back. `anchor_ms` is what decides whether it can."""

    id: str
    window_id: str
    anchor_ms: float
    of_page: bool


class Pending(msgspec.Struct, array_like=True):
    """A finding whose evidence window is open: published at `settled_ms` (client's clock) if nothing comes before."""

    row: SignalRow
    shown: Shown
    settled_ms: ClientMs


class Kept(msgspec.Struct, array_like=True):
    """Places in the session (`judge/caps.py`): of the last that is kept to be judged, and of the first that was let go.

    What stands from `cut` on is over a cap.
    """

    last: tuple[float, str] | None = None
    cut: tuple[float, str] | None = None


class Profile(msgspec.Struct, array_like=True):
    """What the events said so far about who it is."""

    distinct_id: str = ""
    person_id: str | None = None
    flags: dict[str, str] = {}
    browser: str = ""
    system: str = ""


class SessionState(msgspec.Struct, array_like=True):
    """The small value that every call reads and writes. Times are the broker's clock unless they say otherwise."""

    team: str
    session_id: str
    phase: int
    opened_ms: BrokerMs
    last_received_ms: BrokerMs
    clock_ms: BrokerMs = BrokerMs(0)
    closed_ms: BrokerMs = BrokerMs(0)
    close_count: int = 0
    timer_ms: BrokerMs | None = None
    judged_ms: BrokerMs | None = None
    dirty: bool = False
    truncated: bool = False
    message_count: int = 0
    digest_bytes: int = 0
    click_count: int = 0
    event_count: int = 0
    start_ms: ClientMs | None = None
    """Client's clock: the first event."""
    profile: Profile = msgspec.field(default_factory=Profile)
    windows: list[RecentWindow] = []
    events: list[EventRef] = []
    shown: list[Shown] = []
    recent_judged: bool = False
    """Nothing came since the tail was judged: `pending` is all that is still to be said about it."""
    pending: list[Pending] = []
    kept_messages: Kept = msgspec.field(default_factory=Kept)
    kept_events: Kept = msgspec.field(default_factory=Kept)


class StoredDigest(msgspec.Struct, array_like=True):
    """A message digest and the revision of its row."""

    revision: int
    digest: MessageDigest


class StoredEvent(msgspec.Struct, array_like=True):
    """An event row; `row.revision` is that of its newest row."""

    row: EventRow


class StoredSignal(msgspec.Struct, array_like=True):
    """The newest revision of a signal.

    `contested`: another record claims that revision, or the table lacks it; the next judgement says what holds.
    """

    row: SignalRow
    contested: bool = False


class Fact(msgspec.Struct, array_like=True, frozen=True):
    """What a table holds of one console message or request: its newest revision and a hash of its content."""

    revision: int
    hash: bytes


class Published(msgspec.Struct, array_like=True):
    """What the tables hold of the session and its sets (`revise.SETS`) since the last close.

    `facts_of_version_1`: facts by table and last part of the key, until the next close gives each an entry of its own.
    """

    session_revision: int = 0
    session_hash: bytes = b""
    sets_hash: bytes = b""
    facts_of_version_1: dict[str, dict[str, Fact]] = {}


def _signal_of_version_1(row: dict[str, Any]) -> list[Any]:
    """Version 1 kept the row alone, and marked a contested one by a blank at the end of its summary."""
    summary = row["summary"]
    return [row | {"summary": summary.rstrip(" ")}, summary.endswith(" ")]


STATES: Codec[SessionState] = Codec(SessionState, VERSION)
DIGESTS: Codec[StoredDigest] = Codec(StoredDigest, VERSION)
EVENTS: Codec[StoredEvent] = Codec(StoredEvent, VERSION)
SIGNALS: Codec[StoredSignal] = Codec(StoredSignal, 2, {1: _signal_of_version_1})
PUBLISHED: Codec[Published] = Codec(Published, 2, {1: lambda value: value})
FACTS: Codec[Fact] = Codec(Fact, VERSION)
CODECS: dict[str, Codec[Any]] = {
    "state": STATES,
    "digests": DIGESTS,
    "events": EVENTS,
    "signals": SIGNALS,
    "published": PUBLISHED,
    "facts": FACTS,
}
"""By the name of the store's piece."""

ID_ONLY = b""
"""Value of an id whose evidence is not kept."""
