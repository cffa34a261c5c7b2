"""The reference of tables and columns in docs/tables.md, written from the row structs.

`python -m replay_signals.pipelines.iceberg.columns` prints it; a test keeps the page true.
"""

from __future__ import annotations

from collections.abc import Iterable
from inspect import cleandoc

from pyiceberg.types import IcebergType, ListType, MapType

from replay_signals.pipelines.iceberg.row_columns import identity_of
from replay_signals.pipelines.iceberg.schema import partition_spec_of, schema_of
from replay_signals.schemas.rows import TABLES


def reference() -> str:
    """Markdown: one section a table with what a row is, partition, key, and every column."""
    return "\n".join(_section(name) for name in TABLES)


def _section(name: str) -> str:
    schema = schema_of(name)
    meaning = cleandoc(TABLES[name].__doc__ or "").split("\n\n")[0].replace("\n", " ")
    parts = [
        f"{field.transform}({schema.find_column_name(field.source_id)})".replace("identity(day)", "day")
        for field in partition_spec_of(name).fields
    ]
    rows = [
        f"| `{f.name}` | {_type(f.field_type)}{'' if f.required else ', may be null'} | {_cell(f.doc or '')} |"
        for f in schema.fields
    ]
    return "\n".join(
        [
            f"### {name}",
            "",
            meaning,
            "",
            f"Partitioned by {_code(parts)}. Unique: {_code(identity_of(name))}.",
            "",
            "| column | type | meaning |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def _type(kind: IcebergType) -> str:
    if isinstance(kind, MapType):
        return f"map of {kind.key_type} to {kind.value_type}"
    return f"list of {kind.element_type}" if isinstance(kind, ListType) else str(kind)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    print(reference())
