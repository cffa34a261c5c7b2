"""What is known of one problem in numbers: the rows of the tables of counts that concern it. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

import msgspec

from replay_signals.schemas.problem_rows import ProblemArmRow, ProblemDayRow

WINDOW_DAYS = 14
"""Days that a problem's figures are summed over: two weeks hold each weekday twice, as PostHog's scout looks back."""


class UnitId(NamedTuple):
    """Where a session can meet a problem: a page, a control or a route; see `schemas/problem_rows`."""

    unit: str
    place: str
    unit_key: str


class Met(msgspec.Struct, frozen=True):
    """Sessions of one day and stratum that met a unit, and those of them that succeeded afterwards."""

    day: date
    unit: UnitId
    page_pattern: str
    device_type: str
    is_entry: bool
    sessions: int
    succeeded: int

    @property
    def stratum(self) -> str:
        """Sessions of one stratum are alike in where and how they met it."""
        return stratum_of(self.unit, self.page_pattern, self.device_type, self.is_entry)


class Attribute(NamedTuple):
    """Sessions with one value of an attribute: affected of exposed, on the window's days with anybody affected."""

    dimension: str
    value: str
    affected: int
    exposed: int
    first_affected: date | None


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """All counts of one problem up to a day. `met` and `around` reach back as far as the history does."""

    team: str
    problem_id: str
    days: list[ProblemDayRow]
    """Days with anybody affected, oldest first; never empty."""
    arms: list[ProblemArmRow]
    """Its strata."""
    met: list[Met]
    """Everybody who met its units."""
    around: list[Met]
    """Everybody who used another control of its places."""
    attributes: list[Attribute]
    reached_sessions: int
    """Sessions of the window that reached its places."""
    users: int = 0
    """Distinct visitors affected in the window."""

    @property
    def best(self) -> ProblemDayRow:
        """The day whose example shows the problem best; of equals the latest."""
        return max(self.days, key=lambda row: (row.score, row.day))

    @property
    def units(self) -> list[UnitId]:
        """Where it was met, the most affected first."""
        affected: dict[UnitId, int] = {}
        for arm in self.arms:
            unit = unit_of(arm)
            affected[unit] = affected.get(unit, 0) + arm.affected
        return sorted(affected, key=lambda unit: (-affected[unit], unit))


def unit_of(arm: ProblemArmRow) -> UnitId:
    """The unit of an arm."""
    return UnitId(arm.unit, arm.place, arm.unit_key)


def stratum_of(unit: UnitId, page_pattern: str, device_type: str, is_entry: bool) -> str:
    """Name of a stratum."""
    return "\t".join((*unit, page_pattern, device_type, "entry" if is_entry else "later"))


def window_start(as_of: date) -> date:
    """First day of the window that ends with a day."""
    return as_of - timedelta(days=WINDOW_DAYS - 1)
