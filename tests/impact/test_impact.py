"""A small run of each part of `make impact`: too small for its figures, large enough to fail when something is off."""

from __future__ import annotations

import re

import pytest
from tests.impact import alarms, discoveries, evaluate, fixes, ranking
from tests.impact.coverage import FIRST, counted, coverage
from tests.impact.excuses import excuses
from tests.impact.intervals import choices
from tests.impact.regressions import caught, null_weeks

from replay_signals.pipelines.simulation.draw import draw
from replay_signals.pipelines.simulation.site import shop
from replay_signals.pipelines.simulation.world import world
from replay_signals.transforms.problems.capture import capture_gaps
from replay_signals.transforms.problems.history import state_of

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("plain", [False, True])
def test_intervals_hold_the_planted_effects(plain: bool) -> None:
    found = coverage(30, 2_000, 14, plain=plain)
    runs = sum(c.runs for c in found)
    covered = sum(c.covered * c.runs for c in found) / runs
    assert runs > 200
    assert 0.91 <= covered <= 0.99
    assert [c.problem for c in found if abs(c.mean - c.effect) > 0.06] == []
    naive = sum(c.naive_covered for c in found) / len(found)
    assert naive > 0.9 if plain else naive < 0.85


def test_the_chosen_interval_is_never_far_below_what_it_promises() -> None:
    for name, (*_, ours) in choices(400).items():
        assert ours > 0.91, name


def test_flags_without_a_cause_are_hardly_ever_named() -> None:
    counts, _ = counted(world(shop(quiet=True), FIRST, 14, 3_000, 5, 12), background=True, with_lifts=True)
    found = discoveries.false_discoveries(counts, 12, lambda *_: False)
    assert found.runs_with_false <= 2


def test_a_variant_with_twice_the_rate_is_named_and_a_rise_is_dated() -> None:
    assert discoveries.power(60, 10, 1_000) > 0.8
    found = discoveries.dated(40, 400, 0.02, 0.06)
    assert found.within_a_day >= 0.9
    assert found.in_interval >= 0.9
    assert discoveries.without_beginning(40, 400, 0.03) <= 0.05


def test_a_quiet_month_raises_no_alarm() -> None:
    found = alarms.alarms(1, 500, days=36)
    assert (found.news, found.gaps) == (0, 0)


def test_a_planted_capture_gap_and_a_new_problem_are_found_on_their_days() -> None:
    planned = world(shop(), FIRST, 28, 14_000, 3)
    counts, truth = counted(planned)
    rows = [row for number in range(28) for _, row in alarms.capture_rows(planned, draw(planned, number))]
    (gap,) = capture_gaps(rows, truth.last_day)
    assert (gap.dimension, gap.value) == ("library_version", "1.256.0")
    assert (gap.since - FIRST).days == 23
    place = next(n for n, problem in enumerate(planned.site.problems) if problem.share == 1)
    state = state_of(counts.daily[0, place], truth.last_day)
    assert state is not None
    assert (state.state, state.proven, (state.since - FIRST).days) == ("new", True, 21)
    fixed = next(n for n, problem in enumerate(planned.site.problems) if problem.end < 1)
    over = state_of(counts.daily[0, fixed], truth.last_day)
    assert over is not None
    assert (over.state, over.proven) == ("resolved", True)


def test_a_planted_fix_is_proven_and_no_other() -> None:
    found = fixes.watched(12, 6_000, 28)
    real = [one for one in found if one.is_fixed]
    assert [one.days for one in real] == [1, 3, 7]
    assert real[-1].fixed > 0.9
    assert all(one.not_fixed == 0 for one in real)
    others = [one for one in found if not one.is_fixed]
    assert len(others) > 15
    assert all(one.fixed == one.by_a_release == 0 for one in others)
    assert sum(one.covered for one in found) / len(found) > 0.9


def test_severity_orders_better_than_counts() -> None:
    found = ranking.ranking(6, 14_000)
    assert found.severity > 0.3 > max(found.by_sessions, found.by_users)
    assert ranking.tau([1, 2, 3], [10, 20, 30]) == 1
    assert ranking.tau([1, 2, 3], [30, 20, 10]) == -1
    assert ranking.tau([1, 2, 3], [5, 5, 5]) == 0


def test_the_page_has_a_place_for_every_part() -> None:
    text = evaluate.PAGE.read_text()
    for name in evaluate.PARTS:
        assert len(re.findall(rf"<!-- (?:end )?{name} -->", text)) == 2
    again = evaluate.written(text, "power", (("a", "b"), [(1, 2)]))
    assert "| a | b |\n|---|---|\n| 1 | 2 |" in again


def test_priors_excuse_a_download_and_no_button_that_never_worked() -> None:
    found = excuses(1, 20_000)
    assert {e.problem: e.excused > 0.9 * e.silent for e in found if e.silent > 300} == {
        e.problem: e.works for e in found if e.silent > 300
    }
    assert sum(e.silent > 300 for e in found) >= 3


def test_quiet_weeks_of_pages_and_routes_say_nothing_and_regressions_are_said_at_once() -> None:
    quiet = null_weeks(2, 400, weeks=8)
    assert (quiet.weeks, quiet.series) == (8, 19)
    assert quiet.with_alarm <= 1
    assert all(one.in_three == one.sites for one in caught(2, 400))
