"""What is asked of what visitors did: a funnel, a trend, or who came back.

Steps are as in `pipelines.analysis.moments`: the name of an event, a condition on one, or a row of another scope. Days
are those of the rows, both ends included; `by` tells groups, `where` is a filter of the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

import msgspec

Order = Literal["ordered", "strict", "unordered"]
Period = Literal["hour", "day", "week", "month"]


class Exclusion(msgspec.Struct, frozen=True):
    """A step that ends the way between two of the funnel's, which are numbered from 1; `last` 0 is the last one."""

    step: str
    first: int = 1
    last: int = 0


class Funnel(msgspec.Struct, frozen=True):
    """Steps, and from the first to the last of them the time that they may take."""

    steps: Sequence[str]
    within: timedelta = timedelta(days=14)
    order: Order = "ordered"
    exclude: Sequence[str | Exclusion] = ()
    where: str = ""
    from_day: date | None = None
    to_day: date | None = None
    by: str = ""


class Trend(msgspec.Struct, frozen=True):
    """Each series is a step, counted by interval; of `by` the most frequent groups."""

    series: Sequence[str]
    interval: Period = "day"
    by: str = ""
    where: str = ""
    from_day: date | None = None
    to_day: date | None = None
    max_groups: int = 10


class Retention(msgspec.Struct, frozen=True):
    """Who did one thing and came `back` for it or another; days are those of the cohorts."""

    start: str
    back: str = ""
    period: Period = "day"
    periods: int = 7
    is_first_time: bool = False
    by: str = ""
    where: str = ""
    from_day: date | None = None
    to_day: date | None = None


Question = Funnel | Trend | Retention
