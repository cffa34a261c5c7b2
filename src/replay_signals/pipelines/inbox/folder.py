"""The local inbox: the Avro records that a Kafka topic would carry, in a folder.

A folder holds append-only segments (`00000001-<hash>.segment`), the schemas their records were written with
(`schema-<fingerprint>.avsc`) and an index (`index.db`) that only publishers use. Readers need the segments alone.

Order does not matter: the highest revision of an id counts. Segments that are merged keep what counts of them.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path

import msgspec

from replay_signals.pipelines.inbox.encoding import InboxError, decode, encode, fingerprint
from replay_signals.pipelines.inbox.index import Index, locked
from replay_signals.pipelines.inbox.segments import frames, segments, write_segment, write_whole
from replay_signals.schemas.inbox import AVRO_SCHEMA, InboxRecord
from replay_signals.transforms.inbox.newest import latest

RECORDS_PER_SEGMENT = 5_000
"""About 8 MB: what a reader of one segment holds in memory."""
READ_TRIES = 10
"""A reader whose segments are merged under it looks again, each time after twice the pause."""
FIRST_PAUSE_S = 0.01


class Damage(msgspec.Struct, frozen=True):
    """A segment that is cut or broken after `good_records` records."""

    segment: str
    good_records: int


class Contents(msgspec.Struct, frozen=True):
    """Every record of an inbox in the order of its segments, and what could not be read."""

    records: list[InboxRecord]
    damage: list[Damage]


class Publisher:
    """An inbox that is open for publishing; nobody else publishes to it meanwhile."""

    def __init__(self, inbox: Path, index: Index) -> None:
        self._inbox, self._index = inbox, index

    def get(self, record_id: str) -> InboxRecord | None:
        """The record that counts for an id, retracted or not."""
        return self._index.get(record_id)

    def standing(self, first: date, last: date) -> Iterator[InboxRecord]:
        """Records that are not retracted, of sessions that start within the days (both included)."""
        return self._index.standing(first, last)

    @property
    def is_new(self) -> bool:
        """Whether nothing was ever published here."""
        return self._index.is_empty()

    def publish(self, records: Iterable[InboxRecord]) -> int:
        """Writes the records that will count, one for each id; returns how many. Raises InboxError."""
        news: dict[str, InboxRecord] = {}
        for record in records:
            known = news.get(record.id)
            if self._index.is_news(record) and (known is None or known.revision < record.revision):
                news[record.id] = record
        left = iter(news.values())
        while batch := list(islice(left, RECORDS_PER_SEGMENT)):
            write_whole(self._inbox / f"schema-{fingerprint().hex()}.avsc", json.dumps(AVRO_SCHEMA, indent=1).encode())
            path, written = write_segment(self._inbox, map(encode, batch))
            self._index.add(path, zip(written, batch, strict=True))
        return len(news)


@contextlib.contextmanager
def publisher(folder: str | Path) -> Iterator[Publisher]:
    """Opens an inbox, made when it is not there, for one publisher at a time. Raises InboxError."""
    inbox = Path(folder)
    try:
        inbox.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InboxError(f"Cannot make the inbox {folder}: {error.strerror}. Name another folder.") from error
    with locked(inbox) as index:
        yield Publisher(inbox, index)


def publish(folder: str | Path, records: Iterable[InboxRecord]) -> int:
    """Writes the records that will count as a new segment; returns how many. Raises InboxError."""
    with publisher(folder) as inbox:
        return inbox.publish(records)


def read(folder: str | Path, after: frozenset[str] = frozenset()) -> Contents:
    """Records of all segments but those named in `after`; raises InboxError when the folder is no inbox."""
    inbox = Path(folder)
    if not inbox.is_dir():
        raise InboxError(
            f"No inbox at {folder}. `replay-signals backfill PATH --warehouse DIR --inbox {folder}` makes one."
        )
    for tried in range(READ_TRIES):
        if tried:
            time.sleep(FIRST_PAUSE_S * 2 ** (tried - 1))
        with contextlib.suppress(FileNotFoundError):
            return _contents(inbox, after)
    raise InboxError(f"The segments of the inbox {folder} change faster than they can be read: try again.")


def current(folder: str | Path) -> dict[str, InboxRecord]:
    """The inbox compacted: the record that counts by id, retracted ones included."""
    return latest(read(folder).records)


def segment_names(folder: str | Path) -> frozenset[str]:
    """Names of the segments that are there now."""
    return frozenset(path.name for path in segments(Path(folder)))


def _contents(inbox: Path, after: frozenset[str]) -> Contents:
    contents = Contents([], [])
    for path in segments(inbox):
        if path.name not in after:
            before = len(contents.records)
            for frame in frames(path):
                if frame is None:
                    contents.damage.append(Damage(path.name, len(contents.records) - before))
                else:
                    contents.records.append(decode(frame.data, inbox))
    return contents
