"""The table `snapshots`: messages for playback, with a retention of their own, from files and back to sessions."""

from __future__ import annotations

import gzip
import random
import time
import uuid
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial

import msgspec
from pyiceberg.catalog import Catalog

from replay_signals.pipelines.files.reading import read
from replay_signals.pipelines.gate.publishing import publish_batch
from replay_signals.pipelines.iceberg.catalog import PinnedTable, open_catalog, open_tables
from replay_signals.pipelines.iceberg.commit import Conflict, TablePlan, discard
from replay_signals.pipelines.iceberg.datafiles import partition_of, write_rows
from replay_signals.pipelines.iceberg.errors import WarehouseError
from replay_signals.pipelines.iceberg.lookup import cells, read_rows
from replay_signals.pipelines.iceberg.predicates import SessionKey, any_session_of, less
from replay_signals.pipelines.playback.recordings import Opened, each_opened
from replay_signals.pipelines.privacy import policy_of
from replay_signals.schemas.digests import at
from replay_signals.schemas.messages import SnapshotMessage
from replay_signals.schemas.rules import Rules
from replay_signals.schemas.snapshot_rows import SnapshotRow
from replay_signals.transforms.digest.masking import Masking
from replay_signals.transforms.evidence.masked import with_safe_ids
from replay_signals.transforms.parse.budget import Budget
from replay_signals.transforms.playback.cleaning import WindowCleaner
from replay_signals.transforms.playback.decoding import Event, events_of
from replay_signals.transforms.playback.session import PlaybackSession, PlaybackWindow, session_of
from replay_signals.transforms.privacy.policy import Policy, Removed
from replay_signals.transforms.text import encoded

NAME = "snapshots"
FOLLOWED_WINDOWS = 500
"""Windows whose documents are known while files are read; one that is read again later begins anew, with less known."""
HELD_BYTES = 64 * 1024 * 1024
"""Packed events that wait for their data files."""
COMMIT_TRIES = 5
_events = msgspec.json.Decoder(list[Event])


def store_snapshots(
    warehouse: str | None,
    catalog: str | None,
    urls: Sequence[str],
    file_format: str,
    rules: Rules,
    is_wanted: Callable[[date], bool],
) -> tuple[int, int]:
    """Adds the messages of files whose first events fall on some days, and removes rows that are kept no longer.

    Returns how many rows came and how many were there. Raises WarehouseError and InputError.
    """
    opened = open_catalog(warehouse, catalog)
    return _until_committed(lambda: _store(opened, urls, file_format, rules, is_wanted))


def remove_expired(warehouse: str | None, catalog: str | None) -> None:
    """Removes rows that are kept no longer, in one commit. Raises WarehouseError, also when there is no warehouse."""
    opened = open_catalog(warehouse, catalog, create=False)
    if NAME in open_tables(opened, [NAME], create=False):
        _until_committed(lambda: _store(opened, (), "", Rules(), lambda _: False))


def _until_committed(store: Callable[[], tuple[int, int]]) -> tuple[int, int]:
    for attempt in range(COMMIT_TRIES):
        try:
            return store()
        except Conflict:
            time.sleep(random.uniform(0, 0.2 * 2**attempt))
    raise WarehouseError(f"gave up after {COMMIT_TRIES} tries: other writers keep changing the table {NAME}")


def _store(
    catalog: Catalog, urls: Sequence[str], file_format: str, rules: Rules, is_wanted: Callable[[date], bool]
) -> tuple[int, int]:
    pinned = PinnedTable(open_tables(catalog, [NAME])[NAME])
    today = datetime.now(UTC).date()
    plan = TablePlan(NAME, remove=less("kept_until", today.isoformat()))
    written: set[tuple[str, ...]] = set()
    held: list[SnapshotRow] = []
    size = 0
    try:
        for row in snapshot_rows(urls, file_format, rules, today):
            if not is_wanted(row.day):
                continue
            held.append(row)
            size += len(row.events)
            if size > HELD_BYTES:
                _write(pinned, plan, held, written)
                held, size = [], 0
        _write(pinned, plan, held, written)
    except BaseException:
        discard(pinned.table, plan.files)
        raise
    publish_batch(catalog, {NAME: pinned}, [plan], uuid.uuid4().hex)
    return plan.added, plan.unchanged


