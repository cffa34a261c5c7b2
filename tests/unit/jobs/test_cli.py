"""The command as people start it: exit codes, errors in one sentence, pipes, and the whole path to the inbox."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from replay_signals.jobs import brokers, detect, exits
from replay_signals.pipelines.inbox import folder as store
from replay_signals.transforms.inbox.problem_record import problem_record
from support.samples import EXAMPLES, PRODUCED, ROOT, problem_row, record

Run = Callable[..., tuple[int, str, str]]
ONE = str(EXAMPLES / "s0003.posts.jsonl.gz")
COMMAND = [sys.executable, "-c", "from replay_signals.jobs.cli import main; main()"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "80"}


def test_version(run_cli: Run) -> None:
    code, out, _ = run_cli("--version")
    assert code == 0
    assert re.fullmatch(r"replay-signals \d+\.\d+\.\d+\n", out)


def test_help_lists_commands_and_exit_codes(run_cli: Run) -> None:
    code, out, _ = run_cli("--help")
    assert code == 0
    for name in ("detect", "backfill", "sessions", "signals", "inbox", "rules", "formats"):
        assert re.search(rf"\b{name}\b", out)
    for exit_code in exits.ExitCode:
        assert f"{exit_code.value} " in out


def test_help_of_inbox_explains_folder_record_and_topic(run_cli: Run) -> None:
    code, out, _ = run_cli("inbox", "--help")
    assert code == 0
    for part in ("[FOLDER]", "show ID", "inbox follow", "--top", "--follow", "as the stream publishes"):
        assert part in re.sub(r"[\s│]+", " ", out)
    code, out, _ = run_cli("inbox", "follow", "--help")
    assert code == 0
    assert "--from-start" in out


def test_formats_lists_what_detect_takes(run_cli: Run) -> None:
    code, out, _ = run_cli("formats")
    assert code == 0
    for name in ("auto", "kafka", "rrweb", "export"):
        assert re.search(rf"(?m)^{name}\b", out)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["detect", "no-such-file"], 2, "no-such-file: no such file or folder"),
        (["detect", ONE, "--format", "jsno"], 2, "unknown format 'jsno'"),
        (["detect", ONE, "--rules", "no-such.toml"], 2, "cannot read no-such.toml"),
        (["detect", ONE, "--dead-letters", "no-such-folder/x"], 3, "No such file or directory: no-such-folder/x"),
        (["detect", ONE, "--min-confidence", "7"], 2, "min-confidence"),
        (["detect"], 2, "paths"),
        (["detekt", ONE], 2, "detekt"),
        (["sessions", "--warehouse", "no-such-folder"], 3, "no warehouse at no-such-folder"),
        (["backfill", ONE, "--from", "2026-02-30"], 2, "2026-02-30"),
        (["backfill", ONE, "--from", "2026-03-02", "--to", "2026-03-01"], 2, "--from 2026-03-02 is after --to"),
        (["inbox", "no-such-folder"], 3, "No inbox at no-such-folder"),
        (["inbox", "show"], 3, "Say which record"),
        (["inbox", "--top", "3", "no-such-folder"], 3, "No inbox at no-such-folder"),
        (["inbox", "follow"], 2, "No local cluster has been started here"),
    ],
)
def test_mistakes_get_a_sentence_and_an_exit_code(
    run_cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    got, out, err = run_cli(*arguments)
    assert (got, out) == (code, "")
    assert said in re.sub(r"\s+", " ", err.replace("│", " "))
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [["inbox", "follow"], ["deadletters", "list"], ["deadletters", "replay"]])
def test_brokers_that_do_not_answer_are_named(
    run_cli: Run, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setattr(brokers, "ANSWER_S", 0.3)
    code, out, err = run_cli(*command, "--kafka", "127.0.0.1:1")
    assert (code, out) == (3, "")
    assert err.startswith("Error: No broker answers at 127.0.0.1:1.")


@pytest.mark.parametrize("command", ["list", "replay"])
def test_a_reason_that_does_not_exist_is_an_error_before_anything_is_asked(run_cli: Run, command: str) -> None:
    code, out, err = run_cli("deadletters", command, "--kafka", "127.0.0.1:1", "--reason", "invalid_jsn")
    assert (code, out) == (2, "")
    assert "do you mean invalid_json?" in re.sub(r"[\s│]+", " ", err)
    _, _, err = run_cli("deadletters", command, "--kafka", "127.0.0.1:1", "--reason", "zzz")
    assert "there are message_value_or_timestamp_is_empty, invalid_gzip_data" in re.sub(r"[\s│]+", " ", err)


def test_an_unforeseen_error_says_how_to_see_more_and_debug_shows_it(
    run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("surprise")

    monkeypatch.setattr(detect, "collect", broken)
    code, _, err = run_cli("detect", ONE)
    assert code == 70
    assert "KeyError: 'surprise'" in err
    assert "--debug" in err
    code, _, err = run_cli("--debug", "detect", ONE)
    exits.set_debug(False)
    assert code == 70
    assert "Traceback" in err


def test_inbox_lists_problems_shows_both_kinds_of_records_and_follows_revisions(run_cli: Run, tmp_path: Path) -> None:
    store.publish(tmp_path, [record()])
    code, out, err = run_cli("inbox", str(tmp_path))
    assert (code, "0 open problems, 1 signal in 1 session" in out) == (0, True)
    assert "rank WAREHOUSE" in err
    rows = [problem_row(), problem_row(problem_id="q" * 16, severity=90.0, kind="failing_request", effect=None)]
    store.publish(tmp_path, [problem_record(row, produced_at=PRODUCED) for row in rows])
    code, out, err = run_cli("inbox", str(tmp_path))
    assert code == 0
    assert "2 open problems, 1 signal in 1 session" in out
    assert out.index("q" * 16) < out.index("p" * 16)
    assert f"inbox show {'q' * 8} " in err.replace("\n", "")
    assert "90% sure" in out
    code, out, _ = run_cli("inbox", "show", "pppp", str(tmp_path))
    for part in (
        "where        /orders/:id", "30 visitors, 31 of 100 sessions", "-60.0 points (-70.0 to -50.0)", "release=2.4.0",
        "session session-1 at 1:05", "flag:new-checkout=b (only there)", "2026-11-24 (2026-11-24 to 2026-11-24)",
        "used: affected with unaffected", "Find the handler", "–",
    ):  # fmt: skip
        assert part in out, part
    gone = problem_row(problem_id="q" * 16, revision=2, status="resolved", state="resolved")
    store.publish(tmp_path, [problem_record(gone, produced_at=PRODUCED)])
    code, out, _ = run_cli("inbox", str(tmp_path), "--json")
    assert [problem["kind"] for problem in json.loads(out)] == ["dead_click_cluster"]
    code, out, _ = run_cli("inbox", "show", "aaaa", str(tmp_path))
    for part in ("Dead click on button#pay", "severity", "50 of 100", "blocked +40", "1:05", "session-1", "missed"):
        assert part in out
    code, out, _ = run_cli("inbox", "show", "aaaa", str(tmp_path), "--json")
    assert json.loads(out)["evidence"]["offset_ms"] == 65000
    rules = tmp_path / "rules.toml"
    rules.write_text('[playback]\nplayer_url = "https://player.test/{session_id}?t={seconds}"\n')
    code, out, _ = run_cli("inbox", "show", "aaaa", str(tmp_path), "--rules", str(rules))
    assert "https://player.test/session-1?t=65" in out
    code, out, _ = run_cli("inbox", "show", "pppp", str(tmp_path), "--json", "--rules", str(rules))
    assert json.loads(out)["player_urls"][0] == "https://player.test/session-1?t=65"
    rules.write_text('[playback]\nplayer_url = "https://player.test/{sesion_id}"\n')
    code, _, err = run_cli("inbox", "show", "aaaa", str(tmp_path), "--rules", str(rules))
    assert code == 2
    assert "playback.player_url: nothing is called {sesion_id}; do you mean {session_id}?" in " ".join(err.split())
    code, _, err = run_cli("inbox", "show", "ffff", str(tmp_path))
    assert code == 3
    assert "No record ffff" in err


def test_inbox_warns_of_a_damaged_segment(run_cli: Run, tmp_path: Path) -> None:
    store.publish(tmp_path, [record()])
    segment = next(tmp_path.glob("*.segment"))
    segment.write_bytes(segment.read_bytes()[:-5])
    code, _, err = run_cli("inbox", str(tmp_path))
    assert code == 0
    assert "is damaged after 0 records" in re.sub(r"\s+", " ", err)


@pytest.mark.slow
def test_help_answers_at_once() -> None:
    """Help loads no engine and no reader, which is what would take time (0.3 s without, seconds with them)."""
    heavy = ["apache_beam", "pyarrow", "pyiceberg", "duckdb", "fastavro", "fsspec", "numpy", "orjson"]
    script = "import sys; from replay_signals.jobs.cli import app; app(['--help'], standalone_mode=False)"
    report = f"{script}; print([name for name in {heavy} if name in sys.modules], file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", report], env=ENVIRONMENT, capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"
    assert "detect" in done.stdout
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([*COMMAND, "--help"], env=ENVIRONMENT, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime - before.ru_utime < 1.0


@pytest.mark.slow
def test_a_reader_that_goes_away_ends_the_command_quietly() -> None:
    command = subprocess.Popen(
        [*COMMAND, "detect", str(EXAMPLES), "--json"], env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert command.stdout is not None
    command.stdout.read(10)
    command.stdout.close()
    assert command.stderr is not None
    assert command.stderr.read() == b""
    assert command.wait(timeout=30) == 141


@pytest.mark.slow
def test_follow_prints_what_arrives_until_ctrl_c(tmp_path: Path) -> None:
    store.publish(tmp_path, [record()])
    command = subprocess.Popen(
        [*COMMAND, "inbox", str(tmp_path), "--follow", "--json"],
        env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert command.stdout is not None
    assert json.loads(command.stdout.readline())["id"] == "a" * 16
    store.publish(tmp_path, [record(signal_id="b" * 16)])
    assert json.loads(command.stdout.readline())["id"] == "b" * 16
    command.send_signal(signal.SIGINT)
    out, err = command.communicate(timeout=10)
    assert (command.returncode, out, err) == (130, "", "Interrupted.\n")


@pytest.mark.slow
def test_without_the_beam_extra_detect_works_and_backfill_names_it(tmp_path: Path) -> None:
    for name in ("apache_beam", "pyarrow", "pyiceberg", "duckdb"):
        (tmp_path / f"{name}.py").write_text(f"raise ModuleNotFoundError('No module named {name}', name='{name}')")
    bare = {**ENVIRONMENT, "PYTHONPATH": f"{tmp_path}:{ROOT / 'src'}"}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*COMMAND, *arguments], env=bare, capture_output=True, text=True, check=False)

    assert run("detect", ONE, "--jsonl").returncode == 0
    for arguments in (["backfill", ONE, "--warehouse", str(tmp_path / "w")], ["sessions"], ["signals"]):
        done = run(*arguments)
        assert done.returncode == 4
        assert "pip install 'replay-signals[beam]'" in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_from_recordings_to_tables_and_inbox(run_cli: Run, tmp_path: Path) -> None:
    recordings, warehouse = tmp_path / "recordings", str(tmp_path / "warehouse")
    recordings.mkdir()
    for name in ("s0003", "s0027"):
        shutil.copy(EXAMPLES / f"{name}.posts.jsonl.gz", recordings)
    code, out, _ = run_cli("backfill", str(recordings), "--warehouse", warehouse, "--json")
    first = json.loads(out)
    assert (code, first["sessions"], first["dead_letters"]) == (0, 2, {})
    assert first["published"] == first["added"]["signals"] > 10

    code, out, _ = run_cli("backfill", str(recordings), "--warehouse", warehouse)
    assert code == 0
    assert "Published 0 records" in out

    _, out, _ = run_cli("signals", "--warehouse", warehouse, "--limit", "0", "--json")
    stored = json.loads(out)
    _, out, _ = run_cli("detect", str(recordings), "--jsonl")
    detected = [json.loads(line) for line in out.splitlines()]
    assert sorted(stored, key=lambda s: s["signal_id"]) == sorted(detected, key=lambda s: s["signal_id"])
    told = store.current(f"{warehouse}/inbox").values()
    assert {r.id for r in told if r.record_type == "signal"} == {s["signal_id"] for s in stored}

    _, out, _ = run_cli("signals", "--warehouse", warehouse, "--kind", "rage_click", "--page", "checkout", "--json")
    assert json.loads(out) == [s for s in stored if s["kind"] == "rage_click" and "checkout" in s["page"]] != []
    _, out, _ = run_cli("signals", "--warehouse", warehouse, "--limit", "1")
    assert f"{len(stored) - 1} more signals" in out
    _, out, _ = run_cli("signals", "--warehouse", warehouse, "--page", "'; DROP TABLE signals --")
    assert out == "No signals.\n"

    _, out, _ = run_cli("sessions", "--warehouse", warehouse, "--json")
    sessions = json.loads(out)
    assert {s["session_id"] for s in sessions} == {s["session_id"] for s in stored}
    worst = sessions[0]
    _, out, _ = run_cli("sessions", "--warehouse", warehouse, "--session", worst["session_id"], "--json")
    assert json.loads(out) == [worst]
    code, out, _ = run_cli("sessions", "--warehouse", warehouse)
    assert worst["session_id"] in out

    day = worst["day"]
    shutil.move(recordings / "s0027.posts.jsonl.gz", tmp_path)
    code, out, _ = run_cli("backfill", str(recordings), "--warehouse", warehouse, "--from", day, "--to", day)
    assert code == 0
    live = [r for r in store.current(f"{warehouse}/inbox").values() if r.status != "retracted"]
    assert len({r.who.session_id for r in live}) == 1
    assert {r.problem_id for r in live if r.record_type == "problem"} <= {r.problem_id for r in live}
