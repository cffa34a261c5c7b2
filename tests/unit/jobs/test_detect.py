"""detect on the real recordings, and on input that is broken."""

from __future__ import annotations

import gzip
import json
import random
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from replay_signals.jobs import detect
from replay_signals.pipelines.files.paths import expand
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.inbox.record import signal_line
from replay_signals.transforms.judge import session
from support.samples import EXAMPLES

Run = Callable[..., tuple[int, str, str]]
ONE = str(EXAMPLES / "s0003.posts.jsonl.gz")


def _lines(urls: list[str]) -> list[bytes]:
    found = detect.collect(urls, "auto", detect.Rejects())
    return [signal_line(signal) for rows in detect.judge_all(found, Rules()) for signal in rows["signals"]]


def test_json_lines_have_what_consumers_read(run_cli: Run) -> None:
    code, out, err = run_cli("detect", ONE, "--jsonl")
    signals = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert {"rage_click", "dead_click", "unexpected_exit"} <= {s["kind"] for s in signals}
    for signal in signals:
        started, ended = (datetime.fromisoformat(signal[name]) for name in ("started_at", "ended_at"))
        assert started <= ended
        assert signal["started_at"].endswith("Z")
        assert 0 <= signal["confidence"] <= 1
        assert 0 <= signal["severity"] <= 100
        assert signal["severity"] == pytest.approx(min(100, sum(signal["components"].values())), abs=0.2)
        assert isinstance(signal["evidence"], dict)
        assert signal["page"].startswith("http://site.test/")


def test_what_the_labels_say_is_found(run_cli: Run) -> None:
    labels = json.loads((EXAMPLES / "s0003.labels.json").read_text())["labels"]
    _, out, _ = run_cli("detect", ONE, "--json", "--kind", "rage_click")
    (signal,) = json.loads(out)
    (label,) = [label for label in labels if label["kind"] == "fault:dead:rage"]
    assert signal["click_count"] == label["clicks"]
    assert abs(datetime.fromisoformat(signal["started_at"]).timestamp() * 1000 - label["t"]) < 400
    assert label["el"]["text"] in signal["element"]


def test_order_of_files_and_reading_one_twice_change_nothing(tmp_path: Path) -> None:
    urls = expand([str(EXAMPLES)])[:4]
    copy = tmp_path / "again.jsonl.gz"
    shutil.copy(urls[0], copy)
    shuffled = [*urls, str(copy)]
    random.Random(5).shuffle(shuffled)
    assert _lines(urls) == _lines(shuffled) != []


def test_a_session_that_lies_in_two_files_is_judged_as_one(tmp_path: Path) -> None:
    lines = gzip.decompress(Path(ONE).read_bytes()).splitlines(keepends=True)
    half = len(lines) // 2
    for name, part in (("b.jsonl", lines[:half]), ("a.jsonl", lines[half:])):
        (tmp_path / name).write_bytes(b"".join(part))
    assert _lines(expand([str(tmp_path)])) == _lines([ONE])


def test_filters_and_limits(run_cli: Run) -> None:
    _, out, _ = run_cli("detect", ONE, "--jsonl", "--kind", "dead_click", "--kind", "rage_click")
    assert {json.loads(line)["kind"] for line in out.splitlines()} == {"dead_click", "rage_click"}
    _, out, _ = run_cli("detect", ONE, "--jsonl", "--min-confidence", "1")
    assert all(json.loads(line)["confidence"] == 1 for line in out.splitlines())
    _, out, _ = run_cli("detect", ONE, "--top", "1")
    assert "  1. " in out
    assert "  2. " not in out
    assert "--top 0 shows all" in out


def test_a_kind_that_does_not_exist_is_an_error_that_names_those_there_are(run_cli: Run) -> None:
    code, out, err = run_cli("detect", ONE, "--kind", "rage_clik")
    assert (code, out) == (2, "")
    assert "rage_clik" in err
    assert "rage_click" in err


@pytest.mark.parametrize("columns", [60, 80, 110, 140])
def test_the_table_names_kind_page_element_and_why_within_the_width(
    run_cli: Run, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    code, out, _ = run_cli("detect", ONE)
    assert code == 0
    assert "1 session" in out
    assert "rage_click" in out
    assert "/shop/checkout.html" in out
    assert "button#slow" in out
    assert max(map(len, out.splitlines())) <= columns


def test_broken_input_is_listed_and_costs_only_itself(run_cli: Run, tmp_path: Path) -> None:
    whole = gzip.decompress(Path(ONE).read_bytes())
    (tmp_path / "bad.jsonl").write_bytes(b'{"t": 1, "path": "/s/", "body": "{\\"cut"}\n' + whole + b"\x00\xff{\n")
    letters = tmp_path / "letters.jsonl"
    code, out, err = run_cli("detect", str(tmp_path / "bad.jsonl"), "--dead-letters", str(letters))
    assert code == 0
    assert "2 records rejected" in out
    assert "bad.jsonl#1  " in out.replace("\n", "")
    assert str(letters) in err.replace("\n", "")
    written = [json.loads(line) for line in letters.read_text().splitlines()]
    assert [letter["offset"] for letter in written] == [1, 2 + whole.count(b"\n")]
    assert all(letter["reason"] and letter["detail"] for letter in written)
    assert run_cli("detect", str(tmp_path / "bad.jsonl"), "--jsonl", "--strict")[0] == 1
    assert _lines([str(tmp_path / "bad.jsonl")]) == _lines([ONE])


def test_a_bug_in_a_detector_costs_one_session(run_cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    real = session.judge

    def fails_once(digest: object, *rest: object) -> object:
        if len(judged) == 0:
            judged.append(digest)
            raise RuntimeError("a bug")
        return real(digest, *rest)  # type: ignore[arg-type]

    judged: list[object] = []
    monkeypatch.setattr(session, "judge", fails_once)
    code, out, _ = run_cli("detect", ONE, str(EXAMPLES / "s0027.posts.jsonl.gz"))
    assert code == 0
    assert "1 session," in out
    assert "internal_error: judge failed: RuntimeError: a bug" in out


def test_hostile_page_text_cannot_steer_the_terminal(run_cli: Run, tmp_path: Path) -> None:
    text = gzip.decompress(Path(EXAMPLES / "s0039.posts.jsonl.gz").read_bytes()).decode()
    assert "Get shipping quote" in text
    nasty = json.dumps(json.dumps("\x1b]0;owned\x07[red]x[/red]\x9b2J\u202e"))[3:-3]
    (tmp_path / "nasty.jsonl").write_text(text.replace("Get shipping quote", nasty))
    for mode in ([], ["--jsonl"], ["--json"]):
        code, out, _ = run_cli("detect", str(tmp_path / "nasty.jsonl"), *mode)
        assert code == 0
        assert "owned" in out
        assert "[red]" in out
        assert [c for c in out if not c.isprintable() and c != "\n"] == []
