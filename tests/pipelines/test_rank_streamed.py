"""Problems of what a stream wrote are those of what a backfill wrote of the same evidence."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from replay_signals.pipelines.files.reading import read
from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.messages import AnalyticsEvent, SnapshotMessage
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.digest.message import digest
from support.problem_sites import put
from support.samples import EXAMPLES
from support.streaming import HOUR_MS, Evidence, Stream, batch
from support.warehouses import ranked

pytestmark = pytest.mark.slow
NUMBERS = (20, 27, 43, 64)


def test_equal_counts_and_problems(tmp_path: Path) -> None:
    """Sessions in four streams, their last messages after the close, so that most rows have several revisions."""
    sent, revisions = defaultdict(list), 0
    whole: defaultdict[str, list[Any]] = defaultdict(list)
    for number in NUMBERS:
        evidence = arrived(number)
        in_time, late = evidence[:-4], [(at_ms + HOUR_MS, one) for at_ms, one in evidence[-4:]]
        stream = Stream().play(in_time).close().play(late).close()
        for _, table, row in stream.rows:
            sent[table].append(row)
            revisions += row.revision > 1
        for table, rows in batch([one for _, one in evidence], Rules()).items():
            whole[table] += rows
    assert revisions > 20
    put(tmp_path / "stream", sent)
    put(tmp_path / "batch", whole)
    problems = ranked(tmp_path / "stream")
    assert problems == ranked(tmp_path / "batch")
    assert sum(row.startswith("problems ") for row in problems) >= 4


def arrived(number: int) -> list[tuple[int, Evidence]]:
    """Evidence of an example with its arrival."""
    found: list[tuple[int, Evidence]] = []
    for record in read(str(EXAMPLES / f"s{number:04}.posts.jsonl.gz")):
        assert isinstance(record, SnapshotMessage | AnalyticsEvent)
        one = digest(record) if isinstance(record, SnapshotMessage) else record
        assert isinstance(one, MessageDigest | AnalyticsEvent)
        assert record.received_ms is not None
        found.append((round(record.received_ms), one))
    return sorted(found, key=lambda each: each[0])
