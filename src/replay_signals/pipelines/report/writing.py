"""A report's files, written beside where they go and put there at once: readers meet the old report or the new."""

from __future__ import annotations

import errno
import fcntl
import glob
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.resources import files
from pathlib import Path

MARK = "replay-signals-report.txt"
MARK_TEXT = "A report of Replay Signals. It is replaced as a whole when it is made again; open index.html.\n"
WRITING = ".being-written"
"""Stands in a folder until all of it is there."""
SWAP_TRIES = 20


class ReportError(Exception):
    """A folder that a report cannot be written to; the message says what to do."""


class Folder:
    """A folder that is being filled; counts what it gets."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.files, self.size_bytes = 0, 0

    def write(self, name: str, data: bytes) -> None:
        """One file; folders on the way are made."""
        path = self._path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        self.files += 1
        self.size_bytes += len(data)


def check_output(path: Path) -> None:
    """Raises ReportError for what is neither missing, empty, nor a report: nothing of anybody else's is replaced."""
    if path.is_dir() and (not any(path.iterdir()) or (path / MARK).is_file()):
        return
    if path.exists():
        raise ReportError(f"{path} is there and is no report of Replay Signals: name another with --output")


@contextmanager
def replacing(path: Path) -> Iterator[Folder]:
    """A folder that takes the place of `path` when all of it is written. Raises ReportError and OSError."""
    check_output(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(path)
    fresh = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    try:
        folder = Folder(fresh)
        folder.write(MARK, MARK_TEXT.encode())
        (fresh / WRITING).touch()
        with _held(fresh):
            for asset in files("replay_signals.pipelines.report").joinpath("assets").iterdir():
                folder.write(f"assets/{asset.name}", asset.read_bytes())
            yield folder
            (fresh / WRITING).unlink()
            _put(fresh, path)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def _put(fresh: Path, path: Path) -> None:
    """Puts a folder where one may be, also while another report does the same: the last one stays."""
    for _ in range(SWAP_TRIES):
        with suppress(FileNotFoundError), tempfile.TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as old:
            path.rename(Path(old) / "old")
        try:
            fresh.rename(path)
            return
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
    raise ReportError(f"other reports keep taking the place of {path}: name another with --output")


@contextmanager
def _held(fresh: Path) -> Iterator[None]:
    """Says that somebody is writing a folder, for as long as the process lives."""
    with (fresh / WRITING).open("rb") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def _remove_abandoned(path: Path) -> None:
    """Removes what reports left beside `path` that were killed while they wrote."""
    for left in path.parent.glob(f".{glob.escape(path.name)}-*"):
        with suppress(OSError), _held(left):  # else somebody writes it, or it is no report that is being written
            shutil.rmtree(left, ignore_errors=True)
