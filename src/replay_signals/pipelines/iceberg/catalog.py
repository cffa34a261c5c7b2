"""The Iceberg catalog: a SQLite file and a local folder by default, any PyIceberg catalog by its own configuration.

The same SQLite file serves Flink's JdbcCatalog (`jdbc.schema-version` V1) when both use one catalog name, here
`replay`. Tables lie in namespace `replay` and are created, and given new columns, when they are opened for writing.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from pyiceberg.catalog import Catalog, load_catalog
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.exceptions import CommitFailedException, NoSuchNamespaceError, NoSuchTableError
from pyiceberg.table import StaticTable, Table
from pyiceberg.utils.config import Config
from sqlalchemy.exc import SQLAlchemyError

from replay_signals.pipelines import secrets
from replay_signals.pipelines.iceberg.errors import WarehouseError, sentence
from replay_signals.pipelines.iceberg.folder import BUSY_TIMEOUT_S, CATALOG_FILE, CATALOG_NAME, NAMESPACE, local_folder
from replay_signals.pipelines.iceberg.metadata_files import has_rows, table_location
from replay_signals.pipelines.iceberg.row_columns import columns_of, identity_of
from replay_signals.pipelines.iceberg.schema import iceberg_type, partition_spec_of, schema_of, sort_order_of
from replay_signals.schemas.rows import TABLES

CREATE_TRIES = 8
SHOWN_TABLES = 5
RACES = (SQLAlchemyError, CommitFailedException, sqlite3.Error, ValueError)
PERMANENT = (
    "file is not a database", "unable to open database", "connection failed", "connection is bad", "failed to resolve",
)  # fmt: skip
T = TypeVar("T")


def open_catalog(warehouse: str | None, catalog: str | None = None, *, create: bool = True) -> Catalog:
    """The catalog of a local folder, or the PyIceberg catalog that is configured under a name.

    `catalog` names an entry of `.pyiceberg.yaml` or `PYICEBERG_CATALOG__<NAME>__*`; `warehouse` is then passed to it
    when given. Raises WarehouseError.
    """
    if catalog is not None:
        return _configured(catalog, warehouse)
    if warehouse is None:
        raise WarehouseError("a warehouse folder or the name of a configured catalog is needed")
    folder = local_folder(warehouse)
    if not create and not (folder / CATALOG_FILE).is_file():
        if any(folder.glob(f"{NAMESPACE}/*/metadata/*.metadata.json")):
            raise _lost(str(folder / CATALOG_FILE), f"--warehouse {warehouse}")
        what = "it is a file, and a warehouse is a folder" if folder.is_file() else f"it has no {CATALOG_FILE}"
        raise WarehouseError(f"no warehouse at {warehouse}: {what}; a backfill creates one")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WarehouseError(f"cannot use {warehouse} as a warehouse folder: {error.strerror}") from None
    _refuse_foreign(folder / CATALOG_FILE)
    return _retried(lambda: sqlite_catalog(folder), f"cannot open the catalog {folder / CATALOG_FILE}")


def _refuse_foreign(file: Path) -> None:
    """Another program's database must not get Iceberg's tables, nor pass for a warehouse: raises WarehouseError."""
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=BUSY_TIMEOUT_S)) as db:
            names = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    except sqlite3.Error:
        return  # not there yet, or what the catalog itself will say more of
    if names and "iceberg_tables" not in names:
        shown = ", ".join(sorted(names)[:SHOWN_TABLES])
        raise WarehouseError(
            f"{file} is another program's database (it holds {shown}); a warehouse needs its own folder"
        )


def sqlite_catalog(folder: Path) -> SqlCatalog:
    """PyIceberg's SQL catalog on a SQLite file inside a folder that holds the data too."""
    return SqlCatalog(
        CATALOG_NAME,
        uri=f"sqlite:///{folder / CATALOG_FILE}?timeout={BUSY_TIMEOUT_S}",
        warehouse=f"file://{folder}",
        schema_version="v1",
    )


def configured(name: str) -> dict[str, Any]:
    """What PyIceberg's configuration (file and environment, as they are now) says of a catalog.

    Its secrets are masked in all that is printed from here on.
    """
    own = dict(Config().get_catalog_config(name) or {})
    secrets.remember(own)
    return own


def _configured(name: str, warehouse: str | None) -> Catalog:
    what = f"cannot open the catalog {name!r}"
    own = configured(name) | ({"warehouse": warehouse} if warehouse else {})
    # a pooled connection may be dead when a long run comes to its commits
    own.setdefault("pool_pre_ping", "true")
    try:
        return _retried(lambda: load_catalog(name, **own), what, SQLAlchemyError)
    except (WarehouseError, ModuleNotFoundError):
        raise
    except Exception as error:  # catalogs raise whatever their client library raises; none is swallowed
        raise WarehouseError(f"{what}: {sentence(error)}") from error


def open_tables(catalog: Catalog, names: Iterable[str] = TABLES, *, create: bool = True) -> dict[str, Table]:
    """Tables by name, all when none are named.

    With `create`, missing ones are made and existing ones get the columns they lack.

    Safe to call from several processes at once. Raises WarehouseError.
    """
    if create:
        _retried(lambda: catalog.create_namespace_if_not_exists(NAMESPACE), "cannot create the namespace")
    tables: dict[str, Table] = {}
    for name in names:
        try:
            opened = partial(_open_table, catalog, name, create)
            tables[name] = _retried(opened, f"cannot open table {name}")
        except (NoSuchTableError, NoSuchNamespaceError):
            _refuse_lost(catalog, name)
            continue  # a reader of a warehouse that an older version made
    return tables


