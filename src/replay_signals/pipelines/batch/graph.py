"""The batch graph: files to data files of every table, and a plan of what to commit.

    urls -> read -> digest -> own          each piece of evidence keyed by who it belongs to
                 -> + stored evidence      of the owners that the input touches
         -> group by owner -> settle       merge, judge, revise: only what changes leaves
         -> write data files -> plan       one file a table and partition, nothing visible yet

Whatever a step rejects becomes a dead letter and is an owner of its own, so it takes the same way into its table.
Only bytes are shuffled (`parts`), and only one owner's parts are in memory at a time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import chain
from typing import Any

import apache_beam as beam
import lz4.block
import msgspec
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.timestamp import MIN_TIMESTAMP
from apache_beam.utils.windowed_value import WindowedValue

from replay_signals.pipelines import evidence
from replay_signals.pipelines.batch.outcome import MergeOutcomes, Outcome, outcome_of
from replay_signals.pipelines.batch.sessions import Days, settle
from replay_signals.pipelines.evidence import DIGEST, EVENT, LETTER, Owner, Part, pack_owner, unpack_owner
from replay_signals.pipelines.files.reading import read
from replay_signals.pipelines.iceberg.catalog import PinnedTable
from replay_signals.pipelines.iceberg.datafiles import PartitionOf, described, partition_of, write_rows
from replay_signals.pipelines.iceberg.lookup import rows_by_id, rows_of_sessions
from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.messages import AnalyticsEvent, DeadLetter, Record, SnapshotMessage
from replay_signals.schemas.rows import TABLES
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.digest.rejects import digested
from replay_signals.transforms.parse.values import dead_of_bug
from replay_signals.transforms.session.analytics import event_row

Owned = tuple[bytes, Part]
Gathered = tuple[bytes, bytes]
GATHERED_BYTES = 4 * 1024 * 1024
OWNERS_A_LOOKUP = 10_000
ROWS_A_FILE = 200_000
"""Rows buffered by a writer; about 100 MB of the widest table."""

ROWS, OUTCOMES = "rows", "outcomes"

encode = msgspec.msgpack.Encoder().encode
_partition = msgspec.msgpack.Decoder(tuple[str, date, int])
_rows = {name: msgspec.msgpack.Decoder(list[row]) for name, row in TABLES.items()}  # type: ignore[valid-type]  # a type at run time

_parts = msgspec.msgpack.Decoder(list[Part])
grown: Callable[[bytes], bytes] = lz4.block.decompress

watchers: dict[str, Callable[[str], None]] = {}
"""Run id -> callback(stage), for runners that work in the process that started them."""


class Job(msgspec.Struct, frozen=True):
    """What the graph needs to know; travels to workers."""

    run_id: str
    file_format: str
    rules: Rules
    tables: dict[str, PinnedTable]
    days: Days | None
    plan_location: str


def backfill(pipeline: beam.Pipeline, urls: list[str], job: Job) -> None:
    """Builds the graph."""
    fresh = (
        pipeline
        | "Files" >> beam.Create(urls, reshuffle=True)
        | "Read" >> beam.ParDo(Read(job)).with_output_types(beam.typehints.Any)
        | "Digest" >> beam.FlatMap(own).with_output_types(Owned)
        | "Gather" >> beam.ParDo(Gather()).with_output_types(Gathered)
    )
    evidence = fresh
    if any(table.snapshot_id for table in job.tables.values()):
        evidence = (fresh, fresh | "Stored" >> LookUpStored(job)) | "Join" >> beam.Flatten()
    settled = (
        evidence
        | "GroupByOwner" >> beam.GroupByKey()
        | "Settle" >> beam.ParDo(Settle(job)).with_outputs(OUTCOMES, main=ROWS)
    )
    written = settled[ROWS] | "WriteDataFiles" >> WriteDataFiles(job)
    _ = (
        (settled[OUTCOMES], written)
        | "Outcomes" >> beam.Flatten()
        | "Merge" >> beam.CombineGlobally(MergeOutcomes())
        | "Plan" >> beam.ParDo(WritePlan(job))
    )


def shrunk(value: Any) -> bytes:
    """MessagePack in an LZ4 block: shuffles copy bytes several times, so fewer of them are worth the little CPU."""
    return lz4.block.compress(encode(value))  # type: ignore[no-any-return]  # untyped


class Read(beam.DoFn):
    """Files to records: snapshot messages, analytics events, dead letters."""

    def __init__(self, job: Job) -> None:
        self._job = job

    def process(self, url: str) -> Iterator[Any]:
        """Every record of one file."""
        yield from read(url, self._job.file_format)
        _tell(self._job, "read")


def own(record: Record) -> list[Owned]:
    """A record as parts of its owners' evidence: digest, event row, dead letter rows. Raw payload ends here."""
    try:
        return [_own(one) for one in (digested(record) if isinstance(record, SnapshotMessage) else [record])]
    except Exception as error:  # noqa: BLE001 - a bug met by one record costs that record, not the run
        return [_own(dead_of_bug(error, record.position, team=record.team))]


def _own(one: MessageDigest | AnalyticsEvent | DeadLetter) -> Owned:
    if isinstance(one, MessageDigest):
        return pack_owner(Owner(one.team, one.session_id)), evidence.pack(DIGEST, one)
    if isinstance(one, AnalyticsEvent):
        event = event_row(one)
        return pack_owner(evidence.owner_of_event(event)), evidence.pack(EVENT, event)
    letter = evidence.letter_row(one)
    return pack_owner(evidence.owner_of_letter(letter)), evidence.pack(LETTER, letter)


