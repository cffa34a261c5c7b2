"""A row that does not fit its table costs that row, and its dead letter names table and column."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from replay_signals.pipelines.batch.changes import changes_of_key
from replay_signals.pipelines.packing import pack
from replay_signals.schemas.messages import Reason
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.evidence.keys import key_of
from replay_signals.transforms.judge import session as judging
from replay_signals.transforms.judge.session import JUDGED_TABLES, judge_session
from replay_signals.transforms.table_rows import fitted
from support.outcome import digested
from support.stories import shop_visit

VISIT = shop_visit()
MESSAGES = [digested(own, window_id=window) for window, own in VISIT.recorded.items()]
RULES = Rules()
WRONG = [True, 5.5, "5", 2**63, -(2**63) - 1, 2**64, [1], Ellipsis]
"""What is no whole number of 64 bits."""


def spoil(monkeypatch: pytest.MonkeyPatch, table: str, column: str, value: object) -> None:
    """The first row of a table that a judgement gives has the value in a column."""
    judge = judging.judge

    def judged(*args: Any) -> Any:
        verdict = judge(*args)
        found = getattr(verdict, "session" if table == "sessions" else table)
        first = found if table == "sessions" else found[0]
        spoiled = msgspec.structs.replace(first, **{column: value})
        if table == "sessions":
            return msgspec.structs.replace(verdict, session=spoiled)
        return msgspec.structs.replace(verdict, **{table: [spoiled, *found[1:]]})

    monkeypatch.setattr(judging, "judge", judged)


@pytest.mark.parametrize("value", WRONG, ids=repr)
@pytest.mark.parametrize(("table", "column"), [("network_requests", "status"), ("interactions", "viewport_width_px")])
def test_a_row_that_does_not_fit_costs_itself(
    monkeypatch: pytest.MonkeyPatch, table: str, column: str, value: object
) -> None:
    whole = judge_session(MESSAGES, [], RULES)
    spoil(monkeypatch, table, column, value)
    made = judge_session(MESSAGES, [], RULES)
    assert made.failure is None
    assert made.rows == whole.rows | {table: made.rows[table]}
    assert len(made.rows[table]) == len(whole.rows[table]) - 1
    assert [(one.reason, one.detail) for one in made.letters] == [
        (Reason.INTERNAL, f"a row does not fit table {table}: column {column}")
    ]


@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_the_row_of_a_session_stays_without_the_wrong_value(monkeypatch: pytest.MonkeyPatch, value: object) -> None:
    whole = judge_session(MESSAGES, [], RULES)
    spoil(monkeypatch, "sessions", "size_bytes", value)
    made = judge_session(MESSAGES, [], RULES)
    assert made.rows == whole.rows | {"sessions": [msgspec.structs.replace(whole.rows["sessions"][0], size_bytes=0)]}
    assert [one.detail for one in made.letters] == ["a row does not fit table sessions: column size_bytes"]


def test_a_batch_writes_the_rest_and_the_dead_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(monkeypatch, "network_requests", "status", True)
    made = changes_of_key(key_of(MESSAGES[0]), [pack(one) for one in MESSAGES], RULES)
    written = {change.table: change.rows for change in made.changes}
    assert set(written) == {*JUDGED_TABLES, "message_digests", "events", "dead_letters"}
    assert [one.detail for one in written["dead_letters"]] == [
        "a row does not fit table network_requests: column status"
    ]
    assert (made.sessions, made.failed, made.rejected) == (1, 0, {Reason.INTERNAL: 1})


def test_every_column_of_whole_numbers_is_watched() -> None:
    whole = judge_session(MESSAGES, [], RULES).rows
    for table, column in [("sessions", "click_count"), ("signals", "offset_ms"), ("page_views", "duration_ms")]:
        row = msgspec.structs.replace(whole[table][0], **{column: 2**63})
        assert [one.column for one in fitted(table, [row])[1]] == [column]
