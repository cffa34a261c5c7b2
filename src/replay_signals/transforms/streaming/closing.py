"""closing: what the judgement of a whole session changes in what the stream has published so far."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b
from typing import Any

import msgspec

from replay_signals.schemas.clocks import BrokerMs
from replay_signals.schemas.digests import at
from replay_signals.schemas.rows import SessionRow, SignalRow
from replay_signals.transforms.digest.records import MAX_TIMESTAMP_MS
from replay_signals.transforms.inbox.record import inbox_record
from replay_signals.transforms.revisions.compare import Known, compare
from replay_signals.transforms.revisions.revise import next_signal
from replay_signals.transforms.streaming.state import Published, StoredSignal
from replay_signals.transforms.streaming.step import Step
from replay_signals.transforms.table_rows import Rows, content, key_of

FACTS = ("console_logs", "network_requests")


def add_differences(
    judged: Rows, signals: list[StoredSignal], before: Published, step: Step, now_ms: BrokerMs
) -> Published:
    """Puts every difference between the judged rows and what was published into the step, the session last.

    `signals` are the newest revisions of all that were ever published. Returns what is published now.
    """
    session: SessionRow = judged["sessions"][0]
    after = Published(before.session_revision, facts={})
    for table in FACTS:
        after.facts[table] = _publish_facts(table, judged[table], before.facts.get(table, {}), step)
    after.session_hash = digest_of([content(session)])
    after.interactions_hash = digest_of(sorted(content(row) for row in judged["interactions"]))
    if (after.session_hash, after.interactions_hash) != (before.session_hash, before.interactions_hash):
        after.session_revision += 1
        for row in judged["interactions"]:
            step.rows.append(("interactions", msgspec.structs.replace(row, revision=after.session_revision)))
    for signal in signal_revisions(judged["signals"], signals):
        add_signal(signal, step, now_ms, session)
    if after.session_revision > before.session_revision:
        step.rows.append(("sessions", msgspec.structs.replace(session, revision=after.session_revision)))
    return after


def signal_revisions(judged: list[SignalRow], stored: Iterable[StoredSignal]) -> list[SignalRow]:
    """The revisions that make what is stored say what was judged."""
    found = {row.signal_id: row for row in judged}
    known = {one.row.signal_id: one for one in stored}
    revisions = (revision_of(found.get(key), known.get(key)) for key in [*found, *sorted(known.keys() - found.keys())])
    return [row for row in revisions if row is not None]


def revision_of(row: SignalRow | None, stored: StoredSignal | None) -> SignalRow | None:
    """The next revision of a stored signal, None when it says what holds."""
    if stored is None:
        return next_signal(row, None)
    return next_signal(row, stored.row, contested=stored.contested)


def add_signal(row: SignalRow, step: Step, now_ms: BrokerMs, session: SessionRow | None = None) -> None:
    """One revision of a signal, to the table and to the inbox."""
    step.rows.append(("signals", row))
    step.inbox.append(inbox_record(row, produced_at=moment(now_ms), session=session))
    step.count(f"signals_{row.status}")


def moment(now_ms: float) -> datetime:
    """A time of the broker's clock that any calendar can hold."""
    return at(min(max(now_ms, 0), MAX_TIMESTAMP_MS))


def digest_of(contents: Iterable[bytes]) -> bytes:
    """A short hash of rows' contents."""
    whole = blake2b(digest_size=8)
    for one in contents:
        whole.update(len(one).to_bytes(4, "big") + one)
    return whole.digest()


def _publish_facts(
    table: str, rows: list[Any], before: dict[str, tuple[int, bytes]], step: Step
) -> dict[str, tuple[int, bytes]]:
    """New facts as revision 1, changed ones as the next; what was published stays published."""
    after = dict(before)
    for row in rows:
        key = key_of(table, row)[-1]
        now = digest_of([content(row)])
        found = compare(now, Known(*before[key]) if key in before else None)
        if found is not None:
            after[key] = (found.revision, now)
            step.rows.append((table, msgspec.structs.replace(row, revision=found.revision)))
    return after