class Gather(beam.DoFn):
    """Parts of one owner that were read together travel together, compressed: they have much in common."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Beam's

    def start_bundle(self) -> None:
        """Nothing gathered yet."""
        self._parts: dict[bytes, list[Part]] = defaultdict(list)
        self._size = 0

    def process(self, owned: Owned) -> Iterator[Gathered]:
        """Keeps a part; lets all go when they are many bytes."""
        owner, part = owned
        self._parts[owner].append(part)
        self._size += len(part[1])
        if self._size > GATHERED_BYTES:
            yield from self._gathered()
            self.start_bundle()

    def finish_bundle(self) -> Iterator[WindowedValue]:
        """Lets the rest go."""
        for gathered in self._gathered():
            yield WindowedValue(gathered, MIN_TIMESTAMP, (GlobalWindow(),))

    def _gathered(self) -> Iterator[Gathered]:
        return ((owner, shrunk(owned)) for owner, owned in self._parts.items())


class LookUpStored(beam.PTransform[Any, Any]):
    """Stored rows of every owner that the input touches."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self._job = job

    def expand(self, fresh: beam.pvalue.PCollection[Any]) -> beam.pvalue.PCollection[Any]:
        """Owned parts of kind = table."""
        stored: beam.pvalue.PCollection[Any] = (
            fresh
            | "Owners" >> beam.Keys()
            | "Distinct" >> beam.Distinct()
            | "Batch" >> beam.BatchElements(OWNERS_A_LOOKUP, OWNERS_A_LOOKUP)
            | "ReadStored" >> beam.ParDo(ReadStored(self._job)).with_output_types(Owned)
            | "Gather" >> beam.ParDo(Gather()).with_output_types(Gathered)
        )
        return stored


class ReadStored(beam.DoFn):
    """Reads the pinned tables once for many owners."""

    def __init__(self, job: Job) -> None:
        self._tables = job.tables

    def process(self, batch: list[bytes]) -> Iterator[Owned]:
        """Every stored row of the owners, with its owner."""
        owners = [unpack_owner(data) for data in batch]
        keys = {(o.team, o.session_id): key for o, key in zip(owners, batch, strict=True) if o.session_id}
        for table, row in rows_of_sessions(self._tables, keys):
            yield keys[row.team, row.session_id], evidence.pack(table, row)
        for row in rows_by_id(self._tables, "events", {o.loose for o in owners if o.kind == EVENT}):
            if not row.session_id:
                yield pack_owner(evidence.owner_of_event(row)), evidence.pack("events", row)
        for row in rows_by_id(self._tables, "dead_letters", {o.loose for o in owners if o.kind == LETTER}):
            yield pack_owner(evidence.owner_of_letter(row)), evidence.pack("dead_letters", row)


class Settle(beam.DoFn):
    """One owner's evidence to rows by partition, and to what the plan has to know."""

    def __init__(self, job: Job) -> None:
        self._job = job

    def process(self, grouped: tuple[bytes, Iterable[bytes]]) -> Iterator[Any]:
        """Rows of one partition as MessagePack; the outcome apart."""
        owned = chain.from_iterable(_parts.decode(grown(data)) for data in grouped[1])
        settled = settle(unpack_owner(grouped[0]), owned, self._job.rules, self._job.days)
        by_partition: dict[PartitionOf, list[Any]] = defaultdict(list)
        for change in settled.changes:
            for row in change.rows:
                by_partition[partition_of(change.table, row)].append(row)
        for partition, rows in by_partition.items():
            yield encode(partition), shrunk(rows)
        yield beam.pvalue.TaggedOutput(OUTCOMES, outcome_of(settled))
        if settled.sessions:
            _tell(self._job, "judge")


class WriteDataFiles(beam.PTransform[Any, Any]):
    """Rows of a partition to a data file, or a few when they are many."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self._job = job

    def expand(self, rows: beam.pvalue.PCollection[Any]) -> beam.pvalue.PCollection[Any]:
        """Outcomes that name the files."""
        outcomes: beam.pvalue.PCollection[Any] = (
            rows
            | "GroupByPartition" >> beam.GroupByKey()
            | "WriteFile" >> beam.ParDo(WriteFile(self._job)).with_output_types(Outcome)
        )
        return outcomes


class WriteFile(beam.DoFn):
    """Writes one partition's rows."""

    def __init__(self, job: Job) -> None:
        self._tables = job.tables

    def process(self, grouped: tuple[bytes, Iterable[bytes]]) -> Iterator[Outcome]:
        """An outcome per data file."""
        partition = _partition.decode(grouped[0])
        table = partition[0]
        rows: list[Any] = []
        for body in grouped[1]:
            rows.extend(_rows[table].decode(grown(body)))
            if len(rows) >= ROWS_A_FILE:
                yield self._write(partition, rows)
                rows = []
        if rows:
            yield self._write(partition, rows)

    def _write(self, partition: PartitionOf, rows: list[Any]) -> Outcome:
        table = partition[0]
        files = write_rows(self._tables[table].table, partition, rows)
        return Outcome(files={table: [described(file) for file in files]})


class WritePlan(beam.DoFn):
    """Leaves the outcome where the committer finds it. A retried bundle writes the same file again."""

    def __init__(self, job: Job) -> None:
        self._job = job

    def process(self, outcome: Outcome) -> None:
        """Writes the plan."""
        io = self._job.tables["sessions"].table.io
        with io.new_output(self._job.plan_location).create(overwrite=True) as stream:
            stream.write(encode(outcome))


def _tell(job: Job, stage: str) -> None:
    if watcher := watchers.get(job.run_id):
        watcher(stage)
