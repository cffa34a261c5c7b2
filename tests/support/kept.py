"""Warehouses that older versions wrote, kept in tests/golden/upgrade, unpacked somewhere else than they were written.

Iceberg's metadata names whole paths, so every place is rewritten: in metadata files, in manifests and in the catalog.
"""

from __future__ import annotations

import sqlite3
import tarfile
from pathlib import Path
from typing import Any

import fastavro

KEPT = Path(__file__).parents[1] / "golden" / "upgrade"
WRITTEN_AT = "file:///kept/warehouse"


def unpacked(name: str, folder: Path) -> Path:
    """The warehouse of a version, with its inbox, in a folder of the test's own."""
    with tarfile.open(KEPT / f"{name}.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    warehouse = folder / "warehouse"
    place = f"file://{warehouse}"
    for path in warehouse.glob("replay/*/metadata/*"):
        if path.suffix == ".json":
            path.write_text(path.read_text().replace(WRITTEN_AT, place))
        else:
            _rewrite(path, place)
    with sqlite3.connect(warehouse / "catalog.db") as db:
        for table, column in (
            ("iceberg_tables", "metadata_location"),
            ("iceberg_tables", "previous_metadata_location"),
            ("iceberg_namespace_properties", "property_value"),
        ):
            db.execute(f"UPDATE {table} SET {column} = replace({column}, ?, ?)", (WRITTEN_AT, place))
    return warehouse


def _rewrite(path: Path, place: str) -> None:
    with path.open("rb") as file:
        reader: Any = fastavro.reader(file)
        metadata = {key: value for key, value in reader.metadata.items() if not key.startswith("avro.")}
        schema, records = reader.writer_schema, [_moved(record, place) for record in reader]
    with path.open("wb") as file:
        fastavro.writer(file, schema, records, codec="deflate", metadata=metadata)


def _moved(value: Any, place: str) -> Any:
    if isinstance(value, str):
        return value.replace(WRITTEN_AT, place)
    if isinstance(value, dict):
        return {key: _moved(one, place) for key, one in value.items()}
    return [_moved(one, place) for one in value] if isinstance(value, list) else value
