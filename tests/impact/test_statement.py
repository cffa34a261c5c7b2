"""The counting statement against counts of what was drawn, and problems from end to end."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from tests.impact.coverage import FIRST, counted
from tests.impact.production import ranked

from replay_signals.pipelines.iceberg.warehouse import connect
from replay_signals.pipelines.simulation.problems import causes
from replay_signals.pipelines.simulation.site import shop
from replay_signals.pipelines.simulation.truth import Truth
from replay_signals.pipelines.simulation.world import world
from replay_signals.schemas.problem_rows import ProblemRow

pytestmark = pytest.mark.slow
TEAMS, SESSIONS, DAYS, SEED = 2, 4_000, 14, 4
HITS = """
    SELECT team, problem_id, day, CAST(sum(affected_at_zero) AS BIGINT), CAST(sum(succeeded_at_zero) AS BIGINT),
           CAST(sum(exposed) AS BIGINT)
    FROM problem_arms WHERE dimension = 'stratum' GROUP BY ALL"""
MET = """
    SELECT a.team, a.problem_id, e.day, CAST(sum(e.sessions) AS BIGINT), CAST(sum(e.succeeded) AS BIGINT), count(*)
    FROM exposure_days AS e
    JOIN (
        SELECT DISTINCT team, problem_id, unit, place, unit_key FROM problem_arms WHERE dimension = 'stratum'
    ) AS a USING (team, unit, place, unit_key)
    GROUP BY ALL"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth, list[ProblemRow]]:
    folder = tmp_path_factory.mktemp("impact") / "w"
    return folder, *ranked(str(folder), TEAMS, SESSIONS, DAYS, SEED)


def test_the_statement_counts_what_was_drawn(told: tuple[Path, Truth, list[ProblemRow]]) -> None:
    planned = world(shop(), FIRST, DAYS, SESSIONS, SEED, TEAMS)
    oracle, _ = counted(planned)
    ids = {
        (str(team + 1), cause.id_of(team)): (team, number)
        for number, cause in enumerate(causes(planned)[: len(planned.site.problems)])
        for team in range(TEAMS)
    }
    hit: defaultdict[object, list[int]] = defaultdict(lambda: [0, 0])
    met: defaultdict[object, list[int]] = defaultdict(lambda: [0, 0, 0])
    for key, cells in oracle.cells.items():
        for cell in cells:
            hit[key, cell.day][0] += cell.hit[0]
            hit[key, cell.day][1] += cell.hit[1]
            met[key, cell.day][0] += cell.hit[0] + cell.other[0]
            met[key, cell.day][1] += cell.hit[1] + cell.other[1]
            met[key, cell.day][2] += 1
    with connect(str(told[0])) as duck:
        counted_hits, counted_met = duck.execute(HITS).fetchall(), duck.execute(MET).fetchall()
    compared = 0
    for team, problem_id, day, affected, succeeded, _ in counted_hits:
        if (team, problem_id) in ids:
            assert [affected, succeeded] == hit[ids[team, problem_id], day], (planned.site.problems, day)
            compared += 1
    for team, problem_id, day, sessions, succeeded, strata in counted_met:
        if (team, problem_id) in ids:
            assert [sessions, succeeded, strata] == met[ids[team, problem_id], day], (ids[team, problem_id], day)
            compared += 1
    assert compared > 10 * DAYS * TEAMS


def test_those_around_a_control_that_fails_for_all_never_used_it(told: tuple[Path, Truth, list[ProblemRow]]) -> None:
    planned = world(shop(), FIRST, DAYS, SESSIONS, SEED, TEAMS)
    oracle, _ = counted(planned)
    place = next(n for n, problem in enumerate(planned.site.problems) if problem.share == 1)
    problem = planned.site.problems[place]
    query = (
        "SELECT day, sum(CASE unit WHEN 'any' THEN sessions ELSE -sessions END),"
        " sum(CASE unit WHEN 'any' THEN succeeded ELSE -succeeded END) FROM exposure_days"
        " WHERE team = ? AND place = ? AND (unit = 'any' OR unit = 'of_any' AND unit_key = ?) GROUP BY day"
    )
    with connect(str(told[0])) as duck:
        for team in range(TEAMS):
            found = duck.execute(query, [str(team + 1), problem.page, problem.controls[0]]).fetchall()
            drawn: defaultdict[object, list[int]] = defaultdict(lambda: [0, 0])
            for cell in oracle.around[team, place]:
                drawn[cell.day] = [drawn[cell.day][0] + cell.other[0], drawn[cell.day][1] + cell.other[1]]
            assert {day: [int(sessions), int(succeeded)] for day, sessions, succeeded in found} == drawn


def test_problems_end_to_end_hold_what_was_planted(told: tuple[Path, Truth, list[ProblemRow]]) -> None:
    _, truth, problems = told
    rows = {row.problem_id: row for row in problems}
    planted = {one.name: one for one in truth.problems}
    pairs = [(one, rows[i]) for one in truth.problems for i in one.problem_ids if i in rows]
    assert len(pairs) >= 9 * TEAMS
    held = [row.effect_low <= one.effect <= row.effect_high for one, row in pairs if row.effect is not None]  # type: ignore[operator]
    assert sum(held) >= 0.8 * len(held)
    for problem_id in planted["gift wrap is broken for everyone"].problem_ids:
        onset = rows[problem_id].onset
        assert onset is not None
        assert abs((onset - planted["gift wrap is broken for everyone"].first_day).days) <= 1
    storm = [row for row in problems if row.element_key == "testid=hero"]
    assert all(row.users <= 1 for row in storm), "one visitor's storm, and bots do not count"
