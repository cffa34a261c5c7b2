"""Briefs over a warehouse: by the command, and in the inbox record."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from replay_signals.jobs.announcing import into_folder
from replay_signals.jobs.exits import ExitCode
from replay_signals.jobs.ranking import run_rank
from replay_signals.pipelines.inbox.folder import current
from replay_signals.pipelines.problems.counting import Limits
from replay_signals.pipelines.problems.meetings import SESSIONS_OF_ONE
from replay_signals.schemas.rules import Rules
from support.problem_sites import put, shop
from support.samples import EXAMPLES
from support.warehouses import backfill, store_of

PROBLEM = "a" * 16
Run = Callable[..., tuple[int, str, str]]


def rank(warehouse: Path) -> None:
    run_rank(store_of(warehouse), Rules(), Limits(), into_folder(str(warehouse / "inbox"), Limits()))


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fourteen days of a shop whose button does nothing for three visitors in ten."""
    folder = tmp_path_factory.mktemp("brief")
    put(folder, shop(14, 40, 0.3))
    rank(folder)
    return folder


def test_the_steps_are_those_of_the_sessions_in_the_tables(warehouse: Path, run_cli: Run) -> None:
    code, out, _ = run_cli("brief", PROBLEM[:6], str(warehouse))
    assert code == 0
    assert f"The way of {SESSIONS_OF_ONE} of the {SESSIONS_OF_ONE} sessions that were looked at." in out
    assert f"1. Land on `/shop`. ({SESSIONS_OF_ONE} of {SESSIONS_OF_ONE} sessions)" in out
    assert "`/checkout` opens." in out
    assert "Broken for everyone:" in out


def test_json_and_the_inbox_record_say_the_same(warehouse: Path, run_cli: Run) -> None:
    _, out, _ = run_cli("brief", PROBLEM, str(warehouse), "--json")
    brief = json.loads(out)
    assert [step["action"] for step in brief["way"]] == ["land", "open", "fault"]
    _, markdown, _ = run_cli("brief", PROBLEM, str(warehouse), "--markdown")
    record = current(warehouse / "inbox")[PROBLEM]
    assert record.brief.replace("Revision 1", "") == markdown.replace("Revision 1", "")


def test_an_unknown_problem_is_an_error_that_names_near_ones(warehouse: Path, run_cli: Run) -> None:
    code, _, err = run_cli("brief", "aaab", str(warehouse))
    assert code == ExitCode.STORE
    assert f"Nearest: {PROBLEM}" in err


def test_the_element_comes_from_the_digests_of_a_recording(tmp_path: Path, run_cli: Run) -> None:
    backfill(tmp_path, *sorted(EXAMPLES.glob("*.posts.jsonl.gz"))[:1])
    rank(tmp_path)
    found = [json.loads(run_cli("brief", name, str(tmp_path), "--json")[1]) for name in current(tmp_path / "inbox")
             if len(name) == 16]  # fmt: skip
    elements = [brief["element"] for brief in found if brief["element"]]
    assert elements
    assert any(one["html"].startswith("<") and len(one["selectors"]) > 1 for one in elements)


def test_record_and_brief_say_where_the_picture_is_published(warehouse: Path, tmp_path: Path, run_cli: Run) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text('[playback]\nstill_url = "https://reports.test/{team}/stills/{problem_id}.png"\n')
    inbox = str(tmp_path / "inbox")
    assert run_cli("rank", str(warehouse), "--inbox", inbox, "--rules", str(rules))[0] == 0
    record = current(inbox)[PROBLEM]
    url = f"https://reports.test/{record.team}/stills/{PROBLEM}.png"
    assert record.still_url == url
    assert f"Picture of that moment: <{url}>" in record.brief
    assert current(warehouse / "inbox")[PROBLEM].still_url == ""
    assert f"\n  {url}\n" in run_cli("inbox", "show", PROBLEM[:6], inbox)[1]
    assert json.loads(run_cli("inbox", "show", PROBLEM, inbox, "--json")[1])["still_url"] == url
    brief = run_cli("brief", PROBLEM, str(warehouse), "--rules", str(rules), "--json")[1]
    assert json.loads(brief)["still_url"] == url
    rules.write_text('[playback]\nstill_url = "https://reports.test/{problem}.png"\n')
    code, _, err = run_cli("rank", str(warehouse), "--inbox", inbox, "--rules", str(rules))
    assert code == ExitCode.USAGE
    assert "playback.still_url: nothing is called {problem}; do you mean {problem_id}?" in " ".join(err.split())
