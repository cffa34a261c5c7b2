"""Files of a local warehouse's tables, found without PyIceberg, are those that PyIceberg plans."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pyiceberg.table import Table

from replay_signals.pipelines.iceberg.catalog import open_catalog, open_tables
from replay_signals.pipelines.iceberg.folder import CATALOG_FILE
from replay_signals.pipelines.iceberg.local_files import DataFile, local_files
from replay_signals.pipelines.iceberg.predicates import equal
from replay_signals.pipelines.iceberg.schema import arrow_table
from replay_signals.pipelines.iceberg.warehouse import connect
from replay_signals.schemas.rows import TABLES
from support.made_rows import made

NAMES = ("sessions", "signals", "events")


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sessions a, b and c in a commit each, of which c is there in two revisions."""
    folder = tmp_path_factory.mktemp("local") / "warehouse"
    tables = open_tables(open_catalog(str(folder)))
    for session, revision in (("a", 1), ("b", 1), ("c", 1), ("c", 2)):
        append(tables["sessions"], session, revision)
    return folder


def append(table: Table, session: str, revision: int = 1) -> None:
    row = made("sessions", session_id=session, revision=revision)
    table.append(arrow_table([row], table.schema().as_arrow()))


@pytest.fixture
def warehouse(made_once: Path) -> Path:
    """The warehouse, as it was made: a test that damages it puts it back."""
    return made_once


def planned(folder: Path, session_id: str | None = None) -> set[str]:
    scan = open_tables(open_catalog(str(folder)))["sessions"].scan(
        **({"row_filter": equal("session_id", session_id)} if session_id else {})
    )
    return {task.file.file_path.removeprefix("file://") for task in scan.plan_files()}


def found(folder: Path) -> list[DataFile]:
    files = local_files(folder, NAMES)
    assert files is not None
    assert files["signals"] == files["events"] == []
    return files["sessions"]


def test_they_are_the_files_that_pyiceberg_plans(warehouse: Path) -> None:
    files = found(warehouse)
    assert {one.path for one in files} == planned(warehouse)
    assert sorted(one.newest_revision or 0 for one in files) == [1, 1, 1, 2]
    for session in ("a", "b", "c", "d"):
        assert {one.path for one in files if one.may_hold("session_id", session)} == planned(warehouse, session)


def test_files_that_a_commit_removed_are_gone(warehouse: Path, tmp_path: Path) -> None:
    table = open_tables(open_catalog(str(tmp_path)))["sessions"]
    for session in ("a", "b"):
        append(table, session)
    table.delete("session_id = 'a'")
    assert {one.path for one in found(tmp_path)} == planned(tmp_path)
    assert len(planned(tmp_path)) == 1


def test_a_file_without_bounds_may_hold_anything() -> None:
    bare = DataFile("x.parquet", {}, {})
    assert bare.may_hold("session_id", "any")
    assert bare.newest_revision is None


def test_a_table_that_was_never_made_has_no_files(tmp_path: Path) -> None:
    open_tables(open_catalog(str(tmp_path)), ["sessions"])
    assert local_files(tmp_path, NAMES) == {name: [] for name in NAMES}


def set_format(folder: Path) -> None:
    for path in (folder / "replay/sessions/metadata").glob("*.metadata.json"):
        path.write_text(json.dumps(json.loads(path.read_text()) | {"format-version": 3}))


def cut_manifests(folder: Path) -> None:
    for path in (folder / "replay/sessions/metadata").glob("*.avro"):
        path.write_bytes(path.read_bytes()[:100])


def drop_table(folder: Path) -> None:
    open_catalog(str(folder)).drop_table(("replay", "sessions"))


def no_catalog(folder: Path) -> None:
    (folder / CATALOG_FILE).write_text("no database")


@pytest.mark.parametrize("harm", [set_format, cut_manifests, drop_table, no_catalog])
def test_what_is_out_of_the_ordinary_is_left_to_pyiceberg(harm: Callable[[Path], None], tmp_path: Path) -> None:
    append(open_tables(open_catalog(str(tmp_path)))["sessions"], "a")
    assert local_files(tmp_path, NAMES)
    harm(tmp_path)
    assert local_files(tmp_path, NAMES) is None


def test_a_warehouse_that_was_copied_is_left_to_pyiceberg(warehouse: Path, tmp_path: Path) -> None:
    shutil.copytree(warehouse, tmp_path / "copied")
    assert local_files(tmp_path / "copied", NAMES) is None


def test_newest_revisions_count_also_where_others_are_first(warehouse: Path) -> None:
    asked = "SELECT session_id, revision FROM latest_sessions ORDER BY ALL"
    with connect(str(warehouse), names=NAMES) as db:
        assert db.sql(asked).fetchall() == [("a", 1), ("b", 1), ("c", 2)]
    with connect(str(warehouse), session_id="c", names=NAMES) as db:
        assert db.sql(asked).fetchall() == [("c", 2)]


@pytest.mark.slow
def test_a_question_starts_without_the_libraries_that_take_seconds(warehouse: Path) -> None:
    for command, parser in (
        (["sessions", "--limit", "1"], set()),
        (["signals", "--json"], set()),
        (["funnel", "a", "b"], {"sqlglot"}),
    ):
        program = (
            "import atexit, sys\n"
            "heavy = {'pyiceberg', 'sqlalchemy', 'pyarrow', 'pandas', 'numpy', 'sqlglot', 'apache_beam', 'sklearn'}\n"
            "atexit.register(lambda: print(*(heavy & sys.modules.keys()), file=sys.stderr))\n"
            "from replay_signals.jobs.cli import main\n"
            "main()\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", program, *command, "--warehouse", str(warehouse)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert set(done.stderr.splitlines()[-1].split()) <= parser


def test_every_table_has_a_view_with_its_columns(warehouse: Path) -> None:
    with connect(str(warehouse)) as db:
        for name, row in TABLES.items():
            assert db.sql(f"SELECT * FROM {name}").columns == list(row.__struct_fields__)
