"""The date range of a PostHog insight: fixed days, or relative to now (`-7d`, `mStart`)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from replay_signals.transforms.filters.condition import quoted
from replay_signals.transforms.insights.properties import Notes

DEFAULT_FROM = "-7d"
"""PostHog's, where an insight names no first day."""
_RELATIVE = re.compile(r"-(\d{1,5})(h|d|w|m|q|y)(Start|End)?")
_FIXED_DAYS = {"d": 1, "w": 7}
_MONTHS = {"m": 1, "q": 3, "y": 12}


class Span(NamedTuple):
    """First and last day, and a filter of the moment where a bound is finer than a day."""

    from_day: date | None
    to_day: date | None
    where: str = ""


def span_of(given: object, newest: date, notes: Notes) -> Span:
    """The days of a `dateRange`, with `newest` for today."""
    dates = given if isinstance(given, dict) else {}
    parts: list[str] = []
    first = _bound(dates.get("date_from") or DEFAULT_FROM, newest, notes, ">=", parts)
    last = _bound(dates["date_to"], newest, notes, "<=", parts) if dates.get("date_to") else newest
    return Span(first, last, " and ".join(parts))


def _bound(said: object, newest: date, notes: Notes, sign: str, parts: list[str]) -> date | None:
    text = str(said)
    if text == "all":
        return None
    if text in {"dStart", "dEnd"}:
        return newest
    if text in {"mStart", "yStart"}:
        return newest.replace(day=1, **({"month": 1} if text == "yStart" else {}))
    if found := _RELATIVE.fullmatch(text):
        return _before(newest, int(found[1]), found[2], found[3], text, notes)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        notes.append(f"the date {text!r} of the range is not understood, and left out")
        return None
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    if len(text) > len("2026-11-24") and (moment.hour, moment.minute, moment.second) not in {(0, 0, 0), (23, 59, 59)}:
        parts.append(f"occurred_at {sign} {quoted(f'{moment:%Y-%m-%dT%H:%M:%S}')}")
    return moment.date()


def _before(newest: date, count: int, unit: str, edge: str | None, text: str, notes: Notes) -> date:
    if unit == "h":
        notes.append(f"the range begins {text} before now: whole days are taken")
        return newest - timedelta(days=-(-count // 24))
    if unit in _FIXED_DAYS:
        return newest - timedelta(days=min(count * _FIXED_DAYS[unit], 36_500))
    months = newest.year * 12 + newest.month - 1 - min(count * _MONTHS[unit], 1_200)
    year, month = divmod(months, 12)
    if edge:
        if edge == "End":
            notes.append(f"the bound {text} of the range is taken for the start of that month")
        return date(year, month + 1, 1)
    ends = (date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(newest.day, ends))
