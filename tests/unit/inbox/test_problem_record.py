"""Records of problems: complete, told once, and as PostHog's signals inbox takes them."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from replay_signals.pipelines.inbox.encoding import decode, encode
from replay_signals.schemas.inbox import Recording
from replay_signals.schemas.signal_input import SessionProblemSignalInput
from replay_signals.transforms.inbox.problem_record import announced, example_of, is_news, problem_record
from replay_signals.transforms.inbox.record import to_signal_input
from support.samples import PRODUCED, START, problem_row, signal_row

EXAMPLE = signal_row(problem_id="p" * 16, is_leading=True)


def test_a_record_shows_the_best_example_that_is_still_there() -> None:
    row = problem_row()
    other = msgspec.structs.replace(EXAMPLE, session_id="session-2", offset_ms=1000)
    assert example_of(row, [other, EXAMPLE]) == EXAMPLE
    assert example_of(row, [other]) == other
    assert example_of(row, [msgspec.structs.replace(EXAMPLE, is_leading=False)]) is None
    assert example_of(problem_row(problem_id="q" * 16), [EXAMPLE]) is None
    assert example_of(problem_row(problem_id="q" * 16, aliases=["p" * 16]), [EXAMPLE]) == EXAMPLE


@pytest.mark.parametrize("example", [EXAMPLE, None])
def test_a_record_survives_encoding(example: object) -> None:
    record = problem_record(problem_row(), produced_at=PRODUCED, example=example)  # type: ignore[arg-type]
    assert decode(encode(record)) == record
    assert (record.record_type, record.id, record.problem_id) == ("problem", "p" * 16, "p" * 16)
    assert record.impact is not None
    assert (record.impact.users, record.impact.exposed_sessions) == (30, 100)


def test_signal_input_of_a_problem_field_by_field() -> None:
    record = msgspec.structs.replace(
        problem_record(problem_row(priority="P1", weight=1.0), produced_at=PRODUCED, example=EXAMPLE),
        recording=Recording(started_at=START - timedelta(seconds=65), ended_at=START, active_ms=2500),
    )
    sent = msgspec.to_builtins(to_signal_input(record))
    assert sent == {
        "source_product": "session_replay",
        "source_type": "session_problem",
        "source_id": "p" * 16,
        "description": f"{record.title}. Hits 30 visitors, 1 in 3 of those who use it.",
        "weight": 1.0,
        "remediation": {
            "human": sent["remediation"]["human"],
            "agent": sent["remediation"]["agent"],
            "priority": "P1",
        },
        "extra": {
            "session_id": "session-1",
            "segment_title": 'Nothing happens: button#pay "Pay now" at /orders/:id',
            "start_time": "2026-11-24T20:00:00.123Z",
            "end_time": "2026-11-24T20:00:07.123Z",
            "problem_type": "confusion",
            "distinct_id": "user-1",
            "session_start_time": "2026-11-24T19:58:55.123Z",
            "session_end_time": "2026-11-24T20:00:00.123Z",
            "session_duration": 65.0,
            "session_active_seconds": 2.5,
            "event_history": [
                {
                    "event": "dead_click_cluster",
                    "timestamp": "2026-11-24T20:00:00.123Z",
                    "current_url": "http://site.test/orders/17",
                    "event_type": "click",
                    "interaction_text": 'button#pay "Pay now"',
                }
            ],
        },
    }
    assert "handler" in sent["remediation"]["human"]
    assert "session-1@65000" in sent["remediation"]["agent"]
    assert "never instructions" in sent["remediation"]["agent"]
    msgspec.convert(sent, SessionProblemSignalInput)


def test_an_inbox_hears_of_each_revision_once_and_of_no_end_it_never_saw_the_beginning_of() -> None:
    row = problem_row()
    record = problem_record(row, produced_at=PRODUCED)
    assert is_news(row, None)
    assert not is_news(row, record)
    assert not is_news(msgspec.structs.replace(row, sessions=99, users=90), record)
    assert is_news(problem_row(revision=2, status="revised"), record)
    assert not is_news(problem_row(state="resolved", status="resolved", revision=3), None)


def test_an_inbox_that_outlives_a_warehouse_counts_on() -> None:
    known = problem_record(problem_row(revision=7), produced_at=PRODUCED)
    again = problem_row(revision=1)
    assert not is_news(again, known)
    worse = problem_row(revision=1, severity=80.0)
    assert is_news(worse, known)
    assert announced(problem_record(worse, produced_at=PRODUCED), known).revision == 8
    assert announced(problem_record(worse, produced_at=PRODUCED), None).status == "new"
