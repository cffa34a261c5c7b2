"""A catalog in PyIceberg's words becomes Flink's options, or a sentence that names the way out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from replay_signals.jobs.stream import hand_over_catalog, read_config
from replay_signals.pipelines.stream.catalog import flink_options
from replay_signals.pipelines.stream.config import ConfigError, Warehouse, load_config

JDBC = {"type": "iceberg", "catalog-impl": "org.apache.iceberg.jdbc.JdbcCatalog", "jdbc.schema-version": "V1"}


def translated(**own: str) -> dict[str, str]:
    return flink_options(Warehouse(catalog="prod"), {key.replace("_", "-"): value for key, value in own.items()})


def test_a_folder_has_its_sqlite_file() -> None:
    assert flink_options(Warehouse(folder="/data"), {}) == {
        **JDBC,
        "uri": "jdbc:sqlite:/data/catalog.db?busy_timeout=30000",
        "warehouse": "file:///data",
        "clients": "1",
    }


def test_sqlite_by_name() -> None:
    assert translated(uri="sqlite:////data/x.db?timeout=9")["uri"] == "jdbc:sqlite:/data/x.db?busy_timeout=30000"
    relative = f"jdbc:sqlite:{Path.cwd()}/x.db?busy_timeout=30000"
    assert translated(uri="sqlite:///x.db")["uri"] == relative


def test_postgresql() -> None:
    own = translated(uri="postgresql+psycopg://me:p%40ss%3A%2F@db.test:5433/ice?sslmode=require", warehouse="s3://b/w")
    assert own == {
        **JDBC,
        "uri": "jdbc:postgresql://db.test:5433/ice?sslmode=require",
        "jdbc.user": "me",
        "jdbc.password": "p@ss:/",
        "warehouse": "s3://b/w",
    }
    assert translated(uri="postgresql://[::1]/ice") == {**JDBC, "uri": "jdbc:postgresql://[::1]/ice"}


def test_rest() -> None:
    own = translated(uri="https://rest.test", type="rest", credential="a:b", warehouse="w", py_io_impl="x")
    assert own == {
        "type": "iceberg",
        "catalog-type": "rest",
        "uri": "https://rest.test",
        "credential": "a:b",
        "warehouse": "w",
    }


@pytest.mark.parametrize(
    ("own", "says"),
    [
        ({"uri": "thrift://hive.test"}, "kind that is not translated for Flink (hive): give the options"),
        ({"uri": "https://x", "type": "glue"}, "kind that is not translated for Flink (glue): give the options"),
        ({"uri": "mysql://u:secret@h/x"}, "kind that is not translated for Flink (mysql): give the options"),
        ({"uri": "mysql://u:secret@h/x", "type": "sql"}, "(sql): give the options"),
        ({"type": "glue"}, "catalog prod has no URI in PyIceberg's configuration: add one, or give the options"),
        ({"uri": "postgresql://u:secret@h/x?service=a"}, "service in the URI is not translated"),
        ({"uri": "postgresql:///x"}, "the URI names no host"),
        ({"uri": "postgresql://u:sec:ret/@h/x"}, "the port in the URI is no number"),
    ],
)
def test_what_has_no_translation(own: dict[str, str], says: str) -> None:
    with pytest.raises(ConfigError) as error:
        translated(**own)
    assert says in str(error.value)
    assert "sec" not in str(error.value)


def test_what_is_no_text_has_no_translation() -> None:
    with pytest.raises(ConfigError, match=r"catalog prod: auth is no text .* \[warehouse.flink_catalog\]"):
        flink_options(Warehouse(catalog="prod"), {"uri": "https://x", "auth": {"type": "basic"}})


def test_flinks_own_options_win() -> None:
    where = load_config('[warehouse]\ncatalog = "prod"\n[warehouse.flink_catalog]\ncatalog-type = "glue"\n').warehouse
    assert flink_options(where, {}) == {"type": "iceberg", "catalog-type": "glue"}
    assert where.catalog_name == "prod"


def test_what_is_handed_over_is_for_this_user_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for key, value in {"URI": "postgresql://u:secret@h/x", "S3__ACCESS_KEY_ID": "A"}.items():
        monkeypatch.setenv(f"PYICEBERG_CATALOG__MY_PROD__{key}", value)
    found = hand_over_catalog(Warehouse(catalog="my-prod"), tmp_path)
    file = tmp_path / ".pyiceberg.yaml"
    assert found == {"PYICEBERG_HOME": str(tmp_path)}
    assert file.stat().st_mode & 0o777 == 0o600
    own = {"uri": "postgresql://u:secret@h/x", "s3.access-key-id": "A"}
    assert json.loads(file.read_text()) == {"catalog": {"my-prod": own}}


def test_the_command_line_stands_for_all_of_the_files_warehouse(tmp_path: Path) -> None:
    file = tmp_path / "stream.toml"
    file.write_text('[warehouse]\ncatalog = "prod"\n[warehouse.flink_catalog]\ncatalog-type = "glue"\n')

    def warehouse(**changes: str) -> Warehouse:
        return read_config(str(file), tmp_path, **changes).warehouse

    assert warehouse().flink_catalog
    assert warehouse(catalog="other") == Warehouse(str(Path.cwd() / "warehouse"), "other")
    assert warehouse(warehouse="/data") == Warehouse("/data")
