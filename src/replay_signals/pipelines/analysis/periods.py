"""Hours, days, weeks and months of the calendar in UTC; weeks begin on Monday (ISO 8601)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import get_args

from replay_signals.transforms.filters.condition import FilterError
from replay_signals.transforms.filters.typos import nearest
from replay_signals.transforms.insights.questions import Period

_LENGTHS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}


def period_of(said: str) -> Period:
    """A period by its name. Raises FilterError."""
    for period in get_args(Period):
        if said.lower() == period:
            return period  # type: ignore[no-any-return]  # `get_args` knows no type
    raise FilterError(
        f"{said!r} is no period{nearest(said, get_args(Period))}; there are {', '.join(get_args(Period))}"
    )


def start_of(moment: datetime, period: Period) -> datetime:
    """The start of the period that a moment is in."""
    hour = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    if period == "hour":
        return hour
    day = hour.replace(hour=0)
    if period == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if period == "month" else day


def after(start: datetime, period: Period, count: int = 1) -> datetime:
    """The start of the period so many later."""
    if period != "month":
        return start + count * _LENGTHS[period]
    months = start.year * 12 + start.month - 1 + count
    return start.replace(year=months // 12, month=months % 12 + 1)


def between(first: datetime, last: datetime, period: Period) -> Iterator[datetime]:
    """Starts of the periods from one start to another, both included."""
    while first <= last:
        yield first
        first = after(first, period)


def midnight(day: date) -> datetime:
    """The start of a day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
