"""script: a Playwright script that reproduces a problem, from the shortest session that shows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from replay_signals.jobs import render
from replay_signals.jobs.exits import ExitCode
from replay_signals.jobs.naming import by_id
from replay_signals.jobs.rules import read_rules
from replay_signals.jobs.tables import Store
from replay_signals.schemas.rows import SignalRow
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.printable import json_bytes, visible
from replay_signals.transforms.reproduce.script import shortest, written
from replay_signals.transforms.reproduce.steps import Language, NoScript, Plan, Script, no_script

if TYPE_CHECKING:  # Iceberg and DuckDB take a second to import: only a run on a warehouse does
    from replay_signals.pipelines.iceberg.lookup import Tables

Found = tuple[SignalRow, Plan | NoScript]


class Request(NamedTuple):
    """What one asks `script` for; see the options of the command."""

    wanted: str
    store: Store
    recordings: Sequence[str] = ()
    """Files to judge instead of the warehouse."""
    rules: str | None = None
    language: Language = "python"
    base_url: str = ""
    is_tried: bool = False
    """Run against `base_url`, and without the steps that it turns out not to need."""
    output: Path | None = None


def run(request: Request, *, json: bool) -> ExitCode:
    """Writes the script, or says why there is none. Raises RulesError, InputError, InboxError and WarehouseError."""
    rules = read_rules(request.rules)
    plan = _recorded(request, rules) if request.recordings else _stored(request, rules)
    if request.is_tried and isinstance(plan, Plan):
        plan = _tried(plan, request.base_url)
    made = written(plan, request.language, request.base_url) if isinstance(plan, Plan) else plan
    if isinstance(made, Script) and request.output is not None:
        request.output.write_text(made.text, encoding="utf-8")
    if json:
        render.write(json_bytes(msgspec.to_builtins(made), indent=2))
    elif isinstance(made, NoScript):
        render.say(f"No script for {visible(request.wanted)}: {made.reason}")
    elif request.output is None:
        render.write(made.text.encode())
    else:
        steps = render.count(len(made.plan.steps) + 1, "step")
        render.out().print(render.text(f"{request.output}: {steps} to {made.plan.title}"))
    return ExitCode.OK if isinstance(made, Script) else ExitCode.NOTHING


def _tried(plan: Plan, base_url: str) -> Plan:
    """Says what the script finds, and leaves out what it does not need."""
    from replay_signals.pipelines.playback.browser import find_chromium
    from replay_signals.pipelines.trial import shortened

    shorter, verdict, said = shortened(plan, base_url, find_chromium())
    left_out = len(plan.steps) - len(shorter.steps)
    render.say(visible(f"At {base_url}: {said}"))
    if verdict == "there" and left_out:
        render.say(f"{render.count(left_out, 'step')} left out: it is there without.")
    return shorter


def _stored(request: Request, rules: Rules) -> Plan | NoScript:
    """From a warehouse: of a problem, or the worst of a session."""
    from replay_signals.pipelines.iceberg.catalog import PinnedTable, open_catalog, open_tables
    from replay_signals.pipelines.iceberg.lookup import session_keys
    from replay_signals.pipelines.iceberg.predicates import equal
    from replay_signals.pipelines.problems.counting import Limits
    from replay_signals.pipelines.problems.loading import stored_problems
    from replay_signals.pipelines.reproduction import plan_of_problem, stored_plans

    catalog = open_catalog(request.store.warehouse, request.store.catalog, create=False)
    tables: Tables = {name: PinnedTable(table) for name, table in open_tables(catalog, create=False).items()}
    keys = session_keys(tables["sessions"], equal("session_id", request.wanted))
    if keys:
        return _worst(stored_plans(sorted(keys), tables, rules, lambda row: True))
    problems = {row.problem_id: row for row in stored_problems(tables["problems"].table, Limits())}
    row = by_id(problems, request.wanted, f"{render.command()} rank WAREHOUSE --top 0")
    while row.merged_into and row.merged_into in problems:
        row = problems[row.merged_into]
    return plan_of_problem(row, tables, rules)


def _recorded(request: Request, rules: Rules) -> Plan | NoScript:
    """From files: of a problem by its id, or the worst of a session."""
    from replay_signals.jobs.detect import Rejects, collect
    from replay_signals.pipelines.files.paths import expand
    from replay_signals.pipelines.privacy import policy_of
    from replay_signals.pipelines.reproduction import plans_from

    found = collect(expand(request.recordings), "auto", Rejects(), policy=policy_of(rules))
    sessions = {session: key for key in found.digests for session in [key[1]]}
    if request.wanted in sessions:
        key = sessions[request.wanted]
        return _worst(plans_from(found.digests[key], found.events.get(key, []), rules, lambda row: True))
    by_problem: dict[str, list[Found]] = {}
    for key in sorted(found.digests):
        for row, plan in plans_from(found.digests[key], found.events.get(key, []), rules, lambda row: True):
            by_problem.setdefault(row.problem_id, []).append((row, plan))
    plans = by_id(by_problem, request.wanted, f"{render.command()} detect FILES --json")
    return shortest(plan for _, plan in plans)


def _worst(found: Iterator[Found]) -> Plan | NoScript:
    """Of a session the script for what harmed most, as far as there is one."""
    ranked = sorted(found, key=lambda one: one[0].severity * one[0].confidence, reverse=True)
    plans = [plan for _, plan in ranked]
    return next((plan for plan in plans if isinstance(plan, Plan)), plans[0] if plans else no_script("nothing"))
