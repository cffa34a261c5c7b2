"""whole: a session judged as a whole, and what its judgement changes in what the stream has published so far."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b
from typing import Any

import msgspec

from replay_signals.schemas.clocks import BrokerMs
from replay_signals.schemas.digests import MessageDigest, at
from replay_signals.schemas.messages import AnalyticsEvent
from replay_signals.schemas.rows import InteractionRow, SessionRow, SignalRow
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.digest.merge import session_of
from replay_signals.transforms.digest.records import MAX_TIMESTAMP_MS
from replay_signals.transforms.inbox.record import inbox_record
from replay_signals.transforms.judge.judgement import judge
from replay_signals.transforms.revisions.canonical import canonical
from replay_signals.transforms.revisions.revise import RETRACTED, content, key_of, one_a_key, revise
from replay_signals.transforms.streaming.state import Published
from replay_signals.transforms.streaming.step import Step

FACTS = ("console_logs", "network_requests")


class Judgement(msgspec.Struct):
    """Rows of a session as they will come back from the tables, before revisions."""

    session: SessionRow
    signals: list[SignalRow]
    interactions: list[InteractionRow]
    facts: dict[str, list[Any]]


def judge_whole(
    digests: Iterable[MessageDigest], events: list[AnalyticsEvent], rules: Rules, truncated: bool
) -> Judgement:
    """The rows of `judge`; `truncated` says that a cap kept evidence away from it."""
    verdict = judge(session_of(digests), events, rules)
    session = msgspec.structs.replace(verdict.session, truncated=verdict.session.truncated or truncated)
    return Judgement(
        canonical("sessions", [session])[0],
        canonical("signals", verdict.signals),
        list(one_a_key("interactions", canonical("interactions", verdict.interactions)).values()),
        {
            "console_logs": canonical("console_logs", verdict.console_logs),
            "network_requests": canonical("network_requests", verdict.network_requests),
        },
    )


def publish(judged: Judgement, signals: list[SignalRow], before: Published, step: Step, now_ms: BrokerMs) -> Published:
    """Puts every difference into the step, evidence first and the session last; returns what is published now.

    `signals` are the newest revisions of all that were ever published.
    """
    after = Published(before.session_revision, facts={})
    for table in FACTS:
        after.facts[table] = _publish_facts(table, judged.facts[table], before.facts.get(table, {}), step)
    after.session_hash = digest_of([content(judged.session)])
    after.interactions_hash = digest_of(sorted(content(row) for row in judged.interactions))
    if (after.session_hash, after.interactions_hash) != (before.session_hash, before.interactions_hash):
        after.session_revision += 1
        for row in judged.interactions:
            step.rows.append(("interactions", msgspec.structs.replace(row, revision=after.session_revision)))
    change = revise({"signals": judged.signals}, {"signals": signals})[0]
    for row in change.rows:
        publish_signal(row, step, now_ms, judged.session)
    if after.session_revision > before.session_revision:
        step.rows.append(("sessions", msgspec.structs.replace(judged.session, revision=after.session_revision)))
    return after


def publish_signal(row: SignalRow, step: Step, now_ms: BrokerMs, session: SessionRow | None = None) -> None:
    """One revision of a signal, to the table and to the inbox."""
    step.rows.append(("signals", row))
    step.inbox.append(inbox_record(row, produced_at=moment(now_ms), session=session))
    step.count(f"signals_{row.status}")


def next_revision(row: SignalRow, old: SignalRow | None) -> SignalRow:
    """The row as the revision that follows `old`."""
    if old is None:
        return msgspec.structs.replace(row, revision=1, status="new")
    return msgspec.structs.replace(row, revision=old.revision + 1, status="revised")


def retracted(old: SignalRow) -> SignalRow:
    """The revision that takes `old` back."""
    return msgspec.structs.replace(old, revision=old.revision + 1, status=RETRACTED)


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
        revision, known = before.get(key, (0, b""))
        now = digest_of([content(row)])
        if known != now:
            after[key] = (revision + 1, now)
            step.rows.append((table, msgspec.structs.replace(row, revision=revision + 1)))
    return after
