"""inbox confirm, dismiss, snooze, fixed: what somebody says of a problem, into the tables and the inbox.

First a row of `verdicts`, then the problem's next revision, then its record. Each step can be killed: the same words
again write no second row, and what is missing of the others is made up for, by them or by the next `rank`.
"""

from __future__ import annotations

import getpass
import os
import random
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from replay_signals.jobs import render
from replay_signals.jobs.gate import reporting
from replay_signals.jobs.naming import by_id
from replay_signals.jobs.player_links import still_link
from replay_signals.jobs.rules import read_rules
from replay_signals.jobs.tables import Store
from replay_signals.pipelines.inbox.encoding import InboxError
from replay_signals.pipelines.privacy import policy_of
from replay_signals.schemas.problem_rows import ProblemRow
from replay_signals.schemas.rules import Rules
from replay_signals.schemas.verdict_rows import VerdictRow
from replay_signals.transforms.privacy.policy import Removed
from replay_signals.transforms.problems import verdicts
from replay_signals.transforms.problems.revise import with_verdict
from replay_signals.transforms.problems.told import ENDED

if TYPE_CHECKING:  # Iceberg and DuckDB take a second to import
    from pyiceberg.catalog import Catalog

    from replay_signals.pipelines.iceberg.lookup import Tables
    from replay_signals.pipelines.problems.counting import Limits

BY_VARIABLE = "REPLAY_SIGNALS_BY"
MAX_REASON_CHARS = 500
MAX_NAME_CHARS = 100
CONFLICT_TRIES = 6


class Words(NamedTuple):
    """What somebody says."""

    verdict: verdicts.Verdict
    reason: str = ""
    by: str | None = None
    until: date | None = None
    release: str = ""
    fixed_on: date | None = None
    is_meant: bool = False
    """Of a dismissed one: it is as found and meant to be so, which says nothing against the finding."""


class Target(NamedTuple):
    """Where it goes: the warehouse with the problem, and the inbox folder or brokers to tell."""

    store: Store
    inbox: str
    kafka: str
    topic: str
    rules: str | None = None


class Done(NamedTuple):
    """The problem as it is now, whether a verdict was written, and how many records were published."""

    problem: ProblemRow
    is_new: bool
    published: int


def run(wanted: str, words: Words, target: Target, now: datetime) -> None:
    """Says it and prints what came of it. Raises InboxError, RulesError and WarehouseError."""
    done = give(wanted, words, target, now)
    shown = done.problem.problem_id[: render.ID_CHARS]
    render.out().print(render.text(f"{shown} {done.problem.title}"))
    said = "was said before" if not done.is_new else "is in the table verdicts"
    render.out().print(render.text(f"{words.verdict} {said}; {render.count(done.published, 'record')} published"))


def give(wanted: str, words: Words, target: Target, now: datetime) -> Done:
    """Says something of the problem with an id. Raises InboxError, RulesError and WarehouseError."""
    from replay_signals.jobs.announcing import into_all
    from replay_signals.pipelines.iceberg.catalog import open_catalog
    from replay_signals.pipelines.iceberg.commit import Conflict
    from replay_signals.pipelines.iceberg.errors import WarehouseError
    from replay_signals.pipelines.problems.counting import Limits

    limits, rules = Limits(), read_rules(target.rules)
    announce = into_all(target.inbox, target.kafka, target.topic, limits, still_link(rules))
    make = _maker(words, rules, now)
    catalog = open_catalog(target.store.warehouse, target.store.catalog, create=False)
    is_new = False
    for attempt in range(1, CONFLICT_TRIES + 1):
        try:
            with reporting(target.store):
                is_new |= _written(catalog, wanted, make, limits)
                problem = _applied(catalog, wanted, limits)
        except Conflict:
            time.sleep(random.uniform(0, 0.2 * 2**attempt))
            continue
        return Done(problem, is_new, announce(_pinned(catalog)))
    raise WarehouseError(f"gave up after {CONFLICT_TRIES} tries: other writers keep changing the problems")


