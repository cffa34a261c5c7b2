"""The compiled peer: spoiler (PyPI, Rust) replays a recording's DOM and flags clicks, as our digest and judge do.

Its command reads one recording a process. What is counted is what it reports of itself (`--timings`): decoding and
compiling, without the start of the process, without reading the file and without writing the result.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import orjson

from bench.timing import Task, Unit
from replay_signals.schemas.messages import SnapshotMessage

SPOILER_SENT = "spoiler, as sent"
SPOILER_INFLATED = "spoiler, inflated"
HOW_TO_GET_IT = "not installed; pip install spoiler==0.1.3, or name the command with --spoiler"
_APP = "bench"
_VOCABULARY = {
    "version": 1,
    "apps": {_APP: {"project": 1, "host": "site.test", "audience": "visitors"}},
    "surfaces": [],
    "features": [],
}
"""No names for places and controls: naming is not part of the comparison."""


class SpoilerError(RuntimeError):
    """The peer did not take a recording; the message is what it said."""


def find(command: str | None) -> str | None:
    """Path of the command: the named one, the one beside this interpreter, or the one on PATH."""
    beside = Path(sys.executable).parent / "spoiler"
    return shutil.which(command) if command else shutil.which(beside) or shutil.which("spoiler")


def version(command: str) -> str:
    """What the peer says of itself."""
    return subprocess.run([command, "--version"], capture_output=True, text=True, check=True).stdout.strip()


def task_of(command: str, name: str, note: str, sessions: Sequence[Sequence[SnapshotMessage]], folder: Path) -> Task:
    """A task that compiles every session, given by its messages. Recordings are written to `folder`."""
    vocabulary = folder / "vocabulary.json"
    vocabulary.write_text(json.dumps(_VOCABULARY))
    units: list[Unit] = []
    for number, messages in enumerate(sessions):
        path = folder / f"{name.replace(' ', '-')}-{number}.jsonl"
        path.write_bytes(b"".join(_lines(messages)))
        units.append(partial(_compile, command, path, vocabulary))
    return Task(name, units, note, _own_clock)


def _lines(messages: Sequence[SnapshotMessage]) -> list[bytes]:
    """`[windowId, event]` JSON lines, the form in which PostHog stores recordings."""
    return [
        orjson.dumps([message.window_id, event]) + b"\n"
        for message in messages
        for event in orjson.loads(message.items)
    ]


def _compile(command: str, recording: Path, vocabulary: Path) -> float:
    """Seconds that it took by its own account."""
    arguments = ["--recording", str(recording), "--vocab", str(vocabulary), "--app", _APP, "--timings"]
    out = ["--out", str(recording.with_suffix(".trace"))]
    done = subprocess.run([command, "compile", *arguments, *out], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SpoilerError(f"{recording.name}: {done.stderr.strip()[:300]}")
    timings = orjson.loads(done.stderr.splitlines()[-1])
    return float(timings["decode_ms"] + timings["compile_ms"]) / 1000


def _own_clock(unit: Unit) -> float:
    seconds = unit()
    assert isinstance(seconds, float)
    return seconds