def _open_table(catalog: Catalog, name: str, create: bool) -> Table:
    identifier = (NAMESPACE, name)
    if not create:
        return _in_place(catalog, catalog.load_table(identifier))
    try:
        table = _in_place(catalog, catalog.load_table(identifier))
    except NoSuchTableError:
        _refuse_lost(catalog, name)
        table = catalog.create_table_if_not_exists(
            identifier,
            schema_of(name),
            partition_spec=partition_spec_of(name),
            sort_order=sort_order_of(name),
            properties=_properties(name),
        )
    return evolve(table, name)


def _in_place(catalog: Catalog, table: Table) -> Table:
    """The table, unless its folder was moved or copied: it would be read, and written, where it was before.

    Iceberg names every file by its whole path. Raises WarehouseError.
    """
    folder = _own_folder(catalog)
    location = Path(urlsplit(table.location()).path)
    if folder is None or location.resolve().is_relative_to(folder.resolve()):
        return table
    raise WarehouseError(
        f"the warehouse {folder} was moved or copied: its tables name their files at {location.parents[1]}; "
        f"put it back there, or backfill into a new one"
    )


def _own_folder(catalog: Catalog) -> Path | None:
    """The local folder whose own SQLite file a catalog is; None for a configured one."""
    warehouse = catalog.properties.get("warehouse", "")
    if not isinstance(catalog, SqlCatalog) or not warehouse.startswith("file://"):
        return None
    local = local_folder(warehouse)
    return local if catalog.properties.get("uri", "").startswith(f"sqlite:///{local / CATALOG_FILE}") else None


def _refuse_lost(catalog: Catalog, name: str) -> None:
    """A catalog that was emptied, deleted or set back must not pass for a new one: raises WarehouseError."""
    location = table_location(catalog.properties, NAMESPACE, name)
    if location is None or not has_rows(catalog.properties, location):
        return
    if not catalog.table_exists((NAMESPACE, name)):  # another process may have made and filled it just now
        local = _own_folder(catalog)
        raise _lost(catalog.name, f"--warehouse {local}" if local else f"--catalog {catalog.name}", location)


def _lost(catalog: str, option: str, location: str = "") -> WarehouseError:
    beside = f"the table at {location}" if location else "the tables beside it"
    return WarehouseError(
        f"the catalog {catalog} does not know {beside}, and a new one would hide what is there; "
        f"`replay-signals repair {option}` registers it again"
    )


def evolve(table: Table, name: str) -> Table:
    """Adds the columns that the row struct has and the table lacks; what is stored stays readable as it is."""
    present = set(table.schema().column_names)
    missing = [(i, c) for i, c in enumerate(columns_of(TABLES[name]), start=1) if c.name not in present]
    if missing:
        with table.update_schema() as update:
            for position, column in missing:
                # optional whatever the struct says: rows from before the column have no value
                update.add_column(column.name, iceberg_type(column, position), doc=column.doc, required=False)
    return table


def _properties(name: str) -> dict[str, str]:
    """Table properties: bounds only for columns that prune files, and a bounded trail of metadata files."""
    bounds = {
        f"write.metadata.metrics.column.{c}": "full"
        for c in {"day", "team", "session_id", "sources", *identity_of(name)}
    }
    return {
        "format-version": "2",
        "write.parquet.compression-codec": "zstd",
        "write.metadata.metrics.default": "counts",
        "write.metadata.delete-after-commit.enabled": "true",
        "write.metadata.previous-versions-max": "100",
        **bounds,
    }


class PinnedTable:
    """A table as it was at one moment, to be read and written to by workers that do not reach the catalog.

    Pickles as the location of the metadata file and the properties of the file system.
    """

    def __init__(self, table: Table) -> None:
        self.metadata_location = table.metadata_location
        # of the catalog's own properties workers need none, and a SQL catalog's URI holds a password
        hidden = {"uri"} if isinstance(table.catalog, SqlCatalog) else set()
        self.properties = {key: value for key, value in table.io.properties.items() if key not in hidden}
        self.snapshot_id = table.metadata.current_snapshot_id
        self._table: Table | None = table

    @property
    def table(self) -> Table:
        """The table, opened once per process."""
        if self._table is None:
            self._table = StaticTable.from_metadata(self.metadata_location, self.properties)
        return self._table

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_table": None}


def _retried(action: Callable[[], T], what: str, *races: type[Exception]) -> T:
    """Runs an action that another process may be doing too (making the catalog, a namespace, a column).

    `races` are what it raises when it lost; when not given, all that the making of tables raises.
    """
    lost = races or RACES
    failure: Exception | None = None
    for attempt in range(CREATE_TRIES):
        try:
            return action()
        except (NoSuchTableError, NoSuchNamespaceError):
            raise
        except lost as error:
            failure = error
            if _is_permanent(error):
                break
            time.sleep(0.05 * 2**attempt)
        except OSError as error:
            failure = error
            break
    raise WarehouseError(f"{what}: {sentence(failure)}") from failure


def _is_permanent(error: Exception) -> bool:
    return any(text in str(error) for text in PERMANENT)
