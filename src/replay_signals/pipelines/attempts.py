"""Attempts: what a reader was at when its process died, so that no input is met for ever.

Memory may run out, or a library crash, in ways that no `except` sees. The process is started again, goes back to its
checkpoint, meets the same input and dies again. So each reader has a file of 16 bytes, mapped into its memory, that
says what it is at: writing there costs a microsecond, and the kernel keeps it when the process is gone. Whoever starts
finds the marks that dead readers left; of what has two, it makes a dead letter and does not look at it again.
"""

from __future__ import annotations

import contextlib
import fcntl
import mmap
import os
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from pathlib import Path

from replay_signals.schemas.messages import SourcePosition
from replay_signals.transforms.evidence.dead_letters import deadly_letter
from replay_signals.transforms.evidence.extract import Evidence, evidence_of
from replay_signals.transforms.privacy.policy import Policy

DEATHS = 2
"""So many, and an input is not tried again. One may be a coincidence: a machine that is switched off."""
KEEP_S = 30 * 86_400
"""Marks are kept so long; by then a job is past what they name. To have an input tried sooner, delete the folder."""
_MARK_BYTES = 16
_NOTHING = bytes(_MARK_BYTES)
_SUFFIX = ".at"


class Attempts:
    """One reader's own mark, and those that dead readers left. Without a folder nothing is marked, everything tried.

    A folder that all readers share counts every death; of folders of their own each counts its own. Raises OSError when
    the folder cannot be used.
    """

    def __init__(self, folder: str | Path | None) -> None:
        self._left: dict[bytes, list[Path]] = {}
        self._path: Path | None = None
        if not folder:
            self._own: mmap.mmap | bytearray = bytearray(_MARK_BYTES)
            return
        self._folder = Path(folder)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._left = _left_by_the_dead(self._folder)
        self._path = self._folder / f"{uuid.uuid4().hex}{_SUFFIX}"
        self._lock = _locked(self._path)
        self._own = mmap.mmap(self._lock, _MARK_BYTES)

    @contextlib.contextmanager
    def at(self, position: SourcePosition, part: object = "") -> Iterator[bool]:
        """Whether an input may be tried; while it is, the mark stands. `part` tells inputs of one position apart.

        What a reader died of once is tried while no other such input is: two that were at work when the process died
        would both be marked each time, though one of them did no harm.
        """
        mark = _mark_of(position, part)
        left = self._left.get(mark)
        if left is None:
            with self._marked(mark):
                yield True
        elif len(left) >= DEATHS:
            yield False
        else:
            with _alone(self._folder), self._marked(mark):
                yield True
            for path in self._left.pop(mark):
                path.unlink(missing_ok=True)

    def evidence(
        self,
        make: Callable[[], Iterable[Evidence]],
        position: SourcePosition,
        received_ms: int | None,
        policy: Policy,
        part: object = "",
    ) -> list[Evidence]:
        """What `make` gives of an input, or a dead letter in its place. `part` as for `at`."""
        with self.at(position, part) as may_try:
            if may_try:
                return list(make())
        return evidence_of(deadly_letter(position, received_ms), policy=policy)

    def close(self) -> None:
        """The reader ends in peace."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)
            self._path, self._own = None, bytearray(_MARK_BYTES)  # a map that nobody holds is closed, and its file
            os.close(self._lock)

    @contextlib.contextmanager
    def _marked(self, mark: bytes) -> Iterator[None]:
        self._own[:] = mark
        try:
            yield
        finally:
            self._own[:] = _NOTHING


def _mark_of(position: SourcePosition, part: object) -> bytes:
    name = f"{position.source}\0{position.partition}\0{position.offset}\0{part}".encode("utf-8", "surrogatepass")
    return blake2b(name, digest_size=_MARK_BYTES).digest()


def _locked(path: Path) -> int:
    """A new file with nothing marked, locked as long as this process lives; nobody sees it before."""
    new = path.with_suffix(".new")
    file = os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    os.write(file, _NOTHING)
    fcntl.flock(file, fcntl.LOCK_EX)
    new.rename(path)
    return file


def _left_by_the_dead(folder: Path) -> dict[bytes, list[Path]]:
    """Files by what they mark, of readers that no longer live; those that mark nothing, or are old, are removed."""
    found: dict[bytes, list[Path]] = defaultdict(list)
    for path in folder.glob(f"*{_SUFFIX}"):
        with contextlib.suppress(FileNotFoundError, BlockingIOError), path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared: others look, too. The living hold it alone
            mark = file.read(_MARK_BYTES)
            if mark == _NOTHING or time.time() - os.fstat(file.fileno()).st_mtime > KEEP_S:
                path.unlink(missing_ok=True)
            else:
                found[mark].append(path)
    return dict(found)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    file = os.open(folder / "one-at-a-time.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)
