"""What is read for a report beside rows of tables."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple


class Totals(NamedTuple):
    """What a warehouse holds; days are null where it holds nothing."""

    sessions: int
    visitors: int
    first_day: date | None
    last_day: date | None
    signals: int


class HistoryDay(NamedTuple):
    """One problem on one day; `affected` of `exposed` sessions met it, each counted once a unit."""

    day: date
    sessions: int
    users: int
    incidents: int
    exposed: int
    affected: int


class Example(NamedTuple):
    """The leading signal of an example session, and whose session it was."""

    team: str
    problem_id: str
    session_id: str
    offset_ms: int
    kind: str
    summary: str
    page: str
    verdict: str
    confidence: float
    severity: float
    device_type: str
    browser: str
    release: str
    country: str
    started_at: datetime


class PageRow(NamedTuple):
    """How many of the visitors of a page met trouble there; `severity` is null where nobody did."""

    team: str
    page_pattern: str
    sessions: int
    visitors: int
    hurt_visitors: int
    hurt_share: float
    severity: float | None
