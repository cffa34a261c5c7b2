"""The Python steps of the job: thin wrappers around pure functions, one for the messages and one for the sessions."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import msgspec
from pyflink.common import Row, Types
from pyflink.datastream import DataStream, KeyedProcessFunction, KeyedStream, OutputTag, ProcessFunction, RuntimeContext
from pyflink.datastream.state import MapStateDescriptor, ValueStateDescriptor
from pyflink.datastream.time_domain import TimeDomain
from pyflink.java_gateway import get_gateway

from replay_signals.pipelines.attempts import Attempts
from replay_signals.pipelines.inbox.encoding import InboxError, decode, encode_for, fingerprint
from replay_signals.pipelines.packing import key_text, pack, unpack
from replay_signals.pipelines.privacy import UNKEYED, policy_of
from replay_signals.pipelines.stream.columns import flink_row, type_of
from replay_signals.pipelines.stream.config import StreamConfig
from replay_signals.pipelines.stream.garbage_collection import collect_less
from replay_signals.pipelines.stream.metrics import Counters
from replay_signals.pipelines.stream.priors import PriorsFile
from replay_signals.schemas.clocks import BrokerMs
from replay_signals.schemas.inbox import InboxRecord
from replay_signals.schemas.messages import SourcePosition
from replay_signals.schemas.rows import FED_TABLES, DeadLetterRow, EventRow
from replay_signals.transforms.evidence.dead_letters import dead_letter_message, dead_letter_row
from replay_signals.transforms.evidence.kafka import KafkaMessage, evidence_of_kafka
from replay_signals.transforms.evidence.keys import DIGEST, EVENT, EvidenceKey
from replay_signals.transforms.evidence.reject_limit import RejectLimit
from replay_signals.transforms.streaming import COUNTERS, Live, Step
from replay_signals.transforms.table_rows import content
from replay_signals.transforms.text import utf8

BYTES = Types.PRIMITIVE_ARRAY(Types.BYTE())
STATE = Types.PICKLED_BYTE_ARRAY()  # of bytes; as byte arrays, thread mode takes them apart number by number
EVIDENCE = Types.ROW_NAMED(["kind", "body", "trace"], [Types.STRING(), BYTES, Types.STRING()])
KEYED_EVIDENCE = Types.ROW([Types.STRING(), EVIDENCE])
"""Evidence with its key before it: the form in which PyFlink keys a stream."""
PUBLISHED = "published"
"""Kind of a record read back from the inbox, beside the kinds of evidence."""
RECORD = Types.ROW_NAMED(["k", "v", "h"], [BYTES, BYTES, Types.MAP(Types.STRING(), BYTES)])

ROWS = {name: OutputTag(f"rows-{name}", type_of(name)) for name in FED_TABLES}
INBOX = OutputTag("inbox", RECORD)
DEAD = OutputTag("dead-letters", RECORD)
FALLBACK_MS = 50
"""How much later than the watermark the wall clock may say that a timer is due, when nothing arrives any more."""
CHECK_MS = 30_000
"""Shortest time between two looks at whether the broker's clock passed a timer unnoticed."""

log = logging.getLogger(__name__)


class DigestMessages(ProcessFunction):
    """Raw messages of one topic to evidence; the only step that sees payload. Rejects go to dead letters."""

    def __init__(self, topic: str, config: StreamConfig) -> None:
        self._topic, self._teams, self._rules = topic, frozenset(config.teams), config.rules
        self._folder = config.attempts

    def open(self, runtime_context: RuntimeContext) -> None:
        """Registers the counters, and finds what earlier readers died of."""
        self._attempts = Attempts(self._folder)
        self._count = Counters(runtime_context, self._topic)
        self._limit = RejectLimit(self._rules.rejects, f"messages of {self._topic}")
        self._policy = policy_of(self._rules)
        self._warned = False
        collect_less()

    def process_element(self, value: Any, ctx: ProcessFunction.Context) -> Iterator[Any]:
        """`value` is (v, token, encoding, topic, part, pos, ts)."""
        body, token, encoding, topic, part, pos, _ = value
        self._count("messages")
        self._count("bytes", len(body or b""))
        arrived_ms = ctx.timestamp()
        if arrived_ms is not None:
            self._count.time("arrival_ms", time.time() * 1000 - arrived_ms)
        headers = {"token": token, "content-encoding": encoding}
        kept = False
        message = KafkaMessage(body, headers, arrived_ms, SourcePosition(topic, pos, part))
        found = partial(evidence_of_kafka, self._topic, message, self._teams, self._policy)
        for evidence in self._attempts.evidence(found, message.position, arrived_ms, self._policy):
            if isinstance(evidence.body, DeadLetterRow):
                self._count(f"rejected.{evidence.body.reason}")
                self._count.tell()
                yield from dead_letter_outputs(evidence.body)
            else:
                kept = True
                kind, packed = pack(evidence.body)
                self._count("kept", 1, "kind", kind)
                yield Row(key_text(evidence.key), Row(kind, packed, f"{topic}/{part}#{pos}"))
        if self._policy.hashed_without_key and not self._warned:
            self._warned = True
            log.warning(UNKEYED)
        # fails the job: it goes back to its newest checkpoint, and what came since is read again
        self._limit.count(1, not kept, time.monotonic() * 1000)

    def close(self) -> None:
        """Leaves no mark."""
        self._attempts.close()


