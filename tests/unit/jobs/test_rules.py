"""Rules: the documented defaults are the real ones, and every mistake in a file is named."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_signals.jobs.rules import Setting, as_toml, read_rules, settings
from replay_signals.schemas.limits import doc, faults, nearest
from replay_signals.schemas.rules import Rules, RulesError, load_rules
from support.samples import ROOT
from support.series import quick

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
        ("[speed]\npage_factor = 1\n", "speed.page_factor = 1 is not possible; the nearest valid number is"),
        ("[speed]\ngood_lcp_ms = 4500\n", "speed.good_lcp_ms = 4500 is above speed.poor_lcp_ms"),
        ("[rage]\nmin_clicks = 0\n", "rage.min_clicks = 0 is not possible; the nearest valid number is 2"),
        ("[clicks]\nwindow_ms = -1\n", "clicks.window_ms = -1 is not possible; the nearest valid number is 1"),
        ("[rage]\nradius_px = inf\n", "rage.radius_px = inf is no finite number"),
        ("[session]\nsettle_ms = nan\n", "session.settle_ms = nan is no finite number"),
        (
            "[clicks]\nslow_ms = 8000\n",
            "clicks.slow_ms = 8000 is above clicks.window_ms; the nearest valid number is 7000",
        ),
        ("[session]\nhorizon_ms = 20999\n", "below 3 evidence windows; the nearest valid number is 21000"),
        ("[rejects]\nmax_share = -0.5\n", "rejects.max_share = -0.5 is not possible; the nearest valid number is 0"),
        (
            "[problems]\nstep_factor = 1\n",
            "problems.step_factor = 1 is not possible; the nearest valid number is 1.001",
        ),
        ("[problems]\nmin_days = 20\n", "problems.min_days = 20 is above problems.baseline_days"),
        ('[[outcomes]]\nevent = "paid"\nvalue = -3\n', "outcomes[0].value = -3 is not possible"),
        ('[[outcomes]]\nevent = ""\n', "outcomes[0].event is empty"),
        ('[[outcomes]]\nevent = "paid"\n[[outcomes]]\nevent = "paid"\n', "'paid' stands there twice"),
        ('[[outcomes]]\nname = "paid"\n', "unknown key outcomes.name; did you mean outcomes."),
        ("[[outcomes]]\nvalue = 3\n", "event"),
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


def test_a_device_without_an_end_is_no_file_of_rules() -> None:
    with pytest.raises(RulesError, match=r"/dev/zero: longer than 1,000,000 characters"):
        read_rules("/dev/zero")


def test_a_setting_written_out_at_its_default_is_the_same_version() -> None:
    written = msgspec.json.decode(msgspec.json.encode(Rules()), type=Rules)

    assert load_rules("[clicks]\nprompt_ms = 1000").version == written.version == Rules().version


@pytest.mark.parametrize("setting", [s for s in settings() if isinstance(s.default, (int, float))], ids=lambda s: s.key)
def test_no_number_may_be_negative_and_the_one_that_is_named_instead_is_valid(setting: Setting) -> None:
    if isinstance(setting.default, bool) or setting.key == "values[].points":
        return
    table = f"[[{setting.table[:-2]}]]\nevent = 'e'" if setting.table.endswith("[]") else f"[{setting.table}]"
    with pytest.raises(RulesError, match=re.escape(setting.key.replace("[]", "[0]"))) as error:
        load_rules(f"{table}\n{setting.name} = -7\n")
    named = str(error.value).rpartition(" ")[2]
    try:
        load_rules(f"{table}\n{setting.name} = {named}\n")
    except RulesError as other:
        assert " is above " in str(other) or " is below " in str(other), "valid by itself, not beside another setting"


@quick
@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers())
def test_the_nearest_valid_number_is_valid(value: float) -> None:
    for bounds, whole in (
        (doc("", least=2), True),
        (doc("", above=0, below=1), False),
        (doc("", least=0, most=9), False),
    ):
        near = nearest(value, bounds, whole)
        assert nearest(near, bounds, whole) == near
        assert not list(faults(near, Annotated[float, bounds], "x"))


def test_what_a_visit_is_worth_changes_the_version_of_problems_alone() -> None:
    rules = load_rules('[[outcomes]]\nevent = "paid"\n')
    assert rules.version == Rules().version
    assert rules.problems_version != Rules().problems_version
    assert load_rules("[rage]\nmin_clicks = 4\n").problems_version != Rules().problems_version
