"""Suites of the tables that backfill, `rejudge` and stream write from what they read.

They hold whatever a visitor sends: what a recording can say as it likes (a status, a height) is no reason to stop.
"""

from __future__ import annotations

from replay_signals.schemas.expectations.common import (
    COMPONENTS_GAP,
    TENTH,
    counts,
    day_gap,
    points,
    share,
    suite_of,
    sum_gap,
)
from replay_signals.schemas.expectations.suite import Computed, between, not_less, one_of

SIGNAL_KINDS = "signal_kinds"
"""Parameter: the kinds of signals that this version finds."""
CLICK_VERDICTS = ("alive", "slow", "dead", "unknown")
FAILURES = (
    "silence",
    "blocked",
    "slow",
    "exception",
    "request",
    "form",
    "page",
    "slow_page",
    "slow_route",
    "reading",
    "exit",
)
JUDGEABLE = ("", "ok", "no_snapshot", "no_mutations", "broken_clock", "canvas")
TRAFFIC = ("", "visitor", "bot", "internal", "test")
KINDS_AT_ONCE = 20
"""Components of a session, each rounded: one a kind."""
LEAST_ACTIVE_MS = 1
"""What a visit of one moment was active for, by PostHog's count."""
ACTIVE_EXCESS = Computed("active_excess_ms", "active_ms - duration_ms", lambda row: row.active_ms - row.duration_ms)
KIND_FOUND = Computed(
    "kind_found",
    "CASE WHEN status <> 'retracted' THEN kind END",
    lambda row: row.kind if row.status != "retracted" else None,
)
"""A kind that this version no longer finds is retracted by its own name."""
SAME_DAY = between("day_gap_days", 0, 0, "day is not the day of its time")

FED = (
    suite_of(
        "message_digests",
        *counts("event_count", "rejected_event_count", "size_bytes"),
        between("revision", 1, None),
        not_less("last_event_at", "first_event_at", "it ends before it starts"),
        SAME_DAY,
        computed=[day_gap("first_event_at")],
    ),
    suite_of(
        "sessions",
        *points(TENTH * KINDS_AT_ONCE),
        *counts(
            "signal_count", "exception_count", "event_row_count", "duration_ms", "active_ms", "event_count",
            "message_count", "size_bytes", "window_count", "click_count", "keypress_count", "network_request_count",
        ),
        between("revision", 1, None),
        between("kinds_gap", 0, 0, "signal_kinds does not add up to signal_count"),
        not_less("ended_at", "started_at", "it ends before it starts"),
        between("active_excess_ms", None, LEAST_ACTIVE_MS, "it was active for longer than it lasted"),
        one_of("witness", ["full", "partial", "none"]),
        one_of("judgeable", JUDGEABLE),
        one_of("traffic", TRAFFIC),
        SAME_DAY,
        computed=[
            COMPONENTS_GAP, ACTIVE_EXCESS, sum_gap("kinds_gap", "signal_count", "signal_kinds"), day_gap("started_at"),
        ],
    ),
    suite_of(
        "signals",
        *points(TENTH),
        share("confidence"),
        *counts("click_count"),
        between("revision", 1, None),
        not_less("ended_at", "started_at", "it ends before it starts"),
        one_of("kind_found", SIGNAL_KINDS, "its kind is none that this version finds"),
        one_of("status", ["new", "revised", "retracted"]),
        one_of("verdict", [*CLICK_VERDICTS, "found"]),
        one_of(
            "failure", ["", *FAILURES]
        ),
        computed=[COMPONENTS_GAP, KIND_FOUND],
        in_session=True,
    ),
    suite_of(
        "interactions",
        share("confidence"),
        between("revision", 1, None),
        one_of("kind", ["click", "tap"]),
        one_of("verdict", CLICK_VERDICTS),
        one_of("verdict_alone", ["", *CLICK_VERDICTS]),
        in_session=True,
    ),
    suite_of(
        "console_logs", between("revision", 1, None), one_of("level", ["info", "warn", "error"]), in_session=True
    ),
    suite_of(
        "network_requests",
        between("revision", 1, None),
        in_session=True,
    ),
    suite_of(
        "page_views",
        *counts("active_ms", "duration_ms"),
        *counts("ttfb_ms", "fcp_ms", "lcp_ms", "inp_ms", "cls", "long_tasks", "long_task_ms"),
        between("revision", 1, None),
        not_less("ended_at", "started_at", "it ends before it starts"),
        in_session=True,
    ),
    suite_of("exceptions", between("revision", 1, None), one_of("origin", ["event", "console"]), in_session=True),
    suite_of("events", between("revision", 1, None), SAME_DAY, computed=[day_gap("occurred_at")]),
    suite_of("dead_letters"),
    suite_of(
        "snapshots",
        *counts("event_count"),
        not_less("last_event_at", "first_event_at", "it ends before it starts"),
    ),
)  # fmt: skip
