"""The batch graph: files to data files of every table, and a plan of what to commit.

    urls -> read -> extract evidence       each piece with its key: a session, an event or a dead letter
                 -> + stored evidence      of the keys that the input touches
         -> group by key -> judge, revise  only what changes leaves
         -> write data files -> plan       one file per table and partition, nothing visible yet

Judging again (`rejudge`) is the same graph with keys of stored sessions in front and no fresh evidence.

Whatever a step rejects becomes a dead letter with a key of its own, so it takes the same way into its table.
Only bytes are shuffled (`packing`), and only one key's evidence is in memory at a time.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial
from itertools import chain
from typing import Any

import apache_beam as beam
import lz4.block
import msgspec
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.timestamp import MIN_TIMESTAMP
from apache_beam.utils.windowed_value import WindowedValue

from replay_signals.pipelines.attempts import Attempts
from replay_signals.pipelines.batch.changes import Days, changes_of_key
from replay_signals.pipelines.batch.outcome import MergeOutcomes, Outcome, outcome_of
from replay_signals.pipelines.files.reading import read
from replay_signals.pipelines.iceberg.catalog import PinnedTable
from replay_signals.pipelines.iceberg.datafiles import PartitionOf, described, partition_of, write_rows, write_what_fits
from replay_signals.pipelines.iceberg.lookup import rows_by_id, rows_of_sessions
from replay_signals.pipelines.iceberg.predicates import SessionKey
from replay_signals.pipelines.packing import PackedRow, pack, pack_key, pack_stored, unpack_key
from replay_signals.pipelines.privacy import policy_of
from replay_signals.schemas.messages import Reason, Record, SnapshotMessage
from replay_signals.schemas.rows import TABLES
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.evidence.dead_letters import dead_letter_row, misfit_letter
from replay_signals.transforms.evidence.extract import evidence_of
from replay_signals.transforms.evidence.keys import DEAD_LETTER, EVENT, EvidenceKey, key_of_dead_letter, key_of_event
from replay_signals.transforms.judge.priors import NO_PRIORS, Priors
from replay_signals.transforms.table_rows import Misfit, one_per_key

Keyed = tuple[bytes, PackedRow]
KeyedBatch = tuple[bytes, bytes]
"""A key and the compressed list of its packed rows."""
BATCHED_BYTES = 4 * 1024 * 1024
KEYS_PER_LOOKUP = 10_000
ROWS_A_FILE = 200_000
"""Rows buffered by a writer; about 100 MB of the widest table."""

ROWS, OUTCOMES = "rows", "outcomes"

encode = msgspec.msgpack.Encoder().encode
_partition = msgspec.msgpack.Decoder(tuple[str, date, int])
_rows = {name: msgspec.msgpack.Decoder(list[row]) for name, row in TABLES.items()}  # type: ignore[valid-type]  # a type at run time

_packed_rows = msgspec.msgpack.Decoder(list[PackedRow])
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
    priors: Priors = NO_PRIORS
    attempts: str | None = None
    """Folder of what readers are at when they die."""


def backfill(pipeline: beam.Pipeline, urls: list[str], job: Job) -> None:
    """Builds the graph."""
    fresh = (
        pipeline
        | "Files" >> beam.Create(urls, reshuffle=True)
        | "Read" >> beam.ParDo(Read(job)).with_output_types(beam.typehints.Any)
        | "ExtractEvidence" >> beam.ParDo(ExtractEvidence(job)).with_output_types(Keyed)
        | "BatchPerKey" >> beam.ParDo(BatchPerKey()).with_output_types(KeyedBatch)
    )
    evidence = fresh
    if any(table.snapshot_id for table in job.tables.values()):
        stored = fresh | "Keys" >> beam.Keys() | "Stored" >> LookUpStored(job)
        evidence = (fresh, stored) | "Join" >> beam.Flatten()
    _change_tables(evidence, job)


def rejudge(pipeline: beam.Pipeline, sessions: Iterable[SessionKey], job: Job) -> None:
    """Builds the graph that has no fresh evidence: what is stored of the sessions is judged again."""
    keys = [pack_key(EvidenceKey(team, session_id)) for team, session_id in sorted(sessions)]
    _change_tables(pipeline | "Sessions" >> beam.Create(keys, reshuffle=True) | "Stored" >> LookUpStored(job), job)


def _change_tables(evidence: beam.pvalue.PCollection[KeyedBatch], job: Job) -> None:
    changed = (
        evidence
        | "GroupByKey" >> beam.GroupByKey()
        | "JudgeAndRevise" >> beam.ParDo(JudgeAndRevise(job)).with_outputs(OUTCOMES, main=ROWS)
    )
    written = changed[ROWS] | "WriteDataFiles" >> WriteDataFiles(job)
    _ = (
        (changed[OUTCOMES], written)
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


class ExtractEvidence(beam.DoFn):
    """Records to their evidence, packed, with its keys; the only step that sees payload."""

    def __init__(self, job: Job) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Beam's
        self._rules, self._folder = job.rules, job.attempts

    def setup(self) -> None:
        """The rules of privacy under the worker's own key, and what earlier workers died of."""
        self._policy = policy_of(self._rules)
        self._attempts = Attempts(self._folder)

    def process(self, record: Record) -> Iterator[Keyed]:
        """All evidence of one record. Those of one request have one position: sizes tell them apart."""
        size = len(record.items) if isinstance(record, SnapshotMessage) else 0
        make = partial(evidence_of, record, policy=self._policy)
        for one in self._attempts.evidence(make, record.position, record.received_ms, self._policy, size):
            yield pack_key(one.key), pack(one.body, is_part=one.is_part)

    def teardown(self) -> None:
        """Leaves no mark."""
        self._attempts.close()


