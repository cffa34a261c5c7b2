"""repair: tables that a catalog lost are registered again from their newest whole metadata files.

Iceberg's metadata says everything about a table; a catalog only says which metadata file is the newest.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from pyiceberg.catalog import Catalog
from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.table import StaticTable

from replay_signals.pipelines.iceberg.errors import WarehouseError
from replay_signals.pipelines.iceberg.folder import NAMESPACE
from replay_signals.pipelines.iceberg.metadata_files import (
    MetadataFile,
    metadata_files,
    missing_data,
    table_location,
    table_of,
)
from replay_signals.schemas.rows import TABLES


class Repaired(msgspec.Struct, frozen=True):
    """What became of one table: `there` (the catalog has it), `registered` or `none` (there is nothing to register).

    `passed_over` counts newer metadata files that were not whole: their writer lost a race, or died.
    """

    table: str
    state: str
    metadata: str = ""
    rows: int = 0
    passed_over: int = 0


def repair(catalog: Catalog) -> Iterator[Repaired]:
    """Registers every table that the catalog lacks and whose metadata lies where it would make it.

    Changes no data and no metadata file. Raises WarehouseError for a table of which no metadata file is whole.
    """
    catalog.create_namespace_if_not_exists(NAMESPACE)
    for name in TABLES:
        try:
            known = catalog.load_table((NAMESPACE, name))
            yield Repaired(name, "there", known.metadata_location, _rows(known.metadata.current_snapshot()))
        except NoSuchTableError:
            yield _register(catalog, name)


def _register(catalog: Catalog, name: str) -> Repaired:
    location = table_location(catalog.properties, NAMESPACE, name)
    files = metadata_files(catalog.properties, location) if location else []
    if not files or location is None:
        return Repaired(name, "none")
    for passed_over, file in enumerate(files):
        table = table_of(file, catalog.properties)
        if table is None:
            continue
        _must_be_at(location, table, file)
        if next(missing_data(table), None) is None:
            registered = catalog.register_table((NAMESPACE, name), file.location)
            rows = _rows(registered.metadata.current_snapshot())
            return Repaired(name, "registered", file.location, rows, passed_over)
    raise WarehouseError(
        f"table {name} cannot be repaired: every metadata file at {location} is cut off, or names data files "
        "that are gone"
    )


def _must_be_at(location: str, table: StaticTable, file: MetadataFile) -> None:
    if table.metadata.location.rstrip("/") != location:
        raise WarehouseError(
            f"{file.location} is of a table at {table.metadata.location}: metadata names whole paths, so a warehouse "
            "that was moved or copied cannot be repaired where it is now; put it back there"
        )


def _rows(snapshot: object) -> int:
    summary = getattr(snapshot, "summary", None)
    return int(summary["total-records"] or 0) if summary else 0
