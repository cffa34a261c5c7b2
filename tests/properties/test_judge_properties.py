"""However a session's events reach us, and whatever is in them, judge gives the same rows and never raises."""

from __future__ import annotations

import json
from collections.abc import Sequence
from random import Random
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.rows import ROW_KEYS, SessionVerdict
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.digest.merge import session_of
from replay_signals.transforms.digest.message import digest
from replay_signals.transforms.judge.judgement import judge
from replay_signals.transforms.judge.session import JUDGED_TABLES
from support.dom import Json
from support.events import compressed
from support.outcome import digested, message, verdict_of
from support.stories import shop_visit
from support.weird import weird, weird_items

quick = settings(max_examples=40, deadline=None)
thorough = settings(max_examples=120, deadline=None)
VISIT = shop_visit()
randoms = st.randoms(use_true_random=False)


def without_counts(verdict: SessionVerdict) -> SessionVerdict:
    """The verdict without the two columns that count messages."""
    session = msgspec.structs.replace(verdict.session, message_count=0, size_bytes=0)
    return msgspec.structs.replace(verdict, session=session)


def verdict(messages: Sequence[MessageDigest]) -> SessionVerdict:
    return without_counts(verdict_of(messages, VISIT.analytics))


WHOLE = verdict([digested(own, window_id=window) for window, own in VISIT.recorded.items()])


def test_the_story_has_signals_of_many_kinds() -> None:
    """Otherwise the properties below would compare nothing with nothing."""
    assert len(WHOLE.session.signal_kinds) >= 6
    assert {i.verdict for i in WHOLE.interactions} >= {"alive", "dead"}


def contiguous(events: list[Json], random: Random) -> list[list[Json]]:
    cuts = sorted(random.sample(range(1, len(events)), random.randint(0, min(8, len(events) - 1))))
    return [events[a:b] for a, b in zip([0, *cuts], [*cuts, len(events)], strict=True)]


def interleaved(events: list[Json], random: Random) -> list[list[Json]]:
    parts: list[list[Json]] = [[] for _ in range(random.randint(1, 8))]
    for event in events:
        random.choice(parts).append(event)
    return [part for part in parts if part]


def split(random: Random, how: Any) -> list[MessageDigest]:
    messages = []
    for window, own in VISIT.recorded.items():
        for part in how(own, random):
            random.shuffle(part)
            messages.append(digested(part, window_id=window))
    return messages


@quick
@given(randoms, st.sampled_from([contiguous, interleaved]))
def test_any_split_into_messages_gives_the_same_rows(random: Random, how: Any) -> None:
    assert verdict(split(random, how)) == WHOLE


@quick
@given(randoms)
def test_any_order_and_repetition_of_messages_gives_the_same_rows(random: Random) -> None:
    messages = split(random, interleaved)
    messages += random.choices(messages, k=random.randint(0, 5))
    random.shuffle(messages)
    assert verdict(messages) == WHOLE


@quick
@given(randoms)
def test_events_sent_twice_in_other_messages_count_once(random: Random) -> None:
    assert verdict(split(random, contiguous) + split(random, interleaved)) == WHOLE


@quick
@given(randoms)
def test_the_order_and_repetition_of_analytics_events_does_not_matter(random: Random) -> None:
    events = VISIT.analytics * 2
    random.shuffle(events)
    messages = [digested(own, window_id=window) for window, own in VISIT.recorded.items()]
    assert without_counts(verdict_of(messages, events)) == WHOLE


def sent(own: list[Json], window: str, events: list[Json]) -> MessageDigest:
    """A message of some of a document's events, sent 2.5 s after the last of all."""
    last = round(max(float(str(e["timestamp"])) for e in own))
    return digested(events, window_id=window, sent_ms=last + 2500, received_ms=last + 2600)


def documents(own: list[Json]) -> list[list[Json]]:
    starts = [i for i, e in enumerate(own) if e["type"] == 0]
    return [own[a:b] for a, b in zip(starts, [*starts[1:], len(own)], strict=True)]


