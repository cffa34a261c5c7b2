"""A report's files, written beside where they go and put there at once: readers meet the old report or the new."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

MARK = "replay-signals-report.txt"
MARK_TEXT = "A report of Replay Signals. It is replaced as a whole when it is made again; open index.html.\n"


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
    fresh = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    try:
        folder = Folder(fresh)
        folder.write(MARK, MARK_TEXT.encode())
        for asset in files("replay_signals.pipelines.report").joinpath("assets").iterdir():
            folder.write(f"assets/{asset.name}", asset.read_bytes())
        yield folder
        if path.exists():
            old = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
            path.rename(old / "old")
            fresh.rename(path)
            shutil.rmtree(old)
        else:
            fresh.rename(path)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
