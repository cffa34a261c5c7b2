"""privacy check and privacy audit: before anything is stored, and over what is stored, the same counts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from replay_signals.jobs.privacy import COUNTING, PLACES
from replay_signals.pipelines.privacy import KEY_VARIABLE
from replay_signals.schemas.kept import Holds
from replay_signals.schemas.rows import TABLES
from replay_signals.transforms.privacy.policy import Policy
from support.samples import EXAMPLES
from support.warehouses import backfill, page, replay, written

Run = Callable[..., tuple[int, str, str]]
START_MS = 1_795_490_000_000
ADDRESS = "maria.zyx@example.org"


def recording(folder: Path) -> Path:
    """A page whose only button says an address, and input that is rejected."""
    events = page(START_MS, clicks=2)
    button = events[1]["data"]["node"]["childNodes"][0]["childNodes"][0]
    button["childNodes"] = [{"type": 3, "id": 5, "textContent": f"Mail {ADDRESS}"}]
    events[0]["data"]["href"] = f"http://site.test/shop?who={ADDRESS}"
    return written(folder / "one.jsonl", [replay("session-1", events), '{"broken'])


def test_check_shows_what_would_go_and_what_would_stay(run_cli: Run, tmp_path: Path) -> None:
    path = recording(tmp_path)
    code, out, err = run_cli("privacy", "check", str(path))
    assert (code, err) == (0, "")
    assert ADDRESS not in out
    assert "control_name" in out
    assert "Mail [email]" in out
    assert sorted(tmp_path.iterdir()) == [path]


def test_check_as_json(run_cli: Run, tmp_path: Path) -> None:
    code, out, _ = run_cli("privacy", "check", str(recording(tmp_path)), "--json", "--samples", "0")
    assert code == 0
    found = json.loads(out)
    removed = {(one["table"], one["field"], one["rule"]): one["times"] for one in found["removed"]}
    assert removed["message_digests", "control_name", "email"] == 1
    assert removed["dead_letters", "payload", "dead_letter_mask"] == 1
    kept = {(one["table"], one["column"]): one for one in found["kept"]}
    assert 'button#pay "Mail [email]"' in kept["interactions", "element"]["samples"]
    assert "Mail [email]" in kept["message_digests", "digest"]["samples"]
    assert kept["interactions", "element"]["holds"] == "element name"


def test_check_tries_other_rules(run_cli: Run, tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text("[privacy]\nenabled = false\n")
    code, out, _ = run_cli("privacy", "check", str(recording(tmp_path)), "--rules", str(rules), "--json")
    assert code == 0
    assert not json.loads(out)["removed"]
    assert ADDRESS in out


@pytest.mark.parametrize(
    ("arguments", "code"), [(["--strict"], 1), ([], 0), (["--rules", "no-such.toml"], 2), (["--format", "no"], 2)]
)
def test_exit_codes_of_check(run_cli: Run, tmp_path: Path, arguments: list[str], code: int) -> None:
    assert run_cli("privacy", "check", str(recording(tmp_path)), *arguments)[0] == code


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("audited")
    backfill(folder / "warehouse", recording(folder), EXAMPLES / "s0003.posts.jsonl.gz")
    backfill(folder / "warehouse", recording(folder))  # again: repeats count once
    return folder


@pytest.mark.slow
def test_audit_counts_what_check_foretold(run_cli: Run, warehouse: Path) -> None:
    paths = [str(warehouse / "one.jsonl"), str(EXAMPLES / "s0003.posts.jsonl.gz")]
    foretold = json.loads(run_cli("privacy", "check", *paths, "--json")[1])["removed"]
    code, out, _ = run_cli("privacy", "audit", str(warehouse / "warehouse"), "--json")
    assert code == 0
    found: dict[str, Any] = json.loads(out)
    assert found["removed"] == foretold
    assert found["rows"]["sessions"] == 2
    version = Policy().version
    assert found["versions"] == {name: {version: found["rows"][name]} for name in COUNTING}
    listed = {(one["table"], one["column"]) for one in found["kept"]}
    assert listed == {(table, column.name) for table, columns in PLACES.items() for column in columns}
    assert set(found["classes"]) == {name.value for name in Holds}


@pytest.mark.slow
def test_audit_says_it_in_words(run_cli: Run, warehouse: Path) -> None:
    code, out, _ = run_cli("privacy", "audit", str(warehouse / "warehouse"))
    assert code == 0
    for name in TABLES:
        assert f"\n{name}, " in out
    for name in Holds:
        assert name.value in out


def test_audit_needs_a_warehouse(run_cli: Run, tmp_path: Path) -> None:
    code, _, err = run_cli("privacy", "audit", str(tmp_path / "none"))
    assert code == 3
    assert "no warehouse" in err


def of_somebody(folder: Path) -> Path:
    """A visit of a person whose distinct id is an address."""
    line = replay("session-1", page(START_MS)).replace("user-1", ADDRESS)
    return written(folder / "somebody.jsonl", [line])


@pytest.mark.parametrize("command", [("detect",), ("privacy", "check")])
def test_people_hashed_without_a_key_are_warned_of_once(
    run_cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    path = str(of_somebody(tmp_path))
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    assert run_cli(*command, path)[2].count(KEY_VARIABLE) == 1
    assert KEY_VARIABLE not in run_cli(*command, str(recording(tmp_path)))[2]
    monkeypatch.setenv(KEY_VARIABLE, "secret")
    assert KEY_VARIABLE not in run_cli(*command, path)[2]


@pytest.mark.slow
def test_a_backfill_warns_too(run_cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    _, _, err = run_cli("backfill", str(of_somebody(tmp_path)), "-w", str(tmp_path / "w"))
    assert err.count(KEY_VARIABLE) == 1