def problem_of(rows: Mapping[str, ProblemRow], wanted: str, how_to_list: str = "") -> ProblemRow:
    """The problem with an id, or the one it was merged into. Raises InboxError, which says how to list ids."""
    row = by_id(rows, wanted, how_to_list or f"{render.command()} rank WAREHOUSE --top 0")
    while row.merged_into and row.merged_into in rows:
        row = rows[row.merged_into]
    return row


def _maker(words: Words, rules: Rules, now: datetime) -> Callable[[ProblemRow, VerdictRow | None], VerdictRow]:
    """Makes the row that follows the last one of a problem. Raises InboxError."""
    reason = policy_of(rules).text(" ".join(words.reason.split()), "reason", Removed())
    by = " ".join((words.by or _login()).split())[:MAX_NAME_CHARS]
    if words.verdict in ("dismissed", "snoozed") and not reason:
        raise InboxError("Say why: --reason '…'.")

    def make(row: ProblemRow, last: VerdictRow | None) -> VerdictRow:
        if words.verdict in verdicts.QUIET and row.state in ENDED:
            raise InboxError(f"{row.problem_id} is {row.state}: nobody is told of it any more.")
        if words.until is not None and words.until <= row.day:
            raise InboxError(f"Sessions up to {row.day} are counted already: name a later day than that with --until.")
        return VerdictRow(
            day=now.date(),
            team=row.team,
            problem_id=row.problem_id,
            number=1 if last is None else last.number + 1,
            verdict=words.verdict,
            label="" if words.is_meant else verdicts.LABEL[words.verdict],
            reason=reason[:MAX_REASON_CHARS],
            given_by=by,
            given_at=now,
            until=words.until,
            release=words.release,
            fixed_on=None if words.release or words.verdict != "fixed" else words.fixed_on or now.date(),
            kind=row.kind,
            place=row.place,
        )

    return make


def _written(
    catalog: Catalog, wanted: str, make: Callable[[ProblemRow, VerdictRow | None], VerdictRow], limits: Limits
) -> bool:
    """Appends the verdict unless it is what holds already. Raises Conflict, InboxError and WarehouseError."""
    from replay_signals.pipelines.problems.storing import store_verdict

    tables = _pinned(catalog)
    row, last = _found(tables, wanted, limits)
    verdict = make(row, last)
    if verdicts.repeats(verdict, last, row):
        return False
    store_verdict(catalog, tables, verdict, uuid.uuid4().hex)
    return True


def _applied(catalog: Catalog, wanted: str, limits: Limits) -> ProblemRow:
    """Writes the revision of the problem that says it. Raises Conflict, InboxError and WarehouseError."""
    from replay_signals.pipelines.problems.storing import store_problems

    tables = _pinned(catalog)
    row, last = _found(tables, wanted, limits)
    revision = None if last is None else with_verdict(row, last)
    if revision is None:
        return row
    store_problems(catalog, tables, [revision], uuid.uuid4().hex, alone=True)
    return revision


def _found(tables: Tables, wanted: str, limits: Limits) -> tuple[ProblemRow, VerdictRow | None]:
    """The problem and what was said of it last."""
    from replay_signals.pipelines.problems.loading import stored_problems, stored_verdicts

    rows = {row.problem_id: row for row in stored_problems(tables["problems"].table, limits)}
    row = problem_of(rows, wanted)
    said = verdicts.newest(stored_verdicts(tables["verdicts"].table, limits))
    return row, said.get(row.problem_id)


def _pinned(catalog: Catalog) -> Tables:
    from replay_signals.pipelines.iceberg.catalog import PinnedTable, open_tables

    return {name: PinnedTable(table) for name, table in open_tables(catalog).items()}


def _login() -> str:
    try:
        return os.environ.get(BY_VARIABLE) or getpass.getuser()
    except (OSError, KeyError) as error:
        raise InboxError(f"Say who gives it: --by NAME, or {BY_VARIABLE}.") from error
