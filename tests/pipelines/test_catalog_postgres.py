"""An Iceberg catalog in PostgreSQL: backfills keep there what they promise on SQLite."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from replay_signals.jobs.tables import Store
from replay_signals.pipelines.iceberg.catalog import open_catalog
from replay_signals.pipelines.iceberg.errors import WarehouseError
from support.children import Child
from support.postgres import PASSWORD, Server
from support.warehouses import SMALL, backfill, contents, lines, newest, snapshots, written

pytestmark = pytest.mark.slow
MakeCatalog = Callable[[str], Store]


def race(place: Store, *inputs: list[Path]) -> None:
    children = [Child(place, paths) for paths in inputs]
    for child in children:
        child.started()
    for child in children:
        child.result()


def test_the_tables_are_those_of_a_folder(catalog_in_postgres: MakeCatalog, tmp_path: Path) -> None:
    place = catalog_in_postgres("prod")
    backfill(place, *SMALL)
    backfill(tmp_path / "folder", *SMALL)
    assert contents(place) == contents(tmp_path / "folder")
    before = snapshots(place)
    backfill(place, *SMALL)
    assert snapshots(place) == before


def test_writers_at_once(catalog_in_postgres: MakeCatalog, tmp_path: Path) -> None:
    """The first of them make the catalog, too, and half of a session each."""
    place = catalog_in_postgres("prod")
    halves = [[written(tmp_path / f"{i}.jsonl", lines(*SMALL)[i::2])] for i in range(2)]
    race(place, *halves, [SMALL[0]])
    backfill(tmp_path / "folder", *SMALL)
    assert newest(place) == newest(tmp_path / "folder")


def test_commands_read_it(
    catalog_in_postgres: MakeCatalog, run_cli: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    catalog_in_postgres("prod")
    assert run_cli("backfill", str(SMALL[0]), "--catalog", "prod", "--inbox", str(tmp_path / "inbox"))[0] == 0
    code, out, _ = run_cli("sessions", "--catalog", "prod", "--json")
    assert (code, len(json.loads(out))) == (0, 1)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda uri: uri.replace("replay:p", "replay:q"), "password authentication failed"),
        (lambda uri: f"{uri}x", "does not exist"),
        (lambda uri: uri.rpartition(":")[0] + ":1/test", "Connection refused"),
        (lambda uri: uri.replace("postgresql", "mysql"), "Could not infer the catalog type"),
    ],
)
def test_what_is_wrong_is_said_at_once_and_without_the_password(
    catalog_in_postgres: MakeCatalog, postgres: Server, monkeypatch: pytest.MonkeyPatch, change: Callable, says: str
) -> None:
    catalog_in_postgres("prod")
    monkeypatch.setenv("PYICEBERG_CATALOG__PROD__URI", change(postgres.database(f"wrong{time.monotonic_ns()}")))
    started = time.monotonic()
    with pytest.raises(WarehouseError, match=says) as error:
        open_catalog(None, "prod")
    assert time.monotonic() - started < 5
    assert PASSWORD[2:] not in str(error.value)
    assert "ss%3A" not in str(error.value)


@pytest.mark.exhaustive
def test_a_server_that_restarts_during_a_run(
    catalog_in_postgres: MakeCatalog, postgres: Server, tmp_path: Path
) -> None:
    """The connections of the run are dead when it commits."""
    place = catalog_in_postgres("prod")
    child = Child(place, SMALL, pause_at=("judge", 1), pause_s=4)
    child.started()
    assert child.paused()
    postgres.stop()
    postgres.start()
    assert child.result()
    backfill(tmp_path / "folder", *SMALL)
    assert newest(place) == newest(tmp_path / "folder")
