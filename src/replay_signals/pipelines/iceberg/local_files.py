"""Data files of a local warehouse's tables as of one moment, found without PyIceberg.

Importing PyIceberg with its SQL catalog takes seconds of CPU, several times what most questions over the tables cost.
A question needs little of it: PyIceberg's SQL catalog and Flink's keep the place of each table's metadata in one SQLite
table (https://iceberg.apache.org/docs/latest/jdbc/), and from there the specification leads over the snapshot's
manifest list to its data files and their bounds (https://iceberg.apache.org/spec/#manifests). Whatever is out of the
ordinary (a table that is lost, another version of the format, deletes, another file system, damage) is left to
PyIceberg, which reads it or says what is wrong.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import fastavro
import msgspec

from replay_signals.pipelines.iceberg.folder import BUSY_TIMEOUT_S, CATALOG_FILE, CATALOG_NAME, NAMESPACE

FORMAT_VERSION = 2
DELETED = 2
"""Status of a manifest's entry that is no longer part of the table."""


class _Unusual(Exception):
    """Something that PyIceberg has to look at."""


class DataFile(NamedTuple):
    """One Parquet file, and the least and greatest value of its columns, encoded as Iceberg does; where known."""

    path: str
    lower: Mapping[str, bytes]
    upper: Mapping[str, bytes]

    def may_hold(self, column: str, text: str) -> bool:
        """Whether a row may have this text in a column."""
        value = text.encode()
        return self.lower.get(column, value) <= value <= self.upper.get(column, value)

    @property
    def newest_revision(self) -> int | None:
        """The greatest revision of its rows; None when it is not known."""
        found = self.upper.get("revision")
        return None if found is None else int.from_bytes(found, "little", signed=True)


def local_files(folder: Path, names: Iterable[str]) -> dict[str, list[DataFile]] | None:
    """Data files of each table in the newest snapshots; None when PyIceberg has to be asked."""
    try:
        placed = _metadata_of(folder / CATALOG_FILE)
        return {name: list(_files(folder, name, placed.get(name))) for name in names}
    except (_Unusual, sqlite3.Error, OSError, ValueError, LookupError, TypeError, EOFError):
        return None


def _metadata_of(catalog: Path) -> dict[str, str]:
    """Where each table's metadata lies, of all tables at one moment."""
    with closing(sqlite3.connect(f"file:{catalog}?mode=ro", uri=True, timeout=BUSY_TIMEOUT_S)) as db:
        ours = "catalog_name = ? AND table_namespace = ?"
        asked = f"SELECT table_name, metadata_location FROM iceberg_tables WHERE {ours}"
        return dict(db.execute(asked, (CATALOG_NAME, NAMESPACE)).fetchall())


def _files(folder: Path, name: str, metadata_location: str | None) -> Iterator[DataFile]:
    if metadata_location is None:
        if (folder / NAMESPACE / name).exists():
            raise _Unusual("a table that the catalog lost")
        return
    metadata = msgspec.json.decode(_path(metadata_location).read_bytes())
    if metadata["format-version"] != FORMAT_VERSION:
        raise _Unusual("another version of the format")
    if not _path(metadata["location"]).resolve().is_relative_to(folder.resolve()):
        raise _Unusual("a warehouse that was moved")
    newest = metadata.get("current-snapshot-id")
    if newest in (None, -1):
        return
    (snapshot,) = (one for one in metadata["snapshots"] if one["snapshot-id"] == newest)
    (schema,) = (one for one in metadata["schemas"] if one["schema-id"] == metadata["current-schema-id"])
    columns = {field["id"]: field["name"] for field in schema["fields"]}
    for manifest in _records(snapshot["manifest-list"]):
        for entry in _records(manifest["manifest_path"]):
            if entry["status"] != DELETED:
                yield _data_file(entry["data_file"], columns)


def _records(location: str) -> list[Any]:
    with _path(location).open("rb") as file:
        return list(fastavro.reader(file))


def _data_file(entry: Mapping[str, Any], columns: Mapping[int, str]) -> DataFile:
    if entry["content"] or entry["file_format"].upper() != "PARQUET":
        raise _Unusual("deletes, or another file format")
    lower, upper = (
        {columns[bound["key"]]: bound["value"] for bound in entry[side] or () if bound["key"] in columns}
        for side in ("lower_bounds", "upper_bounds")
    )
    return DataFile(str(_path(entry["file_path"])), lower, upper)


def _path(location: str) -> Path:
    parts = urlsplit(location)
    if parts.scheme not in {"", "file"} or parts.netloc or parts.query or parts.fragment:
        raise _Unusual("another file system")
    return Path(parts.path)
