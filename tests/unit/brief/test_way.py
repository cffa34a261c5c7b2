"""The way to a fault over several sessions."""

from __future__ import annotations

import msgspec

from replay_signals.transforms.brief.way import MAX_STEPS, way_of
from support.made_rows import made
from support.meetings import meeting
from support.samples import START


def told(*meetings: object) -> tuple[list[tuple[str, int, int]], str]:
    """Steps as (target or page, times, sessions), and the first sentence."""
    way = way_of(meetings)  # type: ignore[arg-type]
    return [(step.target or step.page, step.times, step.sessions) for step in way.steps], way.told[0].words


FAULT = 'button#pay "Pay now"'


def test_the_way_of_most_sessions_is_followed_backwards_from_the_fault() -> None:
    common = [("menu", "/home"), ("cart", "/list")]
    steps, said = told(
        meeting(1, ("other", "/home"), ("cart", "/list")), meeting(2, *common), meeting(3, *common), meeting(4, *common)
    )
    assert steps == [("/home", 1, 3), ("a menu", 1, 3), ("a cart", 1, 4), (FAULT, 1, 4)]
    assert said == "The way of 3 of the 4 sessions that were looked at."


def test_where_sessions_part_the_better_example_goes_on() -> None:
    steps, said = told(meeting(1, ("a", "/home"), ("cart", "/list")), meeting(2, ("b", "/home"), ("cart", "/list")))
    assert steps == [("/home", 1, 1), ("a a", 1, 1), ("a cart", 1, 2), (FAULT, 1, 2)]
    assert said.startswith("Of 2 sessions that were looked at the last 2 steps are common to most")


def test_a_way_that_nobody_shares_is_an_example() -> None:
    far = meeting(2, ("b", "/list"))
    far = msgspec.structs.replace(far, signals=[msgspec.structs.replace(far.signals[0], page_pattern="/far")])
    steps, said = told(meeting(1, ("a", "/list")), far)
    assert [name for name, *_ in steps] == ["/home", "a a", FAULT]
    assert said == "No step is common to most of the 2 sessions that were looked at; an example's way:"


def test_one_session_is_its_own_way_and_repeats_are_one_step() -> None:
    steps, said = told(meeting(1, ("cart", "/list"), ("cart", "/list"), ("cart", "/list")))
    assert steps == [("/home", 1, 1), ("a cart", 3, 1), (FAULT, 1, 1)]
    assert said == "The way of the one session that was looked at."


def test_a_long_way_keeps_the_landing_and_the_last_steps() -> None:
    way = way_of([meeting(1, *((f"key{i}", "/list") for i in range(40)))])
    assert len(way.steps) == MAX_STEPS
    assert (way.steps[0].action, way.steps[1].target, way.steps[-1].action) == ("land", "a key30", "fault")
    assert way.told[-1].words == "30 steps after the first left out."


def test_clicks_on_nothing_of_other_windows_and_after_the_fault_are_no_steps() -> None:
    one = meeting(1, ("", "/list"), ("cart", "/list"))
    late = made("interactions", window_id="window-1", occurred_at=START, element_key="late", element="late")
    aside = made(
        "interactions", window_id="window-2", occurred_at=one.clicks[0].occurred_at, element_key="x", element="x"
    )
    steps, _ = told(msgspec.structs.replace(one, clicks=[*one.clicks, late, aside]))
    assert [name for name, *_ in steps] == ["/home", "a cart", FAULT]


def test_several_landing_pages_are_told() -> None:
    far = meeting(2)
    far = msgspec.structs.replace(far, views=[msgspec.structs.replace(far.views[0], page_pattern="/far")])
    told_of = way_of([meeting(1), far, meeting(3)]).told[-1]
    assert (told_of.words, told_of.recorded) == ("Most landed on {} (2 of 3; 2 landing pages).", ["/home"])


def test_without_sessions_there_is_no_way() -> None:
    assert way_of([]).steps == []
