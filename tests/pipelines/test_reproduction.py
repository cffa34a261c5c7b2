"""Scripts from a warehouse: the problems of the examples, from their stored digests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from replay_signals.jobs.exits import ExitCode
from replay_signals.pipelines.iceberg.catalog import PinnedTable, open_catalog, open_tables
from replay_signals.pipelines.iceberg.lookup import Tables
from replay_signals.pipelines.problems.counting import Limits
from replay_signals.pipelines.problems.loading import stored_problems
from replay_signals.pipelines.reproduction import script_of
from replay_signals.schemas.problem_rows import ProblemRow
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.reproduce.steps import NoScript, Script
from support.samples import EXAMPLES
from support.warehouses import backfill, ranked

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scripts") / "warehouse"
    backfill(folder, EXAMPLES / "s0003.posts.jsonl.gz")
    ranked(folder)
    return folder


@pytest.fixture(scope="module")
def tables(warehouse: Path) -> Tables:
    catalog = open_catalog(str(warehouse), create=False)
    return {name: PinnedTable(table) for name, table in open_tables(catalog, create=False).items()}


@pytest.fixture(scope="module")
def problems(tables: Tables) -> dict[str, ProblemRow]:
    return {row.failure: row for row in stored_problems(tables["problems"].table, Limits())}


def test_a_problem_has_the_script_of_its_session(tables: Tables, problems: dict[str, ProblemRow]) -> None:
    made = script_of(problems["request"], tables, Rules(), language="typescript", base_url="http://localhost:3000")
    assert isinstance(made, Script)
    assert (made.plan.kind, made.plan.open) == ("failed_request", "/shop/checkout.html")
    assert made.plan.problem_id == problems["request"].problem_id
    assert "http://localhost:3000" in made.text


def test_a_problem_that_cannot_be_scripted_says_why(tables: Tables, problems: dict[str, ProblemRow]) -> None:
    made = script_of(problems["form"], tables, Rules())
    assert isinstance(made, NoScript)
    assert made.code == "values"


def test_a_problem_whose_sessions_are_gone_says_so(tables: Tables, problems: dict[str, ProblemRow]) -> None:
    gone = msgspec.structs.replace(problems["request"], problem_id="0" * 16, examples=["gone@0"])
    made = script_of(gone, tables, Rules())
    assert isinstance(made, NoScript)
    assert made.code == "evidence"


def test_the_command_finds_it_by_the_start_of_its_id(
    run_cli: Callable[..., tuple[int, str, str]], warehouse: Path, problems: dict[str, ProblemRow]
) -> None:
    wanted = problems["request"].problem_id
    code, out, _ = run_cli("script", wanted[:6], str(warehouse), "--language", "typescript")
    assert code == 0
    assert f'const PROBLEM = "{wanted}";' in out
    code, _, err = run_cli("script", wanted[:6], str(warehouse), "--try")
    assert code == ExitCode.USAGE
    assert "--base-url" in err
