"""Disks that fail: full, read-only, a file where a folder should be, a data file that is gone. One sentence, exit 3."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from replay_signals.jobs.exits import ExitCode
from support.exhaustive import first_then_exhaustive
from support.warehouses import SMALL, backfill

INPUT = str(SMALL[0])
PROGRAM = (sys.executable, "-c", "from replay_signals.jobs.cli import app; app()")
MOUNTS = (
    shutil.which("unshare") is not None
    and not subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode
)
Run = Callable[..., tuple[int, str, str]]
needs_mounts = pytest.mark.skipif(not MOUNTS, reason="this user may not mount, not in a namespace of its own either")


def on_disk(folder: Path, mount: str, *arguments: str) -> tuple[int, str]:
    """Runs the program with a disk of its own at a folder; exit code and standard error."""
    script = f'{mount} && shift && exec "$@"'
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-ec", script, "sh", str(folder), *PROGRAM, *arguments],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    return done.returncode, done.stderr


FULL = 'mount -t tmpfs -o size={} tmpfs "$1"'
READ_ONLY = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1"'


def one_sentence(err: str, says: str) -> bool:
    """Whether the last thing said is one line of an error, with these words."""
    errors = [line for line in err.splitlines() if line.startswith("Error: ")]
    return "Traceback" not in err and errors == err.splitlines()[-1:] and says in errors[0]


@pytest.mark.parametrize("below", ["", "sub"])
@pytest.mark.parametrize("command", [("backfill", INPUT, "-w"), ("rank",), ("sessions", "-w")])
def test_a_file_where_a_warehouse_should_be(tmp_path: Path, run_cli: Run, command: tuple[str, ...], below: str) -> None:
    (tmp_path / "file").write_text("not a folder")
    code, _, err = run_cli(*command, str(tmp_path / "file" / below))
    assert code == ExitCode.STORE
    assert one_sentence(err, str(tmp_path / "file"))


@pytest.mark.slow
@pytest.mark.parametrize("table", ["sessions", "signals"])
def test_a_data_file_that_is_gone(tmp_path: Path, run_cli: Run, table: str) -> None:
    backfill(tmp_path, SMALL[0])
    for path in (tmp_path / "replay" / table).rglob("*.parquet"):
        path.unlink()
    for command in (("rank", str(tmp_path)), (table, "-w", str(tmp_path))):
        code, _, err = run_cli(*command)
        assert code == ExitCode.STORE
        assert one_sentence(err, "")


@pytest.mark.slow
@needs_mounts
def test_a_read_only_warehouse(tmp_path: Path) -> None:
    backfill(tmp_path, SMALL[0])
    for command in (("backfill", INPUT, "-w"), ("rank",)):
        code, err = on_disk(tmp_path, READ_ONLY, *command, str(tmp_path))
        assert code == ExitCode.STORE
        assert one_sentence(err, "")
    assert on_disk(tmp_path, READ_ONLY, "sessions", "-w", str(tmp_path)) == (ExitCode.OK, "")


@pytest.mark.slow
@needs_mounts
@pytest.mark.parametrize("size", first_then_exhaustive(["400k", "16k"]))
def test_a_full_disk(tmp_path: Path, size: str) -> None:
    code, err = on_disk(tmp_path, FULL.format(size), "backfill", INPUT, "-w", str(tmp_path))
    assert code == ExitCode.STORE
    assert one_sentence(err, "full" if size == "16k" else "No space left on device")


@needs_mounts
def test_dead_letters_on_a_read_only_disk(tmp_path: Path) -> None:
    letters = tmp_path / "letters.jsonl"
    code, err = on_disk(tmp_path, READ_ONLY, "detect", INPUT, "--jsonl", "--dead-letters", str(letters))
    assert (code, err) == (ExitCode.STORE, f"Error: Read-only file system: {letters}\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full is Linux's")
def test_signals_onto_a_full_disk() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*PROGRAM, "detect", INPUT, "--jsonl"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr.splitlines()[-1]) == (ExitCode.STORE, "Error: No space left on device")
