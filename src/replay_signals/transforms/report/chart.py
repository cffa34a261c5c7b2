"""A problem's history as a bar chart, in units of its drawing: a day is `DAY_WIDTH` wide, the axis 100 high."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from replay_signals.transforms.report.rows import HistoryDay

DAY_WIDTH = 10
BAR_WIDTH = 7
HEIGHT = 100
LEAST_HEIGHT = 1.5
"""Of a bar of somebody, so that it is seen."""
LEAST_DAYS, MOST_DAYS = 14, 60
TOPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0)
"""Shares that an axis may end at."""


class Bar(NamedTuple):
    """One day."""

    x: float
    height: float
    label: str
    is_after_onset: bool


class Chart(NamedTuple):
    """Bars of all days from the first; `onset` is the place of the day the share changed, with its interval."""

    width: int
    bars: list[Bar]
    top: float
    first: date
    last: date
    onset: tuple[float, float, float] | None
    """Place of the onset, beginning and end of its interval."""
    days: list[HistoryDay]
    """Days that somebody met its units, the newest first."""


def chart(
    history: Sequence[HistoryDay], last: date, onset: date | None, interval: tuple[date | None, date | None]
) -> Chart | None:
    """The chart of the newest days up to `last`; None without a day on which anybody could have met the problem."""
    known = {one.day: one for one in history if one.exposed and one.day <= last}
    if not known:
        return None
    first = max(min(*known, last - timedelta(days=LEAST_DAYS - 1)), last - timedelta(days=MOST_DAYS - 1))
    count = (last - first).days + 1
    shown = {day: one for day, one in known.items() if day >= first}
    top = _top(max((share(one) for one in shown.values()), default=0.0))
    days = [first + timedelta(days=n) for n in range(count)]
    bars = [_bar(n, day, shown, top, onset) for n, day in enumerate(days)]
    low, high = interval
    place = None
    if onset is not None and onset >= first:
        place = _x(onset, first), _x(max(low or onset, first), first), _x(high or onset, first) + DAY_WIDTH
    return Chart(count * DAY_WIDTH, bars, top, first, last, place, sorted(shown.values(), reverse=True))


def share(one: HistoryDay) -> float:
    """Affected among the exposed; a session that met two units of a problem may count twice in one of them."""
    return min(1.0, one.affected / one.exposed) if one.exposed else 0.0


def _bar(place: int, day: date, shown: Mapping[date, HistoryDay], top: float, onset: date | None) -> Bar:
    found = shown.get(day)
    x = place * DAY_WIDTH + (DAY_WIDTH - BAR_WIDTH) / 2
    is_after = onset is not None and day >= onset
    if found is None:
        return Bar(x, 0.0, f"{day:%a %d %b}: nobody could have met it", is_after)
    part = share(found)
    height = max(LEAST_HEIGHT, part / top * HEIGHT) if found.affected else 0.0
    words = f"{day:%a %d %b}: {part:.1%} affected, {found.affected:,} of {found.exposed:,} sessions"
    return Bar(x, round(height, 2), words, is_after)


def _x(day: date, first: date) -> float:
    return float((day - first).days * DAY_WIDTH)


def _top(most: float) -> float:
    return next(top for top in TOPS if most <= top)
