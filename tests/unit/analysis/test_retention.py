"""Who came back: cases counted by hand, and a plain count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay_signals.pipelines.analysis.periods import after, start_of
from replay_signals.pipelines.analysis.retention import Table, answered
from replay_signals.transforms.filters.condition import FilterError
from replay_signals.transforms.insights.questions import Period, Retention
from support.made_rows import holding, made, put
from support.visits_asked import AT, Hit, event, events, session

DAY = 86_400
LAST = event(999, ("zoe", 10 * DAY, "Z"))


@pytest.fixture(scope="module")
def empty() -> Iterator[duckdb.DuckDBPyConnection]:
    with holding({}) as db:
        yield db


def tables(rows: list[Any], asked: Retention, **more: list[Any]) -> list[Table]:
    with holding({"events": [*rows, LAST], **more}) as db:
        return answered(db, asked)


def counted(found: list[Table]) -> dict[tuple[str | None, int], tuple[int, list[int]]]:
    """Group and day of November: visitors, and how many were back in each period."""
    return {
        (table.group, one.start.day): (one.visitors, [cell.returned for cell in one.cells])
        for table in found
        for one in table.cohorts
    }


def test_over_midnight_and_again() -> None:
    rows = events([("u", 0, "A"), ("u", 120, "A"), ("u", 130, "A"), ("v", 0, "A"), ("v", 2 * DAY, "A")])
    assert counted(tables(rows, Retention("A", periods=3))) == {
        (None, 24): (2, [1, 1, 0]),
        (None, 25): (1, [0, 0, 0]),
        (None, 26): (1, [0, 0, 0]),
    }


def test_the_first_time_alone() -> None:
    rows = events([("u", 0, "A"), ("u", DAY, "A"), ("v", DAY, "A"), ("v", 2 * DAY, "A")])
    asked = Retention("A", periods=1, is_first_time=True)
    assert counted(tables(rows, asked)) == {(None, 24): (1, [1]), (None, 25): (1, [1])}
    later = Retention("A", periods=1, is_first_time=True, from_day=date(2026, 11, 25))
    assert counted(tables(rows, later)) == {(None, 25): (1, [1])}  # u had begun before


def test_another_thing_than_they_began_with() -> None:
    rows = events([("u", 0, "A"), ("u", 10, "B"), ("u", DAY, "A"), ("v", 0, "A"), ("v", DAY, "B")])
    assert counted(tables(rows, Retention("A", "B", periods=1)))[None, 24] == (2, [1])


def test_a_person_with_two_ids_comes_back_under_either() -> None:
    rows = [event(0, ("a", 0, "A")), event(1, ("a", 5, "X"), person_id="p"), event(2, ("b", DAY, "A"), person_id="p")]
    assert counted(tables(rows, Retention("A", periods=1)))[None, 24] == (1, [1])


def test_what_is_not_over_is_told_apart() -> None:
    rows = events([("u", 0, "A"), ("v", 9 * DAY, "A")])
    (table,) = tables(rows, Retention("A", periods=20))
    first, last = table.cohorts
    assert [cell.is_over for cell in first.cells] == [True] * 9 + [False]
    assert [cell.is_over for cell in last.cells] == [False]
    assert [(cell.period, cell.share) for cell in table.curve] == [(n, 0.0) for n in range(1, 10)]


def test_the_hurt_and_the_unhurt_and_their_sessions() -> None:
    own = {"team": "t", "problem_id": "bad", "kind": "dead_click", "revision": 1, "cause": "Pay is dead"}
    names = [f"u{n}" for n in range(40)]
    rows = events([(who, 0, "A") for who in names] + [(who, DAY, "A") for who in names[:20]])
    more = {
        "sessions": [session(who, severity=float(who in names[18:])) for who in names],
        "signals": [made("signals", session_id=f"s-{who}", signal_id=who, **own) for who in names[18:]],
    }
    unhurt, hurt = sorted(tables(rows, Retention("A", periods=1, by="severity > 0"), **more))
    assert (hurt.group, hurt.cohorts[0].visitors, hurt.cohorts[0].cells[0].returned) == ("yes", 22, 2)
    assert (unhurt.group, unhurt.cohorts[0].visitors, unhurt.cohorts[0].cells[0].returned) == ("no", 18, 18)
    assert hurt.cohorts[0].cells[0].back == ["s-u18", "s-u19"]
    assert hurt.cohorts[0].cells[0].away == [f"s-u{n}" for n in range(20, 40)]
    (whole,) = tables(rows, Retention("A", periods=1), **more)
    (trouble,) = whole.troubles
    assert (trouble.title, trouble.dropped, trouble.dropped_of, trouble.went_on, trouble.went_on_of) == (
        "Pay is dead", 20, 20, 2, 20,
    )  # fmt: skip


def test_what_is_no_retention() -> None:
    for asked in (Retention("A", periods=0), Retention(" "), Retention("A", by="devise")):
        with pytest.raises(FilterError):
            tables([], asked)


@settings(deadline=None, max_examples=25)
@given(
    hits=st.lists(st.tuples(st.sampled_from("uvw"), st.integers(0, 9 * DAY), st.sampled_from("AB")), max_size=12),
    period=st.sampled_from(["hour", "day", "week"]),
    is_first_time=st.booleans(),
)
def test_like_a_plain_count(
    empty: duckdb.DuckDBPyConnection, hits: list[Hit], period: Period, is_first_time: bool
) -> None:
    put(empty, "events", [*events(hits), LAST])
    asked = Retention("A", "B", period, 3, is_first_time)
    began, back = defaultdict(set), defaultdict(set)
    for who, seconds, name in hits:
        (began if name == "A" else back)[who].add(start_of(AT + timedelta(seconds=seconds), period))
    wanted: dict[datetime, list[int]] = {}
    for who, starts in began.items():
        for start in [min(starts)] if is_first_time else starts:
            found = wanted.setdefault(start, [0, 0, 0, 0])
            found[0] += 1
            for n in (1, 2, 3):
                found[n] += after(start, period, n) in back[who]
    newest = AT + timedelta(days=10)
    got = {one.start: [one.visitors, *(cell.returned for cell in one.cells)]
           for table in answered(empty, asked) for one in table.cohorts}  # fmt: skip
    assert got == {
        start: [found[0], *(found[n] for n in (1, 2, 3) if after(start, period, n) <= newest)]
        for start, found in wanted.items()
    }
