"""A problem's days as bars."""

from __future__ import annotations

from datetime import date, timedelta

from replay_signals.transforms.report.chart import DAY_WIDTH, LEAST_DAYS, MOST_DAYS, chart
from replay_signals.transforms.report.rows import HistoryDay

LAST = date(2026, 11, 24)


def day(back: int, affected: int, exposed: int = 100) -> HistoryDay:
    return HistoryDay(LAST - timedelta(days=back), affected, affected, affected, exposed, affected)


def test_bars_are_shares_of_the_axis_and_days_without_anybody_are_empty() -> None:
    found = chart([day(3, 40), day(1, 0), day(0, 10)], LAST, None, (None, None))
    assert found is not None and found.top == 0.4
    assert [bar.height for bar in found.bars[-4:]] == [100.0, 0.0, 0.0, 25.0]
    assert "nobody could have met it" in found.bars[-3].label and "0.0% affected" in found.bars[-2].label
    assert len(found.bars) == LEAST_DAYS and found.width == LEAST_DAYS * DAY_WIDTH


def test_the_onset_stands_at_its_day_with_its_interval() -> None:
    onset = LAST - timedelta(days=2)
    found = chart([day(13, 1), day(0, 9)], LAST, onset, (onset - timedelta(days=1), onset + timedelta(days=1)))
    assert found is not None and found.onset == (110.0, 100.0, 130.0)
    assert [bar.is_after_onset for bar in found.bars[-4:]] == [False, True, True, True]


def test_a_long_history_is_its_newest_days() -> None:
    found = chart([day(300, 5), day(0, 5)], LAST, LAST - timedelta(days=200), (None, None))
    assert found is not None and len(found.bars) == MOST_DAYS and found.onset is None
    assert [one.affected for one in found.days] == [5]


def test_more_affected_than_exposed_is_everybody() -> None:
    found = chart([day(0, 8, exposed=4)], LAST, None, (None, None))
    assert found is not None and found.bars[-1].height == 100.0


def test_nobody_could_have_met_it() -> None:
    assert chart([day(0, 0, exposed=0)], LAST, None, (None, None)) is None
