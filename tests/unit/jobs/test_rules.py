"""Rules: the documented defaults are the real ones, and every mistake in a file is named."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from replay_signals.jobs.rules import as_toml, read_rules, settings
from replay_signals.schemas.rules import Rules, RulesError, load_rules
from support.samples import ROOT

Run = Callable[..., tuple[int, str, str]]


def test_rules_toml_is_what_the_command_prints_and_means_the_defaults() -> None:
    text = (ROOT / "rules.toml").read_text()
    assert text == as_toml(), "write it anew: replay-signals rules --toml > rules.toml"
    assert load_rules(text) == Rules()


def test_the_commented_parts_of_rules_toml_are_valid_too() -> None:
    uncommented = re.sub(r"(?m)^# (\[\[|\w+ = )", r"\1", as_toml())
    assert load_rules(uncommented) != Rules()


def test_every_setting_has_a_meaning_and_those_with_a_unit_in_the_name_show_it() -> None:
    found = list(settings())
    assert len(found) == len({s.key for s in found})
    assert [s.key for s in found if not s.meaning] == []
    assert [s.key for s in found if s.name.endswith(("_ms", "_px")) and s.unit not in ("ms", "px")] == []


def test_rules_lists_every_setting(run_cli: Run) -> None:
    code, out, _ = run_cli("rules")
    assert code == 0
    assert [s.key for s in settings() if s.key not in out] == []


def test_check_accepts_a_good_file_and_names_its_version(run_cli: Run, tmp_path: Path) -> None:
    good = tmp_path / "good.toml"
    good.write_text("[rage]\nmin_clicks = 4\n")
    code, out, _ = run_cli("rules", "--check", str(good))
    assert code == 0
    assert read_rules(str(good)).version in out.replace("\n", "")
    assert read_rules(str(good)).version != Rules().version


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[rage]\nmin_click = 4\n", "unknown key rage.min_click; did you mean rage.min_clicks?"),
        ("[rage\n", "not valid TOML"),
        ('[rage]\nmin_clicks = "four"\n', "rage.min_clicks"),
    ],
)
def test_check_says_what_is_wrong_in_which_file(run_cli: Run, tmp_path: Path, text: str, said: str) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text(text)
    code, out, err = run_cli("rules", "--check", str(bad))
    assert (code, out) == (2, "")
    assert said in err
    assert "bad.toml" in err


def test_a_rules_file_that_is_missing_or_no_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match=r"cannot read .*none\.toml: No such file"):
        read_rules(str(tmp_path / "none.toml"))
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(RulesError, match="not UTF-8"):
        read_rules(str(tmp_path / "binary"))


def test_a_setting_written_out_at_its_default_is_the_same_version() -> None:
    written = msgspec.json.decode(msgspec.json.encode(Rules()), type=Rules)

    assert load_rules("[clicks]\nprompt_ms = 1000").version == written.version == Rules().version
