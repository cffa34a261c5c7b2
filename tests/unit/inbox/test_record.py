"""From rows to records, JSON lines and PostHog's signal input."""

from __future__ import annotations

import json
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_signals.schemas.inbox import Recording
from replay_signals.schemas.rows import SignalRow
from replay_signals.schemas.signal_input import SessionProblemSignalInput
from replay_signals.transforms.inbox.record import inbox_record, parsed, signal_line, title, to_signal_input, weight
from replay_signals.transforms.printable import iso, json_bytes, visible
from replay_signals.transforms.signals import SIGNALS
from support.samples import PRODUCED, START, record, signal_row


def test_a_record_takes_over_every_column_of_the_signal() -> None:
    row = signal_row(person_id="person-1", reaction_ms=3.5)
    made = inbox_record(row, produced_at=PRODUCED)
    flat = {
        **msgspec.structs.asdict(made),
        **msgspec.structs.asdict(made.where),
        **msgspec.structs.asdict(made.who),
        "signal_id": made.id,
    }
    columns = msgspec.structs.asdict(row)
    for name in ("day", "priors_version"):  # a partition of the table, and what the judgement stood on: the row's alone
        del columns[name]
    assert {name: flat[name] for name in columns} == columns
    assert (made.record_type, made.impact, made.produced_at) == ("signal", None, PRODUCED)


def test_a_json_line_has_every_column_evidence_as_an_object_and_times_in_utc() -> None:
    line = signal_line(signal_row())
    assert b"\n" not in line
    fields = json.loads(line)
    assert set(fields) == {field.name for field in msgspec.structs.fields(SignalRow)}
    assert list(fields)[:4] == ["session_id", "kind", "started_at", "ended_at"]
    assert fields["started_at"] == "2026-11-24T20:00:00.123000Z"
    assert fields["evidence"] == {"missed": ["mutation", "navigation"], "offset_ms": 65000}
    assert fields["components"] == {"blocked": 40.0, "retries": 10.0}


def test_signal_input_has_what_posthogs_contract_asks_for_field_by_field() -> None:
    spanned = msgspec.structs.replace(
        record(),
        recording=Recording(
            started_at=START - timedelta(seconds=65), ended_at=START + timedelta(seconds=10), active_ms=2500
        ),
    )
    sent = msgspec.to_builtins(to_signal_input(spanned))
    assert sent == {
        "source_product": "session_replay",
        "source_type": "session_problem",
        "source_id": "a" * 16,
        "description": 'Dead click on button#pay "Pay now" at /orders/:id. Nothing answered within 7 s.',
        "weight": pytest.approx(0.45),
        "remediation": None,
        "extra": {
            "session_id": "session-1",
            "segment_title": 'Dead click on button#pay "Pay now" at /orders/:id',
            "start_time": "2026-11-24T20:00:00.123Z",
            "end_time": "2026-11-24T20:00:07.123Z",
            "problem_type": "confusion",
            "distinct_id": "user-1",
            "session_start_time": "2026-11-24T19:58:55.123Z",
            "session_end_time": "2026-11-24T20:00:10.123Z",
            "session_duration": 75.0,
            "session_active_seconds": 2.5,
            "event_history": [
                {
                    "event": "dead_click",
                    "timestamp": "2026-11-24T20:00:00.123Z",
                    "current_url": "http://site.test/orders/17",
                    "event_type": "click",
                    "interaction_text": 'button#pay "Pay now"',
                }
            ],
        },
    }
    assert msgspec.convert(sent, SessionProblemSignalInput) == to_signal_input(spanned)


def test_signal_input_leaves_out_what_is_not_known() -> None:
    sent = msgspec.to_builtins(to_signal_input(record(element="", page="", click_count=0)))
    assert "session_start_time" not in sent["extra"]
    assert sent["extra"]["event_history"] == [{"event": "dead_click", "timestamp": "2026-11-24T20:00:00.123Z"}]


@pytest.mark.parametrize("where", [(), ("extra",), ("extra", "event_history", 0)])
def test_the_contract_rejects_unknown_fields_like_posthogs(where: tuple[str | int, ...]) -> None:
    sent = json.loads(msgspec.json.encode(to_signal_input(record())))
    place = sent
    for step in where:
        place = place[step]
    place["surprise"] = 1
    with pytest.raises(msgspec.ValidationError, match="surprise"):
        msgspec.convert(sent, SessionProblemSignalInput)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [*((kind, signal.problem_type) for kind, signal in SIGNALS.items()), ("kind_of_another_version", "confusion")],
)
def test_every_kind_has_one_of_posthogs_problem_types(kind: str, expected: str) -> None:
    sent = msgspec.to_builtins(to_signal_input(record(kind=kind)))
    assert sent["extra"]["problem_type"] == expected
    assert msgspec.convert(sent, SessionProblemSignalInput)


def test_weight_grows_with_severity_and_confidence_and_stays_below_one() -> None:
    assert weight(signal_row(severity=50.0, confidence=0.9)) == pytest.approx(0.45)
    assert weight(signal_row(severity=100.0, confidence=1.0)) == 0.95


def test_weight_one_is_reserved_for_a_visitor_who_was_blocked_completely() -> None:
    stopped = {"blocked": 35.0, "no_recovery": 15.0, "left": 15.0}
    assert weight(signal_row(components=stopped, severity=65.0, confidence=0.8)) == 1.0
    assert weight(signal_row(components=stopped, severity=65.0, confidence=0.79)) < 1
    for part in stopped:
        less = {name: points for name, points in stopped.items() if name != part}
        assert weight(signal_row(components=less, severity=65.0, confidence=0.95)) < 1
    assert weight(signal_row(components=stopped | {"blocked": 28.0}, severity=58.0, confidence=0.95)) < 1


def test_titles_name_kind_element_and_page() -> None:
    assert title("rage_click", "a#x", "/cart") == "Rage click on a#x at /cart"
    assert title("scroll_hunt", "", "/cart") == "Scroll hunt at /cart"
    assert title("scroll_hunt", "", "") == "Scroll hunt"


def test_times_are_utc_with_milliseconds() -> None:
    assert iso(START) == "2026-11-24T20:00:00.123Z"


def test_evidence_that_is_no_json_stays_the_text_it_is() -> None:
    assert parsed("{broken") == "{broken"


HOSTILE = "\x1b[2J\x07 a\nb \x9b31m \u202egnp \ud83d [red]x[/red]"


def test_visible_text_cannot_steer_a_terminal() -> None:
    assert visible(HOSTILE) == r"\x1b[2J\x07 a\nb \x9b31m \u202egnp \ud83d [red]x[/red]"
    assert visible('Größe "日本" 👩‍🚀') == 'Größe "日本" 👩‍🚀'


def test_json_of_hostile_text_is_printable_and_still_the_same_text() -> None:
    line = signal_line(signal_row(element=HOSTILE)).decode()
    assert not [c for c in line if not c.isprintable()]
    assert json.loads(line)["element"] == HOSTILE.replace("\ud83d", "\ufffd")


@given(st.dictionaries(st.text(), st.text() | st.lists(st.text())))
def test_json_round_trips_any_text(value: dict[str, object]) -> None:
    assert json.loads(json_bytes(value)) == value
    assert json.loads(json_bytes(value, indent=2)) == value
