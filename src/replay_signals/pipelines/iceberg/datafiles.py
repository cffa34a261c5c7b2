"""Parquet data files of Iceberg tables, written by workers; nothing is visible until a commit names them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import msgspec
import pyarrow as pa
from pyiceberg.io.pyarrow import write_file
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.partitioning import PartitionFieldValue, PartitionKey
from pyiceberg.table import Table, WriteTask
from pyiceberg.typedef import Record

from replay_signals.pipelines.iceberg.errors import WarehouseError
from replay_signals.pipelines.iceberg.row_columns import identity_of
from replay_signals.pipelines.iceberg.schema import BUCKETED, UNCONVERTIBLE, arrow_table, bucket_of, without_misfits
from replay_signals.schemas.digests import EPOCH
from replay_signals.transforms.table_rows import Misfit

PartitionOf = tuple[str, date, int]
"""Table, day, and bucket (0 where the table has none)."""


def partition_of(table: str, row: Any) -> PartitionOf:
    """The partition a row belongs to."""
    return table, row.day, bucket_of(row.session_id) if table in BUCKETED else 0


def write_rows(table: Table, partition: PartitionOf, rows: Sequence[Any]) -> Iterator[DataFile]:
    """Writes the rows of one partition as one sorted file; yields its description for the commit."""
    name, day, bucket = partition
    names = identity_of(name)
    ordered = sorted(rows, key=lambda row: tuple(getattr(row, n) for n in names))
    days = (day - EPOCH.date()).days
    record = Record(*(days if field.name == "day" else bucket for field in table.spec().fields))
    yield from write_arrow(table, record, arrow_table(ordered, table.schema().as_arrow()))


def write_what_fits(table: Table, partition: PartitionOf, rows: Sequence[Any]) -> tuple[list[DataFile], list[Misfit]]:
    """`write_rows` without the rows that Arrow cannot hold, which it gives back. Raises what storage raises."""
    try:
        return list(write_rows(table, partition, rows)), []
    except UNCONVERTIBLE:
        kept, misfits = without_misfits(partition[0], rows, table.schema().as_arrow())
        if not misfits:
            raise
        return list(write_rows(table, partition, kept)), misfits


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


class WrittenFile(msgspec.Struct, frozen=True):
    """A data file that no snapshot names yet: plain values, since they travel through the warehouse's own storage.

    `partition` holds Iceberg's values in order of the spec's fields; the maps are by field id, bounds as Iceberg's
    single-value bytes.
    """

    path: str
    spec_id: int
    partition: list[int]
    record_count: int
    size_bytes: int
    column_sizes: dict[int, int]
    value_counts: dict[int, int]
    null_value_counts: dict[int, int]
    nan_value_counts: dict[int, int]
    lower_bounds: dict[int, bytes]
    upper_bounds: dict[int, bytes]
    split_offsets: list[int] | None


def described(file: DataFile) -> WrittenFile:
    """What the committer of the run has to know of a file."""
    return WrittenFile(
        file.file_path,
        file.spec_id,
        [file.partition[i] for i in range(len(file.partition))],
        file.record_count,
        file.file_size_in_bytes,
        file.column_sizes,
        file.value_counts,
        file.null_value_counts,
        file.nan_value_counts,
        file.lower_bounds,
        file.upper_bounds,
        file.split_offsets,
    )


def data_file(table: Table, written: WrittenFile) -> DataFile:
    """The inverse of `described`. Raises WarehouseError for a file that does not lie under the table's data folder.

    What is committed may be deleted later, so a description that somebody else left in the storage must not reach
    beyond the table.
    """
    if not is_data_of(table, written.path):
        raise WarehouseError(f"a data file of this run lies outside of its table: {written.path}")
    file = DataFile.from_args(
        content=DataFileContent.DATA,
        file_path=written.path,
        file_format=FileFormat.PARQUET,
        partition=Record(*written.partition),
        record_count=written.record_count,
        file_size_in_bytes=written.size_bytes,
        column_sizes=written.column_sizes,
        value_counts=written.value_counts,
        null_value_counts=written.null_value_counts,
        nan_value_counts=written.nan_value_counts,
        lower_bounds=written.lower_bounds,
        upper_bounds=written.upper_bounds,
        split_offsets=written.split_offsets,
    )
    file.spec_id = written.spec_id
    return file


def data_folder(table: Table) -> str:
    """Where the table's data files lie, without a slash at the end."""
    return table.location_provider().data_path


def is_data_of(table: Table, path: str) -> bool:
    """Whether a location lies under the table's data folder."""
    return path.startswith(f"{data_folder(table)}/") and ".." not in path.split("/")
