"""closing: what the judgement of a whole session changes in what the stream has published so far."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec

from replay_signals.schemas.clocks import BrokerMs
from replay_signals.schemas.digests import at
from replay_signals.schemas.rows import SessionRow, SignalRow
from replay_signals.transforms.digest.records import MAX_TIMESTAMP_MS
from replay_signals.transforms.evidence.dead_letters import unexpected_letter
from replay_signals.transforms.expectations.rows import unexpected
from replay_signals.transforms.inbox.record import inbox_record
from replay_signals.transforms.revisions.compare import RETRACTED, Known, compare
from replay_signals.transforms.revisions.revise import SETS, next_signal
from replay_signals.transforms.streaming.state import Fact, Published, StoredSignal
from replay_signals.transforms.streaming.step import Step
from replay_signals.transforms.table_rows import Rows, content, key_of

FACT_TABLES = ("console_logs", "network_requests")


class Standing(NamedTuple):
    """What was published up to now: the newest revision of every signal ever, and of every fact by `fact_key`."""

    signals: list[StoredSignal]
    facts: dict[str, Fact]
    session: Published


class Closed(NamedTuple):
    """What is published now: the session, and the facts and signals that are new or changed."""

    session: Published
    facts: dict[str, Fact]
    signals: list[SignalRow]


def add_differences(judged: Rows, before: Standing, step: Step, now_ms: BrokerMs) -> Closed | None:
    """Puts every difference between the judged rows and what was published into the step, the session last.

    None where the session's own row is not as expected: what stands on it is not said either, and what was, stands.
    """
    revision = before.session.session_revision + 1
    session: SessionRow = msgspec.structs.replace(judged["sessions"][0], revision=revision)
    if what := unexpected("sessions", session):
        step.letters.append(unexpected_letter("sessions", session, what, now_ms))
        return None
    facts: dict[str, Fact] = {}
    for table in FACT_TABLES:
        facts |= _publish_facts(table, judged[table], before.facts, step, now_ms)
    after = Published(before.session.session_revision)
    after.session_hash = digest_of([content(session)])
    after.sets_hash = digest_of(one for table in SETS for one in sorted(map(content, judged[table])))
    if after != before.session:
        after.session_revision = revision
        for table in SETS:
            for row in judged[table]:
                step.write(table, msgspec.structs.replace(row, revision=revision), now_ms)
    signals = signal_revisions(judged["signals"], before.signals)
    told = [signal for signal in signals if add_signal(signal, step, now_ms, session)]
    if after.session_revision == revision:
        step.rows.append(("sessions", session))
    return Closed(after, facts, told)


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


def add_signal(row: SignalRow, step: Step, now_ms: BrokerMs, session: SessionRow | None = None) -> bool:
    """One revision of a signal, to the table and to the inbox; whether it was said.

    What the table refuses nobody is told of. Only a retraction goes out all the same: somebody was told before.
    """
    if not step.write("signals", row, now_ms) and row.status != RETRACTED:
        return False
    step.inbox.append(inbox_record(row, produced_at=moment(now_ms), session=session))
    step.count(f"signals_{row.status}")
    return True


def moment(now_ms: float) -> datetime:
    """A time of the broker's clock that any calendar can hold."""
    return at(min(max(now_ms, 0), MAX_TIMESTAMP_MS))


def digest_of(contents: Iterable[bytes]) -> bytes:
    """A short hash of rows' contents."""
    whole = blake2b(digest_size=8)
    for one in contents:
        whole.update(len(one).to_bytes(4, "big") + one)
    return whole.digest()


def fact_key(table: str, key: str) -> str:
    """The key of a fact in the store, from its table and the last part of its key there."""
    return f"{table}/{key}"


def _publish_facts(
    table: str, rows: list[Any], before: dict[str, Fact], step: Step, now_ms: BrokerMs
) -> dict[str, Fact]:
    """New facts as revision 1, changed ones as the next; what was published stays published. Returns these."""
    changed = {}
    for row in rows:
        key = fact_key(table, key_of(table, row)[-1])
        now = digest_of([content(row)])
        known = before.get(key)
        found = compare(now, None if known is None else Known(known.revision, known.hash))
        if found is not None and step.write(table, msgspec.structs.replace(row, revision=found.revision), now_ms):
            changed[key] = Fact(found.revision, now)
    return changed