class BatchPerKey(beam.DoFn):
    """Evidence of one key that was read together travels together, compressed: it has much in common."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Beam's

    def start_bundle(self) -> None:
        """Nothing held yet."""
        self._held: dict[bytes, list[PackedRow]] = defaultdict(list)
        self._size_bytes = 0

    def process(self, keyed: Keyed) -> Iterator[KeyedBatch]:
        """Holds a packed row; lets all go when they are many bytes."""
        key, packed = keyed
        self._held[key].append(packed)
        self._size_bytes += len(packed[1])
        if self._size_bytes > BATCHED_BYTES:
            yield from self._batches()
            self.start_bundle()

    def finish_bundle(self) -> Iterator[WindowedValue]:
        """Lets the rest go."""
        for batch in self._batches():
            yield WindowedValue(batch, MIN_TIMESTAMP, (GlobalWindow(),))

    def _batches(self) -> Iterator[KeyedBatch]:
        return ((key, shrunk(packed)) for key, packed in self._held.items())


class LookUpStored(beam.PTransform[Any, Any]):
    """Stored rows of every key."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self._job = job

    def expand(self, keys: beam.pvalue.PCollection[Any]) -> beam.pvalue.PCollection[Any]:
        """Batches of stored rows."""
        stored: beam.pvalue.PCollection[Any] = (
            keys
            | "Distinct" >> beam.Distinct()
            | "Batch" >> beam.BatchElements(KEYS_PER_LOOKUP, KEYS_PER_LOOKUP)
            | "ReadStored" >> beam.ParDo(ReadStored(self._job)).with_output_types(Keyed)
            | "BatchPerKey" >> beam.ParDo(BatchPerKey()).with_output_types(KeyedBatch)
        )
        return stored


class ReadStored(beam.DoFn):
    """Reads the pinned tables once for many keys."""

    def __init__(self, job: Job) -> None:
        self._tables = job.tables

    def process(self, batch: list[bytes]) -> Iterator[Keyed]:
        """Every stored row of the keys, with its key."""
        keys = [unpack_key(data) for data in batch]
        sessions = {(k.team, k.session_id): data for k, data in zip(keys, batch, strict=True) if k.session_id}
        for table, row in rows_of_sessions(self._tables, sessions):
            yield sessions[row.team, row.session_id], pack_stored(table, row)
        for row in rows_by_id(self._tables, "events", {k.record_id for k in keys if k.kind == EVENT}):
            if not row.session_id:
                yield pack_key(key_of_event(row)), pack_stored("events", row)
        for row in rows_by_id(self._tables, "dead_letters", {k.record_id for k in keys if k.kind == DEAD_LETTER}):
            yield pack_key(key_of_dead_letter(row)), pack_stored("dead_letters", row)


class JudgeAndRevise(beam.DoFn):
    """One key's evidence to rows by partition, and to what the plan has to know."""

    def __init__(self, job: Job) -> None:
        self._job = job

    def process(self, grouped: tuple[bytes, Iterable[bytes]]) -> Iterator[Any]:
        """Rows of one partition as MessagePack; the outcome apart."""
        key = unpack_key(grouped[0])
        packed = chain.from_iterable(_packed_rows.decode(grown(data)) for data in grouped[1])
        made = changes_of_key(key, packed, self._job.rules, self._job.days, self._job.priors)
        by_partition: dict[PartitionOf, list[Any]] = defaultdict(list)
        for change in made.changes:
            for row in change.rows:
                by_partition[partition_of(change.table, row)].append(row)
        for partition, rows in by_partition.items():
            yield encode(partition), shrunk(rows)
        yield beam.pvalue.TaggedOutput(OUTCOMES, outcome_of(made, (key.team, key.session_id)))
        if made.sessions:
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
        files, misfits = write_what_fits(self._tables[table].table, partition, rows)
        outcome = Outcome(files={table: [described(file) for file in files]})
        if misfits:
            outcome.absorb(self._lost(table, misfits))
        return outcome

    def _lost(self, table: str, misfits: list[Misfit]) -> Outcome:
        """Rows that no file can hold are counted, and become dead letters, each by the first run that lost it."""
        letters = one_per_key("dead_letters", [dead_letter_row(misfit_letter(one)) for one in misfits])
        stored = rows_by_id(self._tables, "dead_letters", {row.dead_letter_id for row in letters.values()})
        known = {row.dead_letter_id for row in stored}
        rows = [row for row in letters.values() if row.dead_letter_id not in known]
        place = partition_of("dead_letters", next(iter(letters.values())))
        files = list(write_rows(self._tables["dead_letters"].table, place, rows)) if rows else []
        added = Counter({"dead_letters": len(rows)})
        added[table] -= len(misfits)
        return Outcome(
            files={"dead_letters": [described(file) for file in files]},
            added=dict(added),
            rejected={Reason.INTERNAL: len(misfits)},
        )


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
