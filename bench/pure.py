"""What the streaming job does, without an engine: the same pure functions on the same messages in one process."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from heapq import heappop, heappush

from replay_signals.pipelines.kafka.messages import Outgoing
from replay_signals.pipelines.packing import key_text, pack, unpack
from replay_signals.pipelines.stream.garbage_collection import collect_less
from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.messages import SourcePosition
from replay_signals.schemas.rows import EventRow
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.evidence.kafka import KafkaMessage, evidence_of_kafka
from replay_signals.transforms.evidence.keys import Body
from replay_signals.transforms.streaming import Live, MemoryStore, Step

BEHIND_MS = 1000


@dataclass
class Cost:
    """CPU seconds by part: messages to digests, digests and events into sessions, early judgements, whole ones."""

    digest_s: float = 0.0
    take_s: float = 0.0
    early_s: float = 0.0
    close_s: float = 0.0
    rows: int = 0
    records: int = 0

    @property
    def total_s(self) -> float:
        """All of it."""
        return self.digest_s + self.take_s + self.early_s + self.close_s


@dataclass
class Player:
    """Plays messages through the pure functions, timers by broker time a second behind."""

    rules: Rules
    cost: Cost = field(default_factory=Cost)
    stores: dict[str, MemoryStore] = field(default_factory=dict)
    timers: list[tuple[int, str]] = field(default_factory=list)

    def play(self, messages: Sequence[Outgoing]) -> Cost:
        """The cost of all of them."""
        collect_less()
        live = Live(self.rules)
        for i, m in enumerate(messages):
            started = time.process_time()
            position = SourcePosition(m.topic, i)
            message = KafkaMessage(m.value, dict(m.headers), m.timestamp_ms, position)
            # packed and unpacked, as on their way to the sessions
            found = [(key_text(one.key), unpack(*pack(one.body))) for one in evidence_of_kafka(m.topic, message)]
            self.cost.digest_s += time.process_time() - started
            self._fire(live, m.timestamp_ms - BEHIND_MS)
            for key, body in found:
                self.cost.take_s += self._run(key, partial(self._take, live, body, m.timestamp_ms))
        return self.cost

    def _take(self, live: Live, body: Body, now_ms: int, store: MemoryStore) -> Step:
        if isinstance(body, MessageDigest):
            return live.on_message(store, body, now_ms)
        return live.on_event(store, body, now_ms) if isinstance(body, EventRow) and body.session_id else Step()

    def _fire(self, live: Live, now_ms: int) -> None:
        while self.timers and self.timers[0][0] <= now_ms:
            due, key = heappop(self.timers)
            closes = False

            def act(store: MemoryStore, due: int = due) -> Step:
                nonlocal closes
                step = live.on_timer(store, due)
                closes = "judged_interim" not in step.counts
                return step

            spent = self._run(key, act)
            if closes:
                self.cost.close_s += spent
            else:
                self.cost.early_s += spent

    def _run(self, key: str, work: Callable[[MemoryStore], Step]) -> float:
        store = self.stores.setdefault(key, MemoryStore())
        started = time.process_time()
        step = work(store)
        spent = time.process_time() - started
        self.cost.rows += len(step.rows)
        self.cost.records += len(step.inbox)
        if step.timer_ms is not None:
            heappush(self.timers, (step.timer_ms, key))
        return spent
