"""Which problems are one, and what their counts add up to."""

from __future__ import annotations

from typing import Any

from replay_signals.transforms.problems.counts import Counts
from replay_signals.transforms.problems.merging import combined, merged
from support.problem_counts import LAST, counts_of
from support.samples import problem_row


def on(place: str, problem_id: str, **made: Any) -> Counts:
    base = {"days": 3, "used": 10, "affected": 4, "succeeded": 5, "succeeded_of_affected": 1}
    return counts_of(**{**base, "place": place, "problem_id": problem_id, **made})


def test_a_named_control_on_three_pages_is_one_and_on_two_is_not() -> None:
    pages = [on(f"/{name}", name) for name in "abc"]
    assert merged(pages, {}, {}) == {"b": "a", "c": "a"}
    assert merged(pages[:2], {}, {}) == {}


def test_controls_that_only_look_alike_stay_apart() -> None:
    by_words = [on(f"/{name}", name, element_key="form button:send") for name in "abc"]
    assert merged(by_words, {}, {}) == {}
    other_words = [on(f"/{name}", name, element=f'button#pay "{name}"') for name in "abc"]
    assert merged(other_words, {}, {}) == {}
    other_failures = [
        on(f"/{name}", name, failure=failure)
        for name, failure in zip("abc", ("silence", "slow", "blocked"), strict=True)
    ]
    assert merged(other_failures, {}, {}) == {}


def test_pages_that_turn_out_to_be_titles_are_one_page() -> None:
    pages = [on(f"/blog/{name}", name, element_key="button:like") for name in "ab"]
    aliases = {("phc_test", f"/blog/{name}"): "/blog/:slug" for name in "ab"}
    assert merged(pages, aliases, {}) == {"b": "a"}


def test_what_was_merged_stays_merged_and_the_head_stays_the_head() -> None:
    stored = {
        "z": problem_row(problem_id="z", aliases=["a"]),
        "a": problem_row(problem_id="a", state="merged", merged_into="z"),
    }
    assert merged([on("/a", "a"), on("/z", "z")], {}, stored) == {"a": "z"}
    grown = [on("/a", "a"), on("/z", "z"), on("/y", "y")]
    assert merged(grown, {}, stored) == {"a": "z", "y": "z"}


def test_a_merged_problem_that_was_not_met_again_stays_merged() -> None:
    stored = {"z": problem_row(problem_id="z"), "a": problem_row(problem_id="a", state="merged", merged_into="z")}
    assert merged([on("/z", "z")], {}, stored) == {"a": "z"}


def test_counts_of_merged_problems_are_added_and_visitors_count_once() -> None:
    (one,) = combined([on("/a", "a"), on("/b", "b")], {"b": "a"}, {"a": 20})
    assert (one.problem_id, one.users) == ("a", 20)
    assert [row.sessions for row in one.days] == [8, 8, 8]
    assert {row.problem_id for row in one.days} == {"a"}
    assert sum(met.sessions for met in one.met if met.day == LAST) == 20
    assert sum(arm.affected for arm in one.arms if arm.day == LAST) == 8
