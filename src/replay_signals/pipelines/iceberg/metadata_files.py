"""Metadata files of a table that its catalog does not know: looked for where the catalog would make the table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pyarrow.fs import FileSelector, FileType
from pyiceberg.exceptions import ValidationError
from pyiceberg.io import FileIO, load_file_io
from pyiceberg.table import StaticTable

from replay_signals.pipelines.iceberg.storage import Place

_NAME = re.compile(r"^(?:v|)(?P<version>\d+)(?:-[0-9a-f-]+)?\.metadata\.json$")


class MetadataFile(NamedTuple):
    """One version of a table's metadata; of one version there may be several, of writers that lost a race."""

    version: int
    location: str


def table_location(properties: Mapping[str, str], namespace: str, name: str) -> str | None:
    """Where a catalog with these properties makes a table; None when the properties do not say."""
    warehouse = properties.get("warehouse")
    return f"{warehouse.rstrip('/')}/{namespace}/{name}" if warehouse else None


def metadata_files(properties: Mapping[str, str], location: str) -> list[MetadataFile]:
    """Metadata files of a table at a location, newest first. Raises OSError when the storage does not answer."""
    folder = Place(file_io(properties, location), f"{location}/metadata")
    found: list[MetadataFile] = []
    for info in folder.filesystem.get_file_info(FileSelector(folder.path, allow_not_found=True)):
        match = _NAME.match(info.base_name)
        if info.type == FileType.File and match:
            found.append(MetadataFile(int(match["version"]), f"{location}/metadata/{info.base_name}"))
    return sorted(found, reverse=True)


def has_rows(properties: Mapping[str, str], location: str) -> bool:
    """Whether the newest whole metadata at a location has a snapshot. A table that is just being made has none."""
    tables = (table_of(file, properties) for file in metadata_files(properties, location))
    newest = next((table for table in tables if table is not None), None)
    return newest is not None and newest.metadata.current_snapshot_id is not None


def table_of(file: MetadataFile, properties: Mapping[str, str]) -> StaticTable | None:
    """The table as a metadata file tells it; None while the file is being written, or when its writer was killed."""
    try:
        return StaticTable.from_metadata(file.location, dict(properties))
    except ValidationError:  # a file system shows a file before it is whole
        return None


def missing_data(table: StaticTable) -> Iterator[str]:
    """Data files that the current snapshot names and that are not there."""
    folder = Place(table.io, table.location_provider().data_path)
    selector = FileSelector(folder.path, allow_not_found=True, recursive=True)
    there = {info.path for info in folder.filesystem.get_file_info(selector)}
    for task in table.scan().plan_files():
        if Place(table.io, task.file.file_path).path not in there:
            yield task.file.file_path


def file_io(properties: Mapping[str, str], location: str) -> FileIO:
    """The FileIO that a catalog with these properties uses for a location."""
    return load_file_io(dict(properties), location)
