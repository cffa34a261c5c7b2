"""What people say of a problem: how long it is quiet, and what it teaches."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest

from replay_signals.schemas.problem_rows import ProblemRow
from replay_signals.schemas.verdict_rows import VerdictRow
from replay_signals.transforms.inbox.problem_record import is_news, is_open_record, problem_record
from replay_signals.transforms.problems.revise import revised, with_verdict
from replay_signals.transforms.problems.told import is_open
from replay_signals.transforms.problems.verdicts import confidence_with, newest, repeats
from support.samples import PRODUCED, START, problem_row

TODAY = START.date()
LATER = TODAY + timedelta(days=3)
COUNTED_FROM = TODAY - timedelta(days=59)


def verdict(word: str, **changes: object) -> VerdictRow:
    fields: dict[str, object] = {
        "day": TODAY,
        "team": "phc_test",
        "problem_id": "p" * 16,
        "number": 1,
        "verdict": word,
        "label": {"confirmed": "right", "dismissed": "wrong"}.get(word, ""),
        "reason": "as meant",
        "given_by": "ana",
        "given_at": PRODUCED,
        "until": None,
        "release": "",
        "fixed_on": None,
        "kind": "dead_click_cluster",
        "place": "/orders/:id",
    }
    return VerdictRow(**(fields | changes))  # type: ignore[arg-type]


def said(word: str, *, row: ProblemRow | None = None, **changes: object) -> ProblemRow:
    """A problem of which this was said."""
    (first,) = revised([row or problem_row(state="ongoing")], {}, {}, TODAY, COUNTED_FROM)
    found = with_verdict(first, verdict(word, **changes))
    assert found is not None
    return found


def next_of(before: ProblemRow, day: date = LATER, **changes: object) -> ProblemRow | None:
    row = problem_row(**{"day": day, "state": "ongoing", **changes})
    return next(iter(revised([row], {before.problem_id: before}, {}, day, COUNTED_FROM)), None)


@pytest.mark.parametrize(
    ("word", "status", "stays_open"),
    [
        ("confirmed", "confirmed", True),
        ("dismissed", "dismissed", False),
        ("snoozed", "snoozed", False),
        ("fixed", "fix_claimed", False),
    ],
)
def test_a_verdict_is_a_revision_with_who_when_and_why(word: str, status: str, stays_open: bool) -> None:
    found = said(word)
    assert (found.revision, found.status) == (2, status)
    record = problem_record(found, produced_at=PRODUCED)
    assert record.problem is not None
    assert record.problem.said is not None
    assert (record.problem.said.verdict, record.problem.said.by, record.problem.said.at) == (word, "ana", PRODUCED)
    assert record.problem.said.holds is not stays_open
    assert is_open(found) is is_open_record(record) is stays_open
    assert with_verdict(found, verdict(word)) is None


@pytest.mark.parametrize(
    "change",
    [
        {"severity": 62.9},
        {"severity": 20.0},
        {"effect": -0.2, "effect_low": -0.3, "effect_high": -0.1},
        {"effect": 0.4, "effect_low": 0.3, "effect_high": 0.5},
        {"effect": None, "effect_low": None, "effect_high": None},
        {"state": "resolved"},
        {"started_with": "release=3"},
    ],
)
def test_a_dismissed_problem_stays_quiet_while_it_does_no_more_harm(change: dict[str, object]) -> None:
    before = said("dismissed")
    after = next_of(before, **change)
    assert after is not None
    assert (after.revision, after.status, after.is_quiet, after.verdict) == (2, "dismissed", True, "dismissed")
    assert not is_news(after, problem_record(before, produced_at=PRODUCED))
    assert not is_news(after, None)


@pytest.mark.parametrize(
    "change",
    [
        {"severity": 63.0},
        {"effect": -0.8, "effect_low": -0.9, "effect_high": -0.7},
        {"state": "regressed"},
    ],
)
def test_a_dismissed_problem_comes_back_when_its_effect_is_worse(change: dict[str, object]) -> None:
    after = next_of(said("dismissed"), **change)
    assert after is not None
    assert (after.revision, after.status, after.is_quiet) == (3, "reopened", False)
    assert (after.verdict, after.verdict_reason) == ("dismissed", "as meant")
    assert is_open(after)
    quiet_again = with_verdict(after, verdict("dismissed", number=2))
    assert quiet_again is not None
    no_worse = next_of(quiet_again, LATER + timedelta(days=1), **change)
    assert no_worse is not None
    assert no_worse.is_quiet


def test_harm_is_measured_from_what_it_was_when_dismissed() -> None:
    before = said("dismissed")
    for severity in (58.0, 62.0):
        after = next_of(before, severity=severity)
        assert after is not None
        assert after.is_quiet
        before = after
    last = next_of(before, severity=63.0)
    assert last is not None
    assert last.status == "reopened"


def test_a_loss_that_was_not_proven_when_dismissed_reopens() -> None:
    unsure = problem_row(state="ongoing", effect=-0.1, effect_low=-0.3, effect_high=0.1)
    after = next_of(said("dismissed", row=unsure), effect=-0.2, effect_low=-0.3, effect_high=-0.1)
    assert after is not None
    assert after.status == "reopened"


def test_a_snoozed_problem_is_quiet_until_its_day_whatever_happens() -> None:
    before = said("snoozed", until=LATER)
    still = next_of(before, LATER - timedelta(days=1), severity=99.0, state="regressed")
    assert still is not None
    assert (still.revision, still.is_quiet) == (2, True)
    back = next_of(still, LATER)
    assert back is not None
    assert (back.revision, back.status, back.is_quiet) == (3, "reopened", False)
    ended = next_of(still, LATER, state="resolved")
    assert ended is not None
    assert (ended.status, is_open(ended)) == ("resolved", False)


@pytest.mark.parametrize(
    ("fix", "state", "status"),
    [
        ("not_fixed", "ongoing", "reopened"),
        ("fixed", "resolved", "resolved"),
        ("too_few", "resolved", "resolved"),
        ("too_few", "ongoing", "fix_claimed"),
    ],
)
def test_a_fix_that_somebody_named_is_proven_or_reopens_the_ticket(fix: str, state: str, status: str) -> None:
    after = next_of(said("fixed"), fix=fix, fix_with="fix", fix_on=TODAY, state=state)
    assert after is not None
    assert (after.status, after.is_quiet) == (status, status == "fix_claimed")
    record = problem_record(after, produced_at=PRODUCED)
    assert record.problem is not None
    assert record.problem.fix is not None
    assert (record.problem.fix.verdict, is_open_record(record)) == (fix, fix == "not_fixed")


def test_a_fix_that_nobody_is_exposed_to_is_watched_by_its_harm() -> None:
    before = said("fixed")
    quiet, worse = next_of(before), next_of(before, severity=63.0)
    assert quiet is not None
    assert worse is not None
    assert (quiet.is_quiet, worse.status) == (True, "reopened")


def test_merging_and_retraction_are_told_whatever_was_said() -> None:
    before = said("dismissed")
    stored = {before.problem_id: before}
    (gone,) = revised([], stored, {}, LATER, COUNTED_FROM)
    assert (gone.status, gone.revision) == ("retracted", 3)
    (merged,) = revised([], stored, {before.problem_id: "o" * 16}, LATER, COUNTED_FROM)
    assert (merged.status, merged.merged_into) == ("merged", "o" * 16)


def test_a_ranking_makes_up_for_a_verdict_that_was_written_and_not_applied() -> None:
    (before,) = revised([problem_row()], {}, {}, TODAY, COUNTED_FROM)
    given = {before.problem_id: verdict("dismissed")}
    (after,) = revised([problem_row()], {before.problem_id: before}, {}, TODAY, COUNTED_FROM, given)
    assert (after.revision, after.status) == (2, "dismissed")
    assert revised([problem_row()], {after.problem_id: after}, {}, TODAY, COUNTED_FROM, given) == []


def test_the_same_words_are_one_verdict_while_they_hold() -> None:
    before = said("dismissed")
    again = verdict("dismissed", number=2, given_at=PRODUCED + timedelta(hours=1))
    assert repeats(again, verdict("dismissed"), before)
    assert not repeats(again, None, before)
    assert not repeats(msgspec.structs.replace(again, given_by="bea"), verdict("dismissed"), before)
    woken = msgspec.structs.replace(before, is_quiet=False)
    assert not repeats(again, verdict("dismissed"), woken)
    assert repeats(again, verdict("dismissed"), msgspec.structs.replace(woken, verdict_number=0))
    assert newest([verdict("dismissed"), verdict("confirmed", number=2)])["p" * 16].verdict == "confirmed"


def test_labels_move_the_confidence_of_the_same_kind_and_place() -> None:
    row = problem_row()

    def sure(*given: VerdictRow) -> float:
        return confidence_with(0.8, row, given)

    other = {"problem_id": "q" * 16}
    assert sure() == pytest.approx(0.8)
    assert sure(verdict("confirmed")) == pytest.approx(0.9)
    assert sure(verdict("dismissed")) == pytest.approx(0.4)
    assert sure(verdict("dismissed", label="")) == pytest.approx(0.8)
    assert sure(verdict("confirmed", **other)) == pytest.approx((8 * 0.8 + 1) / 9)
    assert sure(verdict("confirmed", place="/cart", **other)) == pytest.approx(0.8)
    assert sure(verdict("confirmed", kind="slow_control", **other)) == pytest.approx(0.8)
