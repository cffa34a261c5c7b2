"""Publishing of problems: what an inbox folder or the inbox topic lacks of those in the tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from replay_signals.jobs.ranking import Announce
from replay_signals.pipelines.iceberg.lookup import Tables, newest_rows
from replay_signals.pipelines.inbox.folder import publisher
from replay_signals.pipelines.problems.briefs import briefs_of
from replay_signals.pipelines.problems.counting import Limits
from replay_signals.pipelines.problems.loading import revisions_at, stored_problems
from replay_signals.schemas.inbox import InboxRecord
from replay_signals.schemas.problem_rows import ProblemRow
from replay_signals.transforms.brief.markdown import markdown
from replay_signals.transforms.inbox.problem_record import announced, example_of, is_news, problem_record, session_of
from replay_signals.transforms.inbox.still_link import StillLink
from replay_signals.transforms.problems.told import is_open


def into_folder(folder: str, limits: Limits, still: StillLink | None = None) -> Announce:
    """Announces to an inbox folder; what is news there is asked of its own index. `still` says where pictures are.

    Raises InboxError.
    """

    def announce(tables: Tables) -> int:
        rows = stored_problems(tables["problems"].table, limits)
        with publisher(folder) as inbox:
            wanted = [row for row in rows if is_news(row, inbox.get(row.problem_id))]
            return inbox.publish(
                announced(record, inbox.get(record.id)) for record in records(wanted, tables, limits, still)
            )

    return announce


def into_topic(bootstrap: str, topic: str, limits: Limits, still: StillLink | None = None) -> Announce:
    """Announces to the inbox topic: what was revised since the snapshot up to which it was told. Raises InboxError."""
    from replay_signals.pipelines.inbox.topic import TopicPublisher

    def announce(tables: Tables) -> int:
        problems = tables["problems"].table
        snapshot = problems.current_snapshot()
        if snapshot is None or snapshot.sequence_number is None:
            return 0
        with TopicPublisher(bootstrap, topic, f"problems-{problems.metadata.table_uuid}") as inbox:
            position = inbox.position()
            if position >= snapshot.sequence_number:
                return 0
            told = revisions_at(problems, position)
            rows = stored_problems(problems, limits)
            wanted = [
                row
                for row in rows
                if row.revision > told.get(row.problem_id, 0) and (row.problem_id in told or is_open(row))
            ]
            return inbox.send(records(wanted, tables, limits, still), snapshot.sequence_number)

    return announce


def into_all(folder: str, bootstrap: str, topic: str, limits: Limits, still: StillLink | None = None) -> Announce:
    """Announces to the folder and the topic that are named, one after the other; the other is empty."""
    ways = [into_folder(folder, limits, still)] if folder else []
    if bootstrap:
        ways.append(into_topic(bootstrap, topic, limits, still))
    return lambda tables: sum(announce(tables) for announce in ways)


def records(
    rows: Sequence[ProblemRow], tables: Tables, limits: Limits, still: StillLink | None = None
) -> Iterator[InboxRecord]:
    """The complete record of each row, with its best example and, of open ones, its brief. Raises WarehouseError."""
    keys = {(row.team, session_of(name)) for row in rows for name in row.examples}
    signals = newest_rows(tables["signals"], "signals", keys)
    sessions = {(row.team, row.session_id): row for row in newest_rows(tables["sessions"], "sessions", keys)}
    opened = {name: pinned.table for name, pinned in tables.items()}
    found = briefs_of(opened, [row for row in rows if is_open(row)], limits, still=still)
    briefs = {one.problem_id: markdown(one) for one in found}
    produced_at = datetime.now(UTC)
    for row in rows:
        example = example_of(row, [one for one in signals if one.team == row.team])
        session = None if example is None else sessions.get((row.team, example.session_id))
        yield problem_record(
            row,
            produced_at=produced_at,
            example=example,
            session=session,
            brief=briefs.get(row.problem_id, ""),
            still_url=still.of(row.team, row.problem_id) if still else "",
        )
