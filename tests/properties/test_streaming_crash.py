"""A job that is set back by a crash while its inbox is not: consumers still end up with what the tables hold."""

from __future__ import annotations

from copy import copy
from random import Random
from typing import Any

from hypothesis import given
from test_streaming_properties import IMPATIENT, RULES, all_of, evidence, randoms, thorough

from replay_signals.schemas.inbox import InboxRecord
from replay_signals.transforms.inbox.record import inbox_record, signal_row
from replay_signals.transforms.revisions.revise import RETRACTED, content
from support.streaming import HOUR_MS, Stream, assert_equal, batch, copied


class Recovered(Stream):
    """A stream whose records outrank those that it forgot, so revisions may be left out."""

    def _check(self, table: str, row: Any) -> None:
        if table != "signals":
            super()._check(table, row)

    def hear(self, record: InboxRecord, now_ms: int) -> None:
        """A record read back from the inbox."""
        self._take(self.live.on_published(self.store, record, now_ms), now_ms)


def as_of(stream: Stream) -> Recovered:
    """The stream as a checkpoint holds it now."""
    twin = Recovered(stream.rules)
    twin.store = copied(stream.store)
    twin.timers, twin.rows, twin._newest = copy(stream.timers), copy(stream.rows), dict(stream._newest)
    return twin


def consumed(records: list[InboxRecord]) -> dict[str, bytes]:
    """What a consumer ends up with: the first record of the highest revision of each id, retracted ones left out."""
    held: dict[str, InboxRecord] = {}
    for record in records:
        if record.id not in held or record.revision > held[record.id].revision:
            held[record.id] = record
    return {key: content(signal_row(r)) for key, r in held.items() if r.status != RETRACTED}


@thorough
@given(randoms)
def test_a_crash_leaves_no_wrong_record_standing(random: Random) -> None:
    rules = random.choice([RULES, IMPATIENT])
    sent = evidence(random)
    a = random.randrange(len(sent))
    b = random.randrange(a, len(sent) + 1)
    stream = Stream(rules).play(sent[:a], lag_ms=random.choice([0, 1000]))
    after = as_of(stream)
    before = len(stream.inbox)
    stream.play(sent[a:b], lag_ms=random.choice([0, 1000, 20_000])).until(sent[min(b, len(sent) - 1)][0] + 20_000)
    lost = stream.inbox[before:]

    steps: list[Any] = [*sent[a:]]
    random.shuffle(steps)
    now_ms = sent[-1][0]
    for record in lost:  # in their order, at any moment
        steps.insert(random.randint(0, len(steps)), record)
    places = [i for i, step in enumerate(steps) if isinstance(step, InboxRecord)]
    for place, record in zip(places, lost, strict=True):
        steps[place] = record
    for step in steps:
        if isinstance(step, InboxRecord):
            after.hear(step, now_ms)
        else:
            after.send(step[1], step[0])
        if random.random() < 0.3:
            after.timer(now_ms + random.choice([0, 8000, HOUR_MS]))
    after.close()
    for record in list(after.inbox):  # the job's own records come back too, and are known
        count = len(after.inbox)
        after.hear(record, now_ms + HOUR_MS)
        assert len(after.inbox) == count
    after.close()

    assert_equal(after, batch(all_of(sent), rules))
    held = {row.signal_id: content(row) for row in after.tables()["signals"] if row.status != RETRACTED}
    assert consumed([*stream.inbox, *after.inbox]) == held


def test_a_row_is_what_its_record_was_made_of() -> None:
    stream = Stream(RULES).play(evidence(Random(1))).close()
    rows = stream.of("signals")
    assert len(rows) > 3
    for row in rows:
        assert signal_row(inbox_record(row, produced_at=row.started_at)) == row
