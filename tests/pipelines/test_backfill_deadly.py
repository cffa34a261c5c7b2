"""A record that kills the worker of a backfill: two runs die of it, the third goes on without it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support.warehouses import contents, ms, page, replay, rows, written

pytestmark = pytest.mark.slow

RUN = """
import os, signal, sys
from replay_signals.jobs.backfill import BackfillOptions, run_backfill
from replay_signals.pipelines.batch import graph
harmless = graph.evidence_of

def deadly(record, *more, **options):
    if b"kill-the-reader" in record.items:
        os.kill(os.getpid(), signal.SIGKILL)
    return harmless(record, *more, **options)

graph.evidence_of = deadly
print(run_backfill(BackfillOptions([sys.argv[2]], sys.argv[1])).dead_letters)
"""


def run(warehouse: Path, requests: Path) -> tuple[int, str]:
    """A backfill in a process of its own, for which one of the requests is deadly."""
    command = [sys.executable, "-c", RUN, str(warehouse), str(requests)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout.strip()


def test_a_record_that_kills_two_runs_is_a_dead_letter_of_the_third(tmp_path: Path) -> None:
    start_ms = ms("2026-11-24T10:00:00")
    visits = [replay(f"s-{number}", page(start_ms, clicks=3)) for number in range(4)]
    visits[2] = visits[2].replace("http://site.test/shop", "http://site.test/kill-the-reader")
    requests = written(tmp_path / "requests.jsonl", visits)
    warehouse = tmp_path / "warehouse"

    assert [run(warehouse, requests)[0] for _ in range(2)] == [-signal.SIGKILL] * 2
    assert run(warehouse, requests) == (0, "{'reader_died_twice': 1}")

    (letter,) = rows(warehouse, "dead_letters")
    assert (letter.source, letter.offset, letter.payload) == (str(requests), 3, b"")
    assert [row.session_id for row in rows(warehouse, "sessions")] == ["s-0", "s-1", "s-3"]
    before = contents(warehouse)
    assert run(warehouse, requests)[0] == 0
    assert contents(warehouse) == before
