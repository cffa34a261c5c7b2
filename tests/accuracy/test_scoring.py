"""The rules of scoring: what finds a label, what contradicts one, and what proves nothing."""

from __future__ import annotations

from typing import Any

import pytest
from tests.accuracy.rates import Rate, wilson_low
from tests.accuracy.scoring import Score, Signal, score

T = 1_000_000.0


def run(labels: list[dict[str, Any]], *signals: tuple[str, float, float], **facts: Any) -> Score:
    found = [Signal("s", kind, start, end, 0.9) for kind, start, end in signals]
    return score([("r", "s", {"site": "x", "labels": labels} | facts, [])], found)


def verdicts(result: Score) -> set[tuple[str, str]]:
    return {(c.kind, c.verdict) for c in result.cases}


def label(kind: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "t": T, "t_end": T + 100, "url": "http://site.test/"} | more


@pytest.mark.parametrize(
    ("kind", "signal"),
    [
        ("fault:blocked", "blocked_click"),
        ("input-struggle", "input_struggle"),
        ("refresh-loop", "refresh_loop"),
        ("blocking-exception", "blocking_exception"),
        ("console-error", "console_error"),
        ("quick-back", "quick_back"),
        ("fault:dead:rage", "rage_click"),
    ],
)
def test_a_signal_of_its_kind_finds_a_label(kind: str, signal: str) -> None:
    assert (signal, "found") in verdicts(run([label(kind)], (signal, T, T), part="development"))
    assert verdicts(run([label(kind)])) == {(signal, "missed")}


def test_a_slow_answer_is_expected_only_where_it_was_slow_to_a_person() -> None:
    late = label("works:slow", answered_ms=5000)
    assert verdicts(run([late], ("slow_response", T, T + 5000))) == {
        ("slow_response", "found"),
        ("slow_response", "right"),
    }
    assert verdicts(run([late])) == {("slow_response", "missed")}
    assert verdicts(run([late | {"seen_ms": 900}])) == set()  # a spinner at once
    assert verdicts(run([late | {"answered_ms": 1500}], ("slow_response", T, T + 1500))) == {("slow_response", "false")}


def test_a_control_that_worked_is_not_to_be_accused() -> None:
    result = run([label("works:download", clicks=1)], ("dead_click", T, T))
    assert verdicts(result) == {("dead_click", "false")}
    assert result.controls == {"works:download": [1, 1]}


def test_a_void_label_and_one_that_is_not_recorded_say_nothing() -> None:
    for spoilt in ({"void": "landed elsewhere"}, {"recorded": 0}):
        assert verdicts(run([label("works:download") | spoilt], ("dead_click", T, T))) == set()
        assert verdicts(run([label("fault:dead") | spoilt])) == set()
    assert verdicts(run([label("thrash", void="slowed")], ("cursor_thrash", T, T))) == set()


@pytest.mark.parametrize(("kind", "signal"), [("dead-end", "dead_end"), ("thrash", "cursor_thrash")])
def test_a_label_whose_evidence_was_lost_explains_signals_of_its_kind_only(kind: str, signal: str) -> None:
    lost = label(kind, recorded=0)
    assert verdicts(run([lost], (signal, T, T))) == set()
    assert verdicts(run([lost], ("quick_back", T, T))) == {("quick_back", "false")}


@pytest.mark.parametrize("kind", ["works:live-filter", "works:prefilled", "works:sent-form"])
def test_a_form_that_answered_is_not_abandoned_when_its_page_is_left(kind: str) -> None:
    marks = [label(kind), label("navigate", t=T + 20_000)]
    assert verdicts(run(marks, ("form_abandonment", T, T + 20_000))) == {("form_abandonment", "false")}


def test_another_form_on_the_same_page_may_be_abandoned() -> None:
    marks = [label("works:prefilled"), label("filled", t=T + 5000), label("navigate", t=T + 20_000)]
    assert verdicts(run(marks, ("form_abandonment", T, T + 20_000))) == set()


@pytest.mark.parametrize("kind", ["input_struggle", "refresh_loop", "blocking_exception", "console_error"])
def test_kinds_without_a_label_are_false_only_where_labels_are_complete(kind: str) -> None:
    assert verdicts(run([label("navigate")], (kind, T, T), part="development")) == {(kind, "false")}
    assert verdicts(run([label("navigate")], (kind, T, T))) == set()


def test_an_error_click_needs_an_error_of_a_click() -> None:
    clicked = label("plain", clicks=1, raised=1, t_end=T + 50)
    assert verdicts(run([clicked], ("error_click", T, T), part="development")) == set()
    assert verdicts(run([clicked | {"raised": 0}], ("error_click", T, T), part="development")) == {
        ("error_click", "false")
    }


def test_an_error_that_stopped_nobody_is_not_a_blocking_one() -> None:
    noise = label("console-error", message="TypeError: x")
    assert ("blocking_exception", "false") in verdicts(run([noise], ("blocking_exception", T, T), part="development"))
    crash = [noise, label("blocking-exception")]
    found = run(crash, ("blocking_exception", T, T), ("console_error", T, T), part="development")
    assert verdicts(found) == {("blocking_exception", "found"), ("blocking_exception", "right")}


def test_messages_that_say_nothing_are_no_console_errors() -> None:
    result = run([label("works:harmless-message")], ("console_error", T + 10, T + 10))
    assert verdicts(result) == {("console_error", "false")}


@pytest.mark.parametrize(("hits", "of", "low"), [(0, 0, 0.0), (10, 10, 0.722), (95, 100, 0.888), (0, 10, 0.0)])
def test_wilson(hits: int, of: int, low: float) -> None:
    assert wilson_low(hits, of) == pytest.approx(low, abs=0.001)


def test_a_rate_tells_its_lower_bound() -> None:
    assert str(Rate(95, 100)) == "95% (≥ 89%)"
    assert str(Rate(0, 0)) == "–"