@quick
@given(randoms, st.sampled_from([contiguous, interleaved]))
def test_sending_times_change_nothing_about_that(random: Random, how: Any) -> None:
    """No recorder sends the events of two documents in one request."""
    parts = [(w, page) for w, own in VISIT.recorded.items() for page in documents(own)]
    whole = [sent(page, window, page) for window, page in parts]
    pieces = [sent(page, window, piece) for window, page in parts for piece in how(page, random)]
    assert verdict(pieces) == verdict(whole)


@quick
@given(st.floats(0, 1, exclude_max=True), randoms)
def test_splits_agree_on_fractional_timestamps(fraction: float, random: Random) -> None:
    """React Native and some browsers stamp events with fractions of a millisecond."""
    own = VISIT.recorded["window-1"]
    moved = [e | {"timestamp": float(str(e["timestamp"])) + fraction * i / 7} for i, e in enumerate(own)]
    parts = [digested(part) for part in interleaved(moved, random)]
    assert without_counts(verdict_of(parts)) == without_counts(verdict_of([digested(moved)]))


def test_compressed_and_plain_recordings_give_the_same_rows() -> None:
    packed = [digested([compressed(e) for e in own], window_id=w) for w, own in VISIT.recorded.items()]
    assert verdict(packed) == WHOLE


def test_judging_twice_gives_the_same_rows_byte_for_byte() -> None:
    messages = [digested(own, window_id=window) for window, own in VISIT.recorded.items()]
    first, second = (msgspec.json.encode(verdict_of(messages, VISIT.analytics)) for _ in range(2))
    assert first == second


def keys_of(made: SessionVerdict) -> None:
    """What identifies a row identifies one row; every row can be written."""
    msgspec.json.encode(made)
    for table in JUDGED_TABLES[1:]:
        keys = [tuple(getattr(row, name) for name in ROW_KEYS[table]) for row in getattr(made, table)]
        assert len(keys) == len(set(keys)), table


@thorough
@given(st.lists(weird_items, min_size=1, max_size=3))
def test_whatever_digest_accepts_can_be_judged(parts: list[bytes]) -> None:
    made = [digest(message(items, window_id=f"window-{i % 2}")) for i, items in enumerate(parts)]
    accepted = [one for one in made if isinstance(one, MessageDigest)]
    if accepted:
        keys_of(judge(session_of(accepted), VISIT.analytics, Rules()))


@thorough
@given(weird_items, st.booleans())
def test_weird_events_in_a_real_visit_can_be_judged(items: bytes, mobile: bool) -> None:
    made = [digested(own, window_id=window) for window, own in VISIT.recorded.items()]
    odd = digest(message(items, snapshot_source="mobile" if mobile else "web"))
    if isinstance(odd, MessageDigest):
        keys_of(judge(session_of([*made, odd]), VISIT.analytics, Rules()))


readable = weird.filter(lambda value: "\\ud" not in json.dumps(value))  # parsers mend lone surrogates


@quick
@given(
    st.sampled_from(["$exception", "$pageview", "$pageleave", "$autocapture", "$identify"]),
    readable,
    readable,
    st.integers(0, 10**14),
)
def test_events_with_weird_properties_can_be_judged(name: str, value: Any, other: Any, at_ms: int) -> None:
    properties = {"$current_url": value, "$exception_list": [value, other], "$browser": value, "$elements_chain": value}
    event = msgspec.structs.replace(VISIT.analytics[0], event=name, timestamp_ms=at_ms, properties=properties)
    messages = [digested(own, window_id=window) for window, own in VISIT.recorded.items()]
    keys_of(verdict_of(messages, [event, *VISIT.analytics[1:]]))


def test_corrupt_stored_digests_are_left_out_and_marked() -> None:
    sound = digested(VISIT.recorded["window-1"])
    for records in (b"", b"\x00" * 9, sound.records[:-9]):
        made = verdict_of([msgspec.structs.replace(sound, records=records, message_id="other"), sound], letters=1)
        assert made.session.truncated
        assert made.session.click_count == verdict_of([sound]).session.click_count
    lost = verdict_of([msgspec.structs.replace(sound, records=b"broken")], letters=1)
    assert lost.session.truncated and lost.session.signal_count == 0
