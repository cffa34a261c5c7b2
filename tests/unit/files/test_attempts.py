"""What readers died of: marks outlive a killed process, two make a dead letter, and neighbours stay unharmed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from replay_signals.pipelines.attempts import KEEP_S, Attempts
from replay_signals.schemas.messages import SourcePosition
from replay_signals.transforms.digest.masking import DEFAULT_POLICY

DEADLY, SOUND = SourcePosition("topic", 7, 3), SourcePosition("topic", 8, 3)
READER = """
import os, signal, sys
from replay_signals.pipelines.attempts import Attempts
from replay_signals.schemas.messages import SourcePosition
attempts = Attempts(sys.argv[1])
for offset in (6, 7, 8):
    with attempts.at(SourcePosition("topic", offset, 3), sys.argv[2]) as may_try:
        print(offset, "read" if may_try else "passed over", flush=True)
        if may_try and offset == 7:
            os.kill(os.getpid(), signal.SIGKILL)
attempts.close()
"""


def read(folder: Path, part: str = "") -> tuple[int, list[str]]:
    """A reader that a message kills: how it ended, and what it did with each message."""
    done = subprocess.run(
        [sys.executable, "-c", READER, str(folder), part], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout.splitlines()


def test_what_killed_two_readers_is_not_tried_a_third_time(tmp_path: Path) -> None:
    folder = tmp_path / "attempts"
    assert read(folder) == (-signal.SIGKILL, ["6 read", "7 read"])
    assert read(folder) == (-signal.SIGKILL, ["6 read", "7 read"])
    for _ in range(2):  # the job may go back behind it more than once
        assert read(folder) == (0, ["6 read", "7 passed over", "8 read"])
    assert read(folder, "another part") == (-signal.SIGKILL, ["6 read", "7 read"])


def test_files_are_the_owners_and_name_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "attempts"
    read(folder)
    (mark,) = folder.glob("*.at")
    assert mark.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert len(mark.read_bytes()) == 16
    assert b"topic" not in mark.read_bytes()


def test_the_dead_letter_says_where_it_was(tmp_path: Path) -> None:
    read(tmp_path)
    read(tmp_path)
    attempts = Attempts(tmp_path)

    def make() -> list[object]:
        raise AssertionError("it is not looked at")

    (one,) = attempts.evidence(make, DEADLY, 1_795_489_900_000, DEFAULT_POLICY)  # type: ignore[arg-type]
    body = one.body
    assert (body.reason, body.source, body.partition, body.offset) == ("reader_died_twice", "topic", 3, 7)  # type: ignore[union-attr]
    assert (body.detail, body.payload) == ("the process that read it died each time", b"")  # type: ignore[union-attr]
    assert attempts.evidence(lambda: [one, one], SOUND, None, DEFAULT_POLICY) == [one, one]


def test_one_death_is_forgotten_once_the_message_is_read(tmp_path: Path) -> None:
    read(tmp_path)
    again = Attempts(tmp_path)
    with again.at(DEADLY) as may_try:
        assert may_try
    again.close()
    assert not list(tmp_path.glob("*.at"))


def test_the_living_and_exceptions_leave_no_death(tmp_path: Path) -> None:
    first, second = Attempts(tmp_path), Attempts(tmp_path)
    with pytest.raises(ValueError, match="odd"), first.at(SOUND):
        raise ValueError("odd")
    with first.at(DEADLY), second.at(SOUND) as may_try:
        assert may_try
        third = Attempts(tmp_path)
        assert not third._left
    for one in (first, second, third):
        one.close()
        one.close()
    assert not list(tmp_path.glob("*.at"))


def test_what_readers_died_of_once_is_tried_one_at_a_time(tmp_path: Path) -> None:
    """Else two that were at work when a process died would both be marked twice."""
    read(tmp_path)
    at_work, most = 0, 0
    lock = threading.Lock()

    def work(attempts: Attempts) -> None:
        nonlocal at_work, most
        with attempts.at(DEADLY):
            with lock:
                at_work += 1
                most = max(most, at_work)
            time.sleep(0.1)
            with lock:
                at_work -= 1

    threads = [threading.Thread(target=work, args=(Attempts(tmp_path),)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_old_marks_go(tmp_path: Path) -> None:
    read(tmp_path)
    (mark,) = tmp_path.glob("*.at")
    long_ago = time.time() - KEEP_S - 60
    os.utime(mark, (long_ago, long_ago))
    Attempts(tmp_path).close()
    assert not list(tmp_path.glob("*.at"))


def test_without_a_folder_everything_is_tried() -> None:
    attempts = Attempts(None)
    with attempts.at(DEADLY) as may_try:
        assert may_try
    attempts.close()
