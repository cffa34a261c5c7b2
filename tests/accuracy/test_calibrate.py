"""Fitting confidences: shrunk where labels are few, never higher for weaker evidence, true on sites left out."""

from __future__ import annotations

import random

import msgspec
import pytest
from tests.accuracy.calibrate import brier, falling, fit, left_out, log_loss, outcomes, written
from tests.accuracy.rates import Outcome
from tests.accuracy.scoring import Case

from replay_signals.schemas.confidence import Cell, Table


def table(**priors: float) -> Table:
    cells = {grade: Cell(prior=p, labels=0, right=0, confidence=p) for grade, p in priors.items()}
    return Table(version=1, fitted_on="", strength=8.0, kinds={"k": cells})


def seen(grade: str, right: int, wrong: int, site: str = "a") -> list[Outcome]:
    return [Outcome(site, "k", grade, i < right) for i in range(right + wrong)]


def test_without_labels_the_priors_stay() -> None:
    fitted = fit(table(a=0.9, b=0.6), [], 8.0)
    assert [c.confidence for c in fitted.kinds["k"].values()] == [0.9, 0.6]
    assert all(c.too_few for c in fitted.kinds["k"].values())


@pytest.mark.parametrize(
    ("right", "wrong", "low", "high"), [(90, 10, 0.87, 0.91), (9, 1, 0.75, 0.87), (0, 60, 0.0, 0.1)]
)
def test_the_more_labels_the_less_the_prior_weighs(right: int, wrong: int, low: float, high: float) -> None:
    cell = fit(table(a=0.7), seen("a", right, wrong), 8.0).kinds["k"]["a"]
    assert low <= cell.confidence <= high
    assert (cell.labels, cell.right) == (right + wrong, right)


def test_a_kind_that_is_right_lifts_no_grade_without_labels_and_one_that_is_wrong_lowers_all() -> None:
    assert fit(table(a=0.8, b=0.5), seen("a", 50, 0), 8.0).kinds["k"]["b"].confidence == 0.5
    assert fit(table(a=0.8, b=0.5), seen("a", 10, 40), 8.0).kinds["k"]["b"].confidence < 0.25


def test_weaker_evidence_never_counts_for_more() -> None:
    cells = fit(table(a=0.9, b=0.6), [*seen("a", 10, 10), *seen("b", 40, 0)], 8.0).kinds["k"]
    assert cells["a"].confidence == cells["b"].confidence


@pytest.mark.parametrize(
    ("values", "out"),
    [([0.9, 0.8], [0.9, 0.8]), ([0.8, 0.9], [0.85, 0.85]), ([0.9, 0.5, 0.7, 0.6], [0.9, 0.6, 0.6, 0.6])],
)
def test_pooling(values: list[float], out: list[float]) -> None:
    assert falling(values, [1.0] * len(values)) == pytest.approx(out)


def test_a_site_is_predicted_from_the_others_only() -> None:
    found = [*seen("a", 0, 30, "x"), *seen("a", 30, 0, "y")]
    told = left_out(table(a=0.7), found, 8.0)
    assert all(share > 0.9 for share, right in told if not right)
    assert all(share < 0.2 for share, right in told if right)


def test_a_fit_is_truer_than_wrong_priors_on_sites_left_out() -> None:
    dice = random.Random(7)
    found = [
        Outcome(f"site-{i % 6}", "k", g, dice.random() < p) for i in range(600) for g, p in (("a", 0.9), ("b", 0.4))
    ]
    wrong = table(a=0.99, b=0.9)
    before = [(wrong.confidence(o.kind, o.grade), o.right) for o in found]
    after = left_out(wrong, found, 8.0)
    assert brier(after) < brier(before)
    assert log_loss(after) < log_loss(before)


def test_what_is_written_is_read_again() -> None:
    fitted = fit(table(a=0.9, b=0.6), seen("a", 5, 1), 8.0, "6 labelled findings")
    assert msgspec.toml.decode(written(fitted), type=Table) == fitted


def test_only_what_a_label_confirms_or_contradicts_counts() -> None:
    cases = [Case("r", "s", "k", 0.0, verdict, "", "", 0.5, "a") for verdict in ("right", "false", "found", "missed")]
    assert [o.right for o in outcomes(cases)] == [True, False]
