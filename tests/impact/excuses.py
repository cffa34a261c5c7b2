"""Priors against the truth: silent clicks that are called dead, on controls that work and on broken ones."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec
from tests.impact.coverage import FIRST

from replay_signals.jobs.priors import learn
from replay_signals.jobs.tables import Store
from replay_signals.pipelines.iceberg.warehouse import query
from replay_signals.pipelines.simulation.site import OUTCOME, Problem, Site, shop
from replay_signals.pipelines.simulation.world import world
from replay_signals.pipelines.simulation.writing import simulate
from replay_signals.schemas.problem_rules import Outcome
from replay_signals.schemas.rules import Rules

RULES = Rules(outcomes=[Outcome(OUTCOME)])
WORKS = "manual downloads without a trace"
SILENT = """
    SELECT i.element_key, count(*) AS silent,
           count(*) FILTER (WHERE p.says = 'traceless' AND i.tries = 1) AS excused,
           count(DISTINCT i.team) FILTER (WHERE p.says = 'traceless') AS sites
    FROM (
        SELECT team, place, element_key, count(*) OVER (PARTITION BY team, session_id, place, element_key) AS tries
        FROM interactions WHERE verdict = 'dead'
    ) AS i
    LEFT JOIN priors AS p ON p.team = i.team AND p.place = i.place AND p.element_key = i.element_key
        AND p.number = {number}
    GROUP BY ALL"""


class Excused(NamedTuple):
    """Of one planted problem: silent clicks, those that priors excuse, and sites on which they do."""

    problem: str
    works: bool
    silent: int
    excused: int
    sites: int


def excuses(sites: int, sessions: int, days: int = 28, seed: int = 5) -> list[Excused]:
    """Every planted problem that is a silent control, over so many sites of so many sessions."""
    site = with_new_button(shop())
    with tempfile.TemporaryDirectory() as folder:
        warehouse = str(Path(folder) / "w")
        for _ in simulate(world(site, FIRST, days, sessions, seed, sites), RULES, warehouse):
            pass
        rows = learn(Store(warehouse), RULES, days, FIRST + timedelta(days - 1)).rows
        found = query(SILENT.format(number=rows[0].number), warehouse).to_pylist()
    counts = {row["element_key"]: row for row in found}
    return [
        Excused(p.name, p.name == WORKS, *(counts[p.controls[0]][name] for name in ("silent", "excused", "sites")))
        for p in site.problems
        if p.failure == "silence"
    ]


def with_new_button(site: Site) -> Site:
    """The site, whose gift wrap never worked from the first day on: nobody ever saw an answer."""
    return msgspec.structs.replace(
        site, problems=tuple(_from_start(p) if p.start and p.share == 1.0 else p for p in site.problems)
    )


def _from_start(problem: Problem) -> Problem:
    return msgspec.structs.replace(problem, start=0.0, name="gift wrap never worked")
