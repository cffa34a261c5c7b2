"""The whole way of a regression: recorded visits, what is usual, judged with it, and one problem for each fault."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from replay_signals.jobs.backfill import RejudgeOptions, run_rejudge
from replay_signals.jobs.cli_simulate import UNTIL
from replay_signals.jobs.priors import learn
from replay_signals.jobs.ranking import run_rank
from replay_signals.jobs.tables import Store
from replay_signals.pipelines.iceberg.warehouse import query
from replay_signals.pipelines.problems.counting import Limits
from replay_signals.pipelines.simulation.site import shop, with_routes
from replay_signals.pipelines.simulation.world import world
from replay_signals.pipelines.simulation.writing import simulate
from replay_signals.schemas.problem_rows import ProblemRow
from replay_signals.schemas.rules import Rules

pytestmark = pytest.mark.slow
DAYS, SESSIONS, SEED = 16, 2_000, 5
BEGAN = UNTIL - timedelta(DAYS // 4 - 1)
PLANTED = {
    "Request fails: GET /api/recommendations 5xx",
    "Request is slow: GET /api/stock slow",
    "Page is slow: slow to load at /products/:id",
}


def made(folder: Path, *, regressed: bool) -> Path:
    planned = world(
        with_routes(shop(quiet=True), regressed=regressed), UNTIL - timedelta(DAYS - 1), DAYS, SESSIONS, SEED
    )
    for _ in simulate(planned, Rules(), str(folder), recorded=True):
        pass
    learn(Store(str(folder)), Rules(), DAYS)
    run_rejudge(RejudgeOptions(str(folder)))
    return folder


def news(folder: Path) -> dict[str, ProblemRow]:
    """Problems of pages and routes that are said to have begun, by title."""
    problems = run_rank(Store(str(folder)), Rules(), Limits()).problems
    own = (row for row in problems if row.kind in ("slow_page", "slow_route", "failing_request"))
    return {row.title: row for row in own if row.onset is not None}


@pytest.fixture(scope="module")
def regressed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("regressed") / "w", regressed=True)


def test_what_was_planted_is_said_with_its_day_and_its_sessions(regressed: Path) -> None:
    found = news(regressed)
    assert found.keys() == PLANTED
    assert {abs((row.onset or date.min) - BEGAN) <= timedelta(1) for row in found.values()} == {True}
    fails = found["Request fails: GET /api/recommendations 5xx"]
    assert 0.08 < (fails.affected_share or 0) < 0.25
    sessions = query(
        f"SELECT count(DISTINCT session_id) AS n FROM problem_sessions WHERE problem_id = '{fails.problem_id}'",
        str(regressed),
    ).to_pylist()
    assert sessions[0]["n"] >= fails.sessions > 10


def test_what_always_fails_or_takes_its_time_is_not_said(regressed: Path) -> None:
    routes = query("SELECT DISTINCT request_route FROM latest_signals WHERE request_route <> ''", str(regressed))
    told = {row["request_route"] for row in routes.to_pylist()}
    assert "GET /api/stock slow" in told
    assert not told & {"GET /api/wishlist 4xx", "GET /api/poll slow"}


def test_sessions_are_found_by_the_new_kinds(regressed: Path, run_cli: Callable[..., tuple[int, str, str]]) -> None:
    where = "signal = 'failing_route' and not signal = 'slow_route'"
    code, out, _ = run_cli("sessions", "--where", where, "-w", str(regressed), "--json", "--limit", "1000")
    assert code == 0
    assert "sim5-" in out


def test_a_site_on_which_nothing_changed_says_nothing(tmp_path: Path) -> None:
    assert news(made(tmp_path / "w", regressed=False)) == {}
