"""From a recording to a mended site: the problem's own script, in Chromium against the site that the branch serves."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from replay_signals.jobs.announcing import into_folder
from replay_signals.jobs.exits import ExitCode
from replay_signals.jobs.ranking import run_rank
from replay_signals.pipelines.playback.browser import find_chromium
from replay_signals.pipelines.problems.counting import Limits
from replay_signals.schemas.rules import Rules
from support.warehouses import backfill, ms, page, replay, store_of, written

CHROMIUM = find_chromium()
pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not here")]
SHOP = """<!doctype html><title>Shop</title>
<button id="pay">Pay</button><output id="said"></output>
<script src="app.js"></script>
"""
SITE = """document.querySelector("#pay").addEventListener("clik", () => {
  document.querySelector("#said").textContent = "Paid";
});
"""
AGENT = """
from pathlib import Path
file = Path("shop/app.js")
file.write_text(file.read_text().replace('"clik"', '"click"'))
"""


def git(folder: Path, *words: str) -> str:
    own = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *words]
    return subprocess.run(own, cwd=folder, check=True, capture_output=True, text=True).stdout


def test_the_script_of_a_problem_fails_on_the_site_and_passes_once_it_is_mended(
    tmp_path: Path, run_cli: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse, repository = tmp_path / "warehouse", tmp_path / "site"
    recording = written(tmp_path / "shop.jsonl", map(visit, range(3)))
    backfill(warehouse, recording)
    ranked = run_rank(store_of(warehouse), Rules(), Limits(), into_folder(str(warehouse / "inbox"), Limits()))
    (problem,) = [row.problem_id for row in ranked.problems if row.failure == "silence"]
    (repository / "shop").mkdir(parents=True)
    (repository / "shop" / "index.html").write_text(SHOP)
    (repository / "shop" / "app.js").write_text(SITE)
    git(repository, "init", "-q", "-b", "main")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "a shop")
    (tmp_path / "agent.py").write_text(AGENT)
    monkeypatch.delenv("CHROMIUM_PATH", raising=False)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    code, out, err = run_cli(
        "fix", problem, "--repo", str(repository), "-w", str(warehouse), "-o", str(tmp_path / "out"),
        "--agent", f"{sys.executable} '{tmp_path / 'agent.py'}'", "--test-command", f"{sys.executable} {{test}}",
        "--serve", f"{sys.executable} -m http.server {port} --bind 127.0.0.1", "--base-url", f"http://127.0.0.1:{port}",
    )  # fmt: skip
    assert code == ExitCode.OK, out + err
    result = json.loads((tmp_path / "out" / problem / "result.json").read_bytes())
    assert (result["outcome"], result["files"]) == ("fixed", ["shop/app.js"])
    assert '"click"' in git(repository, "show", f"{result['branch']}:shop/app.js")
    text = (tmp_path / "out" / problem / "pull-request.md").read_text()
    for part in ("- Before: failed, the fault is there", "- After: passed, the fault is not there"):
        assert part in text, part


def visit(number: int) -> str:
    """A visitor who clicks the button once, sees nothing, and goes on elsewhere on the page."""
    events = page(ms("2026-11-24T10:00:00") + number * 3_600_000)
    elsewhere = {"source": 2, "type": 2, "id": 2, "x": 400, "y": 400}
    events.append({"type": 3, "timestamp": events[-1]["timestamp"] + 20_000, "data": elsewhere})
    return replay(f"s{number}", events)
