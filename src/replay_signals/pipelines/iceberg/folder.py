"""A warehouse in a local folder: where its catalog lies, and how its tables are called."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from replay_signals.pipelines.iceberg.errors import WarehouseError

NAMESPACE = "replay"
CATALOG_NAME = "replay"
CATALOG_FILE = "catalog.db"
BUSY_TIMEOUT_S = 30
"""How long SQLite waits for another writer's lock."""


def local_folder(warehouse: str) -> Path:
    """The folder of a path or `file://` URL; raises WarehouseError for object stores and what URLs cannot carry."""
    parts = urlsplit(warehouse)
    if parts.scheme not in ("", "file"):
        raise WarehouseError(f"{warehouse} is no local folder: an object store needs a configured catalog (--catalog)")
    folder = Path(unquote(parts.path) if parts.scheme else warehouse).expanduser().absolute()
    if bad := sorted(set(str(folder)) & set("#?%")):
        raise WarehouseError(f"Iceberg locations cannot hold the {' '.join(bad)} of the warehouse path {folder}")
    return folder