class ReadBack(ProcessFunction):
    """Records of the inbox to the sessions they are about; those of other writers are passed over."""

    def process_element(self, value: Any, ctx: ProcessFunction.Context) -> Iterator[Any]:
        """`value` is (v, owner, part, pos, ts)."""
        body, owner, part, pos, _ = value
        if body is not None and owner is not None:
            yield Row(bytes(owner).decode(), Row(PUBLISHED, body, f"inbox/{part}#{pos}"))


def by_key(evidence: DataStream) -> KeyedStream:
    """Keyed as `DataStream.key_by` does it, by the field in front: a selector in Python would be one more step."""
    gateway = get_gateway()
    keyed = evidence._j_data_stream.keyBy(
        gateway.jvm.KeyByKeySelector(), Types.ROW([Types.STRING()]).get_java_type_info()
    )
    return KeyedStream(keyed, EVIDENCE, evidence)


class JudgeSessions(KeyedProcessFunction):
    """One session's evidence to rows and inbox records, as soon as they are settled. See `transforms/streaming`."""

    def __init__(self, config: StreamConfig) -> None:
        self._rules, self._topic = config.rules, config.kafka.inbox
        self._priors_url, self._priors_every_s = config.priors_url, config.priors_every_ms / 1000

    def open(self, runtime_context: RuntimeContext) -> None:
        """Registers state and counters."""
        self._live = Live(self._rules)
        self._priors = PriorsFile(self._priors_url, self._priors_every_s)
        self._limit = RejectLimit(self._rules.rejects, "judgements")
        self._store = FlinkStore(runtime_context)
        self._due = runtime_context.get_state(ValueStateDescriptor("due", STATE))
        self._count = Counters(runtime_context, "sessions")
        for name in COUNTERS:
            self._count(name, 0)
        collect_less()

    def process_element(self, value: Any, ctx: KeyedProcessFunction.Context) -> Iterator[Any]:
        """`value` is (kind, body, trace)."""
        kind, body, trace = value
        now_ms = BrokerMs(ctx.timestamp() or 0)
        if kind == PUBLISHED:
            yield from self._published(bytes(body), now_ms, ctx, trace)
            return
        evidence = unpack(kind, bytes(body))
        if kind == DIGEST:
            yield from self._outputs(
                self._live.on_message(self._store, evidence, now_ms, _position(trace)), now_ms, ctx, trace
            )
        elif evidence.session_id:
            yield from self._outputs(
                self._live.on_event(self._store, evidence, now_ms, _position(trace)), now_ms, ctx, trace
            )
        else:
            yield from self._outputs(self._event_alone(evidence, now_ms), now_ms, ctx, trace)
            ctx.timer_service().register_event_time_timer(now_ms + self._rules.session.remember_ms)

    def on_timer(self, timestamp: int, ctx: KeyedProcessFunction.OnTimerContext) -> Iterator[Any]:
        """A timer of the broker's clock; or of this machine's, which stands for the one that was asked for last."""
        asked = self._due.value()
        if asked is None:  # an event without a session: repeats are no longer expected
            self._store.events.clear()
            return
        due_ms, wall_ms, check_ms = (*asked, asked[1])[:3]  # the first version kept two numbers
        if ctx.time_domain() == TimeDomain.PROCESSING_TIME:
            if timestamp != check_ms:
                return  # of an earlier one
            if timestamp < wall_ms and ctx.timer_service().current_watermark() < due_ms:
                self._check_later(due_ms, wall_ms, timestamp, ctx)
                return
        elif timestamp != due_ms:
            return  # the other clock was faster, or something is due sooner: what is left to do was asked for anew
        now_ms = BrokerMs(due_ms)
        started = time.perf_counter()
        self._live.priors = self._priors.newest()
        step = self._live.on_timer(self._store, now_ms)
        if "judged_messages" in step.counts:
            self._count.time("judge_ms", (time.perf_counter() - started) * 1000)
        yield from self._outputs(step, now_ms, ctx, "timer")
        if self._store.state.value() is None:
            self._due.clear()

    def _published(self, body: bytes, now_ms: BrokerMs, ctx: Any, trace: str) -> Iterator[Any]:
        try:
            record = decode(body)
        except InboxError:  # of a newer schema, or of a writer that copies our headers
            self._count("published_unreadable")
            return
        yield from self._outputs(self._live.on_published(self._store, record, now_ms), now_ms, ctx, trace)

    def _event_alone(self, row: EventRow, now_ms: BrokerMs) -> Step:
        """An event without a session: once, and again if a copy of it wins over the first."""
        known = self._store.events.get(row.uuid)
        if known is not None:
            old: EventRow = unpack(EVENT, known)
            if content(row) >= content(old):
                return Step()
            row = msgspec.structs.replace(row, revision=old.revision + 1)
        step = Step()
        if step.write("events", row, now_ms):
            self._store.events.put(row.uuid, pack(row)[1])
        return step

    def _outputs(self, step: Step, now_ms: int, ctx: Any, trace: str) -> Iterator[Any]:
        for table, row in step.rows:
            yield ROWS[table], flink_row(row)
        for record in step.inbox:
            self._count("signals", 1, "kind", record.kind)
            self._count.time("publish_ms", time.time() * 1000 - record.produced_at.timestamp() * 1000)
            yield INBOX, inbox_output(self._topic, record, now_ms, trace)
        for letter in step.letters:
            self._count(f"rejected.{letter.reason}")
            yield from dead_letter_outputs(dead_letter_row(letter))
        if "judged_messages" in step.counts:
            self._limit.count(1, "judge_failed" in step.counts, time.monotonic() * 1000)
        for late in step.late:
            log.warning("late evidence, for rejudge: %s", msgspec.json.encode(late).decode())
        for name, by in step.counts.items():
            self._count(name, by)
        if step.letters:
            self._count.tell()  # nothing may come after them for hours
        if step.timer_ms is not None:
            self._set_timer(step.timer_ms, max(now_ms, step.last_received_ms), ctx)

    def _set_timer(self, due_ms: int, now_ms: int, ctx: Any) -> None:
        """By the broker's clock, and by this machine's in case that nothing arrives which would move the broker's."""
        timers = ctx.timer_service()
        clock_ms = max(now_ms, timers.current_watermark())  # of late evidence, `now_ms` is long over
        now_wall_ms = int(time.time() * 1000)
        timers.register_event_time_timer(due_ms)
        self._check_later(due_ms, now_wall_ms + max(0, due_ms - clock_ms) + FALLBACK_MS, now_wall_ms, ctx)

    def _check_later(self, due_ms: int, wall_ms: int, now_wall_ms: int, ctx: Any) -> None:
        """Looks again at `wall_ms`, and on the way there, should the broker's clock have passed unnoticed.

        A timer that is set for a time which the watermark has passed fires with the next watermark: perhaps never.
        """
        check_ms = min(wall_ms, now_wall_ms + max(CHECK_MS, (wall_ms - now_wall_ms) // 16))
        self._due.update((due_ms, wall_ms, check_ms))
        ctx.timer_service().register_processing_time_timer(check_ms)


class FlinkStore:
    """The state of a session in Flink: the pieces that `transforms/streaming` asks for.

    No TTL: timers clear everything, and PyFlink cannot set one up in thread mode on a cluster (it looks for a gateway
    that only clients have).
    """

    def __init__(self, context: RuntimeContext) -> None:
        self.state, self.published = (
            context.get_state(ValueStateDescriptor(name, STATE)) for name in ("state", "published")
        )
        self.digests, self.events, self.signals, self.facts = (
            FlinkMap(context.get_map_state(MapStateDescriptor(name, Types.STRING(), STATE)))
            for name in ("digests", "events", "signals", "facts")
        )


class FlinkMap:
    """Flink's map state, whose entries may be changed while they are gone through."""

    def __init__(self, state: Any) -> None:
        self.get, self.put, self.remove, self.clear = state.get, state.put, state.remove, state.clear
        self._items = state.items

    def items(self) -> Iterator[tuple[str, bytes]]:
        """Every entry as of now."""
        return iter(list(self._items()))


def _position(trace: str) -> SourcePosition:
    """The position that `DigestMessages` wrote as `topic/partition#offset`."""
    place, _, offset = trace.rpartition("#")
    topic, _, partition = place.rpartition("/")
    return SourcePosition(topic, int(offset), int(partition))


def inbox_output(topic: str, record: InboxRecord, now_ms: int, trace: str) -> Row:
    """Key, value and headers of an inbox record."""
    headers = {
        "schema": fingerprint().hex().encode(),
        "revision": str(record.revision).encode(),
        "status": record.status.encode(),
        "team": utf8(record.team),
        "source": utf8(trace),
        "clock": str(now_ms).encode(),
        "owner": key_text(EvidenceKey(record.team, record.who.session_id)).encode(),
    }
    return Row(record.id.encode(), encode_for(topic, record), headers)


def dead_letter_outputs(row: DeadLetterRow) -> Iterator[Any]:
    """A dead letter as a row and as a record of its topic."""
    yield ROWS["dead_letters"], flink_row(row)
    yield DEAD, Row(*dead_letter_message(row))
