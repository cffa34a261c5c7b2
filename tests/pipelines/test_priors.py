"""Priors learned from a warehouse: what is counted, versions that last, and judging again with them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from replay_signals.jobs.backfill import RejudgeOptions, run_rejudge
from replay_signals.jobs.cli_simulate import UNTIL
from replay_signals.jobs.priors import PriorsError, learn
from replay_signals.jobs.tables import Store
from replay_signals.pipelines.simulation.site import OUTCOME, shop
from replay_signals.pipelines.simulation.world import world
from replay_signals.pipelines.simulation.writing import simulate
from replay_signals.pipelines.stream.priors import PriorsFile
from replay_signals.schemas.prior_rows import PriorRow
from replay_signals.schemas.problem_rules import Outcome
from replay_signals.schemas.rows import InteractionRow
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.judge.priors import NO_PRIORS
from support.problem_sites import DAY, PAY, Rows, prior_row, put, together, visit
from support.warehouses import backfill, ms, page, replay, rows, written

pytestmark = pytest.mark.slow
RULES = Rules()
COPY = "button#copy"
Run = Callable[..., tuple[int, str, str]]


def judged(rows: Rows) -> Rows:
    """Rows as of a judge with these rules."""
    return {
        table: [msgspec.structs.replace(row, rules_version=RULES.version) for row in own]
        if table in ("sessions", "interactions")
        else own
        for table, own in rows.items()
    }


def click(session: str, key: str, verdict: str, seconds: int, **changes: Any) -> Rows:
    """One more click of a visit, at the checkout."""
    own = visit(session)
    (row,) = own["interactions"]
    made = msgspec.structs.replace(
        row, element_key=key, verdict=verdict, interaction_id=f"{session}-{seconds}-{key}", **changes
    )
    found: Rows = defaultdict(list)
    found["interactions"].append(
        msgspec.structs.replace(made, occurred_at=made.occurred_at + timedelta(seconds=seconds))
    )
    return found


def by_key(found: list[PriorRow]) -> dict[str, PriorRow]:
    return {row.element_key: row for row in found}


def test_visitors_are_counted_once_and_only_those_that_these_rules_judged(tmp_path: Path) -> None:
    visits = [visit(f"ok-{n}", ordered=True) for n in range(10)]
    visits += [visit(f"dead-{n}", broken=True) for n in range(4)]
    visits += [visit("again-1", broken=True, person_id="p"), visit("again-2", person_id="p", broken=True)]
    visits += [visit("a-bot", broken=True, traffic="bot"), visit("no-picture", broken=True, judgeable="canvas")]
    tried = [click("dead-0", PAY, "dead", 9), click("dead-1", PAY, "dead", 0.3), click("dead-2", COPY, "alive", 20)]
    other = visit("other-rules", broken=True)
    put(tmp_path, together(judged(together(*visits, *tried)), other))
    done = learn(Store(str(tmp_path)), RULES, 28)
    (row,) = done.rows
    assert (row.element_key, row.answered, row.silent, row.tried, row.carried_on) == (PAY, 10, 5, 1, 1)
    assert (row.others, row.others_carried_on, row.succeeded) == (1, 0, None)
    assert (done.sessions, done.left_out, done.is_new) == (18, 1, True)


def test_verdicts_that_priors_changed_are_counted_as_the_session_told_them(tmp_path: Path) -> None:
    visits = [visit(f"dead-{n}", broken=True) for n in range(12)]
    changed = judged(together(*visits))
    changed["interactions"] = [
        msgspec.structs.replace(row, verdict="unknown", verdict_alone="dead") for row in changed["interactions"]
    ]
    put(tmp_path, changed)
    (row,) = learn(Store(str(tmp_path)), RULES, 28).rows
    assert (row.answered, row.silent) == (0, 12)


def test_a_version_stays_and_the_same_counts_make_no_other(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    put(tmp_path, judged(together(*(visit(f"ok-{n}", ordered=True) for n in range(20)))))
    first = learn(store, RULES, 28)
    assert (first.is_new, by_key(first.rows)[PAY].says) == (True, "answers")
    again = learn(store, RULES, 28)
    assert (again.is_new, again.version) == (False, first.version)
    later = DAY + timedelta(3)
    put(tmp_path, judged(together(*(visit(f"dead-{n}", later, broken=True) for n in range(400)))))
    second = learn(store, RULES, 3)
    row = by_key(second.rows)[PAY]
    assert (row.number, row.answered, row.silent, row.has_answered, row.says) == (2, 0, 400, True, "")
    assert {one.version for one in rows(tmp_path, "priors")} == {first.version, second.version}


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four weeks of the shop, in which a button broke for everyone, and a download leaves no trace."""
    folder = tmp_path_factory.mktemp("simulated") / "w"
    for _ in simulate(world(shop(), UNTIL - timedelta(27), 28, 40_000, 7), RULES, str(folder)):
        pass
    return folder


