"""The whole way: a simulated warehouse, ranked as one would, and its rows held against the truth."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from pathlib import Path

from tests.impact.coverage import FIRST

from replay_signals.jobs.ranking import run_rank
from replay_signals.jobs.tables import Store
from replay_signals.pipelines.problems.counting import Limits
from replay_signals.pipelines.simulation.site import OUTCOME, shop
from replay_signals.pipelines.simulation.truth import Truth
from replay_signals.pipelines.simulation.world import world
from replay_signals.pipelines.simulation.writing import simulate
from replay_signals.schemas.problem_rows import ProblemRow
from replay_signals.schemas.problem_rules import Outcome
from replay_signals.schemas.rules import Rules

RULES = Rules(outcomes=[Outcome(OUTCOME)])
Row = tuple[str, str, int, int, str, str, str, str]


def ranked(folder: str, runs: int, sessions: int, days: int, seed: int) -> tuple[Truth, list[ProblemRow]]:
    """Simulates into a folder and ranks it."""
    truth = None
    for step in simulate(world(shop(), FIRST, days, sessions, seed, runs), RULES, folder):
        truth = step.truth
    assert truth is not None
    return truth, run_rank(Store(folder, None), RULES, Limits()).problems


def covered(runs: int, sessions: int, days: int = 28, seed: int = 11) -> list[Row]:
    """Of each planted problem: comparisons used, rows, rows with an effect, effect, mean, coverage, dated and named."""
    with tempfile.TemporaryDirectory() as folder:
        truth, problems = ranked(str(Path(folder) / "w"), runs, sessions, days, seed)
    rows: defaultdict[str, list[ProblemRow]] = defaultdict(list)
    names = {one: planted.name for planted in truth.problems for one in planted.problem_ids}
    for row in problems:
        rows[names.get(row.problem_id, "")].append(row)
    found = []
    for planted in truth.problems:
        own = rows[planted.name]
        told = [(row.effect, row.effect_low, row.effect_high) for row in own if row.effect is not None]
        held = [low <= planted.effect <= high for _, low, high in told if low is not None and high is not None]
        mean = sum(effect for effect, _, _ in told) / max(1, len(told))
        began = planted.first_day > truth.first_day
        dated = sum(row.onset is not None and abs((row.onset - planted.first_day).days) <= 1 for row in own)
        named = sum(row.started_with == f"flag:{planted.flag}={planted.variant}" for row in own)
        found.append((
            planted.name,
            ", ".join(sorted({row.comparison.replace("_", " ") for row in own})),
            len(own),
            len(told),
            f"{100 * planted.effect:+.1f}",
            f"{100 * mean:+.1f}" if told else "",
            f"{100 * sum(held) / len(held):.1f}" if held else "",
            (f"{100 * dated / max(1, len(own)):.0f}" if began else "")
            + (f", {100 * named / max(1, len(own)):.0f} with its flag" if planted.flag else ""),
        ))  # fmt: skip
    return found
