"""The Iceberg catalog in Flink's words: one setting, PyIceberg's, serves the stream as it serves everything else.

The job's environment has no PyIceberg, so the job reads PyIceberg's file itself, `.pyiceberg.yaml` in
`$PYICEBERG_HOME`. Nothing else would do for passwords: others see command lines, and Flink logs the environment it
starts Python with.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import msgspec

from replay_signals.pipelines.stream.config import ConfigError, Warehouse

HOME = "PYICEBERG_HOME"
FILE = ".pyiceberg.yaml"
PYTHON_ONLY = {"type", "uri", "echo", "pool_pre_ping", "schema_version", "init_catalog_tables", "py-io-impl"}
SAME_IN_JDBC = {"sslmode", "sslrootcert", "options"}
"""Parameters of a PostgreSQL URI that mean the same to libpq and to the JDBC driver."""

WAY_OUT = "give the options of Flink's CREATE CATALOG in [warehouse.flink_catalog]"


def write_properties(folder: Path, name: str, properties: Mapping[str, object]) -> None:
    """Writes a catalog's properties where only this user reads them. JSON is YAML too."""
    file = folder / FILE
    file.touch(mode=0o600)
    file.chmod(0o600)
    file.write_bytes(msgspec.json.encode({"catalog": {name.lower(): properties}}))


def read_properties(home: str | None, name: str) -> dict[str, str]:
    """A catalog's properties as they stand in a folder's file; raises ConfigError when they do not."""
    from ruamel.yaml import YAML  # comes with PyFlink, and only the job needs it

    path = Path(home or ".") / FILE
    if not path.is_file():
        raise ConfigError(f"catalog {name} is looked for in {path}, which does not exist: set {HOME}")
    catalogs = YAML(typ="base").load(path).get("catalog") or {}
    own = next((own for key, own in catalogs.items() if key.lower() == name.lower()), None)
    if own is None:
        raise ConfigError(f"{path} has no catalog {name}")
    return {key.lower(): value for key, value in own.items()}


def flink_options(warehouse: Warehouse, properties: Mapping[str, object]) -> dict[str, str]:
    """Options of Flink's CREATE CATALOG for the warehouse; `properties` are those of its configured catalog.

    Raises ConfigError for a catalog that has no translation.
    """
    if warehouse.flink_catalog:
        return {"type": "iceberg", **warehouse.flink_catalog}
    own = properties
    if warehouse.catalog is None:
        own = {"uri": f"sqlite:///{warehouse.folder}/catalog.db", "warehouse": f"file://{warehouse.folder}"}
    name = warehouse.catalog_name
    if nested := sorted(key for key, value in own.items() if not isinstance(value, str)):
        raise ConfigError(f"catalog {name}: {nested[0]} is no text and is not translated for Flink: {WAY_OUT}")
    return {"type": "iceberg", **_translated(name, {key: str(value) for key, value in own.items()})}


def own_options(warehouse: Warehouse) -> dict[str, str]:
    """The same where the job runs: a configured catalog is read from the file in `$PYICEBERG_HOME`."""
    named = None if warehouse.flink_catalog else warehouse.catalog
    return flink_options(warehouse, read_properties(os.environ.get(HOME), named) if named else {})


def _translated(name: str, own: Mapping[str, str]) -> dict[str, str]:
    if not (uri := own.get("uri")):
        raise ConfigError(f"catalog {name} has no URI in PyIceberg's configuration: add one, or {WAY_OUT}")
    shared = {key: value for key, value in own.items() if key not in PYTHON_ONLY}
    kind = own.get("type", "") or _kind(uri)
    if kind == "rest":
        return {"catalog-type": "rest", "uri": uri, **shared}
    if kind == "sql" and uri.startswith("sqlite"):
        return {**_jdbc(_sqlite(uri)), "clients": "1", **shared}
    if kind == "sql" and uri.startswith("postgresql"):
        return {**_jdbc(*_postgresql(name, uri)), **shared}
    raise ConfigError(f"catalog {name} is of a kind that is not translated for Flink ({kind}): {WAY_OUT}")


def _kind(uri: str) -> str:
    """The kind of catalog that PyIceberg infers from a URI."""
    scheme = uri.partition(":")[0]
    kinds = {"http": "rest", "https": "rest", "sqlite": "sql", "postgresql": "sql", "thrift": "hive"}
    return kinds.get(scheme.partition("+")[0], scheme)


def _jdbc(uri: str, user: str | None = None, password: str | None = None) -> dict[str, str]:
    given = {"jdbc.user": user, "jdbc.password": password}
    return {
        "catalog-impl": "org.apache.iceberg.jdbc.JdbcCatalog",
        "uri": uri,
        "jdbc.schema-version": "V1",
        **{key: value for key, value in given.items() if value is not None},
    }


def _sqlite(uri: str) -> str:
    path = Path(uri.partition("?")[0].partition(":///")[2]).absolute()
    return f"jdbc:sqlite:{path}?busy_timeout=30000"


def _postgresql(name: str, uri: str) -> tuple[str, str | None, str | None]:
    """JDBC's URI, user and password; what is wrong is said without the URI, which holds a password."""
    parts = urlsplit(uri)
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        help_ = "in a password write @ : / as %40 %3A %2F"
        raise ConfigError(f"catalog {name}: the port in the URI is no number; {help_}") from None
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    if other := sorted(given.keys() - SAME_IN_JDBC):
        raise ConfigError(f"catalog {name}: {other[0]} in the URI is not translated for Flink: {WAY_OUT}")
    if not host:
        raise ConfigError(f"catalog {name}: the URI names no host, and Flink needs one: {WAY_OUT}")
    address = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    query = f"?{urlencode(given, quote_via=quote)}" if given else ""
    user, password = (None if part is None else unquote(part) for part in (parts.username, parts.password))
    return f"jdbc:postgresql://{address}{parts.path}{query}", user, password
