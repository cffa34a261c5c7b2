"""memory: what looks at the tables leave to the next one. A file, so that a restart neither skips nor repeats.

It is written whole before anybody is told: records that a killed process did not get to send are in `outbox`, and go
out first, as they are.
"""

from __future__ import annotations

import fcntl
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from hashlib import blake2b
from pathlib import Path

import msgspec

from replay_signals.pipelines.gate.arrivals import Mark
from replay_signals.pipelines.iceberg.errors import WarehouseError
from replay_signals.pipelines.inbox.segments import write_whole
from replay_signals.schemas.inbox import InboxRecord, TableFault

VERSION = 1


class Awaited(msgspec.Struct):
    """A session that rows belong to and that has no row yet: since when nothing was heard of it, which tables have the
    rows, and the snapshot of one of them in which they were found first.
    """

    team: str
    session_id: str
    heard_at: datetime
    tables: list[str]
    snapshot_id: int | None = None


class OpenFault(msgspec.Struct):
    """A fault that was told, the days to look at to see whether it is over, and the revision it was told under."""

    fault: TableFault
    found_at: datetime
    revision: int
    days: tuple[date, date] | None = None


class Memory(msgspec.Struct):
    """All of it. `revisions` are those of every fault ever told, `rows` count what was looked at by table.

    `own_id` goes into the ids of faults: several warehouses may share an inbox, and a memory that begins anew knows no
    revisions.
    """

    version: int = VERSION
    own_id: str = msgspec.field(default_factory=lambda: uuid.uuid4().hex)
    marks: dict[str, Mark] = {}
    awaited: list[Awaited] = []
    faults: dict[str, OpenFault] = {}
    revisions: dict[str, int] = {}
    rows: dict[str, int] = {}
    history_at: datetime | None = None
    """When days and verdicts were held against those before."""
    whole_until: date | None = None
    """The last day whose volume was."""
    outbox: list[InboxRecord] = []

    def id_of(self, *name: str) -> str:
        """The id of a fault by what names it."""
        return blake2b(msgspec.json.encode([self.own_id, *name]), digest_size=8).hexdigest()


@contextmanager
def remembered(path: Path) -> Iterator[Memory]:
    """What a file holds, for one process at a time; `save` keeps changes.

    Raises WarehouseError when another process looks, or when the file is not one of this version.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f".{path.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WarehouseError(f"another process looks at these tables already, and keeps {path}") from None
        try:
            found = msgspec.json.decode(path.read_bytes(), type=Memory) if path.exists() else Memory()
        except msgspec.DecodeError as error:
            raise WarehouseError(f"{path} cannot be read ({error}); delete it to begin anew") from None
        if found.version != VERSION:
            raise WarehouseError(f"{path} was written by another version; delete it to begin anew")
        yield found


def save(path: Path, memory: Memory) -> None:
    """Keeps it: the file is as before or holds all. Raises OSError."""
    write_whole(path, msgspec.json.encode(memory))
