"""What a brief is made from: a problem, and some of the sessions that met it with what happened around the fault."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from replay_signals.schemas.fact_rows import ConsoleLogRow, ExceptionRow, NetworkRequestRow, PageViewRow
from replay_signals.schemas.rows import InteractionRow, SessionRow, SignalRow

BEFORE_MS, AFTER_MS = 5_000, 10_000
"""Console, requests and exceptions belong to a fault from so long before its first to after its last moment."""


class Meeting(msgspec.Struct, frozen=True, kw_only=True):
    """One session that met a problem: its signals of it, in order of time, and its rows of the tables of facts."""

    session: SessionRow
    signals: list[SignalRow]
    views: list[PageViewRow] = []
    clicks: list[InteractionRow] = []
    requests: list[NetworkRequestRow] = []
    exceptions: list[ExceptionRow] = []
    console: list[ConsoleLogRow] = []

    @property
    def leading(self) -> SignalRow:
        """The signal that explains most of its first trouble."""
        first = self.signals[0]
        own = [one for one in self.signals if one.incident_id == first.incident_id]
        return next((one for one in own if one.is_leading), first)

    @property
    def fault_at(self) -> datetime:
        """When it happened first."""
        return self.signals[0].started_at

    def is_around(self, when: datetime) -> bool:
        """Does a moment belong to one of its faults?"""
        before, after = timedelta(milliseconds=BEFORE_MS), timedelta(milliseconds=AFTER_MS)
        return any(one.started_at - before <= when <= one.ended_at + after for one in self.signals)
