"""What commands write on this machine: for their owner alone, never through a link, and one sentence on a full disk."""

from __future__ import annotations

import os
import resource
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from replay_signals.jobs import links
from replay_signals.jobs.links import LinkError, refuse_inputs, refuse_outputs
from replay_signals.pipelines.files.paths import expand
from support.exhaustive import first_then_exhaustive
from support.samples import EXAMPLES

ONE = EXAMPLES / "s0003.posts.jsonl.gz"
Run = Callable[..., tuple[int, str, str]]
COMMAND = [sys.executable, "-c", "from replay_signals.jobs.cli import main; main()"]


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    mask = os.umask(0o022)
    yield
    os.umask(mask)
    links.set_follow(False)


@pytest.mark.slow
def test_files_and_folders_are_for_their_owner_alone(tmp_path: Path, run_cli: Run) -> None:
    assert run_cli("backfill", str(ONE), "-w", str(tmp_path / "a" / "w"))[0] == 0
    found = list((tmp_path / "a").rglob("*"))
    assert {path.suffix for path in found} >= {".db", ".parquet", ".avro", ".json", ".segment", ".avsc"}
    for path in (tmp_path / "a", *found):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_dead_letters_are_for_their_owner_alone(tmp_path: Path, run_cli: Run) -> None:
    (tmp_path / "bad.jsonl").write_text("{")
    assert run_cli("detect", str(tmp_path / "bad.jsonl"), "--dead-letters", str(tmp_path / "dead"))[0] == 0
    assert stat.S_IMODE((tmp_path / "dead").stat().st_mode) == 0o600


def test_links_out_of_an_input_folder_are_refused_unless_asked_for(tmp_path: Path, run_cli: Run) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    for folder in (inside, outside):
        folder.mkdir()
    shutil.copy(ONE, outside / "a.jsonl.gz")
    shutil.copy(ONE, inside / "b.jsonl.gz")
    (inside / "c.jsonl.gz").symlink_to(inside / "b.jsonl.gz")
    assert run_cli("detect", str(inside))[0] == 0
    (inside / "d.jsonl.gz").symlink_to(outside / "a.jsonl.gz")
    for command in (["detect", str(inside)], ["backfill", str(inside), "-w", str(tmp_path / "w")]):
        code, _, err = run_cli(*command)
        assert (code, "leads out of its folder" in err.replace("\n", " ")) == (2, True)
    assert run_cli("detect", str(inside), str(outside))[0] == 0
    assert run_cli("detect", str(inside / "d.jsonl.gz"))[0] == 0, "a link that is named itself was asked for"
    assert run_cli("--follow-links", "detect", str(inside))[0] == 0


def test_a_linked_folder_inside_is_a_link_too(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.json").touch()
    (tmp_path / "in" / "sub").symlink_to(tmp_path / "out")
    with pytest.raises(LinkError):
        refuse_inputs([str(tmp_path / "in")], [str(tmp_path / "in" / "sub" / "a.json")])
    with pytest.raises(LinkError):
        refuse_inputs([str(tmp_path / "in" / "*")], [str(tmp_path / "in" / "sub" / "a.json")])
    refuse_inputs(["s3://bucket/x"], ["s3://bucket/x/a.json"])


@pytest.mark.parametrize("name", ["", "catalog.db", "replay", "inbox", "attempts"])
def test_outputs_through_links_are_refused_unless_asked_for(tmp_path: Path, run_cli: Run, name: str) -> None:
    target, warehouse = tmp_path / "elsewhere", tmp_path / "w"
    if name:
        warehouse.mkdir()
        (warehouse / name).symlink_to(target)
    else:
        warehouse.symlink_to(target)
    code, _, err = run_cli("backfill", str(ONE), "-w", str(warehouse))
    assert (code, "give --follow-links" in err.replace("\n", " ")) == (2, True)
    assert not target.exists()
    links.set_follow(True)
    refuse_outputs(warehouse)


def test_dead_letters_do_not_go_through_a_link(tmp_path: Path, run_cli: Run) -> None:
    (tmp_path / "dead").symlink_to(tmp_path / "precious")
    assert run_cli("detect", str(ONE), "--dead-letters", str(tmp_path / "dead"))[0] == 2
    assert not (tmp_path / "precious").exists()


@pytest.mark.slow
@pytest.mark.parametrize("limit_bytes", first_then_exhaustive([20_000, 4096, 40_000]))
def test_a_full_disk_is_one_sentence(tmp_path: Path, limit_bytes: int) -> None:
    """A limit on the size of files gives the same errors as a disk without room, a little earlier or later."""
    done = subprocess.run(
        [*COMMAND, "backfill", str(ONE), "-w", str(tmp_path / "w")],
        capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "200"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes)),
    )  # fmt: skip
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    assert len([line for line in done.stderr.splitlines() if line.startswith("Error: ")]) == 1
    assert "too many other writers" not in done.stderr


def test_pipes_in_a_folder_are_passed_over_and_read_when_they_are_named(tmp_path: Path) -> None:
    """Nobody may ever write into them."""
    os.mkfifo(tmp_path / "pipe.jsonl")
    (tmp_path / "visit.jsonl").write_text("{}\n")
    assert expand([str(tmp_path)]) == [str(tmp_path / "visit.jsonl")]
    assert expand([str(tmp_path / "pipe.jsonl")]) == [str(tmp_path / "pipe.jsonl")]


@pytest.mark.parametrize("content", ["Maria Schmidt wohnt hier", '{"Maria Schmidt": 1}', "\\Maria\\", 'a "Maria" b'])
def test_what_is_said_of_a_file_that_nobody_can_read_repeats_nothing_of_it(
    tmp_path: Path, run_cli: Run, content: str
) -> None:
    file, letters = tmp_path / "odd.json", tmp_path / "letters.jsonl"
    file.write_text(content)
    _, out, err = run_cli("detect", str(file), "--dead-letters", str(letters))
    assert "unknown_format" in out
    assert "Maria" not in out + err + letters.read_text()
