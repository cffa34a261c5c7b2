"""What counts of an element say: habit of silence, or a fault that everybody meets."""

from __future__ import annotations

from typing import Any

import pytest

from replay_signals.transforms.problems.stances import Tally, stance_of

DOWNLOAD = Tally(0, 600, 18, 375, 240, 2000, 1240, 800, False)
"""Nobody gets an answer, 3 % try again, and they go on and order as others do."""


def stance(**changes: Any) -> str:
    return stance_of(DOWNLOAD._replace(**changes))


def test_what_leaves_no_trace_and_disturbs_nobody() -> None:
    assert stance() == "traceless"
    assert stance(succeeded=None, others_succeeded=None) == "traceless"


@pytest.mark.parametrize(
    ("answered", "silent", "says"),
    [(16, 0, "answers"), (15, 0, ""), (48, 2, "answers"), (960, 40, "answers"), (700, 300, ""), (0, 0, "")],
)
def test_what_answers_nearly_everybody(answered: int, silent: int, says: str) -> None:
    tally = DOWNLOAD._replace(answered=answered, silent=silent, tried=0, carried_on=0, has_answered=answered > 0)
    assert stance_of(tally) == says


def test_a_control_that_is_broken_for_everyone_is_none() -> None:
    assert stance(tried=120) == "", "they try again"
    assert stance(carried_on=280) == "", "they do not go on"
    assert stance(succeeded=180) == "", "they buy less"
    assert stance(has_answered=True) == "", "it stopped answering"


def test_few_visitors_say_nothing() -> None:
    assert stance(silent=19, tried=0, carried_on=12, succeeded=8) == ""
    assert stance(others=0, others_carried_on=0, others_succeeded=0) == ""


def test_what_is_too_few_to_say_excuses_only_what_nothing_marks_as_a_control() -> None:
    assert stance(silent=40, tried=1, carried_on=25, succeeded=15) == "plain"
    assert stance(silent=40, tried=1, carried_on=10, succeeded=15) == ""
