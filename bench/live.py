"""`python -m bench.live`: what the live operator costs a message, and how that grows with a session's length.

A visit of up to 24 hours on a site of a few pages: a page every 40 messages, pointer moves, a ticker, a click in every
third message (one in ten of them dead), now and then an error. Engine and Kafka are left out: the store is memory.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush
from random import Random
from typing import Any

import orjson

from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.messages import SnapshotMessage, SourcePosition
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.digest.message import digest
from replay_signals.transforms.streaming import Live, MemoryStore, Step

START_MS = 1_750_000_000_000
STEP_MS = 8600
"""Between messages: 10,000 of them make a day, which is as long as a session gets."""
PAGE_MESSAGES = 40
CONTROLS = 60
SIZES = (1_000, 10_000)


@dataclass
class Cost:
    """CPU seconds and operations of one session."""

    messages: int
    arriving_s: float = 0.0
    early_s: float = 0.0
    close_s: float = 0.0
    judged_early: int = 0
    judgements: int = 0
    reads: int = 0
    writes: int = 0
    state_bytes: int = 0

    def growth(self, other: Cost) -> dict[str, float]:
        """How many times more than `other`, for everything that is counted."""
        names = ("arriving_s", "early_s", "close_s", "judged_early", "judgements", "reads", "writes", "state_bytes")
        return {name: getattr(self, name) / getattr(other, name) for name in names}


def visit(messages: int) -> list[MessageDigest]:
    """A session of so many messages."""
    random = Random(messages)
    return [_message(i, START_MS + i * STEP_MS, random) for i in range(messages)]


def cost(digests: list[MessageDigest], rules: Rules) -> Cost:
    """Plays a session through the operator, timers a second behind."""
    live, store = Live(rules), MemoryStore()
    out, timers, counts = Cost(len(digests)), list[int](), Counter[str]()

    def run(call: Callable[[], Step]) -> float:
        started = time.process_time()
        step = call()
        spent = time.process_time() - started
        counts.update(step.counts)
        if step.letters:
            raise RuntimeError(step.letters[0].detail)
        if step.timer_ms is not None:
            heappush(timers, step.timer_ms)
        return spent

    def fire() -> None:
        due = heappop(timers)
        closed = counts["sessions_closed"]
        if not closed:
            out.judged_early = counts["judged_messages"]
            out.reads, out.writes = _accesses(store)
        spent = run(lambda: live.on_timer(store, due))
        out.early_s += 0 if counts["sessions_closed"] > closed else spent
        out.close_s += spent if counts["sessions_closed"] > closed else 0

    for one in digests:
        now_ms = one.received_ms or 0
        while timers and timers[0] < now_ms - 1000:
            fire()
        out.arriving_s += run(lambda: live.on_message(store, one, now_ms))  # noqa: B023 - called at once
    while not counts["sessions_closed"]:
        fire()
    out.judgements, out.state_bytes = counts["judged_interim"], store.state.written_bytes
    return out


def _accesses(store: MemoryStore) -> tuple[int, int]:
    pieces = (store.digests, store.events, store.signals, store.facts)
    return sum(p.reads for p in pieces), sum(p.writes for p in pieces)


def _message(i: int, at: int, random: Random) -> MessageDigest:
    events: list[dict[str, Any]] = []
    node = 10 + 2 * random.randrange(CONTROLS)
    if i % PAGE_MESSAGES == 0:
        meta = {"href": f"http://site.test/page/{i // PAGE_MESSAGES % 7}", "width": 1280, "height": 720}
        events.append({"type": 4, "timestamp": at, "data": meta})
        events.append({"type": 2, "timestamp": at, "data": {"node": _document()}})
    positions = [{"x": k * 9, "y": k * 5, "id": 1, "timeOffset": -50 * k} for k in range(10)]
    events.append(_incremental(at + 500, 1, positions=positions))
    events.append(_incremental(at + 900, 0, texts=[{"id": 5, "value": str(i)}]))
    if i % 3 == 0:
        for kind, after in ((1, 1000), (0, 1060), (2, 1061)):
            events.append(_incremental(at + after, 2, type=kind, id=node, x=40, y=40))
        if i % 30:
            events.append(_incremental(at + 1100, 0, attributes=[{"id": node, "attributes": {"class": f"seen-{i}"}}]))
    if i % 97 == 0:
        payload = {"level": "error", "payload": ["TypeError: nothing there"], "trace": ["app.js:1"]}
        events.append({"type": 6, "timestamp": at + 1500, "data": {"plugin": "rrweb/console@1", "payload": payload}})
    position = SourcePosition("synthetic", i)
    message = SnapshotMessage(
        "bench", "session", "window", orjson.dumps(events), position, "visitor", at + 3000, at + 2900
    )
    made = digest(message)
    assert isinstance(made, MessageDigest), made
    return made


def _incremental(at: int, source: int, **data: Any) -> dict[str, Any]:
    return {"type": 3, "timestamp": at, "data": {"source": source, **data}}


def _document() -> dict[str, Any]:
    """Ids rise in document order; the buttons' are even, from 10."""
    buttons = [
        {
            "type": 2,
            "tagName": "button",
            "id": 10 + 2 * k,
            "attributes": {"data-testid": f"open-{k}"},
            "childNodes": [{"type": 3, "textContent": f"Open {k}", "id": 11 + 2 * k}],
        }
        for k in range(CONTROLS)
    ]
    clock = {
        "type": 2,
        "tagName": "p",
        "id": 4,
        "attributes": {},
        "childNodes": [{"type": 3, "textContent": "0", "id": 5}],
    }
    body = {"type": 2, "tagName": "body", "id": 3, "attributes": {}, "childNodes": [clock, *buttons]}
    html = {"type": 2, "tagName": "html", "id": 2, "attributes": {}, "childNodes": [body]}
    return {"type": 0, "id": 1, "childNodes": [html]}


def main() -> None:
    """Prints costs a message and the growth."""
    costs = [cost(visit(n), Rules()) for n in SIZES]
    for one in costs:
        each = [round(1e6 * s / one.messages) for s in (one.arriving_s, one.early_s, one.close_s)]
        print(
            f"{one.messages} messages: {each[0]} us to take one in, {each[1]} us for early signals, "
            f"{each[2]} us at the close; "
            f"{one.judgements} judgements of {one.judged_early / max(1, one.judgements):.1f} messages; "
            f"{one.state_bytes / one.messages:.0f} bytes of state written a message"
        )
    for name, factor in costs[-1].growth(costs[0]).items():
        print(f"{name}: {factor:.1f} times for {costs[-1].messages / costs[0].messages:.0f} times the messages")


if __name__ == "__main__":
    main()
