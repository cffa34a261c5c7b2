"""Parquet data files of Iceberg tables, written by workers; nothing is visible until a commit names them."""

from __future__ import annotations

import pickle
import uuid
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pyarrow as pa
from pyiceberg.io.pyarrow import write_file
from pyiceberg.manifest import DataFile
from pyiceberg.partitioning import PartitionFieldValue, PartitionKey
from pyiceberg.table import Table, WriteTask
from pyiceberg.typedef import Record

from replay_signals.pipelines.iceberg.schema import arrow_table, bucket_of, identity_of
from replay_signals.schemas.digests import EPOCH

PartitionOf = tuple[str, date, int]
"""Table, day, and bucket (0 where the table has none)."""


def partition_of(table: str, row: Any) -> PartitionOf:
    """The partition a row belongs to."""
    return table, row.day, bucket_of(row.session_id) if table == "message_digests" else 0


def write_rows(table: Table, partition: PartitionOf, rows: Sequence[Any]) -> Iterator[DataFile]:
    """Writes the rows of one partition as one sorted file; yields its description for the commit."""
    name, day, bucket = partition
    names = identity_of(name)
    ordered = sorted(rows, key=lambda row: tuple(getattr(row, n) for n in names))
    days = (day - EPOCH.date()).days
    record = Record(*(days if field.name == "day" else bucket for field in table.spec().fields))
    yield from write_arrow(table, record, arrow_table(ordered, table.schema().as_arrow()))


def write_arrow(table: Table, partition: Record, rows: pa.Table) -> Iterator[DataFile]:
    """Writes Arrow rows that all belong to one partition (Iceberg's values, in order of the spec's fields)."""
    if not len(rows):
        return
    spec, schema = table.spec(), table.schema()
    values = [PartitionFieldValue(field, partition[i]) for i, field in enumerate(spec.fields)]
    task = WriteTask(uuid.uuid4(), 0, schema, rows.to_batches(), partition_key=PartitionKey(values, spec, schema))
    for file in write_file(table.io, table.metadata, iter([task])):
        file.spec_id = spec.spec_id  # PyIceberg sets it when it reads a manifest, and scans need it
        yield file


def pack(file: DataFile) -> bytes:
    """A data file's description as bytes, to travel from a worker to the committer of the same run."""
    return pickle.dumps(file)


def unpack(data: bytes) -> DataFile:
    """The inverse of `pack`."""
    file = pickle.loads(data)
    if not isinstance(file, DataFile):
        raise TypeError(f"not a data file: {type(file)}")
    return file
