"""What a judgement changes, table by table."""

from __future__ import annotations

from typing import Any

import msgspec

from replay_signals.pipelines.iceberg.row_columns import columns_of
from replay_signals.schemas.fact_rows import ConsoleLogRow, PageViewRow
from replay_signals.schemas.rows import DeadLetterRow, InteractionRow, SessionRow
from replay_signals.transforms.revisions.revise import Change, revise
from support.samples import signal_row
from support.warehouses import encode


def row(kind: type[msgspec.Struct], **fields: Any) -> Any:
    """A row with zeros elsewhere."""
    return kind(**{**{c.name: c.zero for c in columns_of(kind)}, **fields})


def session(**fields: Any) -> Any:
    return row(SessionRow, team="t", session_id="s", revision=1, **fields)


def click(name: str, revision: int = 1, **fields: Any) -> Any:
    return row(InteractionRow, team="t", session_id="s", interaction_id=name, revision=revision, **fields)


def view(name: str, revision: int = 1) -> PageViewRow:
    return row(PageViewRow, team="t", session_id="s", page_view_id=name, revision=revision)


def log(name: str, **fields: Any) -> Any:
    return row(ConsoleLogRow, team="t", session_id="s", log_id=name, **fields)


def change(changes: list[Change], table: str) -> Change:
    [found] = [c for c in changes if c.table == table]
    return found


def signals(judged: list[Any], stored: list[Any], **options: Any) -> Change:
    return change(revise({"signals": judged}, {"signals": stored}, **options), "signals")


def test_a_new_signal_is_revision_1() -> None:
    assert signals([signal_row(revision=9, status="")], []).rows == [signal_row(revision=1, status="new")]


def test_an_unchanged_signal_is_not_written_whatever_judged_it() -> None:
    old = signal_row(revision=3, status="revised", rules_version="older")
    assert signals([signal_row()], [old]) == Change("signals", unchanged=1)


def test_a_changed_signal_is_the_next_revision_of_the_newest() -> None:
    stored = [signal_row(revision=1), signal_row(revision=2, status="revised", severity=60.0)]
    assert signals([signal_row(severity=70.0)], stored).rows == [
        signal_row(revision=3, status="revised", severity=70.0)
    ]


def test_a_vanished_signal_is_retracted_once() -> None:
    retracted = signal_row(revision=2, status="retracted")
    assert signals([], [signal_row()]).rows == [retracted]
    assert signals([], [signal_row(), retracted]) == Change("signals", unchanged=1)


def test_a_retracted_signal_that_comes_back_is_revised() -> None:
    stored = [signal_row(), signal_row(revision=2, status="retracted")]
    assert signals([signal_row()], stored).rows == [signal_row(revision=3, status="revised")]


def sessions(judged: dict[str, list[Any]], stored: dict[str, list[Any]]) -> tuple[Change, Change]:
    changes = revise(judged, stored)
    return change(changes, "sessions"), change(changes, "interactions")


def test_a_session_and_its_interactions_share_a_revision() -> None:
    stored = {"sessions": [session()], "interactions": [click("a")]}
    first, clicks = sessions({"sessions": [session(event_count=2)], "interactions": [click("a"), click("b")]}, stored)
    assert [r.revision for r in first.rows] == [2]
    assert {(r.interaction_id, r.revision) for r in clicks.rows} == {("a", 2), ("b", 2)}


def test_changed_interactions_alone_bump_the_session() -> None:
    stored = {"sessions": [session()], "interactions": [click("a")]}
    first, clicks = sessions({"sessions": [session()], "interactions": []}, stored)
    assert [r.revision for r in first.rows] == [2]
    assert clicks.rows == []


def test_changed_page_views_alone_bump_the_session_and_take_its_other_sets_along() -> None:
    stored = {"sessions": [session()], "interactions": [click("a")], "page_views": [view("a"), view("gone")]}
    judged = {"sessions": [session()], "interactions": [click("a")], "page_views": [view("a")]}
    changes = revise(judged, stored)
    written = {one.table: [(r.revision) for r in one.rows] for one in changes}
    assert written == {"sessions": [2], "interactions": [2], "page_views": [2], "exceptions": []}
    assert all(one.stale == [] for one in changes)


def test_an_interrupted_run_that_got_as_far_as_one_of_the_sets_is_begun_anew() -> None:
    stored = {"sessions": [session()], "interactions": [click("a")], "page_views": [view("a", 2)]}
    judged = {"sessions": [session(event_count=2)], "interactions": [click("b")], "page_views": [view("a")]}
    assert {one.table: [r.revision for r in one.rows] for one in revise(judged, stored)} == {
        "sessions": [3], "interactions": [3], "page_views": [3], "exceptions": [],
    }  # fmt: skip


def test_interactions_of_an_interrupted_run_are_taken_up() -> None:
    stored = {"sessions": [session()], "interactions": [click("a"), click("a", 2), click("b", 2)]}
    first, clicks = sessions({"sessions": [session(event_count=2)], "interactions": [click("a"), click("b")]}, stored)
    assert [r.revision for r in first.rows] == [2]
    assert clicks == Change("interactions", unchanged=2)


def test_interactions_of_an_interrupted_run_that_became_wrong_are_skipped_over() -> None:
    stored = {"sessions": [session()], "interactions": [click("a"), click("x", 2)]}
    first, clicks = sessions({"sessions": [session(event_count=2)], "interactions": [click("a")]}, stored)
    assert [r.revision for r in (*first.rows, *clicks.rows)] == [3, 3]


def test_facts_are_added_replaced_and_removed_by_key() -> None:
    stored = {"console_logs": [log("same"), log("moved", page="/a"), log("gone")]}
    judged = {"console_logs": [log("same"), log("moved", page="/b"), log("new")]}
    [found] = revise(judged, stored)
    assert {r.log_id for r in found.rows} == {"moved", "new"}
    assert sorted(found.stale) == ["gone", "moved"]
    assert (found.added, found.unchanged) == (2, 1)


def test_a_fact_stored_twice_is_stored_once_again() -> None:
    [found] = revise({"console_logs": [log("a")]}, {"console_logs": [log("a"), log("a")]})
    assert (found.rows, found.stale) == ([log("a")], ["a"])


def test_received_evidence_never_goes_away() -> None:
    letter = row(DeadLetterRow, dead_letter_id="x")
    assert revise({"dead_letters": []}, {"dead_letters": [letter]}) == [Change("dead_letters")]


def test_copies_within_a_judgement_give_one_row_in_any_order() -> None:
    copies = [log("a", page="/1"), log("a", page="/2")]
    [one] = revise({"console_logs": copies}, {})
    [other] = revise({"console_logs": copies[::-1]}, {})
    assert [encode(r) for r in one.rows] == [encode(r) for r in other.rows]
    assert one.added == 1


def test_replacing_carries_everything_that_shall_be_there() -> None:
    kept = signal_row(revision=4, status="revised")
    found = signals([signal_row()], [kept], replace=True)
    assert (found.rows, found.added, found.unchanged) == ([kept], 0, 1)
    [letters] = revise({"dead_letters": [row(DeadLetterRow)]}, {"dead_letters": [row(DeadLetterRow)]}, replace=True)
    assert letters.rows == []
