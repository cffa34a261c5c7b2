"""A stream in memory around the live operator: one session's store, its timers, and tables that only append.

Every step is checked as it comes: revisions count up by one, none without a change (a session changes with its sets),
and the inbox says what the table of signals says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from heapq import heappop, heappush
from typing import Any

from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.inbox import InboxRecord
from replay_signals.schemas.messages import AnalyticsEvent, DeadLetter
from replay_signals.schemas.rows import SessionRow
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.evidence.extract import event_evidence
from replay_signals.transforms.judge.priors import NO_PRIORS, Priors
from replay_signals.transforms.judge.session import judge_session
from replay_signals.transforms.revisions.revise import SETS, latest, revise
from replay_signals.transforms.streaming import COUNTERS, Late, Live, MemoryStore, Step
from replay_signals.transforms.streaming.closing import FACT_TABLES
from replay_signals.transforms.streaming.state import CLOSED, EXPIRED, STATES, SessionState
from replay_signals.transforms.table_rows import Rows, canonical, content, key_of

Evidence = MessageDigest | AnalyticsEvent
HOUR_MS = 3_600_000
VALUES = ("state", "published")
MAPS = ("digests", "events", "signals", "facts")


class Stream:
    """Hands evidence and time to the operator and keeps what comes out."""

    def __init__(self, rules: Rules | None = None, priors: Priors = NO_PRIORS) -> None:
        self.rules = rules or Rules()
        self.live, self.store = Live(self.rules, priors), MemoryStore()
        self.timers: list[int] = []
        self.rows: list[tuple[int, str, Any]] = []
        self.inbox: list[InboxRecord] = []
        self.letters: list[DeadLetter] = []
        self.late: list[Late] = []
        self.counts: Counter[str] = Counter()
        self._newest: dict[tuple[str, tuple[str, ...]], Any] = {}

    @property
    def state(self) -> SessionState:
        data = self.store.state.value()
        assert data is not None
        return STATES.decode(data)

    @property
    def phase(self) -> int | None:
        return None if self.store.state.value() is None else self.state.phase

    def send(self, evidence: Evidence, now_ms: int) -> Step:
        if isinstance(evidence, MessageDigest):
            return self._take(self.live.on_message(self.store, evidence, now_ms), now_ms)
        return self._take(self.live.on_event(self.store, event_evidence(evidence), now_ms), now_ms)

    def timer(self, now_ms: int) -> Step:
        return self._take(self.live.on_timer(self.store, now_ms), now_ms)

    def until(self, now_ms: int) -> Stream:
        """Time passes: timers come in order, each when it is due."""
        while self.timers and self.timers[0] <= now_ms:
            self.timer(heappop(self.timers))
        return self

    def play(self, evidence: Iterable[tuple[int, Evidence]], lag_ms: int = 0) -> Stream:
        """Evidence in the order in which it came, the clock `lag_ms` behind it."""
        for now_ms, one in evidence:
            self.until(now_ms - lag_ms)
            self.send(one, now_ms)
        return self

    def close(self) -> Stream:
        """Time passes until the session is closed."""
        while self.timers and self.phase not in (CLOSED, EXPIRED, None):
            self.timer(heappop(self.timers))
        assert self.phase == CLOSED
        return self

    def of(self, table: str) -> list[Any]:
        """Every row ever appended to a table."""
        return [row for _, name, row in self.rows if name == table]

    def tables(self) -> Rows:
        """The newest revision of every row, as the `latest_` views show them but with retracted signals."""
        found: Rows = {name: [] for name in ("sessions", "signals", *FACT_TABLES)}
        for name in ("message_digests", "events", *found):
            found[name] = list(latest(name, self.of(name)).values())
        revision = found["sessions"][0].revision if found["sessions"] else 0
        for name in SETS:
            found[name] = [row for row in self.of(name) if row.revision == revision]
        return found

    def when(self, signal_id: str) -> int:
        """When a signal was published first."""
        return next(at for at, table, row in self.rows if table == "signals" and row.signal_id == signal_id)

    def remembers(self, table: str, row: Any) -> None:
        """A row that stood in the table before this stream went on."""
        self.rows.append((0, table, row))
        self._newest[table, key_of(table, row)] = row

    def _take(self, step: Step, now_ms: int) -> Step:
        assert set(step.counts) <= set(COUNTERS)
        for table, row in step.rows:
            assert canonical(table, [row]) == [row]
            if table not in SETS:
                self._check(table, row)
            self.rows.append((now_ms, table, row))
        told = [(r.id, r.revision, r.status, r.severity) for r in step.inbox]
        assert told == [(r.signal_id, r.revision, r.status, r.severity) for t, r in step.rows if t == "signals"]
        self.inbox += step.inbox
        self.letters += step.letters
        self.late += step.late
        self.counts.update(step.counts)
        if step.timer_ms is not None:
            heappush(self.timers, step.timer_ms)
        return step

    def _check(self, table: str, row: Any) -> None:
        key = table, key_of(table, row)
        before = self._newest.get(key)
        self._newest[key] = row
        if before is None:
            assert row.revision == 1
            assert table != "signals" or row.status == "new"
            return
        assert row.revision == before.revision + 1
        if table == "signals":
            assert row.status in ("revised", "retracted")
            assert (row.status == "retracted") != (before.status == "retracted") or content(row) != content(before)
        elif table == "sessions":
            assert self._of_session(row) != self._of_session(before)
        else:
            assert content(row) != content(before)

    def _of_session(self, row: SessionRow) -> list[list[bytes]]:
        """What a revision of the session says: its row and the sets that share its revision."""
        sets = ([one for one in self.of(table) if one.revision == row.revision] for table in SETS)
        return [[content(row)], *(sorted(map(content, own)) for own in sets)]


def copied(store: MemoryStore) -> MemoryStore:
    """Another store with the same bytes, as a savepoint or a checkpoint holds them."""
    twin = MemoryStore()
    for name in VALUES:
        getattr(twin, name).data = getattr(store, name).data
    for name in MAPS:
        getattr(twin, name).entries = dict(getattr(store, name).entries)
    return twin


def batch(evidence: Iterable[Evidence], rules: Rules, priors: Priors = NO_PRIORS) -> Rows:
    """What a backfill of the same evidence judges, before revisions."""
    every = list(evidence)
    digests = [one for one in every if isinstance(one, MessageDigest)]
    events = [event_evidence(one) for one in every if isinstance(one, AnalyticsEvent)]
    judged = judge_session(digests, events, rules, priors)
    assert not judged.letters
    return judged.rows


def assert_equal(stream: Stream, expected: Rows) -> None:
    """A backfill that finds the stream's tables would change nothing in them."""
    tables = stream.tables()
    for change in revise(expected, tables):
        assert (change.table, change.added, change.rows, change.stale) == (change.table, 0, [], [])
    assert not stream.letters
