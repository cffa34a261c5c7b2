"""Iceberg schemas, partitions and sort orders derived from the row structs, and rows to Arrow and back.

The structs of `schemas/rows` are the single source: column names, order, types and documentation come from there, so
a table can never say something else than the code that fills it. Types follow the Iceberg specification.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, cast

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table.sorting import SortField, SortOrder
from pyiceberg.transforms import BucketTransform, IdentityTransform
from pyiceberg.types import (
    BinaryType,
    BooleanType,
    DateType,
    DoubleType,
    IcebergType,
    ListType,
    LongType,
    MapType,
    NestedField,
    StringType,
    TimestamptzType,
)

from replay_signals.pipelines.iceberg.row_columns import Column, columns_of, identity_of
from replay_signals.schemas.digests import EPOCH
from replay_signals.schemas.rows import TABLES
from replay_signals.transforms.table_rows import Misfit

DIGEST_BUCKETS = 16
BUCKETED = ("message_digests", "snapshots")
"""Tables that are partitioned by session, too."""
UNCONVERTIBLE = (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError, UnicodeEncodeError, TypeError, AttributeError)
"""What a value of a wrong type, or a number beyond its column, raises on its way to Arrow."""
NESTED_ID_BASE = 1000  # map and list members of field n have ids from n * 1000; Iceberg renumbers them on creation

_PRIMITIVES: dict[type, type[IcebergType]] = {
    str: StringType,
    int: LongType,
    float: DoubleType,
    bool: BooleanType,
    bytes: BinaryType,
    datetime: TimestamptzType,
    date: DateType,
}


def iceberg_type(column: Column, field_id: int) -> IcebergType:
    """The Iceberg type of a column."""
    nested = field_id * NESTED_ID_BASE
    if column.kind is dict:
        key, value = (_PRIMITIVES[a]() for a in column.args)
        return MapType(nested, key, nested + 1, value, value_required=True)
    if column.kind is list:
        return ListType(nested, _PRIMITIVES[column.args[0]](), element_required=True)
    if column.kind not in _PRIMITIVES:
        raise TypeError(f"{column.name}: no Iceberg type for {column.kind}")
    return _PRIMITIVES[column.kind]()


@cache
def schema_of(table: str) -> Schema:
    """The Iceberg schema of a table; field ids are the order of the struct's fields from 1."""
    row = TABLES[table]
    fields = [
        NestedField(i, c.name, iceberg_type(c, i), required=not c.optional, doc=c.doc)
        for i, c in enumerate(columns_of(row), start=1)
    ]
    ids = {f.name: f.field_id for f in fields}
    return Schema(*fields, identifier_field_ids=[ids[name] for name in identity_of(table)])


@cache
def partition_spec_of(table: str) -> PartitionSpec:
    """By day; what sessions are read by also by session, so that one session's rows lie in one file a day."""
    schema = schema_of(table)
    fields = [PartitionField(schema.find_field("day").field_id, 1000, IdentityTransform(), "day")]
    if table in BUCKETED:
        source = schema.find_field("session_id").field_id
        fields.append(PartitionField(source, 1001, BucketTransform(DIGEST_BUCKETS), "session_id_bucket"))
    return PartitionSpec(*fields)


@cache
def sort_order_of(table: str) -> SortOrder:
    """By identity: one session's rows lie together, and the bounds of session ids prune files."""
    schema = schema_of(table)
    return SortOrder(
        *(SortField(schema.find_field(name).field_id, transform=IdentityTransform()) for name in identity_of(table))
    )


def bucket_of(session_id: str) -> int:
    """Iceberg's bucket of a session id in the tables that have buckets."""
    return cast(int, BucketTransform(DIGEST_BUCKETS).transform(StringType())(session_id))


def arrow_table(rows: Sequence[msgspec.Struct], target: pa.Schema) -> pa.Table:
    """Rows as Arrow with the target's columns; columns that the struct does not have (a newer writer's) are null."""
    known = {c.name for c in columns_of(type(rows[0]))} if rows else set()
    arrays = [
        _array([getattr(row, field.name) for row in rows], field.type)
        if field.name in known
        else pa.nulls(len(rows), field.type)
        for field in target
    ]
    return pa.Table.from_arrays(arrays, schema=target)


def without_misfits(table: str, rows: Sequence[Any], target: pa.Schema) -> tuple[list[Any], list[Misfit]]:
    """The rows that Arrow can hold, and the others with the first column to blame."""
    kept, misfits = [], []
    for row in rows:
        column = next((f.name for f in target if not _holds(f.type, getattr(row, f.name, None))), None)
        if column is None:
            kept.append(row)
        else:
            misfits.append(Misfit(table, column, row))
    return kept, misfits


def _holds(kind: pa.DataType, value: object) -> bool:
    try:
        _array([value], kind)
    except UNCONVERTIBLE:
        return False
    return True


def _array(values: list[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_map(kind):
        values = [None if v is None else sorted(v.items()) for v in values]
    return pa.array(values, kind)


def rows_of(table: pa.Table | pa.RecordBatch, row: type[msgspec.Struct]) -> Iterator[Any]:
    """Rows of Arrow data; columns it lacks, and nulls from before a column existed, hold the column's zero."""
    columns = columns_of(row)
    values = [_values(table, column) for column in columns]
    names = [c.name for c in columns]
    for cells in zip(*values, strict=True):
        yield row(**dict(zip(names, cells, strict=True)))


def _values(table: pa.Table | pa.RecordBatch, column: Column) -> Iterable[Any]:
    if column.name not in table.schema.names:
        return [column.zero] * table.num_rows
    data = table.column(column.name)
    if column.kind is datetime:
        micros = pc.cast(data, pa.timestamp("us", "UTC")).cast(pa.int64()).to_pylist()
        return [column.zero if v is None else EPOCH + timedelta(microseconds=v) for v in micros]
    found = data.to_pylist()
    if column.kind is dict:
        return [column.zero if v is None else dict(v) for v in found]
    return [column.zero if v is None else v for v in found] if data.null_count else found
