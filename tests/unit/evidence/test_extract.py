"""One way from a record to evidence: the same in `detect`, batch and stream, and a bug costs one record."""

from __future__ import annotations

import json
from itertools import permutations

import msgspec
import pytest

from replay_signals.jobs.detect import CollectedEvidence, Rejects, judge_all
from replay_signals.pipelines.batch.changes import changes_of_key
from replay_signals.pipelines.packing import pack
from replay_signals.schemas.messages import AnalyticsEvent, Reason, SourcePosition
from replay_signals.schemas.rows import DeadLetterRow
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.evidence import extract
from replay_signals.transforms.evidence.extract import evidence_of
from replay_signals.transforms.evidence.kafka import KafkaMessage, evidence_of_kafka
from replay_signals.transforms.table_rows import content
from support import events as rrweb
from support.outcome import POSITION, START_MS, message
from support.web import Visit

PLACE = SourcePosition("snapshots", 7, 3)


def copies() -> list[AnalyticsEvent]:
    """One event three times, as it differs between two sources and their clocks."""
    (one,) = Visit().event("order", at=5000, amount=1).analytics
    return [
        msgspec.structs.replace(one, person_id="person-b", received_ms=START_MS + 1),
        msgspec.structs.replace(one, person_id="person-a", received_ms=START_MS + 9),
        msgspec.structs.replace(one, person_id="person-c", received_ms=None),
    ]


def test_detect_and_backfill_keep_the_same_copy_of_an_event_in_any_order() -> None:
    recorded = message([rrweb.meta(START_MS, "http://shop.test/")])
    persons = set()
    for order in permutations(copies()):
        found = CollectedEvidence(Rejects())
        for record in (recorded, *order):
            found.add(record)
        (detected,) = judge_all(found, Rules())
        evidence = [one for record in (recorded, *order) for one in evidence_of(record)]
        made = changes_of_key(evidence[0].key, [pack(one.body) for one in evidence], Rules())
        stored = {change.table: change.rows for change in made.changes}
        for table in ("sessions", "events"):
            assert [content(row) for row in stored[table]] == [content(row) for row in detected[table]]
        persons.add(detected["sessions"][0].person_id)
    assert len(persons) == 1


def test_a_bug_gives_a_dead_letter_with_payload_and_position(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> object:
        raise ZeroDivisionError("a detector divided by nothing")

    monkeypatch.setattr(extract, "digested", broken)
    monkeypatch.setattr(extract, "event_row", broken)
    for record in (message([rrweb.meta(START_MS, "http://shop.test/")]), copies()[0]):
        (evidence,) = evidence_of(record)
        letter = evidence.body
        assert isinstance(letter, DeadLetterRow)
        assert (letter.reason, letter.source, letter.payload != b"") == (Reason.INTERNAL, POSITION.source, True)


def test_a_bug_in_a_parser_costs_one_kafka_message(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> object:
        raise KeyError("a parser")

    monkeypatch.setitem(extract_kafka_parsers(), "snapshots", broken)
    (evidence,) = evidence_of_kafka("snapshots", KafkaMessage(b"{}", {}, START_MS, PLACE))
    letter = evidence.body
    assert isinstance(letter, DeadLetterRow)
    assert (letter.source, letter.partition, letter.offset, letter.payload) == ("snapshots", 3, 7, b"{}")


def extract_kafka_parsers() -> dict[str, object]:
    from replay_signals.transforms.evidence import kafka

    return kafka.PARSERS  # type: ignore[return-value]


def test_of_a_team_that_is_not_configured_nothing_is_kept() -> None:
    items = json.dumps({"event": "$snapshot_items", "properties": {"$session_id": "s", "$snapshot_items": []}})
    value = json.dumps({"data": items, "distinct_id": "d"}).encode()
    arrived = KafkaMessage(value, {"token": b"phc_x"}, START_MS, PLACE)
    (evidence,) = evidence_of_kafka("snapshots", arrived, frozenset({"phc_known"}))
    assert isinstance(evidence.body, DeadLetterRow)
    assert evidence.body.reason == "header_token_present_team_missing_or_disabled"
