"""Backfill of real recordings: once, twice, in parts, in any order, with bad input."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from replay_signals.jobs.detect import Rejects, collect, judge_all
from replay_signals.pipelines.batch import graph
from replay_signals.pipelines.files.paths import expand
from replay_signals.schemas.messages import Reason
from replay_signals.schemas.rows import FED_TABLES
from replay_signals.schemas.rules import Rage, RejectionLimit, Rules
from replay_signals.transforms.evidence.reject_limit import TooManyRejected
from replay_signals.transforms.judge.judgement import judge
from replay_signals.transforms.judge.session import JUDGED_TABLES
from support.exhaustive import first_then_exhaustive
from support.samples import EXAMPLES
from support.warehouses import (
    SMALL,
    backfill,
    comparable,
    contents,
    event,
    lines,
    ms,
    newest,
    page,
    replay,
    rows,
    snapshots,
    written,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with the small recordings, from one run. Read only."""
    warehouse = tmp_path_factory.mktemp("whole") / "warehouse"
    backfill(warehouse, *SMALL)
    return warehouse


def test_tables_hold_what_the_pure_functions_say(whole: Path) -> None:
    evidence = collect(expand([str(path) for path in SMALL]), "auto", Rejects())
    judged = list(judge_all(evidence, Rules()))
    found = contents(whole)
    for table in ("message_digests", "events", *JUDGED_TABLES):
        expected = [row for rows in judged for row in rows[table]]
        assert len(expected) > 0
        assert found[table] == comparable(table, expected)


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    first = backfill(tmp_path, *SMALL)
    before, commits = contents(tmp_path), snapshots(tmp_path)
    second = backfill(tmp_path, *SMALL)
    assert second.added == {}
    assert second.unchanged == first.added
    assert contents(tmp_path) == before
    assert snapshots(tmp_path) == commits


def test_the_order_of_files_and_requests_does_not_matter(whole: Path, tmp_path: Path) -> None:
    requests = lines(*SMALL)
    random.Random(4).shuffle(requests)
    backfill(tmp_path / "shuffled", *(written(tmp_path / f"{i}.jsonl", requests[i::5]) for i in range(5)))
    assert contents(tmp_path / "shuffled") == contents(whole)


@pytest.mark.parametrize("reverse", first_then_exhaustive([True, False]), ids=["late first", "in order"])
def test_a_session_that_comes_in_two_runs_is_judged_as_one(whole: Path, tmp_path: Path, reverse: bool) -> None:
    parts = [written(tmp_path / "a.jsonl", lines(*SMALL)[::2]), written(tmp_path / "b.jsonl", lines(*SMALL)[1::2])]
    for part in reversed(parts) if reverse else parts:
        backfill(tmp_path / "parts", part)
    assert newest(tmp_path / "parts") == newest(whole)
    sessions = [row.revision for row in rows(tmp_path / "parts", "sessions")]
    assert sorted(set(sessions)) == [1, 2]
    backfill(tmp_path / "parts", *SMALL)
    assert newest(tmp_path / "parts") == newest(whole)


def test_signals_that_vanish_are_retracted_and_may_come_back(tmp_path: Path) -> None:
    recording = EXAMPLES / "s0003.posts.jsonl.gz"
    backfill(tmp_path, recording)
    found = {row.signal_id for row in rows(tmp_path, "signals") if row.kind == "rage_click"}
    assert found
    backfill(tmp_path, recording, rules=Rules(rage=Rage(min_clicks=1000)))
    gone = {row.signal_id: row for row in rows(tmp_path, "signals") if row.revision == 2}
    assert {key for key, row in gone.items() if row.status == "retracted"} >= found
    assert backfill(tmp_path, recording, rules=Rules(rage=Rage(min_clicks=1000))).added == {}
    backfill(tmp_path, recording)
    back = [row for row in rows(tmp_path, "signals") if row.signal_id in found and row.revision == 3]
    assert [row.status for row in back] == ["revised"] * len(found)


def test_interactions_are_those_of_the_newest_revision_of_the_session(tmp_path: Path) -> None:
    at = ms("2026-03-01T10:00:00")
    backfill(tmp_path / "w", written(tmp_path / "a.jsonl", [replay("s1", page(at, clicks=1))]))
    more = written(tmp_path / "b.jsonl", [replay("s1", page(at + 60_000, clicks=2))])
    backfill(tmp_path / "w", more)
    assert sorted(row.revision for row in rows(tmp_path / "w", "interactions")) == [1, 2, 2, 2]
    assert len(newest(tmp_path / "w")["interactions"]) == 3


