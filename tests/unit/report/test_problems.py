"""Problems as the list and their page show them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from replay_signals.transforms.report.names import session_key
from replay_signals.transforms.report.problem_page import problem_page
from replay_signals.transforms.report.problems import in_list, problem_item
from replay_signals.transforms.report.rows import Example
from support.reports import AT, PROBLEM, problem

KNOWN = {session_key("t", "s0"): object()}


def test_a_line_says_who_how_much_since_when_and_where() -> None:
    item = problem_item(problem(), KNOWN)
    assert item["effect"] == [-0.2, -0.26, -0.13] and item["effectWords"] == "-20.0 points (-26.0 to -13.0)"
    assert (item["users"], item["share"], item["since"], item["isOnset"]) == (40, 0.25, "2026-11-24", True)
    assert item["with"] == "release=2.4.0" and item["places"] == ["/cart", "/checkout"]
    assert item["components"] == [["users", 50], ["effect", 11.5]]
    assert item["lifts"] == ["browser=Safari (3.1×)", "os=iOS (only there)"]


def test_examples_are_those_of_sessions_that_are_there() -> None:
    assert problem_item(problem(), KNOWN)["examples"] == [[session_key("t", "s0"), 19_333, "0:19"]]
    assert problem_item(problem(examples=["s0@x", "@", "s0"]), KNOWN)["examples"] == []


@pytest.mark.parametrize(
    ("fields", "state", "is_open"),
    [
        ({}, "new", True),
        ({"state": "resolved"}, "resolved", False),
        ({"is_quiet": True, "verdict": "dismissed"}, "dismissed", False),
        ({"is_quiet": False, "verdict": "confirmed"}, "new", True),
    ],
)
def test_what_people_said_counts_while_it_holds(fields: dict[str, Any], state: str, is_open: bool) -> None:
    item = problem_item(problem(**fields), KNOWN)
    assert (item["state"], item["open"]) == (state, is_open)


def test_open_ones_stand_first_and_merged_ones_do_not_stand_there() -> None:
    rows = [problem(problem_id=state, state=state) for state in ("resolved", "merged", "new", "ongoing")]
    assert [row.state for row in in_list(rows)] == ["new", "ongoing", "resolved"]


@pytest.mark.parametrize("lifts", ["", "no json", "{}", "[1]", "null"])
def test_lifts_that_nobody_can_read_are_none(lifts: str) -> None:
    assert problem_item(problem(lifts=lifts), KNOWN)["lifts"] == []


def test_its_page_has_the_signal_of_each_example() -> None:
    signal = Example("t", PROBLEM, "s0", 19_333, "dead_click", "nothing happened", "https://shop.test/cart", "dead",
                     0.9, 60.0, "Mobile", "Safari", "2.4.0", "DE", AT)  # fmt: skip
    shown = problem_page(problem(), [], {("t", "s0"): [signal]}, KNOWN)
    (one,) = shown.examples
    assert (one.at, one.summary, one.who) == ("0:19", "nothing happened", "Mobile · Safari · DE · 2.4.0")
    assert shown.onset_words == "It began on 24 Nov 2026 (between 23 Nov 2026 and 24 Nov 2026), with release=2.4.0."
    assert shown.whisker is not None and shown.whisker.low == 0.0 and shown.whisker.high == 25.0
    (without,) = problem_page(problem(), [], {}, KNOWN).examples
    assert (without.at, without.summary, without.confidence) == ("0:19", "", None)


def test_an_effect_that_nobody_knows_is_not_drawn() -> None:
    unknown = problem(effect=None, effect_low=None, effect_high=None)
    assert problem_page(unknown, [], {}, KNOWN).whisker is None
    assert problem_item(unknown, KNOWN)["effectWords"] == "too few to say"
    assert problem_item(problem(comparison="none"), KNOWN)["effectWords"] == "cannot be said"


def test_direction_marks_and_escapes_are_shown_as_such() -> None:
    item = problem_item(problem(title="a\u202eb\x1b[2J", places=["\u2028"]), KNOWN)
    assert item["title"] == "a\\u202eb\\x1b[2J" and item["places"] == ["\\u2028"]
    assert json.dumps(item)