def test_a_download_is_told_from_a_button_that_is_broken_for_everyone(simulated: Path) -> None:
    rules = Rules(outcomes=[Outcome(OUTCOME)])
    found = by_key(learn(Store(str(simulated)), rules, 28).rows)
    assert found["testid=manual"].says == "traceless"
    broken = [row for row in found.values() if row.silent > row.answered and row.element_key != "testid=manual"]
    assert broken
    assert {row.says for row in broken} == {""}
    since = [row for row in learn(Store(str(simulated)), rules, 5).rows if row.answered == 0]
    assert {row.element_key for row in since if row.says} == {"testid=manual"}


def test_sessions_are_judged_again_with_a_version_and_without(tmp_path: Path) -> None:
    backfill(tmp_path, written(tmp_path / "visit.jsonl", [replay("visit", page(ms("2026-03-02T10:00:00"), clicks=1))]))
    (silent,) = rows(tmp_path, "interactions")
    assert silent.verdict == "dead"
    put(tmp_path, {"priors": [prior_of(silent)]})
    assert run_rejudge(RejudgeOptions(str(tmp_path), priors="none")).added.get("sessions", 0) == 0
    done = run_rejudge(RejudgeOptions(str(tmp_path)))
    assert done.added["sessions"] >= 1
    now = newest_click(tmp_path, silent)
    assert (now.verdict, now.verdict_alone, now.priors_version) == ("unknown", "dead", "v1")
    assert run_rejudge(RejudgeOptions(str(tmp_path), priors="v1")).added.get("sessions", 0) == 0
    run_rejudge(RejudgeOptions(str(tmp_path), priors="none"))
    assert newest_click(tmp_path, silent).verdict == "dead"
    with pytest.raises(PriorsError, match="no version v2 of priors; the newest is v1"):
        run_rejudge(RejudgeOptions(str(tmp_path), priors="v2"))


def prior_of(of: InteractionRow, **changes: str) -> PriorRow:
    return prior_row(of.day, of.team, of.place, of.element_key, **changes)


def newest_click(warehouse: Path, of: InteractionRow) -> InteractionRow:
    own = [row for row in rows(warehouse, "interactions") if row.interaction_id == of.interaction_id]
    found: InteractionRow = max(own, key=lambda row: row.revision)
    return found


def test_the_command_says_what_it_found_and_leaves_it_for_streams(simulated: Path, run_cli: Run) -> None:
    code, out, _ = run_cli("priors", str(simulated), "--json")
    assert code == 0
    told = json.loads(out)
    assert told["traceless"] >= 1
    found = PriorsFile(str(simulated / "priors.json"), 60).newest()
    assert found.version == told["version"]
    assert "traceless" in found.says.values()
    assert run_cli("priors", str(simulated))[1].startswith(f"Nothing changed since version {told['version']}")


def test_a_stream_takes_the_next_version_when_it_is_there_and_keeps_one_over_a_broken_file(tmp_path: Path) -> None:
    clock = [0.0]
    path = tmp_path / "priors.json"
    read = PriorsFile(str(path), 60, lambda: clock[0])
    assert read.newest() == NO_PRIORS
    of = next(iter(visit("a")["interactions"]))
    path.write_bytes(msgspec.json.encode([prior_of(of)]))
    assert read.newest() == NO_PRIORS, "looked at a moment ago"
    clock[0] = 61
    assert read.newest().version == "v1"
    path.write_bytes(b'[{"version": ')
    clock[0] = 122
    assert read.newest().version == "v1"
    path.write_bytes(msgspec.json.encode([prior_of(of, version="v2", says="")]))
    clock[0] = 183
    assert (read.newest().version, read.newest().says) == ("v2", {})
