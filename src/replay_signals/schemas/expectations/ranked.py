"""Suites of the tables that `rank`, `priors` and people write."""

from __future__ import annotations

from typing import get_args

from replay_signals.schemas.collection_rows import Change
from replay_signals.schemas.expectations.common import COMPONENTS_GAP, TENTH, counts, points, share, suite_of
from replay_signals.schemas.expectations.suite import between, not_less, one_of
from replay_signals.schemas.inbox import Status
from replay_signals.schemas.prior_rows import CONTROL, PAGE, ROUTE, Stance
from replay_signals.schemas.signal_input import Priority

UNITS = ("page", "control", "route", "any", "of_any")
PROBLEM_KINDS = "problem_kinds"
"""Parameter: the kinds of problems that this version knows."""
GIVEN = ("confirmed", "dismissed", "snoozed", "fixed")

RANKED = (
    suite_of(
        "exposure_days",
        *counts("sessions", "succeeded"),
        not_less("sessions", "succeeded", "more sessions reached the outcome than there are"),
        one_of("unit", UNITS),
    ),
    suite_of(
        "problem_arms",
        *counts("affected", "affected_at_zero", "succeeded_at_zero", "exposed"),
        not_less("affected_at_zero", "succeeded_at_zero", "more sessions reached the outcome than met it"),
        one_of("unit", ["", *UNITS]),
    ),
    suite_of(
        "problem_days",
        *counts("sessions", "users", "incidents", "time_lost_ms", "severity_sum", "confidence_sum", "stopped_sessions"),
        not_less("sessions", "stopped_sessions", "more sessions were stopped than it hit"),
        not_less("last_at", "first_at", "it ends before it starts"),
    ),
    suite_of(
        "problems",
        *points(TENTH),
        share("confidence"),
        share("weight"),
        share("affected_share"),
        between("effect", -1, 1),
        *counts("sessions", "users", "used_sessions", "users_per_day", "time_lost_ms"),
        between("revision", 1, None),
        not_less("last_seen", "first_seen", "it ends before it starts"),
        one_of("kind", PROBLEM_KINDS, "its kind is none that this version knows"),
        one_of("status", get_args(Status)),
        one_of("state", ["new", "ongoing", "regressed", "resolved", "merged", "retracted"]),
        one_of("priority", get_args(Priority)),
        one_of("comparison", ["used", "before_after", "reached", "none"]),
        computed=[COMPONENTS_GAP],
    ),
    suite_of(
        "capture_days",
        *counts("event_sessions", "recorded_sessions", "recordings"),
        not_less("event_sessions", "recorded_sessions", "more sessions are recorded than there are"),
    ),
    suite_of(
        "verdicts",
        between("number", 1, None),
        one_of("verdict", GIVEN),
        one_of("label", ["", "right", "wrong"]),
    ),
    suite_of(
        "priors",
        *counts("answered", "silent", "tried", "carried_on", "others", "others_carried_on", "usual_days"),
        *counts("usual_visitors", "lcp_ms", "inp_ms", "load_ms", "p95_ms"),
        share("failed_share"),
        one_of("unit", ["", CONTROL, PAGE, ROUTE]),
        not_less("silent", "tried", "more visitors tried again than found it silent"),
        one_of("says", get_args(Stance)),
    ),
    suite_of("collections", between("number", 1, None), one_of("change", get_args(Change))),
)
