"""live on real recordings, played in the order and at the times they arrived: early signals are right and in time."""

from __future__ import annotations

from collections import defaultdict

import pytest

from replay_signals.pipelines.files.reading import read
from replay_signals.schemas.digests import MessageDigest, millis
from replay_signals.schemas.messages import AnalyticsEvent, SnapshotMessage
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.digest.message import digest
from replay_signals.transforms.signals import SIGNALS, settling
from replay_signals.transforms.signals.descriptor import Scope
from support.samples import EXAMPLES
from support.streaming import Evidence, Stream, assert_equal, batch

FILES = sorted(EXAMPLES.glob("**/*.posts.jsonl.gz"))
AT_CLOSE = {kind for kind, signal in SIGNALS.items() if signal.settled_ms is settling.at_close}
ON_CLICKS = {
    kind
    for kind, signal in SIGNALS.items()
    if signal.scope == Scope.CLICK and signal.settled_ms is settling.after_evidence_window
}
RULES = Rules()


def sessions() -> dict[str, list[tuple[int, Evidence]]]:
    found: dict[str, list[tuple[int, Evidence]]] = defaultdict(list)
    for path in FILES:
        for record in read(str(path)):
            if isinstance(record, SnapshotMessage):
                made = digest(record)
                assert isinstance(made, MessageDigest)
                found[record.session_id].append((record.received_ms or 0, made))
            elif isinstance(record, AnalyticsEvent) and record.session_id:
                found[record.session_id].append((record.received_ms or record.timestamp_ms, record))
    return {name: sorted(own, key=lambda one: one[0]) for name, own in found.items()}


@pytest.fixture(scope="module")
def streams() -> list[tuple[Stream, list[Evidence]]]:
    return [(Stream(RULES).play(own).close(), [one for _, one in own]) for own in sessions().values()]


def test_after_the_close_every_recording_is_as_a_backfill_has_it(streams: list[tuple[Stream, list[Evidence]]]) -> None:
    assert len(streams) >= 10
    for stream, every in streams:
        assert_equal(stream, batch(every, RULES))


def test_signals_come_before_the_close_and_few_are_taken_back(streams: list[tuple[Stream, list[Evidence]]]) -> None:
    """All that clicks show; of all kinds but those that only the end of the visit can show, nine in ten."""
    early = late = 0
    for stream, _ in streams:
        closed_ms = stream.state.closed_ms
        for row in stream.tables()["signals"]:
            if row.kind not in AT_CLOSE:
                before = stream.when(row.signal_id) < closed_ms
                assert before or row.kind not in ON_CLICKS, f"{row.kind} of {row.session_id} waited for the close"
                early, late = early + before, late + (not before)
    retracted = sum(stream.counts["signals_retracted"] for stream, _ in streams)
    assert early > 40
    assert late <= early / 10
    assert retracted <= early / 50


def test_a_click_s_signal_comes_within_a_second_of_its_evidence_window(
    streams: list[tuple[Stream, list[Evidence]]],
) -> None:
    waits = sorted(
        stream.when(row.signal_id) - millis(row.ended_at) - RULES.clicks.window_ms
        for stream, _ in streams
        for row in stream.tables()["signals"]
        if row.kind in ON_CLICKS and stream.of("sessions")[0].snapshot_source == "web"  # phones say later what they saw
    )
    assert len(waits) > 20
    assert waits[len(waits) // 2] < 100
    assert waits[-1] < 1000
