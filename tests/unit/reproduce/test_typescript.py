"""Scripts in TypeScript: what strangers wrote stays in string literals, and the compiler takes every kind of script."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings

from replay_signals.transforms.reproduce.steps import (
    Answered,
    By,
    Check,
    Click,
    Fill,
    LeadsOn,
    Plan,
    RaisesNothing,
    Reacts,
    TakesClicks,
    Target,
)
from replay_signals.transforms.reproduce.typescript import typescript_text
from unit.reproduce.test_plan import hostile_plans, tamed

PACKAGES = Path(__file__).parent / "typescript"
LITERAL = re.compile(r'"(?:[^"\\\n]|\\.)*"')


@settings(deadline=None, max_examples=30)
@given(hostile_plans())
def test_recorded_text_gets_into_string_literals_and_nowhere_else(plan: Plan) -> None:
    text, harmless = typescript_text(plan), typescript_text(tamed(plan))
    assert LITERAL.sub('""', text) == LITERAL.sub('""', harmless)
    literals = {json.loads(found) for found in LITERAL.findall(text)}
    assert {plan.title, plan.open, plan.session_id} <= literals
    assert not set(text) & set("\u202e\u2028\x1b\x00\r")


BUTTON = Target(
    'button "</script>`${1}"',
    (
        By("css", '[data-testid="it\'s"]'),
        By("role", "button", "Pay `now`"),
        By("role", "button", r"Pay \d+", True),
        By("label", "", "Name"),
        By("text", "", "a\nb"),
    ),
    (12, 34),
)
CLICK = Click(BUTTON)
CHECKS: tuple[Check, ...] = (
    Reacts(CLICK, 7000),
    Reacts(Click(Target("the place", (), (1, 2)), by_key=True), 7000),
    RaisesNothing(CLICK, ("not a function",), 3000),
    RaisesNothing(None, (), 3000),
    Answered(CLICK, "POST", ("api", "*"), 7000),
    TakesClicks(BUTTON, 4000),
    LeadsOn(CLICK, 7000),
    LeadsOn(None, 7000),
)
STEPS = (CLICK, *(Fill(BUTTON, "x", how) for how in ("fill", "select", "check", "uncheck")))


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not here")
def test_the_compiler_takes_every_kind_of_script(tmp_path: Path) -> None:
    for file in PACKAGES.iterdir():
        shutil.copy(file, tmp_path)
    made = tmp_path / "made"
    made.mkdir()
    for number, check in enumerate(CHECKS):
        plan = Plan("problem", "session", "dead_click", "\u202eTitle */ `${x}`", "/a?b=1#/c", 800, 600, STEPS, check)
        (made / f"{number}.spec.ts").write_text(typescript_text(plan), "utf-8")
    env = os.environ | {"npm_config_cache": str(tmp_path / "cache")}
    install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(install, cwd=tmp_path, env=env, check=True, capture_output=True, timeout=300)
    compiled = subprocess.run(
        ["node_modules/.bin/tsc", "-p", "."], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300
    )
    assert compiled.stdout == ""
    assert compiled.returncode == 0
