"""Outcome: what a run has written and found so far; partial outcomes of workers merge into the plan of its commit."""

from __future__ import annotations

from collections.abc import Iterable

import apache_beam as beam
import msgspec
from apache_beam.coders.typecoders import registry
from pyiceberg.io import FileIO

from replay_signals.pipelines.batch.changes import KeyChanges
from replay_signals.pipelines.iceberg.datafiles import WrittenFile
from replay_signals.pipelines.iceberg.errors import WarehouseError
from replay_signals.pipelines.iceberg.predicates import SessionKey
from replay_signals.schemas.rules import RejectionLimit
from replay_signals.transforms.evidence.reject_limit import check


class Outcome(msgspec.Struct):
    """Counts and data files, by table where they belong to one. `stale` are keys to replace.

    `touched` are the sessions that were judged, whether their rows changed or not; `moved` counts signals by kind and
    status.
    """

    files: dict[str, list[WrittenFile]] = {}
    stale: dict[str, list[str]] = {}
    added: dict[str, int] = {}
    unchanged: dict[str, int] = {}
    rejected: dict[str, int] = {}
    touched: list[SessionKey] = []
    outside: int = 0
    moved: dict[str, dict[str, int]] = {}
    whole: int = 0
    """Inputs of which nothing is kept; `rejected` counts events left out of a message, too."""
    failed: int = 0

    def check(self, limit: RejectionLimit) -> None:
        """Raises TooManyRejected when so many inputs or judgements are dead letters that the program must be wrong."""
        tables = ("message_digests", "events")
        kept = sum(counts.get(name, 0) for counts in (self.added, self.unchanged) for name in tables)
        check(kept + self.whole, self.whole, limit, "inputs")
        check(len(self.touched), self.failed, limit, "judgements")

    def absorb(self, other: Outcome) -> None:
        """Adds another outcome to this one."""
        for name in ("added", "unchanged", "rejected"):
            own = getattr(self, name)
            for key, count in getattr(other, name).items():
                own[key] = own.get(key, 0) + count
        for table, files in other.files.items():
            self.files.setdefault(table, []).extend(files)
        for table, keys in other.stale.items():
            self.stale.setdefault(table, []).extend(keys)
        self.touched += other.touched
        for kind, by_status in other.moved.items():
            own = self.moved.setdefault(kind, {})
            for status, count in by_status.items():
                own[status] = own.get(status, 0) + count
        self.outside += other.outside
        self.whole += other.whole
        self.failed += other.failed


def outcome_of(made: KeyChanges, session: SessionKey) -> Outcome:
    """What the changes of one key, a session's or not, add to the plan; their rows travel apart."""
    changes = made.changes
    return Outcome(
        stale={c.table: c.stale for c in changes if c.stale},
        added={c.table: c.added for c in changes if c.added},
        unchanged={c.table: c.unchanged for c in changes if c.unchanged},
        rejected=made.rejected,
        touched=[session] if made.sessions else [],
        outside=made.outside,
        moved=made.moved,
        whole=made.whole,
        failed=made.failed,
    )


class OutcomeCoder(beam.coders.Coder):
    """MessagePack."""

    def encode(self, value: Outcome) -> bytes:
        """Bytes of an outcome."""
        return encode(value)

    def decode(self, encoded: bytes) -> Outcome:
        """The outcome of bytes."""
        return decode(encoded)

    def is_deterministic(self) -> bool:
        """Never a key."""
        return False


class MergeOutcomes(beam.CombineFn):
    """All outcomes of a run into one; merges within bundles before anything is shuffled."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Beam's

    def create_accumulator(self) -> Outcome:
        """Nothing yet."""
        return Outcome()

    def add_input(self, mutable_accumulator: Outcome, element: Outcome) -> Outcome:
        """Absorbs one."""
        mutable_accumulator.absorb(element)
        return mutable_accumulator

    def merge_accumulators(self, accumulators: Iterable[Outcome]) -> Outcome:
        """Absorbs all."""
        total = Outcome()
        for accumulator in accumulators:
            total.absorb(accumulator)
        return total

    def extract_output(self, accumulator: Outcome) -> Outcome:
        """As it is."""
        return accumulator

    def get_accumulator_coder(self) -> beam.coders.Coder:
        """MessagePack instead of pickle."""
        return OutcomeCoder()


def taken(io: FileIO, location: str) -> Outcome:
    """The plan that a run left at a location, and removes it. Raises WarehouseError."""
    try:
        with io.new_input(location).open() as stream:
            outcome = decode(stream.read())
    except OSError as error:
        raise WarehouseError(f"the run left no plan at {location}: {error.strerror or error}") from error
    except msgspec.MsgspecError as error:
        raise WarehouseError(f"the run's plan at {location} is damaged: {error}") from error
    io.delete(location)
    return outcome


encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(Outcome).decode
registry.register_coder(Outcome, OutcomeCoder)
