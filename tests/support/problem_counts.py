"""Counts of one problem with a known story, without tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from replay_signals.schemas.problem_rows import ProblemArmRow, ProblemDayRow
from replay_signals.transforms.problems.counts import Attribute, Counts, Met, UnitId

LAST = date(2026, 11, 27)


def days_before(number: int) -> date:
    """So many days before the last one."""
    return LAST - timedelta(days=number)


def counts_of(
    *,
    days: int,
    used: int,
    affected: int,
    succeeded: int,
    succeeded_of_affected: int,
    since: int = 0,
    until: int = 0,
    unit: str = "control",
    failure: str = "silence",
    place: str = "/checkout",
    element: str = 'button#pay "Pay now"',
    element_key: str = "button#pay",
    problem_id: str = "p" * 16,
    around: tuple[int, int] = (0, 0),
    attributes: Sequence[Attribute] = (),
) -> Counts:
    """`days` days that end with the last: each day `used` sessions, of which `affected` met it from day `since` on.

    Of the sessions of a day `succeeded` had the outcome, `succeeded_of_affected` of them affected ones; where all are
    affected, that many. `until`: the last days without it. `around`: sessions of other controls, and their successes.
    """
    at = UnitId(unit, place, element_key if unit == "control" else "")
    rows: list[ProblemDayRow] = []
    arms: list[ProblemArmRow] = []
    met: list[Met] = []
    others: list[Met] = []
    for number in range(days):
        day = days_before(days - 1 - number)
        hit = since <= number < days - until
        reached = succeeded_of_affected if hit and affected == used else succeeded
        met.append(Met(day, at, place, "Desktop", False, used, reached))
        if around[0]:
            others.append(Met(day, UnitId("control", place, ""), place, "Desktop", False, *around))
        if hit:
            arms.append(_arm(day, problem_id, at, affected, succeeded_of_affected, used))
            rows.append(_day(day, problem_id, affected, failure, place, element, element_key))
    return Counts(
        team="phc_test",
        problem_id=problem_id,
        days=rows,
        arms=arms,
        met=met,
        around=others,
        attributes=list(attributes),
        reached_sessions=0,
        users=sum(row.users for row in rows),
    )


def _arm(day: date, problem_id: str, at: UnitId, affected: int, succeeded: int, exposed: int) -> ProblemArmRow:
    return ProblemArmRow(
        day=day,
        team="phc_test",
        problem_id=problem_id,
        unit=at.unit,
        place=at.place,
        unit_key=at.unit_key,
        dimension="stratum",
        value="",
        page_pattern=at.place,
        device_type="Desktop",
        is_entry=False,
        affected=affected,
        affected_at_zero=affected,
        succeeded_at_zero=succeeded,
        exposed=exposed,
    )


def _day(
    day: date, problem_id: str, affected: int, failure: str, place: str, element: str, element_key: str
) -> ProblemDayRow:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return ProblemDayRow(
        day=day,
        team="phc_test",
        problem_id=problem_id,
        sessions=affected,
        users=affected,
        incidents=affected,
        time_lost_ms=7000 * affected,
        severity_sum=50.0 * affected,
        confidence_sum=0.9 * affected,
        stopped_sessions=0,
        first_at=noon,
        last_at=noon,
        kind="dead_click",
        failure=failure,
        cause="nothing happens",
        place=place,
        page_pattern=place,
        element=element,
        element_key=element_key,
        request_route="",
        summary="Nothing answered.",
        score=45.0,
        example_1=f"{day}-1@1000",
        example_2=f"{day}-2@1000",
        example_3="",
    )
