"""Whatever bytes come in: digest gives a digest or a dead letter, and what it gives survives being stored."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, get_args, get_type_hints

from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import structs

from replay_signals.schemas.digests import DIGEST_VERSION, MessageDigest, from_row, to_row
from replay_signals.schemas.messages import MAX_DEAD_LETTER_PAYLOAD_BYTES, DeadLetter
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.message import digest
from support.events import compressed, mutation
from support.outcome import message
from support.weird import REAL, weird_event, weird_items

STYLED = mutation(1_795_490_003_000, attributes=[{"id": 5, "attributes": {"style": {"width": "5px"}, "title": "é"}}])

quick = settings(max_examples=150, deadline=None)


def digest_or_letter(items: bytes) -> MessageDigest | DeadLetter:
    made = digest(message(items))
    assert isinstance(made, MessageDigest | DeadLetter)
    if isinstance(made, DeadLetter):
        assert made.reason and made.detail
        assert made.payload == items[:MAX_DEAD_LETTER_PAYLOAD_BYTES]
        assert made.session_id == "session-1"
    return made


@quick
@given(st.binary(max_size=400))
@example(b"")
@example(b"[" * 100_000)
@example(b'[{"type":3,"timestamp":1,"data":' + b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"}]")
@example(b"\xff\xfe[]")
@example(b"null")
@example(b"{}")
@example(b"[null,1,[],{}]")
def test_any_bytes_give_a_digest_or_a_dead_letter(items: bytes) -> None:
    digest_or_letter(items)


@quick
@given(weird_items)
def test_any_json_gives_a_digest_or_a_dead_letter(items: bytes) -> None:
    digest_or_letter(items)


@quick
@given(weird_items)
def test_every_event_is_kept_or_counted_as_rejected(items: bytes) -> None:
    made = digest_or_letter(items)
    if isinstance(made, MessageDigest):
        assert made.event_count == len(records.records_of(made))
        assert made.event_count + made.rejected_event_count == len(json.loads(items.decode("utf-8", "surrogatepass")))
        assert made.event_count > 0


@quick
@given(weird_items)
def test_a_digest_comes_back_from_its_table_row_as_it_was(items: bytes) -> None:
    made = digest_or_letter(items)
    if isinstance(made, MessageDigest):
        assert from_row(to_row(made)) == made


def contents(made: MessageDigest | DeadLetter) -> Counter[str]:
    """Records with their own times."""
    assert isinstance(made, MessageDigest)
    found = records.records_of(made)
    return Counter(repr((made.first_ms + r.offset_ms, structs.replace(r, offset_ms=0))) for r in found)


def as_browsers_write(events: list[Any]) -> bytes:
    return json.dumps(events, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


@quick
@given(st.lists(st.sampled_from([*REAL, STYLED]), min_size=1, max_size=10), weird_event(), st.integers(0, 9))
def test_a_bad_event_costs_none_of_its_neighbours(good: list[Any], bad: Any, place: int) -> None:
    alone = digest_or_letter(as_browsers_write(good))
    mixed = digest_or_letter(as_browsers_write([*good[:place], bad, *good[place:]]))
    assert contents(alone) <= contents(mixed)


@quick
@given(st.lists(st.sampled_from(REAL), min_size=1, max_size=20))
def test_compression_of_the_recorder_changes_nothing(events: list[Any]) -> None:
    plain = digest_or_letter(json.dumps(events).encode())
    packed = digest_or_letter(json.dumps([compressed(e) for e in events]).encode())
    assert isinstance(plain, MessageDigest) and isinstance(packed, MessageDigest)
    assert records.records_of(plain) == records.records_of(packed)


def any_record(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Hypothesis takes msgspec's mark of a made default for the default itself, so such fields are named."""
    hints = get_type_hints(kind)
    made = {f.name: st.from_type(hints[f.name]) for f in structs.fields(kind) if f.default_factory is list}
    return st.builds(kind, **made) if made else st.from_type(kind)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(map(any_record, get_args(records.ReplayRecord))).filter(records.encodable), max_size=5))
def test_records_come_back_from_their_encoding(kept: list[records.ReplayRecord]) -> None:
    assert repr(records.decode(records.encode(kept), DIGEST_VERSION)) == repr(kept)  # NaN equals itself in text only
