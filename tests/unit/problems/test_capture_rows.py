"""Capture gaps as problems: one id a slice, its state by what was said before, and words for a reader."""

from __future__ import annotations

from replay_signals.jobs import render_problems
from replay_signals.schemas.problem_rows import ProblemRow
from replay_signals.schemas.problem_rules import Problems
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.inbox.problem_record import problem_record
from replay_signals.transforms.problems.capture import CaptureDay
from replay_signals.transforms.problems.capture_rows import capture_problems
from support.series import day

GAP = range(20, 24)


def rows(until: int, stored: dict[str, ProblemRow] | None = None, lost: range = GAP) -> list[ProblemRow]:
    """Problems of a site with 1,000 sessions a day on which recordings of one host are lost, as of the last day."""
    days = [
        CaptureDay(day(n), dimension, value, 1000, 50 if n in lost and value != "docs" else 800)
        for n in range(until + 1)
        for dimension, value in (("host", "shop"), ("host", "docs"))
    ]
    return capture_problems({"t": days}, stored or {}, day(until), Problems(), Rules().version)


def by_id(found: list[ProblemRow]) -> dict[str, ProblemRow]:
    return {row.problem_id: row for row in found}


def test_without_a_gap_nothing_is_said() -> None:
    assert rows(19) == []


def test_a_gap_is_new_then_over_and_one_of_the_same_slice_has_its_id_again() -> None:
    (new,) = rows(20)
    assert (new.state, new.title, new.places, new.sessions) == (
        "new",
        "Recordings are missing: host shop",
        ["shop"],
        750,
    )
    assert new.trend[-2:] == [0.2, 0.95]
    assert "5% of the sessions with events have a recording (host shop), before it were 80%" in new.summary
    (over,) = rows(25, by_id([new]))
    assert (over.problem_id, over.state, over.day) == (new.problem_id, "resolved", day(25))
    assert rows(26, by_id([over])) == []
    (again,) = rows(40, by_id([over]), lost=range(40, 50))
    assert (again.problem_id, again.state, again.onset) == (new.problem_id, "regressed", day(40))


def test_a_gap_that_lasts_becomes_ongoing() -> None:
    (row,) = rows(27, lost=range(20, 30))
    assert (row.state, row.users_per_day, row.sessions) == ("ongoing", 750.0, 6000)


def test_its_record_speaks_of_recordings() -> None:
    (row,) = rows(20)
    record = problem_record(row, produced_at=row.last_seen)
    with render_problems.render.out().capture() as shown:
        render_problems.detail(record)
    text = " ".join(shown.get().split())
    assert "750 of 1,000 sessions lost their recording" in text
    assert "750.0 recordings" in text
    assert "effect cannot be said" in text
    assert "visitor" not in text
    assert "examples" not in text


def test_the_day_after_midnight_ends_no_gap_before_anybody_came() -> None:
    days = [CaptureDay(day(n), "", "", 1000, 50 if n in GAP else 800) for n in range(24)]
    (row,) = capture_problems({"t": days}, {}, day(24), Problems(), Rules().version)
    assert row.state == "new"
    few = [*days, CaptureDay(day(24), "", "", 3, 3)]
    (row,) = capture_problems({"t": few}, {}, day(24), Problems(), Rules().version)
    assert row.onset == day(20)
