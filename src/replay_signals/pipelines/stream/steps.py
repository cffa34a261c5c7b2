"""The Python steps of the job: thin wrappers around pure functions, one for the messages and one for the sessions."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import msgspec
from pyflink.common import Row, Time, Types
from pyflink.datastream import KeyedProcessFunction, OutputTag, ProcessFunction, RuntimeContext
from pyflink.datastream.state import MapStateDescriptor, StateTtlConfig, ValueStateDescriptor

from replay_signals.pipelines.inbox import encode, fingerprint
from replay_signals.pipelines.parts import DIGEST, EVENT, LETTER, letter_row, unpack
from replay_signals.pipelines.stream.atclose import Live, loose_event
from replay_signals.pipelines.stream.columns import flink_row, type_of
from replay_signals.pipelines.stream.config import StreamConfig
from replay_signals.pipelines.stream.evidence import Arrived, evidence_of
from replay_signals.schemas.inbox import InboxRecord
from replay_signals.schemas.messages import SourcePosition
from replay_signals.schemas.rows import TABLES, DeadLetterRow
from replay_signals.transforms.event_rows import event_of
from replay_signals.transforms.live import COUNTERS, Step

BYTES = Types.PRIMITIVE_ARRAY(Types.BYTE())
STATE = Types.PICKLED_BYTE_ARRAY()  # of bytes; as byte arrays, thread mode takes them apart number by number
EVIDENCE = Types.ROW_NAMED(["owner", "kind", "body", "trace"], [Types.STRING(), Types.STRING(), BYTES, Types.STRING()])
RECORD = Types.ROW_NAMED(["k", "v", "h"], [BYTES, BYTES, Types.MAP(Types.STRING(), BYTES)])

ROWS = {name: OutputTag(f"rows-{name}", type_of(name)) for name in TABLES}
INBOX = OutputTag("inbox", RECORD)
DEAD = OutputTag("dead-letters", RECORD)
METRICS = "replay_signals"
STATE_TTL_MARGIN_MS = 24 * 3_600_000
"""State that no timer cleared goes this long after it could still be needed."""
FALLBACK_MS = 2_000
"""How much later than the watermark the wall clock may say that a timer is due, when nothing arrives any more."""


class DigestMessages(ProcessFunction):
    """Raw messages of one topic to evidence; the only step that sees payload. Rejects go to dead letters."""

    def __init__(self, topic: str, config: StreamConfig) -> None:
        self._topic, self._teams = topic, frozenset(config.teams)
        self._counters: dict[str, Any] = {}

    def open(self, runtime_context: RuntimeContext) -> None:
        """Registers the counters."""
        self._group = runtime_context.get_metrics_group().add_group(METRICS, self._topic)
        self._messages, self._bytes = self._group.counter("messages"), self._group.counter("bytes")

    def process_element(self, value: Any, ctx: ProcessFunction.Context) -> Iterator[Any]:
        """`value` is (v, token, encoding, topic, part, pos, ts)."""
        body, token, encoding, topic, part, pos, _ = value
        self._messages.inc()
        self._bytes.inc(len(body or b""))
        position = SourcePosition(topic, pos, part)
        headers = {"token": token, "content-encoding": encoding}
        arrived = Arrived(body, headers, ctx.timestamp(), position)
        trace = f"{topic}/{part}#{pos}"
        for evidence in evidence_of(self._topic, arrived, self._teams):
            if evidence.kind == LETTER:
                letter: DeadLetterRow = unpack((LETTER, evidence.body))
                self._count(f"rejected.{letter.reason}")
                yield from letter_outputs(letter)
            else:
                yield Row(evidence.owner, evidence.kind, evidence.body, trace)

    def _count(self, name: str) -> None:
        if name not in self._counters:
            self._counters[name] = self._group.counter(name)
        self._counters[name].inc()


class JudgeSessions(KeyedProcessFunction):
    """One session's evidence to rows and inbox records, as soon as they are settled. See `transforms/live`."""

    def __init__(self, config: StreamConfig) -> None:
        self._rules = config.rules
        self._ttl_ms = STATE_TTL_MARGIN_MS * 3

    def open(self, runtime_context: RuntimeContext) -> None:
        """Registers state and counters."""
        self._live = Live(self._rules)
        self._store = FlinkStore(runtime_context, self._ttl_ms)
        self._due = runtime_context.get_state(ValueStateDescriptor("due", Types.LONG()))
        group = runtime_context.get_metrics_group().add_group(METRICS, "sessions")
        self._counters = {name: group.counter(name) for name in COUNTERS}
        self._kinds: dict[str, Any] = {}
        self._group = group

    def process_element(self, value: Any, ctx: KeyedProcessFunction.Context) -> Iterator[Any]:
        """`value` is (owner, kind, body, trace)."""
        key, kind, body, trace = value
        now_ms = ctx.timestamp() or 0
        part = unpack((kind, bytes(body)))
        if kind == EVENT and not part.session_id:
            yield from self._loose(part)
            return
        if kind == DIGEST:
            step = self._live.on_message(self._store, part, now_ms)
        else:
            step = self._live.on_event(self._store, event_of(part), now_ms)
        yield from self._outputs(step, now_ms, ctx, trace)

    def on_timer(self, timestamp: int, ctx: KeyedProcessFunction.OnTimerContext) -> Iterator[Any]:
        """A timer of either clock; what it is due for stands in state."""
        due = self._due.value()
        if due is None:
            return
        yield from self._outputs(self._live.on_timer(self._store, due), due, ctx, "timer")

    def _loose(self, row: Any) -> Iterator[Any]:
        """An event without a session, once."""
        if self._store.state.value() is None:
            self._store.state.update(b"\1")
            yield ROWS["events"], flink_row(row)

    def _outputs(self, step: Step, now_ms: int, ctx: Any, trace: str) -> Iterator[Any]:
        for table, row in step.rows:
            yield ROWS[table], flink_row(row)
        for record in step.inbox:
            yield INBOX, inbox_output(record, trace)
        for letter in step.letters:
            yield from letter_outputs(letter_row(letter))
        for name, by in step.counts.items():
            self._counters[name].inc(by)
        if step.timer_ms is not None:
            self._set_timer(step.timer_ms, now_ms, ctx)

    def _set_timer(self, due: int, now_ms: int, ctx: Any) -> None:
        """By the broker's clock, and by this machine's in case that nothing arrives which would move the broker's."""
        self._due.update(due)
        timers = ctx.timer_service()
        timers.register_event_time_timer(due)
        quiet_ms = max(0, due - now_ms) + FALLBACK_MS
        timers.register_processing_time_timer(int(time.time() * 1000) + quiet_ms)


