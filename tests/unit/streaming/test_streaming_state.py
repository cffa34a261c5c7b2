"""State is versioned: what version 1 wrote in the middle of a session, later versions read.

`tests/golden/streaming_state_v1.msgpack` is never written anew; state of another shape gets a new version beside it.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from replay_signals.schemas.digests import to_row
from replay_signals.schemas.rows import SignalRow
from replay_signals.transforms.session.event_rows import event_of
from replay_signals.transforms.streaming import MemoryStore, StateError
from replay_signals.transforms.streaming.closing import FACT_TABLES, fact_key
from replay_signals.transforms.streaming.codec import Codec
from replay_signals.transforms.streaming.state import (
    CODECS,
    DIGESTS,
    EVENTS,
    FACTS,
    OPEN,
    PUBLISHED,
    SIGNALS,
    STATES,
    SessionState,
    StoredSignal,
)
from replay_signals.transforms.table_rows import key_of
from support.outcome import START_MS, digested
from support.samples import ROOT, signal_row
from support.stories import shop_visit
from support.streaming import HOUR_MS, MAPS, Evidence, Stream, assert_equal, batch, copied

GOLDEN = ROOT / "tests" / "golden" / "streaming_state_v1.msgpack"
CUT_MS = 30_000


def evidence() -> list[tuple[int, Evidence]]:
    """The visit of the golden state: a message every three seconds."""
    visit = shop_visit()
    sent: list[tuple[int, Evidence]] = [(e.timestamp_ms + 20, e) for e in visit.analytics]
    for window, own in visit.recorded.items():
        for start in range(0, 60_000, 3000):
            part = [e for e in own if start <= float(str(e["timestamp"])) - START_MS < start + 3000]
            if part:
                sent_ms = START_MS + start + 3000
                fields = {"window_id": window, "sent_ms": sent_ms, "received_ms": sent_ms + 20}
                sent.append((sent_ms + 20, digested(part, distinct_id="user-1", **fields)))
    return sorted(sent, key=lambda one: one[0])


def packed(store: MemoryStore) -> bytes:
    maps = {name: getattr(store, name).entries for name in MAPS}
    return msgspec.msgpack.encode({"state": store.state.data, "published": store.published.data} | maps)


def unpacked(data: bytes) -> MemoryStore:
    found = msgspec.msgpack.decode(data)
    store = MemoryStore()
    store.state.data, store.published.data = found["state"], found["published"]
    for name in MAPS:
        getattr(store, name).entries = found.get(name, {})  # version 1 had no facts of their own
    return store


def test_a_session_goes_on_from_what_version_1_wrote() -> None:
    stream = Stream()
    stream.store = unpacked(GOLDEN.read_bytes())
    state = stream.state
    assert (state.team, state.session_id, state.phase, state.truncated) == ("team", "session-1", OPEN, False)
    assert state.windows[0].refs
    assert state.profile.flags == {"checkout": "test"}
    assert stream.store.signals.entries
    stream.timers = [state.timer_ms or 0]
    known: list[Evidence] = [DIGESTS.decode(data).digest for data in stream.store.digests.entries.values()]
    known += [event_of(EVENTS.decode(data).row) for data in stream.store.events.entries.values()]
    for data in stream.store.digests.entries.values():
        stream.remembers("message_digests", to_row(DIGESTS.decode(data).digest))
    for data in stream.store.signals.entries.values():
        stream.remembers("signals", SIGNALS.decode(data).row)
    for data in stream.store.events.entries.values():
        stream.remembers("events", EVENTS.decode(data).row)
    later = [one for one in evidence() if one[0] > START_MS + CUT_MS]
    stream.play(later).close()
    assert_equal(stream, batch([*known, *(one for _, one in later)], stream.rules))


class PublishedOfVersion1(msgspec.Struct, array_like=True):
    session_revision: int
    session_hash: bytes
    interactions_hash: bytes
    facts: dict[str, dict[str, tuple[int, bytes]]]


def as_of_version_1(store: MemoryStore) -> MemoryStore:
    """The store as version 1 kept it: facts by table and key in the value of the close."""
    old, now = copied(store), PUBLISHED.decode(store.published.data or b"")
    facts: dict[str, dict[str, tuple[int, bytes]]] = {table: {} for table in FACT_TABLES}
    for place, data in store.facts.entries.items():
        table, _, key = place.partition("/")
        facts[table][key] = msgspec.structs.astuple(FACTS.decode(data))
    value = PublishedOfVersion1(now.session_revision, now.session_hash, now.sets_hash, facts)
    old.published.data, old.facts.entries = Codec(PublishedOfVersion1, 1).encode(value), {}
    return old


def test_a_session_that_version_1_closed_goes_on_and_says_nothing_twice() -> None:
    sent = evidence()
    stream = Stream().play(sent[:-1]).close()
    assert stream.of("network_requests")
    stream.store = as_of_version_1(stream.store)
    now_ms, last = sent[-1]
    stream.send(last, now_ms + HOUR_MS)
    stream.close()
    assert stream.counts["sessions_rejudged"] == 1
    assert_equal(stream, batch([one for _, one in sent], stream.rules))
    rows = [(table, row) for table in FACT_TABLES for row in stream.of(table)]
    assert set(stream.store.facts.entries) == {fact_key(table, key_of(table, row)[-1]) for table, row in rows}
    assert not PUBLISHED.decode(stream.store.published.data or b"").facts_of_version_1


def test_every_piece_comes_back_as_it_was() -> None:
    stream = Stream().play(evidence()).close()
    for name, codec in CODECS.items():
        piece = getattr(stream.store, name)
        values = list(piece.entries.values()) if hasattr(piece, "entries") else [piece.data]
        assert values
        for data in values:
            assert codec.encode(codec.decode(data)) == data


class Old(msgspec.Struct, array_like=True):
    seconds: int


class New(msgspec.Struct, array_like=True):
    ms: int
    note: str = ""


def test_a_migration_reads_what_an_older_version_wrote() -> None:
    old, new = Codec(Old, 1), Codec(New, 2, {1: lambda value: [value[0] * 1000]})
    assert new.decode(old.encode(Old(7))) == New(7000)
    assert new.decode(new.encode(New(5, "x"))) == New(5, "x")


def test_migrations_follow_one_another() -> None:
    steps: dict[int, Any] = {1: lambda value: [value[0] * 1000], 2: lambda value: [value[0], "from 2"]}
    assert Codec(New, 3, steps).decode(Codec(Old, 1).encode(Old(7))) == New(7000, "from 2")


def test_fields_that_were_appended_need_no_migration() -> None:
    assert Codec(New, 1).decode(Codec(Old, 1).encode(Old(7))) == New(7)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no bytes"),
        (b"\x09\x91\x01", "newer version"),
        (b"\x01", "damaged"),
        (b"\x01\x91\xa1x", "damaged"),
        (b"\x00\x91\x01", "cannot be read any more"),
    ],
)
def test_state_that_cannot_be_read_stops_the_job(data: bytes, said: str) -> None:
    with pytest.raises(StateError, match=said):
        Codec(Old, 1).decode(data)
    stream = Stream()
    stream.store.state.data = b"\xff" + STATES.encode(SessionState("t", "s", OPEN, 0, 0))[1:]
    with pytest.raises(StateError, match="newer version"):
        stream.timer(0)
    with pytest.raises(StateError, match="newer version"):
        stream.send(evidence()[0][1], 0)


def test_a_contested_signal_of_version_1_is_contested_without_the_blank_that_marked_it() -> None:
    marked = Codec(SignalRow, 1).encode(signal_row(summary="3 clicks did nothing "))
    assert SIGNALS.decode(marked) == StoredSignal(signal_row(summary="3 clicks did nothing"), contested=True)
    plain = Codec(SignalRow, 1).encode(signal_row(summary="3 clicks did nothing"))
    assert SIGNALS.decode(plain) == StoredSignal(signal_row(summary="3 clicks did nothing"))
