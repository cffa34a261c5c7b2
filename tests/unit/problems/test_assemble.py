"""Counts of one problem to its row: comparison, effect, history, lifts and words."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from replay_signals.schemas.problem_rows import ProblemRow
from replay_signals.schemas.problem_rules import Outcome, Problems
from replay_signals.transforms.problems.assemble import Ranking, assemble
from replay_signals.transforms.problems.counts import Attribute
from replay_signals.transforms.problems.onset import Rollout
from replay_signals.transforms.problems.wording import title_of
from support.problem_counts import LAST, counts_of, days_before

RULES = Problems()


def row_of(
    outcomes: tuple[Outcome, ...] = (), releases: dict[str, list[Rollout]] | None = None, **made: Any
) -> ProblemRow:
    (row,) = assemble([counts_of(**made)], Ranking(LAST, RULES, outcomes, "1-abcd", releases or {}))
    return row


def test_affected_users_of_a_control_are_compared_with_unaffected_ones() -> None:
    row = row_of(days=20, used=50, affected=15, succeeded=28, succeeded_of_affected=3)
    assert row.comparison == "used"
    assert row.effect == pytest.approx(3 / 15 - 25 / 35, abs=0.001)
    assert row.effect_low is not None
    assert row.effect_high is not None
    assert row.effect_low < row.effect < row.effect_high < 0
    assert (row.sessions, row.used_sessions, row.affected_share) == (14 * 15, 14 * 50, pytest.approx(0.3))
    assert "1 in 3 of those who use it" in row.summary
    assert f"{100 * row.effect:+.1f} points" in row.summary
    assert row.components["users"] > 0
    assert row.severity == pytest.approx(sum(row.components.values()))


def test_too_few_is_said_and_has_no_figures() -> None:
    row = row_of(days=2, used=4, affected=2, succeeded=2, succeeded_of_affected=0)
    assert (row.effect, row.effect_low, row.effect_high) == (None, None, None)
    assert "too few to say" in row.summary
    assert row.comparison == "used"


def test_what_fails_for_everyone_is_compared_with_the_days_before_and_the_controls_around() -> None:
    row = row_of(days=20, since=10, used=50, affected=50, succeeded=30, succeeded_of_affected=10, around=(80, 40))
    assert (row.comparison, row.onset) == ("before_after", days_before(9))
    assert row.effect == pytest.approx(10 / 50 - 30 / 50, abs=0.01)
    assert "nearly everyone" in row.summary
    alone = row_of(days=20, since=10, used=50, affected=50, succeeded=30, succeeded_of_affected=10)
    assert (alone.effect, alone.comparison_reason) == (None, "no other place to compare the change with")


def test_what_always_failed_for_everyone_has_no_fair_comparison() -> None:
    row = row_of(days=20, used=50, affected=50, succeeded=10, succeeded_of_affected=10)
    assert (row.comparison, row.effect) == ("none", None)
    assert "no time before it" in row.comparison_reason
    assert "What it costs cannot be said" in row.summary


def test_leaving_is_no_cause_of_leaving() -> None:
    row = row_of(failure="exit", days=20, used=50, affected=15, succeeded=28, succeeded_of_affected=0)
    assert (row.comparison, row.effect) == ("none", None)


def test_readers_of_a_page_are_compared_with_readers() -> None:
    row = row_of(failure="reading", unit="page", days=20, used=50, affected=15, succeeded=28, succeeded_of_affected=8)
    assert row.comparison == "reached"
    assert "of those who reach the page" in row.summary


def test_the_share_is_that_of_the_days_since_it_began() -> None:
    row = row_of(days=20, since=15, used=50, affected=25, succeeded=30, succeeded_of_affected=5)
    assert row.affected_share == pytest.approx(0.5)
    assert row.trend[-6:] == [0.0, 0.5, 0.5, 0.5, 0.5, 0.5]
    assert row.used_sessions == 14 * 50


def test_a_problem_names_the_release_it_came_with_and_the_variant_that_has_it() -> None:
    began = days_before(4)
    attributes = [
        Attribute("flag:pay", "b", 120, 130, began),
        Attribute("flag:pay", "a", 5, 120, began),
        Attribute("browser", "Firefox", 40, 80, began),
        Attribute("browser", "Chrome", 85, 170, began),
    ]
    made = {"days": 20, "since": 15, "used": 50, "affected": 25, "succeeded": 30, "succeeded_of_affected": 5}
    row = row_of(attributes=attributes, **made)
    assert row.started_with == "flag:pay=b"
    assert [lift["value"] for lift in json.loads(row.lifts)] == ["b", "a"]
    released = row_of(releases={"phc_test": [Rollout("release", "2.4.0", began)]}, **made)
    assert released.started_with == "release=2.4.0"
    assert "with release=2.4.0" in released.summary


def test_value_lost_needs_an_outcome_with_a_worth() -> None:
    made = {"days": 20, "used": 50, "affected": 15, "succeeded": 28, "succeeded_of_affected": 3}
    assert row_of(**made).value_lost == 0
    valued = row_of(outcomes=(Outcome("order completed", 20.0),), **made)
    assert valued.effect is not None
    assert valued.value_lost == pytest.approx(-valued.effect * 14 * 15 * 20, rel=0.01)
    assert valued.outcome == "order completed"
    assert valued.severity > row_of(**made).severity


def test_lifts_are_corrected_for_all_problems_of_a_team() -> None:
    """One p just below 0.05 among many comparisons is no find."""
    weak = [Attribute("browser", "A", 60, 200, None), Attribute("browser", "B", 42, 200, None)]
    quiet = [Attribute("browser", "A", 50, 200, None), Attribute("browser", "B", 50, 200, None)]
    ranking = Ranking(LAST, RULES, (), "1-abcd", {})
    base = {"days": 20, "used": 50, "affected": 15, "succeeded": 28, "succeeded_of_affected": 3}
    (alone,) = assemble([counts_of(attributes=weak, **base)], ranking)
    assert json.loads(alone.lifts)
    many = [counts_of(problem_id=f"{n:016x}", attributes=quiet, **base) for n in range(20)]
    rows = assemble([counts_of(attributes=weak, **base), *many], ranking)
    assert [row.lifts for row in rows] == ["[]"] * 21
    elsewhere = [msgspec.structs.replace(one, team="another") for one in many]
    rows = assemble([counts_of(attributes=weak, **base), *elsewhere], ranking)
    assert sum(row.lifts != "[]" for row in rows) == 1, "comparisons of another team are not this one's"


def test_a_quiet_problem_is_resolved() -> None:
    row = row_of(days=40, until=20, used=50, affected=15, succeeded=28, succeeded_of_affected=3)
    assert row.state == "resolved"
    assert row.summary.endswith(f"Resolved; last seen {days_before(20) - timedelta(days=0)}.")


@pytest.mark.parametrize(
    ("made", "title"),
    [
        ({}, 'Nothing happens: button#pay "Pay now" at /checkout'),
        ({"element": "", "element_key": ""}, "Nothing happens: a spot that is no control at /checkout"),
        ({"place": "layout"}, 'Nothing happens: button#pay "Pay now" on every page'),
        (
            {"failure": "request", "request_route": "POST /pay 5xx"},
            'Request fails: POST /pay 5xx, after button#pay "Pay now" at /checkout',
        ),
        (
            {"failure": "request", "request_route": "POST /pay 5xx", "element": "", "element_key": ""},
            "Request fails: POST /pay 5xx at /checkout",
        ),
        (
            {"failure": "exception", "cause": "TypeError: no (x) (button#pay at /checkout)"},
            'Throws: TypeError: no (x), after button#pay "Pay now" at /checkout',
        ),
        (
            {"failure": "exception", "cause": "TypeError: no (x) in pay.ts:send"},
            "Throws: TypeError: no (x) in pay.ts:send",
        ),
        ({"failure": "reading", "element": ""}, "Visitors search in vain at /checkout"),
        (
            {"failure": "page", "cause": "pages of shop.test that answer 404"},
            "Page is missing or broken: pages of shop.test that answer 404",
        ),
    ],
)
def test_a_title_says_what_fails_at_which_control_and_where(made: dict[str, str], title: str) -> None:
    (day,) = counts_of(days=1, used=1, affected=1, succeeded=0, succeeded_of_affected=0).days
    assert title_of(msgspec.structs.replace(day, **made)) == title


def test_of_few_sessions_each_is_counted() -> None:
    row = row_of(days=1, used=6, affected=1, succeeded=0, succeeded_of_affected=0)
    assert row.summary.startswith("Hits 1 visitor, in 1 of 6 sessions that used it. ")
    assert row.summary.endswith(f"First seen Friday {LAST}.")
    alone = row_of(failure="request", days=1, used=1, affected=1, succeeded=0, succeeded_of_affected=0)
    assert alone.summary.startswith("Hits 1 visitor, in 1 of 1 session that made the request. ")