class FlinkStore:
    """The state of a session in Flink: the pieces that `transforms/live` asks for."""

    def __init__(self, context: RuntimeContext, ttl_ms: int) -> None:
        ttl = StateTtlConfig.new_builder(Time.milliseconds(ttl_ms)).cleanup_in_rocksdb_compact_filter(1000).build()

        def value(name: str) -> Any:
            descriptor = ValueStateDescriptor(name, STATE)
            descriptor.enable_time_to_live(ttl)
            return context.get_state(descriptor)

        def mapping(name: str) -> Any:
            descriptor = MapStateDescriptor(name, Types.STRING(), STATE)
            descriptor.enable_time_to_live(ttl)
            return context.get_map_state(descriptor)

        self.state, self.published = value("state"), value("published")
        self.digests, self.events, self.signals = mapping("digests"), mapping("events"), mapping("signals")


def inbox_output(record: InboxRecord, trace: str) -> Row:
    """Key, value and headers of an inbox record."""
    headers = {
        "schema": fingerprint().hex().encode(),
        "revision": str(record.revision).encode(),
        "status": record.status.encode(),
        "team": record.team.encode("utf-8", "replace"),
        "source": trace.encode("utf-8", "replace"),
    }
    return Row(record.id.encode(), encode(record), headers)


def letter_outputs(row: DeadLetterRow) -> Iterator[Any]:
    """A dead letter as a row and as a record of its topic: JSON, the payload in base64."""
    yield ROWS["dead_letters"], flink_row(row)
    headers = {"reason": row.reason.encode(), "source": f"{row.source}/{row.partition}#{row.offset}".encode()}
    yield DEAD, Row(row.dead_letter_id.encode(), msgspec.json.encode(row), headers)


_ = loose_event, EVENT
