"""What the example recordings tell, as text a person can read: a change of a detector shows as a diff here.

The files are written anew with

    UPDATE_GOLDEN=1 .venv/bin/python -m pytest tests/golden

Read the diff before it is committed: each line added or gone is a signal that visitors of these pages had or had not.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from replay_signals.jobs.detect import Rejects, collect, judge_all
from replay_signals.schemas.rows import InteractionRow, SignalRow
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.table_rows import Rows
from support.samples import EXAMPLES

HERE = Path(__file__).parent
RECORDINGS = sorted(EXAMPLES.glob("*.posts.jsonl.gz"))


def test_every_example_has_its_golden_file_and_no_file_is_left_over() -> None:
    assert {p.name.split(".")[0] for p in RECORDINGS} == {p.stem for p in HERE.glob("s*.txt")}


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda p: p.name.split(".")[0])
def test_signals_of_an_example_recording(recording: Path) -> None:
    golden = HERE / f"{recording.name.split('.')[0]}.txt"
    text = "\n".join(line for rows in judged(recording) for line in lines(rows)) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text)
    assert text == golden.read_text()


def judged(recording: Path) -> list[Rows]:
    found = collect([str(recording)], "auto", Rejects())
    made = list(judge_all(found, Rules()))
    assert not found.rejects.by_reason
    return made


def lines(rows: Rows) -> Iterator[str]:
    """A session: its figures, its signals by time with summary and severity, and a line for every click."""
    session = rows["sessions"][0]
    yield f"session {session.session_id}  severity {session.severity:g}  witness {session.witness}"
    yield f"  {session.duration_ms / 1000:.1f} s, active {session.active_ms / 1000:.1f} s, {session.event_count} events"
    yield f"  pages: {' '.join(session.urls)}"
    yield ""
    yield "signals"
    yield from (_signal(s) for s in rows["signals"])
    yield ""
    yield "clicks"
    start = session.started_at
    yield from (_click(i, (i.occurred_at - start).total_seconds()) for i in rows["interactions"])


def _signal(s: SignalRow) -> str:
    parts = " ".join(f"{name}={points:g}" for name, points in s.components.items())
    place = f"{s.page_pattern} {s.element_key}".rstrip()
    return f"  {s.offset_ms / 1000:7.2f} s  {s.kind}  {s.confidence:.2f}  {place}\n{'':13}{s.summary}\n{'':13}{parts}"


def _click(i: InteractionRow, seconds: float) -> str:
    return f"  {seconds:7.2f} s  {i.verdict:7} {i.element or '(no control)'}: {i.reason}"
