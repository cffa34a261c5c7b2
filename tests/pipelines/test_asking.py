"""Asking the tables of a warehouse: what commands choose and refuse, and the examples of docs/analysis.md."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from replay_signals.analysis import Warehouse
from replay_signals.jobs.exits import ExitCode
from replay_signals.pipelines.iceberg.warehouse import connect
from replay_signals.schemas.rules import load_rules
from support.samples import ROOT
from support.warehouses import SMALL, backfill

pytestmark = pytest.mark.slow


PAGE = (ROOT / "docs" / "analysis.md").read_text("utf-8")
QUESTIONS = re.findall(r"^```sql\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("asked")
    backfill(folder, *SMALL)
    return folder


def test_every_question_of_the_docs_takes_three_lines(filled: Path) -> None:
    assert len(QUESTIONS) >= 8
    with connect(str(filled)) as db:
        for question in QUESTIONS:
            assert len(question.strip().splitlines()) <= 3
            db.sql(question).fetchall()


def test_python_of_the_docs_runs(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(filled.parent)
    for block in re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE):
        exec(block.replace('"warehouse"', repr(str(filled))), {})


def test_the_rules_say_which_properties_are_columns(filled: Path) -> None:
    rules = load_rules('[privacy]\nperson_properties = ["seats", "visitor"]\nevent_properties = ["$lib"]')
    with connect(str(filled), rules=rules) as db:
        assert db.sql("SELECT * FROM session_properties").columns[-2:] == ["seats", "visitor_"]
        kept = db.execute('SELECT DISTINCT "$lib" FROM event_properties WHERE "$lib" IS NOT NULL').fetchall()
        assert kept == [("web",)]
    assert Warehouse(str(filled), rules=rules).sql("SELECT * FROM event_properties").columns[-1] == "$lib"


def test_a_condition_chooses_sessions_and_signals(filled: Path, run_cli: Callable[..., tuple[int, str, str]]) -> None:
    def listed(command: str, *arguments: str) -> list[dict[str, Any]]:
        code, out, err = run_cli(command, "-w", str(filled), "--limit", "0", "--json", *arguments)
        assert code == 0, err
        return json.loads(out)

    every = listed("sessions")
    worst = listed("sessions", "--where", "severity >= 60 and signal = 'failed_request'")
    assert 0 < len(worst) < len(every)
    assert {one["session_id"] for one in worst} == {
        one["session_id"] for one in every if one["severity"] >= 60 and "failed_request" in one["signal_kinds"]
    }
    rage = listed("signals", "--where", "kind = 'rage_click' and session.severity >= 60")
    assert rage == [one for one in listed("signals", "--kind", "rage_click") if one in rage] != []


def test_a_typo_is_no_empty_list(filled: Path, run_cli: Callable[..., tuple[int, str, str]]) -> None:
    for arguments, told in (
        (("--where", "severty > 3"), "do you mean severity?"),
        (("--from", "2026-12-02", "--to", "2026-12-01"), "is after the last"),
    ):
        code, _, err = run_cli("sessions", "-w", str(filled), *arguments)
        assert (code, told in err) == (ExitCode.USAGE, True), err
    for arguments, told in (
        (("--where", "event = '$pageviw'"), "do you mean $pageview?"),
        (("--where", "person.plna = 'team'"), "do you mean person.plan?"),
        (
            ("--where", "flag.\"new-chekout\" = 'test'"),
            "do you mean flag.new-checkout",
        ),
        (("--where", "not page = '/shp'"), "do you mean /shop"),
        (("--from", "2031-01-01"), "sessions of the warehouse are of 2026-11-24 to 2026-11-24"),
        (("--session", "01a20b8b"), "no row of sessions has session_id = '01a20b8b'"),
    ):
        code, _, err = run_cli("sessions", "-w", str(filled), *arguments)
        assert (code, told in err) == (ExitCode.OK, True), err
    for command in (["funnel", "$pageview", "view: /cart"], ["trend", "$pageview"], ["retention", "$pageview"]):
        for days, is_told in ((["--from", "2031-01-01"], True), (["--to", "2019-12-31"], True), ([], False)):
            code, _, err = run_cli(*command, "-w", str(filled), *days)
            told = "Note: events of the warehouse are of 2026-11-24 to 2026-11-24" in err
            assert (code, told) == (ExitCode.OK, is_told), err
            assert ("page_views of the warehouse are of" in err) == (is_told and command[0] == "funnel")
    for command in (["compare"], ["groups"], ["signals"]):
        for days, is_told in ((["--from", "2031-01-01"], True), (["--to", "2019-12-31"], True), ([], False)):
            code, _, err = run_cli(*command, "-w", str(filled), *days)
            assert (code, " of the warehouse are of 2026-11-24 to 2026-11-24" in err) == (ExitCode.OK, is_told), err
    code, _, err = run_cli("groups", "-w", str(filled), "--where", "event = '$pageviw'")
    assert (code, "do you mean $pageview?" in err) == (ExitCode.OK, True), err
    code, _, err = run_cli("rejudge", "-w", str(filled), "--from", "2031-01-01")
    assert (code, "message_digests of the warehouse are of 2026-11-24" in err) == (ExitCode.OK, True), err
    for command in ("signals", "detect"):
        where = ("-w", str(filled)) if command == "signals" else (str(SMALL[0]),)
        code, _, err = run_cli(command, *where, "--kind", "rage_clik")
        assert (code, "rage_click?" in err) == (ExitCode.USAGE, True), err


def test_the_command_of_a_drop_lists_exactly_its_sessions(
    filled: Path, run_cli: Callable[..., tuple[int, str, str]]
) -> None:
    asked = ("funnel", "$pageview", "purchase", "-w", str(filled), "--by", "person.plan")
    steps = json.loads(run_cli(*asked, "--json")[1])
    dropped = [step for step in steps if step["sessions"]]
    assert dropped
    for step in dropped:
        _, out, _ = run_cli(*asked, "--drop", "1", "--group", step["group"] or "(none)", "--json")
        assert sorted(one["session_id"] for one in json.loads(out)) == sorted(step["sessions"])
    code, _, err = run_cli(*asked, "--drop", "1", "--group", "nonesuch")
    assert (code, "no group is called" in err) == (ExitCode.USAGE, True)


def test_the_command_of_a_cell_lists_exactly_its_sessions(
    filled: Path, run_cli: Callable[..., tuple[int, str, str]]
) -> None:
    asked = ("retention", "$pageview", "$pageleave", "-w", str(filled), "--period", "hour", "--periods", "1")
    (table,) = json.loads(run_cli(*asked, "--json")[1])
    for cohort in table["cohorts"]:
        for cell in cohort["cells"]:
            when = cohort["start"][:16]
            for more, wanted in (((), cell["away"]), (("--back",), cell["back"])):
                _, out, _ = run_cli(*asked, "--cohort", when, "--in", str(cell["period"]), *more, "--json")
                assert sorted(one["session_id"] for one in json.loads(out)) == sorted(wanted)
    code, _, err = run_cli(*asked, "--cohort", "2020-01-01")
    assert (code, "nobody began in 2020-01-01" in err) == (ExitCode.USAGE, True)