def _write(pinned: PinnedTable, plan: TablePlan, rows: Sequence[SnapshotRow], written: set[tuple[str, ...]]) -> None:
    """Data files of the rows that are not stored yet."""
    keys = {(row.team, row.session_id) for row in rows}
    stored = set(cells(pinned, ("team", "session_id", "message_id"), any_session_of(keys))) if rows else set()
    by_partition: dict[tuple[str, date, int], list[SnapshotRow]] = defaultdict(list)
    for row in rows:
        key = (row.team, row.session_id, row.message_id)
        if key in stored:
            plan.unchanged += key not in written
        elif key not in written:
            plan.added += 1
            by_partition[partition_of(NAME, row)].append(row)
        written.add(key)
    for partition, own in by_partition.items():
        plan.files.extend(write_rows(pinned.table, partition, own))


def snapshot_rows(urls: Iterable[str], file_format: str, rules: Rules, today: date) -> Iterator[SnapshotRow]:
    """A row of each message in files that can be played, in the order of the files."""
    policy = policy_of(rules)
    kept_until = today + timedelta(days=rules.playback.retention_days)
    cleaners: OrderedDict[tuple[str, ...], WindowCleaner] = OrderedDict()
    for url in urls:
        for record in read(url, file_format):
            if not isinstance(record, SnapshotMessage):
                continue
            message = with_safe_ids(record, policy, Removed())
            window = (message.team, message.session_id, message.window_id)
            cleaner = cleaners.pop(window, None) or WindowCleaner(rules.playback)
            cleaners[window] = cleaner
            if len(cleaners) > FOLLOWED_WINDOWS:
                cleaners.popitem(last=False)
            row = _row(message, cleaner, policy, kept_until)
            if row is not None:
                yield row


def _row(message: SnapshotMessage, cleaner: WindowCleaner, policy: Policy, kept_until: date) -> SnapshotRow | None:
    budget = Budget()
    events = list(cleaner.clean(events_of(message, budget), Masking(policy, budget)))
    if not events:
        return None
    times = [event["timestamp"] for event in events]
    first = at(min(times))
    return SnapshotRow(
        day=first.date(),
        team=message.team,
        session_id=message.session_id,
        window_id=message.window_id or message.session_id,
        message_id=message.message_id,
        first_event_at=first,
        last_event_at=at(max(times)),
        event_count=len(events),
        is_native=cleaner.is_native,
        events=gzip.compress(encoded(msgspec.json.encode, events), 6, mtime=0),
        kept_until=kept_until,
        privacy_version=policy.version,
    )


def stored_sessions(warehouse: str | None, catalog: str | None, wanted: Collection[SessionKey]) -> Opened:
    """Those of the wanted sessions that the table holds. Raises WarehouseError."""
    tables = open_tables(open_catalog(warehouse, catalog, create=False), [NAME], create=False)
    if not wanted or NAME not in tables:
        return Opened({}, {})
    rows: defaultdict[SessionKey, dict[str, SnapshotRow]] = defaultdict(dict)
    for row in read_rows(PinnedTable(tables[NAME]), NAME, any_session_of(wanted)):
        rows[row.team, row.session_id].setdefault(row.message_id, row)
    return each_opened((key, partial(_session, key, own.values())) for key, own in rows.items())


def _session(key: SessionKey, rows: Iterable[SnapshotRow]) -> PlaybackSession:
    return session_of(*key, _windows(rows))


def _windows(rows: Iterable[SnapshotRow]) -> Iterator[PlaybackWindow]:
    by_window: defaultdict[str, list[SnapshotRow]] = defaultdict(list)
    for row in rows:
        by_window[row.window_id].append(row)
    for window_id, own in by_window.items():
        own.sort(key=lambda row: (row.first_event_at, row.message_id))
        events = [event for row in own for event in _events.decode(gzip.decompress(row.events))]
        events.sort(key=lambda event: event["timestamp"])
        yield PlaybackWindow(window_id, events, any(row.is_native for row in own))
