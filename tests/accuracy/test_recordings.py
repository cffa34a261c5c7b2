"""The floor of detection on the labelled recordings that ship with the project.

All sets are development data: `examples/` are of the sites detection was first written on, `recordings/` of others
that it was improved on since, `window/` of a real browser window. A floor is what is reached, less about one case: a
change that falls below it has made detection worse. It says nothing about sites nobody has seen.
"""

from __future__ import annotations

import pytest
from tests.accuracy.evaluate import ACCURACY, ROOT, Recording, evaluate, load
from tests.accuracy.scoring import Score

from replay_signals.schemas.rules import Rules

OTHER_SITES, WINDOW, EXAMPLES = ACCURACY / "recordings", ACCURACY / "window", ROOT / "examples"
ACCUSED = {"working clicks": 0, "benign rapid clicks": 0}
"""How many controls that worked may be called dead or rage, on sites of either kind."""
UNKNOWABLE = {"works:audio", "works:closed-shadow", "works:animation", "works:stylesheet", "works:blocked-region"}
"""Controls that leave no trace and do not tell by their name what they do: nobody can know that they worked."""
FLOORS = {
    "dead_click": (0.94, 0.92),
    "rage_click": (0.83, 0.97),
    "error_click": (0.95, 0.97),
    "failed_request": (0.92, 0.95),
    "form_abandonment": (1.0, 0.75),
    "quick_back": (1.0, 0.8),
    "scroll_hunt": (1.0, 0.75),
    "dead_end": (0.88, 0.9),
    "unexpected_exit": (0.85, 0.92),
}
"""Recall and precision by kind on sites that no threshold was chosen on."""
FLOORS_IN_A_WINDOW = {
    "blocking_exception": (1.0, 1.0),
    "cursor_thrash": (1.0, 0.83),
    "dead_click": (0.8, 0.53),
    "dead_end": (1.0, 1.0),
    "error_click": (1.0, 0.84),
    "failed_request": (1.0, 1.0),
    "form_abandonment": (1.0, 0.75),
    "quick_back": (0.5, 0.66),
    "rage_click": (0.8, 1.0),
    "unexpected_exit": (0.72, 0.88),
}
"""The same in a real browser window, where detection has not come as far yet."""
ACCUSED_IN_A_WINDOW = {
    "works:background-tab": 4,
    "works:download": 8,
    "works:drag": 1,
    "works:harmless-message": 1,
    "works:live-filter": 1,
}
"""Controls that worked there and are accused so far."""
LABELS_IN_DOUBT = {
    ("s0020", "dead_end", "false"),  # the visit did end on a page that answered 404, by way of a link
    ("s0064", "rage_click", "false"),  # the button changed nothing; the pixels that changed are a focus ring's
    ("s0101", "dead_end", "false"),  # links of the site led to pages that answered 404, where the visitor stayed for
    ("s0145", "dead_end", "false"),  # seconds before he typed another address
}
"""Findings that their labels contradict, and why the labels do not convince."""
FEW = 3
"""Fewer labels than this say nothing."""


@pytest.fixture(scope="module")
def unseen() -> list[Recording]:
    return load([OTHER_SITES])


@pytest.fixture(scope="module")
def found(unseen: list[Recording]) -> Score:
    score = evaluate(unseen, Rules())
    score.cases = [c for c in score.cases if (c.recording, c.kind, c.verdict) not in LABELS_IN_DOUBT]
    return score


@pytest.fixture(scope="module")
def in_a_window() -> Score:
    return evaluate(load([WINDOW]), Rules())


@pytest.mark.parametrize("kind", FLOORS)
def test_unseen_sites(found: Score, kind: str) -> None:
    reaches(found, kind, FLOORS[kind])


@pytest.mark.parametrize("kind", FLOORS_IN_A_WINDOW)
def test_a_real_window(in_a_window: Score, kind: str) -> None:
    reaches(in_a_window, kind, FLOORS_IN_A_WINDOW[kind])


def test_working_controls_in_a_real_window_are_not_accused(in_a_window: Score) -> None:
    accused = {name: bad for name, (bad, _) in in_a_window.controls.items() if bad}
    assert {name: bad for name, bad in accused.items() if bad > ACCUSED_IN_A_WINDOW.get(name, 0)} == {}


def test_working_controls_are_not_accused(found: Score) -> None:
    known = {name: bad for name, (bad, _) in found.controls.items() if name not in UNKNOWABLE}
    assert {name: bad for name, bad in known.items() if bad > ACCUSED.get(name, 0)} == {}


def test_all_kinds_of_working_controls_are_met(found: Score) -> None:
    assert found.controls["working clicks"][1] >= 50
    assert found.controls["benign rapid clicks"][1] >= 8
    assert sum(name.startswith("works:") for name in found.controls) >= 12


def test_replay_alone_is_enough(unseen: list[Recording]) -> None:
    """Without the analytics events nothing more is accused and little is lost."""
    alone = evaluate(unseen, Rules(), with_events=False)
    rows = {row.kind: row for row in alone.rows()}
    for kind in ("dead_click", "rage_click", "error_click", "failed_request"):
        assert (rows[kind].recall.share or 0) >= FLOORS[kind][0], misses(alone, kind)
    assert alone.controls["working clicks"][0] <= ACCUSED["working clicks"]


def test_examples() -> None:
    score = evaluate(load([EXAMPLES]), Rules())
    wrong = {(c.recording, c.kind, c.verdict) for c in score.cases if c.verdict in ("missed", "false")}
    assert wrong <= LABELS_IN_DOUBT


def reaches(score: Score, kind: str, floor: tuple[float, float]) -> None:
    """Enough labels to say so, and at least this recall and precision."""
    row = next(row for row in score.rows() if row.kind == kind)
    assert row.labels >= FEW
    assert (row.recall.share or 0) >= floor[0], misses(score, kind)
    assert (row.precision.share or 0) >= floor[1], misses(score, kind)


def misses(score: Score, kind: str) -> list[tuple[str, str, str, str]]:
    """What to look at."""
    cases = [c for c in score.cases if c.kind == kind and c.verdict in ("missed", "false")]
    return [(c.recording, c.verdict, c.label, c.text) for c in cases]