def test_the_same_message_from_two_requests_counts_once_and_the_first_arrival_stays(tmp_path: Path) -> None:
    at = ms("2026-03-01T10:00:00")
    late, early = (replay("s1", page(at), arrived_ms=at + wait) for wait in (90_000, 5_000))
    backfill(tmp_path / "w", written(tmp_path / "a.jsonl", [late]))
    backfill(tmp_path / "w", written(tmp_path / "b.jsonl", [early]))
    [stored] = rows(tmp_path / "w", "message_digests")
    assert stored.received_at.timestamp() * 1000 == at + 5_000
    backfill(tmp_path / "w", written(tmp_path / "a.jsonl", [late]))
    assert rows(tmp_path / "w", "message_digests") == [stored]


def test_events_without_a_recording_become_rows_and_join_it_when_it_comes(tmp_path: Path) -> None:
    at = ms("2026-03-01T10:00:00")
    ids = [str(uuid.UUID(int=n, version=4)) for n in range(3)]
    loose = [event(ids[0], at), event(ids[1], at, session="s1"), event(ids[2], at, session="s2")]
    backfill(tmp_path / "w", written(tmp_path / "events.jsonl", loose))
    assert {(row.uuid, row.session_id) for row in rows(tmp_path / "w", "events")} == {
        (ids[0], ""),
        (ids[1], "s1"),
        (ids[2], "s2"),
    }
    assert rows(tmp_path / "w", "sessions") == []
    backfill(tmp_path / "w", written(tmp_path / "replay.jsonl", [replay("s1", page(at))]))
    [session] = rows(tmp_path / "w", "sessions")
    assert (session.session_id, session.event_row_count) == ("s1", 1)
    assert len(rows(tmp_path / "w", "events")) == 3


def test_copies_of_an_event_that_differ_give_one_row_whatever_came_first(tmp_path: Path) -> None:
    at = ms("2026-03-01T10:00:00")
    one = str(uuid.UUID(int=1, version=4))
    copies = [event(one, at, session="s1", plan=plan) for plan in ("free", "paid")]
    files = [written(tmp_path / f"{i}.jsonl", [copy, replay("s1", page(at))]) for i, copy in enumerate(copies)]
    for name, order in {"ab": files, "ba": files[::-1]}.items():
        for file in order:
            backfill(tmp_path / name, file)
    assert len(rows(tmp_path / "ab", "events")) == 1
    assert newest(tmp_path / "ab") == newest(tmp_path / "ba")


def test_bad_input_becomes_dead_letters_once_and_costs_no_neighbour(whole: Path, tmp_path: Path) -> None:
    requests = lines(*SMALL)
    broken = ["{not json", '{"t": 1, "path": "/s/", "body": "[1, 2"}', "\x00\ud800"]
    path = tmp_path / "mixed.jsonl"
    path.write_text("\n".join([*requests[:10], *broken, *requests[10:]]) + "\n", errors="surrogatepass")
    truncated = tmp_path / "truncated.jsonl.gz"
    truncated.write_bytes((EXAMPLES / "s0010.posts.jsonl.gz").read_bytes()[:20_000])
    result = backfill(tmp_path / "w", path, truncated)
    assert sum(result.dead_letters.values()) >= 4
    assert Reason.INTERNAL not in result.dead_letters
    assert {row.session_id for row in rows(whole, "sessions")} <= {
        row.session_id for row in rows(tmp_path / "w", "sessions")
    }
    stored = rows(tmp_path / "w", "dead_letters")
    assert {row.reason for row in stored} == set(result.dead_letters)
    assert len(stored) == sum(result.dead_letters.values())
    again = backfill(tmp_path / "w", path, truncated)
    assert again.added == {}
    assert again.dead_letters == result.dead_letters
    assert rows(tmp_path / "w", "dead_letters") == stored


def test_progress_tells_what_is_done_of_how_many(tmp_path: Path) -> None:
    from replay_signals.jobs.backfill import BackfillOptions, run_backfill

    seen: list[tuple[str, int, int]] = []
    run_backfill(BackfillOptions([str(path) for path in SMALL], str(tmp_path)), lambda *step: seen.append(step))
    assert [step for step in seen if step[0] == "read"] == [("read", i, 3) for i in (1, 2, 3)]
    assert [step for step in seen if step[0] == "judge"] == [("judge", i, 0) for i in (1, 2, 3)]
    assert seen[-1] == ("commit", len(FED_TABLES), len(FED_TABLES))


@pytest.mark.parametrize(
    ("runner", "args"),
    [
        ("BundleBasedDirectRunner", []),
        ("FnApiRunner", ["--direct_running_mode=multi_processing", "--direct_num_workers=2"]),
    ],
    ids=["bundle based", "two processes"],
)
def test_every_runner_gives_the_same_tables(whole: Path, tmp_path: Path, runner: str, args: list[str]) -> None:
    backfill(tmp_path, *SMALL, runner=runner, beam_args=args)
    assert contents(tmp_path) == contents(whole)


