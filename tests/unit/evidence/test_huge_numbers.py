"""Numbers that no float holds cost nothing but themselves."""

from __future__ import annotations

import json

import pytest

from replay_signals.schemas.messages import SourcePosition
from replay_signals.schemas.rows import EventRow
from replay_signals.transforms.evidence.kafka import KafkaMessage, evidence_of_kafka


@pytest.mark.parametrize("number", ["1" + "0" * 400, "-1" + "0" * 400, "1e308", "18446744073709551616", "-0.0"])
def test_a_property_may_be_any_number(number: str) -> None:
    properties = '{"$viewport_width": ' + number + ', "$current_url": "https://example.com/"}'
    event = {
        "event": "x",
        "uuid": "u",
        "distinct_id": "d",
        "timestamp": "2026-11-27 10:00:00",
        "properties": properties,
    }
    message = KafkaMessage(json.dumps(event).encode(), {"token": b"t"}, 1_790_000_000_000, SourcePosition("x", 0, 0))
    (evidence,) = evidence_of_kafka("events", message)
    assert isinstance(evidence.body, EventRow)
