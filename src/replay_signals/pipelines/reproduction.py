"""Scripts from what is stored: the sessions of a problem, judged again from their digests, and the shortest way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from replay_signals.pipelines.iceberg.lookup import Tables, newest_rows, read_rows
from replay_signals.pipelines.iceberg.predicates import SessionKey, any_of, any_session_of
from replay_signals.schemas.digests import MessageDigest, from_row
from replay_signals.schemas.problem_rows import ProblemRow
from replay_signals.schemas.rows import EventRow, SignalRow
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.digest.merge import session_of
from replay_signals.transforms.judge.caps import events_within, messages_within
from replay_signals.transforms.judge.priors import NO_PRIORS, Priors
from replay_signals.transforms.reproduce.plan import Wanted, plans_of
from replay_signals.transforms.reproduce.script import shortest, written
from replay_signals.transforms.reproduce.steps import Language, NoScript, Plan, Script, no_script
from replay_signals.transforms.session.event_rows import event_of

MAX_SESSIONS = 12
"""Of a problem that are looked at: its examples, then others."""


def script_of(
    problem: ProblemRow,
    tables: Tables,
    rules: Rules,
    *,
    language: Language = "python",
    base_url: str = "",
    priors: Priors = NO_PRIORS,
) -> Script | NoScript:
    """The script of a problem, from the shortest of its sessions, or why there is none. Raises WarehouseError."""
    plan = plan_of_problem(problem, tables, rules, priors)
    return written(plan, language, base_url) if isinstance(plan, Plan) else plan


def plan_of_problem(problem: ProblemRow, tables: Tables, rules: Rules, priors: Priors = NO_PRIORS) -> Plan | NoScript:
    """The same as a plan."""
    if problem.failure == "capture":
        return no_script("many")
    ids = {problem.problem_id, *problem.aliases}
    plans = stored_plans(_sessions_of(problem, ids, tables), tables, rules, lambda row: row.problem_id in ids, priors)
    return shortest(plan for _, plan in plans)


def stored_plans(
    sessions: Iterable[SessionKey], tables: Tables, rules: Rules, wanted: Wanted, priors: Priors = NO_PRIORS
) -> Iterator[tuple[SignalRow, Plan | NoScript]]:
    """Wanted signals of stored sessions with their plans. Raises WarehouseError."""
    for key in sessions:
        where = any_session_of([key])
        digests = [from_row(row) for row in read_rows(tables["message_digests"], "message_digests", where)]
        yield from plans_from(digests, list(newest_rows(tables["events"], "events", [key])), rules, wanted, priors)


def plans_from(
    digests: Sequence[MessageDigest],
    events: Sequence[EventRow],
    rules: Rules,
    wanted: Wanted,
    priors: Priors = NO_PRIORS,
) -> Iterator[tuple[SignalRow, Plan | NoScript]]:
    """The same of one session's evidence."""
    if not digests:
        return
    session = session_of(messages_within(session_of(digests).messages.values(), rules.session))
    ordered = sorted(events, key=lambda row: (row.occurred_at, row.uuid))
    kept = [event_of(row) for row in events_within(ordered, rules.session)]
    yield from plans_of(session, kept, rules, wanted, priors)


def _sessions_of(problem: ProblemRow, ids: Iterable[str], tables: Tables) -> Iterator[SessionKey]:
    """Its examples, then others that met it, no session twice."""
    named = [(problem.team, example.rpartition("@")[0]) for example in problem.examples]
    rows = read_rows(tables["signals"], "signals", any_of("problem_id", ids))
    met = ((row.team, row.session_id) for row in rows)
    yield from islice(dict.fromkeys((*named, *met)), MAX_SESSIONS)
