"""A simulated warehouse: valid rows, the same for the same seed, and the truth that its rows hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from replay_signals.jobs import simulate
from replay_signals.jobs.cli_simulate import UNTIL
from replay_signals.pipelines.iceberg.warehouse import connect, latest
from replay_signals.pipelines.simulation.draw import draw
from replay_signals.pipelines.simulation.people import uniform
from replay_signals.pipelines.simulation.site import OUTCOME, shop
from replay_signals.pipelines.simulation.world import world
from replay_signals.schemas.rules import load_rules

pytestmark = pytest.mark.slow
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("simulated") / "w"
    simulate.run(simulate.Wanted(1_500, 10, UNTIL, seed=1, teams=2), str(folder), None, json=True)
    return folder


def test_the_truth_is_what_the_rows_hold(simulated: Path) -> None:
    truth = json.loads((simulated / "truth.json").read_text())
    found = latest("signals", str(simulated), where="is_leading").to_pylist()
    traffic = {row["session_id"]: row["traffic"] for row in latest("sessions", str(simulated)).to_pylist()}
    for planted in truth["problems"]:
        of_visitors = (row for row in found if traffic[row["session_id"]] == "visitor")
        own = [row for row in of_visitors if row["problem_id"] in planted["problem_ids"]]
        sessions = {row["session_id"] for row in own}
        assert len(sessions) == planted["sessions"], planted["name"]
        days = {str(row["day"]) for row in own}
        assert not days or (planted["first_day"] <= min(days) and max(days) <= planted["last_day"])
    assert [p["lost_a_day"] for p in truth["problems"]] == sorted(
        (p["lost_a_day"] for p in truth["problems"]), reverse=True
    )


def test_facts_belong_to_recorded_sessions_and_lie_within_them(simulated: Path) -> None:
    with connect(str(simulated)) as duck:
        for table, moment in (("page_views", "started_at"), ("interactions", "occurred_at"), ("signals", "started_at")):
            outside = duck.sql(
                f"SELECT count(*) FROM {table} t LEFT JOIN sessions s USING (team, session_id)"
                f" WHERE s.session_id IS NULL OR t.{moment} NOT BETWEEN s.started_at AND s.ended_at OR t.day <> s.day"
            )
            assert outside.fetchall() == [(0,)]
        keys = duck.sql("SELECT count(*), count(DISTINCT (team, session_id)) FROM sessions").fetchall()[0]
        assert keys[0] == keys[1]
        with_events, recorded = duck.sql(
            "SELECT count(DISTINCT e.session_id), count(DISTINCT s.session_id) FROM events e"
            " LEFT JOIN sessions s USING (team, session_id) WHERE e.event = '$pageview'"
        ).fetchall()[0]
        assert 0.7 < recorded / with_events < 0.9
        bots = duck.sql("SELECT * FROM events JOIN sessions USING (team, session_id) WHERE traffic = 'bot'")
        assert bots.filter(f"event = '{OUTCOME}'").fetchall() == []
        assert bots.fetchall() != []


def test_the_rules_beside_it_value_its_outcome(simulated: Path) -> None:
    rules = load_rules((simulated / "rules.toml").read_text())
    assert [outcome.event for outcome in rules.outcomes] == [OUTCOME]


def test_a_warehouse_with_sessions_is_refused(simulated: Path, run_cli: Run) -> None:
    code, out, err = run_cli("simulate", "-w", str(simulated), "--sessions", "10")
    assert (code, out) == (3, "")
    assert "has sessions already" in err


def test_the_same_seed_gives_the_same_day_and_another_one_does_not() -> None:
    drawn = [draw(world(shop(), UNTIL, 7, 2_000, seed), 3) for seed in (1, 1, 2)]
    same = [all(np.array_equal(a, b) for a, b in zip(x.views, drawn[0].views, strict=True)) for x in drawn]
    assert same == [True, True, False]
    assert np.array_equal(drawn[0].order_ms, drawn[1].order_ms)


def test_what_is_planted_is_drawn() -> None:
    """The effect of the broken payment is that on the chance of success, all else equal; the quiet site has none."""
    site = shop()
    day = draw(world(site, UNTIL, 1, 200_000, 1), 0)
    place = next(n for n, problem in enumerate(site.problems) if problem.name == "payment fails")
    hit = (day.troubles.problem == place) & day.troubles.first
    phone = day.people.device[day.troubles.session[hit]] == 1
    assert 0.7 < phone.mean() < 0.85, "three times as often on phones, which half of the visitors have"
    assert day.lost[hit].mean() == pytest.approx(-0.25, abs=0.02)
    quiet = draw(world(shop(50, quiet=True), UNTIL, 1, 20_000, 1), 0)
    assert quiet.lost.sum() == 0
    assert len(quiet.troubles.use) / len(quiet.uses.spot) < 0.1


def test_visitors_keep_their_attributes_and_these_are_evenly_spread() -> None:
    users, team = np.arange(50_000), np.zeros(50_000, np.int64)
    one, other = uniform(users, team, 1), uniform(users, team, 2)
    assert np.array_equal(one, uniform(users, team, 1))
    assert np.histogram(one, 10, (0, 1))[0].min() > 4_700
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.02
