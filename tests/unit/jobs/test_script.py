from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from replay_signals.jobs.exits import ExitCode
from support.samples import EXAMPLES

Run = Callable[..., tuple[int, str, str]]
SHOP = str(EXAMPLES / "s0003.posts.jsonl.gz")


@pytest.fixture
def signals(run_cli: Run) -> list[dict[str, str]]:
    _, out, _ = run_cli("detect", SHOP, "--json")
    found: list[dict[str, str]] = json.loads(out)
    return found


def test_a_problem_by_the_start_of_its_id(run_cli: Run, signals: list[dict[str, str]], tmp_path: Path) -> None:
    dead = next(signal for signal in signals if signal["kind"] == "dead_click")
    file = tmp_path / "reproduce.py"
    code, out, _ = run_cli("script", dead["problem_id"][:6], "--recordings", SHOP, "-o", str(file))
    assert code == 0
    assert "1 step" in " ".join(out.split())
    literals = {node.value for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Constant)}
    assert {dead["problem_id"], "/shop/checkout.html"} <= literals


def test_a_session_gives_the_worst_that_can_be_scripted(run_cli: Run, signals: list[dict[str, str]]) -> None:
    code, out, _ = run_cli("script", signals[0]["session_id"], "--recordings", SHOP, "--json")
    assert code == 0
    worst = max(signals, key=lambda signal: float(signal["severity"]) * float(signal["confidence"]))
    assert worst["kind"] == json.loads(out)["plan"]["kind"]


def test_no_script_says_why(run_cli: Run, signals: list[dict[str, str]]) -> None:
    given_up = next(signal for signal in signals if signal["kind"] == "form_abandonment")
    code, _, err = run_cli("script", given_up["problem_id"], "--recordings", SHOP)
    assert code == ExitCode.NOTHING
    assert "what visitors typed" in " ".join(err.split())


def test_an_unknown_id_names_the_nearest(run_cli: Run, signals: list[dict[str, str]]) -> None:
    code, _, err = run_cli("script", signals[0]["problem_id"][:6] + "zz", "--recordings", SHOP)
    assert code == ExitCode.STORE
    assert signals[0]["problem_id"] in " ".join(err.split())