def test_a_bug_met_by_one_session_costs_its_judgement_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = ms("2026-03-01T10:00:00")
    requests = [replay("good", page(at)), replay("odd", page(at)), event(str(uuid.UUID(int=1)), at, session="odd")]
    file = written(tmp_path / "a.jsonl", requests)

    def picky(session: Any, *rest: Any) -> Any:
        if session.session_id == "odd":
            raise ZeroDivisionError("a detector divided by nothing")
        return judge(session, *rest)

    monkeypatch.setattr("replay_signals.transforms.judge.session.judge", picky)
    for _ in range(2):
        assert backfill(tmp_path / "w", file).dead_letters == {Reason.INTERNAL: 1}
        [letter] = rows(tmp_path / "w", "dead_letters")
        assert (letter.session_id, letter.detail) == (
            "odd",
            "judge failed: ZeroDivisionError: a detector divided by nothing",
        )
        assert {row.session_id for row in rows(tmp_path / "w", "message_digests")} == {"good", "odd"}
        assert [row.session_id for row in rows(tmp_path / "w", "sessions")] == ["good"]
    monkeypatch.undo()
    backfill(tmp_path / "w", written(tmp_path / "late.jsonl", [replay("odd", page(at + 5_000))]))
    assert {row.session_id for row in rows(tmp_path / "w", "sessions")} == {"good", "odd"}


def test_a_row_that_no_file_can_hold_costs_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = ms("2026-03-01T10:00:00")
    file = written(tmp_path / "a.jsonl", [replay("good", page(at, clicks=2)), replay("odd", page(at, clicks=2))])
    real = graph.changes_of_key

    def changed(*args: Any) -> Any:
        made = real(*args)
        for change in made.changes:
            if change.table == "interactions" and change.rows and change.rows[0].session_id == "odd":
                change.rows[0] = msgspec.structs.replace(change.rows[0], viewport_width_px=2**63)
        return made

    monkeypatch.setattr(graph, "changes_of_key", changed)
    done = backfill(tmp_path / "w", file)
    [letter] = rows(tmp_path / "w", "dead_letters")
    assert letter.detail == "a row does not fit table interactions: column viewport_width_px"
    assert letter.session_id == "odd"
    assert done.dead_letters == {Reason.INTERNAL: 1}
    assert Counter(row.session_id for row in rows(tmp_path / "w", "interactions")) == {"good": 2, "odd": 1}
    assert (done.added["interactions"], done.added["dead_letters"], done.added["sessions"]) == (3, 1, 2)
    again = backfill(tmp_path / "w", file)
    assert again.dead_letters == {Reason.INTERNAL: 1}
    assert rows(tmp_path / "w", "dead_letters") == [letter]


def test_a_damaged_digest_is_one_dead_letter_however_often_it_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = ms("2026-03-01T10:00:00")
    visit = [replay("one", page(at, clicks=2)), replay("one", page(at + 60_000, clicks=3))]
    file = written(tmp_path / "a.jsonl", visit)
    real = graph.evidence_of

    def damaged(*args: Any, **more: Any) -> Any:
        found = real(*args, **more)
        if found[0].body.event_count != 4:  # the first message: a page and two clicks
            return found
        return [msgspec.structs.replace(found[0], body=msgspec.structs.replace(found[0].body, records=b"?"))]

    monkeypatch.setattr(graph, "evidence_of", damaged)
    for _ in range(2):
        done = backfill(tmp_path / "w", file)
        [letter] = rows(tmp_path / "w", "dead_letters")
        assert (letter.reason, letter.session_id) == (Reason.CORRUPT_DIGEST, "one")
        assert done.dead_letters == {Reason.CORRUPT_DIGEST: 1}
    [session] = rows(tmp_path / "w", "sessions")
    assert session.truncated
    assert len(rows(tmp_path / "w", "interactions")) == 3


def test_what_no_format_can_hold_is_made_storable(tmp_path: Path) -> None:
    at = ms("2026-03-01T10:00:00")
    odd = event(str(uuid.UUID(int=1)), at, session="s\ud800", number=10**30, text="\udfff", nul="a\x00b")
    backfill(tmp_path / "w", written(tmp_path / "a.jsonl", [odd, replay("s1", page(at))]))
    assert len(rows(tmp_path / "w", "sessions")) == 1
    stored = [*rows(tmp_path / "w", "events"), *rows(tmp_path / "w", "dead_letters")]
    assert len(stored) == 1
    assert backfill(tmp_path / "w", tmp_path / "a.jsonl").added == {}


def test_a_run_that_rejects_nearly_everything_commits_nothing(tmp_path: Path) -> None:
    good = replay("s1", page(ms("2026-03-01T10:00:00")))
    file = written(tmp_path / "a.jsonl", [good])
    with file.open("a") as out:
        out.write("{broken\n" * 30)
    strict = Rules(rejects=RejectionLimit(min_count=20))
    with pytest.raises(TooManyRejected, match="30 of 31 inputs"):
        backfill(tmp_path / "w", file, rules=strict)
    assert not any(contents(tmp_path / "w").values())
    assert not list((tmp_path / "w").rglob("*.parquet"))
    assert backfill(tmp_path / "w", file).sessions == 1
