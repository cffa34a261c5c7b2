"""Briefs of problems from the tables of a warehouse."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from pyiceberg.expressions import And
from pyiceberg.table import Table

from replay_signals.pipelines.iceberg.catalog import PinnedTable
from replay_signals.pipelines.iceberg.lookup import read_rows
from replay_signals.pipelines.iceberg.predicates import SessionKey, any_session_of, within
from replay_signals.pipelines.problems.counting import ONE_DAY, Limits
from replay_signals.pipelines.problems.meetings import meetings_of
from replay_signals.schemas.briefs import Brief
from replay_signals.schemas.digests import MessageDigest, from_row
from replay_signals.schemas.problem_rows import ProblemRow
from replay_signals.schemas.rows import SignalRow
from replay_signals.transforms.brief.assemble import brief_of
from replay_signals.transforms.brief.budget import fitted
from replay_signals.transforms.brief.element import Found, control_of
from replay_signals.transforms.brief.meeting import Meeting
from replay_signals.transforms.inbox.still_link import StillLink

PROBLEMS_AT_ONCE = 50
"""Problems whose sessions are in memory together: at most 1,000 sessions."""


def briefs_of(
    tables: Mapping[str, Table],
    problems: Sequence[ProblemRow],
    limits: Limits,
    scripts: Mapping[str, str] = MappingProxyType({}),
    still: StillLink | None = None,
) -> Iterator[Brief]:
    """The brief of each problem, at most `budget.MAX_TOKENS` long; `scripts` by problem; `still` says where
    pictures are. Raises WarehouseError.
    """
    for start in range(0, len(problems), PROBLEMS_AT_ONCE):
        batch = problems[start : start + PROBLEMS_AT_ONCE]
        met = meetings_of(tables, batch, limits)
        digests = _digests(tables["message_digests"], [meetings[0].leading for meetings in met if meetings])
        for row, meetings in zip(batch, met, strict=True):
            script, found = scripts.get(row.problem_id, ""), _found(digests, meetings)
            still_url = still.of(row.team, row.problem_id) if still else ""
            yield fitted(brief_of(row, meetings, found, script, still_url))


def _digests(table: Table, signals: Sequence[SignalRow]) -> dict[SessionKey, list[MessageDigest]]:
    """What is kept of the messages of the sessions that these signals of elements are about."""
    about = [signal for signal in signals if signal.element]
    found: defaultdict[SessionKey, list[MessageDigest]] = defaultdict(list)
    if about:
        days = [signal.day for signal in about]
        sessions = any_session_of((signal.team, signal.session_id) for signal in about)
        only = And(sessions, within(min(days), max(days) + ONE_DAY))
        for row in read_rows(PinnedTable(table), "message_digests", only):
            found[row.team, row.session_id].append(from_row(row))
    return found


def _found(digests: Mapping[SessionKey, Sequence[MessageDigest]], meetings: Sequence[Meeting]) -> Found | None:
    """The element as the best example shows it."""
    if not meetings:
        return None
    signal = meetings[0].leading
    own = digests.get((signal.team, signal.session_id))
    return control_of(own, signal) if own else None
