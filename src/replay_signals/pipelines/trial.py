"""Running a script against a site, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Literal

from replay_signals.transforms.reproduce.minimal import minimal
from replay_signals.transforms.reproduce.python import python_text
from replay_signals.transforms.reproduce.steps import Plan

Verdict = Literal["there", "gone", "not checked"]
"""Of the fault: `not checked` when the script did not come as far as its check."""
LIMIT_S = 180
_BY_CODE: dict[int, Verdict] = {0: "gone", 1: "there"}


def tried(plan: Plan, base_url: str, chromium: str | None = None) -> tuple[Verdict, str]:
    """What the script of a plan says of a site, and its last line. `chromium` is the path of a browser."""
    env = os.environ | {"BASE_URL": base_url} | ({"CHROMIUM_PATH": chromium} if chromium else {})
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "reproduce.py"
        file.write_text(python_text(plan), encoding="utf-8")
        try:
            done = subprocess.run(
                [sys.executable, str(file)], env=env, capture_output=True, text=True, timeout=LIMIT_S, check=False
            )
        except subprocess.TimeoutExpired:
            return "not checked", f"it was not done after {LIMIT_S} s"
    said = (done.stdout if done.returncode in (0, 1, 2) else done.stderr).strip()
    is_crash = done.returncode == 1 and not said.startswith("The fault is there")
    verdict = "not checked" if is_crash else _BY_CODE.get(done.returncode, "not checked")
    return verdict, ((said or done.stderr.strip()).splitlines() or [""])[-1]


def shortened(plan: Plan, base_url: str, chromium: str | None = None) -> tuple[Plan, Verdict, str]:
    """The plan without the steps that it does not need to show the fault on a site; as it is where it shows none."""
    verdict, said = tried(plan, base_url, chromium)
    if verdict == "there":
        plan = minimal(plan, lambda shorter: tried(shorter, base_url, chromium)[0] == "there")
    return plan, verdict, said
