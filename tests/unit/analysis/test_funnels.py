"""Funnels against cases counted by hand, and against a plain search of all ways."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise, permutations
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay_signals.pipelines.analysis.funnels import answered
from replay_signals.transforms.filters.condition import FilterError
from replay_signals.transforms.insights.questions import Exclusion, Funnel, Order
from support.made_rows import holding, made, put
from support.visits_asked import AT, Hit, event, events, session


@pytest.fixture(scope="module")
def empty() -> Iterator[duckdb.DuckDBPyConnection]:
    with holding({}) as db:
        yield db


def visitors(rows: list[Any], steps: Sequence[str], seconds: int = 100, **asked: Any) -> list[int]:
    """Visitors by step."""
    with holding({"events": rows}) as db:
        return [step.visitors for step in answered(db, Funnel(steps, timedelta(seconds=seconds), **asked))]


@pytest.mark.parametrize(
    ("hits", "steps", "reached"),
    [
        ([("u", 0, "A"), ("u", 5, "B"), ("v", 0, "A"), ("w", 0, "B")], "AB", [2, 1]),
        ([("u", 0, "B"), ("u", 5, "A")], "AB", [1, 0]),
        ([("u", 0, "A")], "AA", [1, 0]),
        ([("u", 0, "A"), ("u", 0, "A")], "AA", [1, 1]),
        ([("u", 0, "B"), ("u", 0, "A")], "AB", [1, 1]),  # one moment: in the order of the steps
        ([("u", 0, "A"), ("u", 100, "B")], "AB", [1, 1]),  # over midnight, the window's end included
        ([("u", 0, "A"), ("u", 101, "B")], "AB", [1, 0]),
        ([("u", 0, "A"), ("u", 90, "A"), ("u", 101, "B")], "AB", [1, 1]),  # a later first step
        ([("u", 0, "A"), ("u", 60, "B"), ("u", 120, "C")], "ABC", [1, 1, 0]),  # one window for all steps
        ([("u", 0, "A"), ("u", 10, "B"), ("u", 50, "A"), ("u", 60, "B"), ("u", 120, "C")], "ABC", [1, 1, 1]),
    ],
)
def test_ordered(hits: list[Hit], steps: str, reached: list[int]) -> None:
    assert visitors(events(hits), steps) == reached


def test_strict_allows_nothing_between() -> None:
    away = events([("u", 0, "A"), ("u", 1, "X"), ("u", 2, "B")])
    assert visitors(away, "AB", order="strict") == [1, 0]
    again = events([("u", 0, "A"), ("u", 1, "X"), ("u", 2, "A"), ("u", 3, "B")])
    assert visitors(again, "AB", order="strict") == [1, 1]


def test_unordered_takes_any_order() -> None:
    assert visitors(events([("u", 0, "C"), ("u", 1, "A"), ("v", 0, "B")]), "ABC", order="unordered") == [2, 1, 0]
    assert visitors(events([("u", 0, "C"), ("u", 200, "A")]), "ABC", order="unordered") == [1, 0, 0]


@pytest.mark.parametrize(
    ("hits", "reached"),
    [
        ([("u", 0, "A"), ("u", 1, "X"), ("u", 2, "B")], [1, 0]),
        ([("u", 0, "A"), ("u", 1, "B"), ("u", 2, "X")], [1, 1]),
        ([("u", 0, "A"), ("u", 1, "X"), ("u", 2, "A"), ("u", 3, "B")], [1, 1]),
    ],
)
def test_an_excluded_event_ends_the_way(hits: list[Hit], reached: list[int]) -> None:
    assert visitors(events(hits), "AB", exclude=["X"]) == reached


def test_a_person_with_two_ids_is_one_visitor() -> None:
    rows = [
        event(0, ("anon", 0, "A")),
        event(1, ("anon", 1, "$identify"), person_id="p"),
        event(2, ("known", 2, "B"), person_id="p"),
    ]
    assert visitors(rows, "AB") == [1, 1]


def test_steps_can_be_conditions_and_days_bound() -> None:
    rows = [
        event(0, ("u", 0, "A"), properties='{"price": 3}'),
        event(1, ("v", 0, "A")),
        event(2, ("v", 100, "B")),
    ]
    assert visitors(rows, ["event = 'A' and property.price > 2", "B"]) == [1, 0]
    assert visitors(rows, "AB", to_day=date(2026, 11, 24)) == [2, 0]
    assert visitors(rows, "AB", where="distinct_id = 'v'") == [1, 1]


def test_who_dropped_and_what_they_met() -> None:
    def met(numbers: range, problem: str) -> list[Any]:
        own = {"team": "t", "problem_id": problem, "kind": "dead_click", "revision": 1}
        return [made("signals", session_id=f"s-u{n}", signal_id=f"{problem}{n}", **own) for n in numbers]

    rows = {
        "events": events([(f"u{n}", 0, "A") for n in range(40)] + [(f"u{n}", 5, "B") for n in range(20)]),
        "signals": met(range(18, 40), "bad") + met(range(10, 30), "fine"),
        "problems": [made("problems", team="t", problem_id="bad", title="Pay is dead")],
        "sessions": [made("sessions", team="t", session_id=f"s-u{n}", severity=float(n == 30)) for n in range(1, 40)],
    }
    with holding(rows) as db:
        first, last = answered(db, Funnel(["A", "B"]))
    assert (first.visitors, first.share, first.dropped) == (40, 1.0, 20)
    assert (last.visitors, last.share, last.dropped, last.sessions) == (20, 0.5, 0, [])
    assert last.low == pytest.approx(0.352, abs=1e-3)
    assert first.sessions == ["s-u30", *(f"s-u{n}" for n in range(20, 40) if n != 30)]
    (trouble,) = first.troubles
    assert (trouble.title, trouble.dropped, trouble.went_on) == ("Pay is dead", 20, 2)
    assert trouble.difference == pytest.approx(0.9)
    assert 0 < trouble.low < 0.9 < trouble.high


@pytest.mark.parametrize("steps", [["A"], ["A", " "], ["A"] * 21, ["A", "evnt = 'B'"], ["A", "event ="]])
def test_what_is_no_funnel(steps: list[str]) -> None:
    with holding({}) as db, pytest.raises(FilterError):
        answered(db, Funnel(steps))


def test_a_hostile_step_is_a_name_or_an_error() -> None:
    with holding({"events": events([("u", 0, "A"), ("u", 1, "A")])}) as db:
        for step in ("'; DROP TABLE events; --", "A' OR '1'='1"):
            with pytest.raises(FilterError):
                answered(db, Funnel(["A", step]))
        for step in ("события: покупка", "a-b.c/d $x"):
            assert answered(db, Funnel(["A", step]))[1].visitors == 0
        assert answered(db, Funnel(["A", "A"]))[1].visitors == 1


@settings(deadline=None, max_examples=60)
@given(
    hits=st.lists(st.tuples(st.sampled_from("uv"), st.integers(0, 12), st.sampled_from("ABX")), max_size=7),
    steps=st.sampled_from(["AB", "ABA", "AAB"]),
    seconds=st.integers(1, 12),
    order=st.sampled_from(["ordered", "strict", "unordered"]),
    excluded=st.sampled_from(["", "X"]),
)
def test_like_a_plain_search(
    empty: duckdb.DuckDBPyConnection, hits: list[Hit], steps: str, seconds: int, order: Order, excluded: str
) -> None:
    excluded = "" if order == "unordered" else excluded
    put(empty, "events", events(hits))
    furthest = list(searched(hits, steps, seconds, order, excluded))
    wanted = [sum(depth >= n for depth in furthest) for n in range(1, len(steps) + 1)]
    asked = Funnel(steps, timedelta(seconds=seconds), order, list(excluded))
    assert [step.visitors for step in answered(empty, asked)] == wanted


def searched(hits: Sequence[Hit], steps: str, seconds: int, order: Order, excluded: str) -> Iterator[int]:
    """How far each visitor came: every way tried."""
    of: dict[str, list[tuple[int, int, int, str]]] = defaultdict(list)
    for n, (who, at, name) in enumerate(hits):
        if name in steps or name in excluded or order == "strict":
            of[who].append((at, steps.find(name), n, name))
    for own in of.values():
        own.sort()
        yield max((len(way) for way in ways(own, steps, seconds, order, excluded)), default=0)


def ways(
    own: list[tuple[int, int, int, str]], steps: str, seconds: int, order: Order, excluded: str
) -> Iterator[tuple[int, ...]]:
    for length in range(1, len(steps) + 1):
        taken = {tuple(one) for one in permutations(steps, length)} if order == "unordered" else {tuple(steps[:length])}
        for way in permutations(range(len(own)), length):
            is_in_order = all((b == a + 1) if order == "strict" else (b > a) for a, b in pairwise(way))
            fits = tuple(own[place][3] for place in way) in taken
            is_clean = all(own[place][3] not in excluded for place in range(way[0], way[-1]) if excluded)
            if is_in_order and fits and is_clean and own[way[-1]][0] - own[way[0]][0] <= seconds:
                yield way


def test_an_exclusion_between_two_of_the_steps() -> None:
    rows = events([("u", 0, "A"), ("u", 1, "X"), ("u", 2, "B"), ("u", 3, "C"),
                   ("v", 0, "A"), ("v", 2, "B"), ("v", 3, "X"), ("v", 4, "C")])  # fmt: skip
    for first, last, reached in ((1, 2, [2, 1, 1]), (2, 3, [2, 2, 1]), (1, 0, [2, 1, 0])):
        assert visitors(rows, "ABC", exclude=[Exclusion("X", first, last)]) == reached
    with pytest.raises(FilterError, match="the first before the last"):
        visitors(rows, "ABC", exclude=[Exclusion("X", 2, 2)])
    with pytest.raises(FilterError, match="no step is between"):
        visitors(rows, "ABC", exclude=["X"], order="unordered")


def test_unordered_takes_each_row_once() -> None:
    assert visitors(events([("u", 0, "A")]), "AA", order="unordered") == [1, 0]
    assert visitors(events([("u", 0, "B"), ("u", 1, "A"), ("u", 2, "A")]), "AAB", order="unordered") == [1, 1, 1]
    rows = [event(0, ("u", 0, "A"), properties='{"price": 3}'), event(1, ("u", 1, "A"))]
    assert visitors(rows, ["A", "event = 'A' and property.price > 2"], order="unordered") == [1, 1]


def test_many_equal_rows_are_no_square() -> None:
    rows = events([("u", n, "A") for n in range(5_000)])
    for steps in ("AAB", "AB"):
        assert visitors(rows, steps, seconds=10**6, order="unordered")[0] == 1


def test_groups_are_those_of_the_first_step() -> None:
    rows = [
        event(0, ("u", 0, "A"), properties='{"$feature/x": "new"}'),
        event(1, ("u", 1, "B"), properties='{"$feature/x": "old"}'),
        event(2, ("v", 0, "A"), properties='{"$feature/x": "old"}'),
        event(3, ("w", 0, "A")),
        event(4, ("w", 1, "A"), properties='{"$feature/x": "new"}'),
        event(5, ("w", 2, "B")),
    ]
    with holding({"events": rows}) as db:
        found = answered(db, Funnel("AB", by="flag.x"))
    assert {(step.group, step.name): step.visitors for step in found} == {
        ("new", "A"): 1, ("new", "B"): 1, ("old", "A"): 1, ("old", "B"): 0, (None, "A"): 1, (None, "B"): 1,
    }  # fmt: skip


def test_steps_of_other_tables() -> None:
    own = {"team": "t", "revision": 1}
    rows = {
        "sessions": [session("u"), session("v")],
        "page_views": [
            made("page_views", session_id=f"s-{who}", page_view_id="1", page_pattern="/cart", started_at=AT, **own)
            for who in "uv"
        ],
        "interactions": [
            made("interactions", session_id="s-u", interaction_id="1", element="Pay", occurred_at=AT, **own)
        ],
        "events": events([("u", 5, "paid"), ("v", 5, "paid")]),
    }
    with holding(rows) as db:
        found = answered(db, Funnel(["view: /cart", "click: element like 'P%'", "paid"]))
    assert [step.visitors for step in found] == [2, 1, 1]
    assert found[0].sessions == ["s-v"]
    with holding(rows) as db:
        words = answered(db, Funnel(["view: page is not null", "click: page_x_px is null", "event is not null"]))
    assert [step.visitors for step in words] == [2, 1, 1]
