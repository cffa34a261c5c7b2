"""Three sentences say what the timeline says, and nothing else."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_signals.transforms.summary.sentences import Happened, Summary, Visit, summary

VIEW = Happened(0, "view", "/", "entry")
DEAD = Happened(5_000, "signal", "dead_click", "Click on button Pay: nothing happened", 50.0, "p1")
RAGE = Happened(7_000, "signal", "rage_click", "4 clicks on button Pay and no progress", 80.0, "p1")
FAILED = Happened(9_000, "signal", "failed_request", "Clicking Send sent POST /api, which failed with 500.", 60.0, "p2")


def told(*moments: Happened, **visit: str) -> Summary:
    return summary(Visit(90_000, **visit), [VIEW, *moments])


def test_what_they_came_for_and_did() -> None:
    pages = [Happened(n * 1000, "view", f"/{n}") for n in (1, 2, 2, 3, 4)]
    clicks = [Happened(5_000 + n, "click", name, "alive") for n, name in enumerate(["Pay", "node 12", "Pay", ""])]
    events = [
        Happened(8_000, "event", "$pageview"),
        Happened(8_000, "event", "added"),
        Happened(9_000, "event", "bought"),
    ]
    assert told(*pages, *clicks, *events, device_type="Mobile").did == (
        "A visitor on mobile came to /, went on to /1, /2, /3 and 1 more page, used Pay and reached added and bought."
    )
    assert told(Happened(1, "click", "node 3")).did == "A visitor came to / and clicked what has no name."
    assert told(traffic="bot").did == "A bot came to / and clicked nothing."
    assert summary(Visit(0, "https://a.test/"), []).did == "A visitor came to https://a.test/ and clicked nothing."


def test_what_went_wrong_is_the_worst_of_the_worst_problems_in_order_of_time() -> None:
    assert told(DEAD, RAGE, FAILED).went_wrong == (
        "Trouble: at 0:07, 4 clicks on button Pay and no progress; at 0:09, clicking Send sent POST /api, which failed "
        "with 500; and 1 more signal."
    )
    typed = Happened(1_000, "signal", "form_abandonment", "Typed into Search and did not send it; went elsewhere", 9.0)
    assert told(typed).went_wrong == "Trouble: at 0:01, typed into Search and did not send it, went elsewhere."
    assert told().went_wrong == "Nothing went wrong that shows."
    assert "the page draws itself on a canvas" in told(judgeable="canvas").went_wrong
    assert told(DEAD, judgeable="canvas").went_wrong.startswith("Trouble: at 0:05, click on button Pay")


@pytest.mark.parametrize(
    ("moments", "end"),
    [
        ([], "."),
        ([DEAD], ", 1:25 min after the last trouble."),
        ([DEAD._replace(offset_ms=80_000)], ", 10 s after the last trouble."),
        ([DEAD._replace(offset_ms=90_000)], ", right after the last trouble."),
        ([DEAD, Happened(6_000, "event", "bought")], ", with bought reached after the trouble."),
        ([DEAD._replace(offset_ms=60_000), Happened(6_000, "event", "bought")], ", 30 s after the last trouble."),
        ([Happened(6_000, "event", "bought"), Happened(7_000, "event", "$pageleave")], ", with bought reached."),
        ([Happened(9, "signal", "unexpected_exit", "Left after dead click on Pay", 70.0)],
         ", in trouble: left after dead click on Pay."),
    ],
)  # fmt: skip
def test_how_it_ended(moments: list[Happened], end: str) -> None:
    assert told(*moments).ended == f"It ended on / after 1:30{end}"


TEXT = st.text(max_size=300)
MOMENTS = st.builds(
    Happened, st.integers(-5, 10**9), st.sampled_from(["view", "click", "signal", "event", "error"]), TEXT, TEXT,
    st.floats(0, 100), st.sampled_from(["", "p1", "p2"]),
)  # fmt: skip


@given(st.lists(MOMENTS, max_size=30), st.randoms())
def test_any_timeline_gives_three_short_sentences_whatever_its_order(
    moments: list[Happened], order: random.Random
) -> None:
    found = summary(Visit(1_000), moments)
    assert all(one.endswith(".") for one in found)
    assert len(found.text) < 1_500
    mixed = list(moments)
    order.shuffle(mixed)
    assert summary(Visit(1_000), mixed) == found
