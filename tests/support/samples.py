"""Samples that several tests use: rows of a made-up session, and where the real recordings lie."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from replay_signals.schemas.inbox import InboxRecord
from replay_signals.schemas.problem_rows import ProblemRow
from replay_signals.schemas.rows import SignalRow
from replay_signals.transforms.inbox.record import inbox_record

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
START = datetime(2026, 11, 24, 20, 0, 0, 123000, tzinfo=UTC)
PRODUCED = datetime(2026, 11, 25, tzinfo=UTC)


def signal_row(**changes: object) -> SignalRow:
    """A dead click on "Pay now", changed as asked for."""
    fields: dict[str, object] = {
        "day": START.date(),
        "team": "phc_test",
        "signal_id": "a" * 16,
        "revision": 1,
        "status": "new",
        "session_id": "session-1",
        "window_id": "window-1",
        "distinct_id": "user-1",
        "person_id": None,
        "kind": "dead_click",
        "started_at": START,
        "ended_at": START + timedelta(seconds=7),
        "page": "http://site.test/orders/17",
        "page_pattern": "/orders/:id",
        "element": 'button#pay "Pay now"',
        "element_key": "button#pay",
        "x_px": 10.0,
        "y_px": 20.5,
        "verdict": "dead",
        "confidence": 0.9,
        "severity": 50.0,
        "components": {"blocked": 40.0, "retries": 10.0},
        "summary": "Nothing answered within 7 s.",
        "evidence": '{"missed": ["mutation", "navigation"], "offset_ms": 65000}',
        "click_count": 1,
        "reaction_ms": None,
        "offset_ms": 65_000,
        "flags": {"new-checkout": "test"},
        "rules_version": "1-abcd",
        "incident_id": "c" * 16,
        "is_leading": True,
        "failure": "request",
        "cause": "POST /api/pay/:id 5xx",
        "problem_id": "d" * 16,
        "place": "/orders/:id",
        "request_route": "POST /api/pay/:id 5xx",
        "exception_fingerprint": "e" * 16,
    }
    return SignalRow(**(fields | changes))  # type: ignore[arg-type]


def record(**changes: object) -> InboxRecord:
    """The inbox record of `signal_row`."""
    return inbox_record(signal_row(**changes), produced_at=PRODUCED)


def problem_row(**changes: object) -> ProblemRow:
    """A button that does nothing for 30 % of those who use it, and costs them 60 points of success."""
    day = START.date()
    fields: dict[str, object] = {
        "day": day,
        "team": "phc_test",
        "problem_id": "p" * 16,
        "revision": 1,
        "status": "new",
        "state": "new",
        "kind": "dead_click_cluster",
        "failure": "silence",
        "cause": "nothing happens",
        "title": 'Nothing happens: button#pay "Pay now" at /orders/:id',
        "summary": "Hits 30 visitors, 1 in 3 of those who use it.",
        "place": "/orders/:id",
        "places": ["/orders/:id"],
        "element": 'button#pay "Pay now"',
        "element_key": "button#pay",
        "sessions": 31,
        "users": 30,
        "reached_sessions": 200,
        "used_sessions": 100,
        "affected_share": 0.31,
        "comparison": "used",
        "comparison_reason": "affected with unaffected visitors who used the same",
        "outcome": "another answered click or page within 60 s",
        "effect": -0.6,
        "effect_low": -0.7,
        "effect_high": -0.5,
        "users_per_day": 10.0,
        "time_lost_ms": 61_000,
        "value_lost": 0.0,
        "trend": [-1.0, 0.0, 0.31],
        "first_seen": START,
        "last_seen": START + timedelta(hours=1),
        "onset": day,
        "onset_low": day,
        "onset_high": day,
        "started_with": "release=2.4.0",
        "lifts": '[{"dimension":"flag:new-checkout","value":"b","ratio":null,"low":2.0,"high":null,"q":0.001}]',
        "severity": 53.0,
        "components": {"users": 50.0, "effect": 3.0},
        "priority": "P2",
        "weight": 0.53,
        "confidence": 0.9,
        "examples": ["session-1@65000", "session-2@1000"],
        "aliases": [],
        "merged_into": "",
        "rules_version": "1-abcd",
        "told": "",
        "priors_version": "",
    }
    return ProblemRow(**(fields | changes))  # type: ignore[arg-type]
