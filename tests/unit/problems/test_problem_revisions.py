"""What a run writes of problems, and which changes are told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from replay_signals.schemas.problem_rows import ProblemRow
from replay_signals.transforms.problems.revise import revised
from support.samples import START, problem_row

TODAY = START.date() + timedelta(days=1)
COUNTED_FROM = TODAY - timedelta(days=59)


def row(**changes: object) -> ProblemRow:
    return problem_row(**{"day": TODAY, "revision": 0, "status": "new", **changes})


def told(found: ProblemRow) -> ProblemRow:
    """The row as the first run wrote it."""
    (first,) = revised([found], {}, {}, found.day, COUNTED_FROM)
    return first


def next_of(found: ProblemRow, before: ProblemRow, into: dict[str, str] | None = None) -> ProblemRow | None:
    rows = revised([found], {before.problem_id: before}, into or {}, TODAY, COUNTED_FROM)
    return next(iter(rows), None)


def test_the_first_row_is_new_and_one_that_ended_before_is_not_mentioned() -> None:
    assert (told(row()).revision, told(row()).status) == (1, "new")
    assert revised([row(state="resolved")], {}, {}, TODAY, COUNTED_FROM) == []


def test_nothing_is_written_when_nothing_changed() -> None:
    assert next_of(row(), told(row())) is None


def test_counts_alone_are_written_but_not_told() -> None:
    after = next_of(row(sessions=40, users=39, time_lost_ms=1), told(row()))
    assert after is not None
    assert (after.revision, after.status, after.sessions) == (1, "new", 40)


@pytest.mark.parametrize(
    "change",
    [
        {"state": "ongoing"},
        {"severity": 63.0},
        {"effect": None, "effect_low": None, "effect_high": None},
        {"effect_high": 0.1},
        {"effect": -0.4, "effect_low": -0.5, "effect_high": -0.3},
        {"onset": date(2026, 11, 1), "onset_low": date(2026, 11, 1), "onset_high": date(2026, 11, 2)},
        {"started_with": "release=2.5.0"},
    ],
)
def test_what_a_reader_acts_on_is_a_revision(change: dict[str, object]) -> None:
    after = next_of(row(**change), told(row()))
    assert after is not None
    assert (after.revision, after.status) == (2, "revised")


@pytest.mark.parametrize(
    "change",
    [
        {"severity": 62.9},
        {"priority": "P3"},
        {"effect": -0.55, "effect_low": -0.65, "effect_high": -0.45},
        {"onset": None, "onset_low": None, "onset_high": None},
        {"onset_high": TODAY + timedelta(days=1)},
        {"started_with": ""},
    ],
)
def test_what_moves_without_meaning_is_none(change: dict[str, object]) -> None:
    after = next_of(row(**change), told(row()))
    assert after is not None
    assert after.revision == 1


def test_slow_drift_adds_up() -> None:
    before = told(row(severity=50.0))
    for severity in (54.0, 58.0):
        after = next_of(row(severity=severity), before)
        assert after is not None
        before = after
        assert before.revision == 1
    last = next_of(row(severity=60.0), before)
    assert last is not None
    assert last.revision == 2


def test_resolved_once_and_reopened() -> None:
    gone = next_of(row(state="resolved"), told(row()))
    assert gone is not None
    assert (gone.revision, gone.status) == (2, "resolved")
    assert next_of(row(state="resolved", day=TODAY), gone) is None
    back = next_of(row(state="regressed"), gone)
    assert back is not None
    assert (back.revision, back.status) == (3, "reopened")


def test_a_problem_without_counts_was_resolved_long_ago_or_its_signals_are_gone() -> None:
    before = told(row())
    (gone,) = revised([], {before.problem_id: before}, {}, TODAY, COUNTED_FROM)
    assert (gone.status, gone.revision, gone.day) == ("retracted", 2, TODAY)
    late = before.last_seen.date() + timedelta(days=90)
    (old,) = revised([], {before.problem_id: before}, {}, late, late - timedelta(days=59))
    assert (old.status, old.state) == ("resolved", "resolved")
    assert revised([], {gone.problem_id: gone}, {}, TODAY, COUNTED_FROM) == []


def test_a_merged_problem_says_where_it_went_and_the_other_names_it() -> None:
    one, other = told(row()), told(row(problem_id="o" * 16))
    stored = {one.problem_id: one, other.problem_id: other}
    into = {other.problem_id: one.problem_id}
    rows = {r.problem_id: r for r in revised([row()], stored, into, TODAY, COUNTED_FROM)}
    merged, head = rows[other.problem_id], rows[one.problem_id]
    assert (merged.status, merged.merged_into, merged.revision) == ("merged", one.problem_id, 2)
    assert (head.status, head.aliases, head.revision) == ("revised", [other.problem_id], 2)
    assert revised([row()], rows, into, TODAY, COUNTED_FROM) == []
