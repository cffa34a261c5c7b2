"""The benchmark command: what it reads, how it times, what it calls broken."""

import stat
from pathlib import Path

import orjson
import pytest
from bench import budgets, spoiler, tasks
from bench.__main__ import EXAMPLES, main
from bench.growth import Growth
from bench.recordings import inflated, sessions_of
from bench.timing import Task, Unit, least_seconds

SMALL = str(EXAMPLES / "s0003.posts.jsonl.gz")
QUICK = ["--repeat", "1", "--no-growth", "--spoiler", "no-such-command"]


def test_a_run_measures_every_row(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([SMALL, *QUICK, "--json"]) == 0
    run = orjson.loads(capsys.readouterr().out)
    assert run["input"]["sessions"] == 1
    assert run["input"]["inflated_bytes"] > run["input"]["digest_bytes"] > 0
    assert set(run["seconds"]) == {task.name for task in tasks.tasks_of(sessions_of(SMALL))}
    assert all(seconds > 0 for seconds in run["seconds"].values())


def test_without_the_peer_its_budget_is_not_measured_and_says_how_to_get_it(capsys: pytest.CaptureFixture[str]) -> None:
    main([SMALL, *QUICK, "--json"])
    run = orjson.loads(capsys.readouterr().out)
    assert [b["measured"] for b in run["budgets"] if b["holds"] is None] == [spoiler.HOW_TO_GET_IT]


def test_the_table_names_every_row_and_budget(capsys: pytest.CaptureFixture[str]) -> None:
    main([SMALL, *QUICK])
    shown = capsys.readouterr().out
    for text in (tasks.DIGEST, tasks.JUDGE, tasks.ORJSON_END, "MB/s inflated", "size of digests"):
        assert text in shown


def test_a_broken_budget_fails_only_a_strict_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budgets, "MAX_DIGEST_SHARE", 0.0)
    assert main([SMALL, *QUICK]) == 0
    assert main([SMALL, *QUICK, "--strict"]) == 1


@pytest.mark.parametrize("content", [None, "", "[]"])
def test_nothing_to_measure_is_one_sentence(
    content: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.jsonl"
    if content is not None:
        path.write_text(content)
    assert main([str(path), *QUICK]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_inflated_events_are_the_same_events_uncompressed() -> None:
    (session,) = sessions_of(SMALL)
    assert any(b'"cv"' in message.items for message in session.messages)
    assert not any(b'"cv"' in message.items for message in session.inflated)
    sent, plain = tasks.digests_of(session.messages), tasks.digests_of(session.inflated)
    assert [d.event_count for d in sent] == [d.event_count for d in plain]
    assert [(d.first_ms, d.last_ms) for d in sent] == [(d.first_ms, d.last_ms) for d in plain]


def test_plain_events_stay_as_they_are() -> None:
    items = b'[{"type":3,"timestamp":5,"data":{"source":0,"adds":[]}},{"type":4,"timestamp":6,"data":{"href":"x"}}]'
    assert orjson.loads(inflated(items)) == orjson.loads(items)


def test_tasks_take_turns_and_the_least_time_of_each_unit_counts() -> None:
    turns: list[str] = []
    costs = {"a1": [9.0, 3.0, 1.0, 2.0], "a2": [9.0, 1.0, 5.0, 4.0], "b1": [9.0, 7.0, 7.0, 6.0]}

    def unit(name: str) -> Unit:
        def run() -> float:
            turns.append(name)
            return costs[name].pop(0)

        return run

    def told(run: Unit) -> float:
        cost = run()
        assert isinstance(cost, float)
        return cost

    both = [Task("a", [unit("a1"), unit("a2")], clock=told), Task("b", [unit("b1")], clock=told)]
    assert least_seconds(both, 3) == {"a": 1.0 + 1.0, "b": 6.0}  # the first round warms up
    assert turns == ["a1", "a2", "b1"] * 4


SECONDS = {
    tasks.DIGEST: 1.05,
    tasks.DIGEST_BARE: 1.0,
    tasks.BOTH: 1.0,
    tasks.BOTH_INFLATED: 1.0,
    tasks.ORJSON_SENT: 1.0,
    tasks.ORJSON_END: 0.5,
    tasks.ORJSON_INFLATED: 2.0,
}


@pytest.mark.parametrize(("theirs", "holds"), [(4.0, True), (3.9, False)])
def test_budgets_are_ratios_within_a_run(theirs: float, holds: bool) -> None:
    found = budgets.of_recordings({**SECONDS, spoiler.SPOILER_SENT: theirs}, digest_bytes=50, message_bytes=1000)
    assert [budget.holds for budget in found] == [holds, True, False, True, True, True]
    assert budgets.of_recordings(SECONDS, digest_bytes=51, message_bytes=1000)[-2].holds is False
    slow = SECONDS | {tasks.DIGEST: 1.2}
    assert budgets.of_recordings(slow, digest_bytes=50, message_bytes=1000)[-1].holds is False


def test_growth_is_broken_long_before_it_is_quadratic() -> None:
    assert [b.holds for b in budgets.of_growth([Growth("judge", 1.2), Growth("judge", 3.0)])] == [True, False]


def _peer(folder: Path, body: str) -> str:
    command = folder / "spoiler"
    command.write_text(f"#!/bin/sh\n{body}\n")
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    return str(command)


def test_the_peer_is_timed_by_what_it_reports(tmp_path: Path) -> None:
    (session,) = sessions_of(SMALL)
    command = _peer(tmp_path, """echo '{"read_ms":500,"decode_ms":10,"compile_ms":20}' >&2""")
    task = spoiler.task_of(command, "peer", "", [session.messages], tmp_path)
    assert least_seconds([task], 1) == {"peer": pytest.approx(0.03)}
    lines = (tmp_path / "peer-0.jsonl").read_bytes().splitlines()
    window, event = orjson.loads(lines[0])
    assert window == session.messages[0].window_id and event["timestamp"] > 0


def test_a_peer_that_refuses_a_recording_ends_the_run_with_what_it_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = _peer(tmp_path, """[ "$1" = --version ] && exit 0; echo "bad recording" >&2; exit 1""")
    assert main([SMALL, "--repeat", "1", "--no-growth", "--spoiler", command]) == 2
    assert "bad recording" in capsys.readouterr().err
