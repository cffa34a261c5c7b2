"""Which files a path means, and the one sentence when it means none."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from replay_signals.pipelines.files.paths import InputError, expand
from replay_signals.pipelines.files.reading import read


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    names = ["b.jsonl.gz", "a.json", "sub/c.ndjson.zst", "sub/D.JSON", "a.labels.json", "README.md", "score.py"]
    for name in [*names, ".hidden/e.json", "sub/.f.json", "odd[1].json", "a.labels.json.gz"]:
        path = tmp_path / "rec" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('[{"type":4,"timestamp":1}]')
    (tmp_path / "empty").mkdir()
    return tmp_path


@pytest.fixture
def memory() -> Iterator[str]:
    files = fsspec.filesystem("memory")
    files.pipe({"/rec/a.json": b'[{"type":4,"timestamp":1}]', "/rec/b.txt": b"x", "/rec/sub/c.jsonl": b"{}"})
    yield "memory://rec"
    files.rm("/rec", recursive=True)


RECORDINGS = ["rec/a.json", "rec/b.jsonl.gz", "rec/odd[1].json", "rec/sub/D.JSON", "rec/sub/c.ndjson.zst"]


def test_a_folder_means_its_recordings(folder: Path) -> None:
    assert expand(["rec"]) == RECORDINGS
    assert expand([str(folder / "rec")]) == [str(folder / name) for name in RECORDINGS]
    assert expand(["./rec/", "rec/sub"]) == RECORDINGS


def test_a_named_file_is_read_whatever_its_name(folder: Path) -> None:
    assert expand(["rec/README.md", "rec/a.labels.json"]) == ["rec/README.md", "rec/a.labels.json"]
    assert expand(["rec/odd[1].json"]) == ["rec/odd[1].json"]


def test_globs(folder: Path) -> None:
    assert expand(["rec/*.gz"]) == ["rec/a.labels.json.gz", "rec/b.jsonl.gz"]
    assert expand(["rec/**/*.zst"]) == ["rec/sub/c.ndjson.zst"]
    assert expand([f"{folder}/rec/[ab].json*"]) == [f"{folder}/rec/a.json", f"{folder}/rec/b.jsonl.gz"]


def test_every_file_once(folder: Path) -> None:
    paths = ["rec/a.json", "./rec/a.json", str(folder / "rec/a.json"), f"file://{folder}/rec/a.json", "rec/a.js*"]
    assert expand(paths) == ["rec/a.json"]
    assert expand([]) == []


def test_urls(folder: Path, memory: str) -> None:
    assert expand([f"file://{folder}/rec/a.json"]) == [f"{folder}/rec/a.json"]
    assert expand([memory]) == ["memory:///rec/a.json", "memory:///rec/sub/c.jsonl"]
    assert expand([memory + "/*.txt"]) == ["memory:///rec/b.txt"]
    assert [type(record).__name__ for record in read(expand([memory])[0])] == ["SnapshotMessage"]
    assert [type(record).__name__ for record in read(f"file://{folder}/rec/a.json")] == ["SnapshotMessage"]


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("missing.json", "missing.json: no such file or folder"),
        ("missing/*.json", "missing/*.json: nothing matches"),
        ("empty", "empty: no recordings in this folder (files ending in .json, "),
        ("memory://nothing", "memory://nothing: no such file or folder"),
        ("nonsense://a/b", "nonsense://a/b: "),
        ("a\x00b", "a\x00b: "),
        ("", "the path is empty"),
    ],
)
def test_one_sentence_when_nothing_is_meant(folder: Path, path: str, sentence: str) -> None:
    with pytest.raises(InputError) as error:
        expand([path])
    assert str(error.value).startswith(sentence)
    assert "\n" not in str(error.value)


def test_urls_that_need_a_package_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    fsspec.register_implementation("lacking", "no_such_package.Files", clobber=True, errtxt="Install no_such_package")
    for use in (lambda: expand(["lacking://a"]), lambda: read("lacking://a")):
        with pytest.raises(InputError, match="needs a further package: Install no_such_package"):
            use()


def test_no_permission(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Not by chmod: the tests may run as root, whom it does not stop.
    monkeypatch.setattr(os, "access", lambda path, mode: not str(path).endswith("a.json"))
    with pytest.raises(InputError, match=r"rec/a\.json: no permission to read it"):
        expand(["rec"])
