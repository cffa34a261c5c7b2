"""What people said of problems, as labelled findings: `calibrate --verdicts WAREHOUSE` fits confidences to them, too.

A verdict is of a cause and not of each session that met it, so it is one label for each kind of signal of the problem:
the surest signal. Its grade is found by judging its session again, from the digests that the warehouse keeps.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from tests.accuracy.rates import Outcome

from replay_signals.pipelines.iceberg.catalog import PinnedTable, open_catalog, open_tables
from replay_signals.pipelines.iceberg.lookup import rows_of_sessions
from replay_signals.pipelines.iceberg.warehouse import query
from replay_signals.schemas.digests import from_row, millis
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.digest.merge import session_of
from replay_signals.transforms.session.event_rows import event_of
from replay_signals.transforms.signals import find
from replay_signals.transforms.signals.context import context_of

SURE_SIGNALS = """
    WITH said AS (
        SELECT team, problem_id, label FROM verdicts
        QUALIFY row_number() OVER (PARTITION BY team, problem_id ORDER BY number DESC) = 1
    ),
    named AS (SELECT team, problem_id, unnest(list_append(aliases, problem_id)) AS alias FROM latest_problems)
    SELECT s.team, s.session_id, s.kind, s.started_at, said.label
    FROM said JOIN named USING (team, problem_id)
    JOIN latest_signals AS s ON s.team = named.team AND s.problem_id = named.alias
    WHERE said.label <> ''
    QUALIFY row_number() OVER (
        PARTITION BY said.team, said.problem_id, s.kind ORDER BY s.confidence DESC, s.session_id, s.started_at
    ) = 1
    ORDER BY ALL"""


class Labelled(NamedTuple):
    """A signal of a problem that somebody called right or wrong."""

    team: str
    session_id: str
    kind: str
    started_at: datetime
    label: str


def outcomes(warehouse: str, rules: Rules | None = None) -> list[Outcome]:
    """Findings that people labelled; of a signal that the rules find no more nothing is said. Raises WarehouseError."""
    labelled = [Labelled(**row) for row in query(SURE_SIGNALS, warehouse).to_pylist()]
    tables = {name: PinnedTable(t) for name, t in open_tables(open_catalog(warehouse, create=False)).items()}
    found = []
    for key in sorted({(one.team, one.session_id) for one in labelled}):
        stored = list(rows_of_sessions(tables, [key]))
        session = session_of(from_row(row) for table, row in stored if table == "message_digests")
        events = [event_of(row) for table, row in stored if table == "events"]
        grades = {(f.kind, round(f.started_ms)): f.grade for f in find(context_of(session, events, rules or Rules()))}
        for one in labelled:
            grade = grades.get((one.kind, round(millis(one.started_at))))
            if (one.team, one.session_id) == key and grade is not None:
                found.append(Outcome(one.team, one.kind, grade, one.label == "right"))
    return found
