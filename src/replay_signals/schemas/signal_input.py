"""PostHog's `SessionProblemSignalInput`: what its signals inbox accepts from a session replay producer.

Names, types and optionality follow the contract (products/signals/backend/contracts.py); like there, an unknown field
is an error. Optional fields are left out of the JSON when they are null.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from replay_signals.schemas.inbox import ProblemType

Priority = Literal["P0", "P1", "P2", "P3", "P4"]


class EventHistoryItem(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One step around the problem. `timestamp` is ISO 8601 in UTC."""

    event: str
    timestamp: str
    current_url: str | None = None
    event_type: str | None = None
    interaction_text: str | None = None


class SessionProblemExtra(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where and when; times are ISO 8601 in UTC, durations seconds."""

    session_id: str
    segment_title: str
    start_time: str
    end_time: str
    problem_type: ProblemType
    distinct_id: str
    session_start_time: str | None = None
    session_end_time: str | None = None
    session_duration: float | None = None
    session_active_seconds: float | None = None
    exported_asset_id: int | None = None
    event_history: list[EventHistoryItem] | None = None


class Remediation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to do about it, for a person and for an agent."""

    human: str
    agent: str
    priority: Priority | None = None


class SessionProblemSignalInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One signal as PostHog's `emit_signal` takes it. A weight of 1 promotes a report at once."""

    source_product: Literal["session_replay"]
    source_type: Literal["session_problem"]
    source_id: str
    description: str
    weight: float
    extra: SessionProblemExtra
    remediation: Remediation | None = None
