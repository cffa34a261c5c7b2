"""simulate: a warehouse of sessions with a known truth, to try settings on and to see what is found of it."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from replay_signals.jobs import render
from replay_signals.jobs.rules import read_rules
from replay_signals.pipelines.iceberg.folder import local_folder
from replay_signals.pipelines.simulation.site import OUTCOME, shop
from replay_signals.pipelines.simulation.truth import Truth
from replay_signals.pipelines.simulation.world import world
from replay_signals.pipelines.simulation.writing import Written, simulate

TRUTH_FILE = "truth.json"
RULES_FILE = "rules.toml"
"""In the warehouse folder: what was planted, and rules that value the simulated outcome."""


class Wanted(msgspec.Struct, frozen=True):
    """What to simulate. `sessions` are those of one team over all days; `places` pages at least."""

    sessions: int
    days: int
    until: date
    seed: int
    teams: int = 1
    places: int = 0
    quiet: bool = False
    plain: bool = False
    recorded: bool = False
    """Record, digest and judge each session, instead of drawing its rows."""


def run(wanted: Wanted, warehouse: str, rules: str | None, *, json: bool) -> None:
    """Writes the warehouse and says what was planted. Raises RulesError and WarehouseError."""
    folder = local_folder(warehouse)
    read = read_rules(rules)
    site = shop(wanted.places, quiet=wanted.quiet, plain=wanted.plain)
    first = wanted.until - timedelta(days=wanted.days - 1)
    planned = world(site, first, wanted.days, wanted.sessions, wanted.seed, wanted.teams)
    done = Written(0, {})
    with render.progress("day", wanted.days) as step:
        for done in simulate(planned, read, warehouse, recorded=wanted.recorded):
            step(f"{done.rows.get('sessions', 0)} sessions")
    assert done.truth is not None
    (folder / TRUTH_FILE).write_bytes(msgspec.json.format(msgspec.json.encode(done.truth), indent=1))
    if not (folder / RULES_FILE).exists():
        (folder / RULES_FILE).write_text(f'[[outcomes]]\nevent = "{OUTCOME}"\n', "utf-8")
    if json:
        render.write(msgspec.json.encode({"rows": done.rows, "truth": done.truth}) + b"\n")
    else:
        _show(done.rows, done.truth, warehouse)


def _show(rows: dict[str, int], truth: Truth, warehouse: str) -> None:
    render.rows([("Table", "left"), ("Rows", "right")], rows.items())
    planted = [
        (
            p.name,
            f"{100 * p.effect:+.1f} %",
            f"{p.users_a_day:.1f}",
            f"{p.lost_a_day:.2f}",
            f"{p.first_day:%d %b} to {p.last_day:%d %b}",
        )
        for p in truth.problems
    ]
    columns = [
        ("Planted", "fold"),
        ("Effect", "right"),
        ("Users/day", "right"),
        ("Lost/day", "right"),
        ("Days", "left"),
    ]
    render.rows(columns, planted)
    render.say(f"Truth: {warehouse}/{TRUTH_FILE}. Rules that value its outcome: {warehouse}/{RULES_FILE}.")
