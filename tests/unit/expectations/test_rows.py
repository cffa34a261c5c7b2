"""Expectations of one row: the same verdict as the gate's SQL, and none against what the judge makes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import duckdb
import pytest

from replay_signals.pipelines.gate.batch import parameters
from replay_signals.pipelines.gate.evaluate import evaluate
from replay_signals.pipelines.iceberg.schema import arrow_table, schema_of
from replay_signals.schemas.expectations import ROW_SUITES
from replay_signals.schemas.expectations.common import SESSION_KNOWN
from replay_signals.transforms.digest import records
from replay_signals.transforms.evidence.dead_letters import dead_letter_row, unexpected_letter
from replay_signals.transforms.expectations.rows import unexpected
from replay_signals.transforms.judge.features import active_ms
from support.made_rows import made

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = date(2026, 3, 2)
SOUND: dict[str, dict[str, Any]] = {
    "sessions": {
        "day": DAY, "started_at": AT, "ended_at": AT, "revision": 1, "witness": "full", "severity": 20.0,
        "components": {"dead_click": 20.0}, "signal_count": 1, "signal_kinds": {"dead_click": 1},
    },
    "signals": {
        "day": DAY, "revision": 1, "kind": "dead_click", "status": "new", "verdict": "dead", "severity": 40.0,
        "components": {"blocked": 35.0, "attempts": 5.0},
    },
    "interactions": {"day": DAY, "revision": 1, "kind": "click", "verdict": "alive"},
    "events": {"day": DAY, "occurred_at": AT},
}  # fmt: skip
CLICK = records.Interaction(0, 2, 7, None, 5, 0)
WRONG: list[tuple[str, dict[str, Any]]] = [
    ("signals", {"severity": 120.0, "components": {"blocked": 120.0}}),
    ("signals", {"components": {"blocked": 30.0}}),
    ("signals", {"kind": "mystery"}),
    ("signals", {"confidence": 2.0}),
    ("signals", {"started_at": AT, "ended_at": datetime(2026, 3, 1, tzinfo=UTC)}),
    ("signals", {"rules_version": None}),
    ("sessions", {"signal_count": 5}),
    ("sessions", {"day": date(2026, 3, 3)}),
    ("sessions", {"duration_ms": 5, "active_ms": 7}),
    ("interactions", {"verdict_alone": "perhaps"}),
    ("events", {"day": date(2026, 3, 1)}),
]


def by_sql(table: str, row: Any) -> list[str]:
    """What the gate says of the row."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("r", arrow_table([row], schema_of(table).as_arrow()))
        suite = ROW_SUITES[table]
        columns = ["r.*", *(f"{one.sql} AS {one.name}" for one in suite.computed), f"true AS {SESSION_KNOWN}"]
        connection.execute(f"CREATE VIEW checked AS SELECT {', '.join(columns)} FROM r")
        return [one.what for one in evaluate(connection, suite, "checked", parameters()) if not one.holds]


@pytest.mark.parametrize("table", SOUND)
def test_a_sound_row_is_as_expected(table: str) -> None:
    row = made(table, **SOUND[table])
    assert (unexpected(table, row), by_sql(table, row)) == (None, [])


@pytest.mark.parametrize(("table", "fields"), WRONG, ids=[f"{table} {[*fields][-1]}" for table, fields in WRONG])
def test_a_wrong_row_is_told_as_the_gate_tells_it(table: str, fields: dict[str, Any]) -> None:
    row = made(table, **SOUND[table] | fields)
    assert unexpected(table, row) == by_sql(table, row)[0]


def test_a_visit_of_one_moment_was_active_for_its_least() -> None:
    row = made("sessions", **SOUND["sessions"] | {"duration_ms": 0, "active_ms": active_ms([(0.0, CLICK)])})
    assert row.active_ms == 1
    assert (unexpected("sessions", row), by_sql("sessions", row)) == (None, [])


def test_a_kind_that_is_no_longer_found_can_be_retracted() -> None:
    row = made("signals", **SOUND["signals"] | {"kind": "mystery", "status": "retracted"})
    assert (unexpected("signals", row), by_sql("signals", row)) == (None, [])


def test_not_a_number_is_in_no_range() -> None:
    row = made("signals", **SOUND["signals"] | {"confidence": float("nan")})
    assert unexpected("signals", row) == by_sql("signals", row)[0] == "confidence is not 0 to 1"


def test_its_dead_letter_names_table_key_and_reason_and_keeps_no_value() -> None:
    row = made("signals", **SOUND["signals"] | {"kind": "secret", "team": "t", "session_id": "s", "signal_id": "g"})
    letter = dead_letter_row(unexpected_letter("signals", row, unexpected("signals", row) or ""))
    assert (letter.reason, letter.source) == ("unexpected_row", "table:signals:t/s/g")
    assert "its kind is none that this version finds" in letter.detail
    assert b"secret" not in letter.payload
    assert "secret" not in letter.detail
