"""Schemas derived from the row structs: documented, evolvable, and rows that come back as they went in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import pytest
from pyiceberg.table import Table
from pyiceberg.transforms import BucketTransform, IdentityTransform
from pyiceberg.types import (
    BinaryType,
    BooleanType,
    DateType,
    DoubleType,
    ListType,
    LongType,
    MapType,
    StringType,
    TimestamptzType,
)

from replay_signals.pipelines.iceberg import schema
from replay_signals.pipelines.iceberg.catalog import PinnedTable, evolve, open_catalog, open_tables
from replay_signals.pipelines.iceberg.datafiles import partition_of, write_rows
from replay_signals.pipelines.iceberg.lookup import read_rows
from replay_signals.pipelines.iceberg.predicates import equal
from replay_signals.pipelines.iceberg.row_columns import columns_of
from replay_signals.pipelines.iceberg.schema import (
    UNCONVERTIBLE,
    arrow_table,
    partition_spec_of,
    rows_of,
    schema_of,
    without_misfits,
)
from replay_signals.schemas.rows import ROW_KEYS, TABLES, SessionRow

WHEN = datetime(2026, 11, 24, 3, 12, 1, 923456, tzinfo=UTC)


def sample(kind: type[msgspec.Struct], **changes: Any) -> Any:
    """A row with something in every column."""
    values: dict[type, object] = {
        str: "text",
        int: 7,
        float: 0.1,
        bool: True,
        bytes: b"\x00\xff",
        datetime: WHEN,
        date: date(2026, 11, 24),
    }
    fields: dict[str, object] = {}
    for c in columns_of(kind):
        nested = {"k": values[c.args[1]]} if c.kind is dict else [values[arg] for arg in c.args] * 2
        fields[c.name] = values.get(c.kind, nested)
    return kind(**{**fields, **changes})


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_documented(table: str) -> None:
    for field in schema_of(table).fields:
        assert len(field.doc or "") > 5


@pytest.mark.parametrize("table", TABLES)
def test_field_ids_are_the_order_of_the_struct(table: str) -> None:
    names = {field.field_id: field.name for field in schema_of(table).fields}
    assert [names[i] for i in range(1, len(names) + 1)] == list(TABLES[table].__struct_fields__)


def test_types() -> None:
    schema = schema_of("sessions")
    types = {f.name: (type(f.field_type), f.required) for f in schema.fields}
    assert types["started_at"] == (TimestamptzType, True)
    assert types["first_received_at"] == (TimestamptzType, False)
    assert types["day"] == (DateType, True)
    assert types["flags"] == (MapType, True)
    assert types["urls"] == (ListType, True)
    assert types["event_count"] == (LongType, True)
    assert types["severity"] == (DoubleType, True)
    assert types["identified"] == (BooleanType, True)
    assert types["person_id"] == (StringType, False)
    assert isinstance(schema_of("message_digests").find_type("digest"), BinaryType)
    assert isinstance(schema.find_type("components.value"), DoubleType)


@pytest.mark.parametrize("table", TABLES)
def test_partitions_and_identity(table: str) -> None:
    spec, schema = partition_spec_of(table), schema_of(table)
    fields = {schema.find_column_name(f.source_id): f.transform for f in spec.fields}
    assert fields["day"] == IdentityTransform()
    assert fields.get("session_id") == (BucketTransform(16) if table in ("message_digests", "snapshots") else None)
    assert set(ROW_KEYS[table]) <= schema.identifier_field_names()


@pytest.mark.parametrize("table", TABLES)
def test_rows_come_back_from_arrow_as_they_were(table: str) -> None:
    kind = TABLES[table]
    full = sample(kind)
    bare = sample(kind, **{c.name: None for c in columns_of(kind) if c.optional})
    assert list(rows_of(arrow_table([full, bare], schema_of(table).as_arrow()), kind)) == [full, bare]


def test_a_column_without_documentation_or_type_is_refused() -> None:
    class Bare(msgspec.Struct):
        name: str

    class Odd(msgspec.Struct):
        name: Annotated[complex, msgspec.Meta(description="No such thing in Iceberg")]

    with pytest.raises(TypeError, match="name: a column needs a description"):
        columns_of(Bare)
    with pytest.raises(TypeError, match="name: no Iceberg type"):
        schema.iceberg_type(columns_of(Odd)[0], 1)


class WiderSession(SessionRow, frozen=True, kw_only=True):
    """A later version of the struct: fields appended at the end."""

    planet: Annotated[str, msgspec.Meta(description="Planet of the visitor")] = "unknown"
    scores: Annotated[dict[str, float], msgspec.Meta(description="Scores by name")]
    weight: Annotated[float | None, msgspec.Meta(description="Weight")] = None


def stored(table: Table, row: Any) -> None:
    """Appends one row."""
    transaction = table.transaction()
    with transaction.update_snapshot().fast_append() as append:
        for file in write_rows(table, partition_of("sessions", row), [row]):
            append.append_data_file(file)
    transaction.commit_transaction()


def test_appended_fields_evolve_a_table_and_leave_its_data_readable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = sample(SessionRow, session_id="old")
    stored(open_tables(open_catalog(str(tmp_path)))["sessions"], old)

    monkeypatch.setitem(TABLES, "sessions", WiderSession)
    table = open_tables(open_catalog(str(tmp_path)))["sessions"]
    added = [field for field in table.schema().fields if field.name in ("planet", "scores", "weight")]
    assert [(f.name, f.doc, f.required) for f in added] == [
        ("planet", "Planet of the visitor", False),
        ("scores", "Scores by name", False),
        ("weight", "Weight", False),
    ]
    new = sample(WiderSession, session_id="new")
    stored(table, new)
    found = {row.session_id: row for row in read_rows(PinnedTable(table), "sessions", equal("team", "text"))}
    assert found["new"] == new
    assert found["old"] == WiderSession(**msgspec.structs.asdict(old), planet="unknown", scores={}, weight=None)

    monkeypatch.setitem(TABLES, "sessions", SessionRow)
    older_writer = open_tables(open_catalog(str(tmp_path)))["sessions"]
    stored(older_writer, sample(SessionRow, session_id="again"))
    assert {row.session_id for row in read_rows(PinnedTable(older_writer), "sessions", equal("team", "text"))} == {
        "old",
        "new",
        "again",
    }


def test_a_table_that_has_every_column_is_not_touched(tmp_path: Path) -> None:
    table = open_tables(open_catalog(str(tmp_path)))["signals"]
    before = table.metadata_location
    assert evolve(table, "signals").metadata_location == before


@pytest.mark.parametrize(
    ("column", "value"),
    [("size_bytes", 2**63), ("size_bytes", "5"), ("team", 5), ("team", "\ud800"), ("flags", 5)],
)
def test_a_value_that_arrow_cannot_hold_is_named_with_its_row(column: str, value: object) -> None:
    good, odd = sample(SessionRow), sample(SessionRow, **{column: value})
    target = schema_of("sessions").as_arrow()
    kept, misfits = without_misfits("sessions", [good, odd, good], target)
    assert kept == [good, good]
    assert [(one.table, one.column, one.row) for one in misfits] == [("sessions", column, odd)]
    with pytest.raises(UNCONVERTIBLE):
        arrow_table([odd], target)
