"""Source maps: one exception keeps its cause over builds.

The two builds in tests/golden/source_maps were made by esbuild 0.28.2 of one program, whose other file was changed in
between: `esbuild app.ts --bundle --minify --sourcemap=external --sources-content=false --entry-names=[name]-[hash]`.
`stack.txt` is what Node printed when their code threw.
"""

from __future__ import annotations

import json
import logging
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from replay_signals.pipelines.files import source_maps
from replay_signals.pipelines.files.source_maps import MAX_KEPT, SourceMapError, SourceMaps, source_name
from replay_signals.pipelines.privacy import MAPS_VARIABLE, policy_of
from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.rows import ExceptionRow
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.digest.message import digest
from replay_signals.transforms.evidence.extract import event_evidence
from replay_signals.transforms.judge.session import judge_session
from replay_signals.transforms.privacy.policy import Policy
from replay_signals.transforms.privacy.sources import Source, line_of, text_of
from support.dom import button
from support.events import console
from support.outcome import message
from support.samples import ROOT
from support.web import Visit

BUILDS = ROOT / "tests" / "golden" / "source_maps"
FILES = {"one": "app-RI3YMUW7.js", "two": "app-ZSK437SE.js"}
POLICY = Policy(sources=SourceMaps(BUILDS))


def stack(build: str) -> list[str]:
    return (BUILDS / build / "stack.txt").read_text().splitlines()


def url(build: str) -> str:
    return f"https://shop.test/assets/{FILES[build]}"


def exceptions(visit: Visit, policy: Policy) -> list[ExceptionRow]:
    messages = [digest(message(events, window_id=window), policy) for window, events in visit.recorded.items()]
    digests = [one for one in messages if isinstance(one, MessageDigest)]
    judged = judge_session(digests, [event_evidence(event, policy) for event in visit.analytics], Rules())
    return list(judged.rows["exceptions"])


def logged(build: str, policy: Policy = POLICY) -> ExceptionRow:
    visit = Visit()
    page = visit.open("https://shop.test/pay", button("Pay", id="pay"))
    title, *lines = stack(build)
    page.record(console(2000, "error", f"Uncaught {title}", trace=tuple(line.strip() for line in lines)))
    (found,) = exceptions(visit, policy)
    return found


def reported(build: str, policy: Policy = POLICY, **changes: object) -> ExceptionRow:
    frames = []
    for line in reversed(stack(build)[1:]):
        function, _, place = line.strip().removeprefix("at ").removesuffix(")").partition(" (")
        file, row, column = place.rsplit(":", 2)
        frames.append({"filename": file, "function": function, "lineno": int(row), "colno": int(column), **changes})
    visit = Visit()
    visit.open("https://shop.test/pay", button("Pay", id="pay"))
    said = stack(build)[0].partition(": ")[2]
    entry = {"type": "TypeError", "value": said, "stacktrace": {"type": "raw", "frames": frames}}
    visit.event("$exception", 2000, _exception_list=[entry])
    (found,) = exceptions(visit, policy)
    return found


@pytest.mark.parametrize("told", [logged, reported])
def test_one_exception_of_two_builds_is_one_cause(told: Callable[..., ExceptionRow]) -> None:
    one, two = told("one"), told("two")
    assert one.fingerprint == two.fingerprint
    assert [(frame["file"], frame["function"]) for frame in json.loads(one.frames)] == [
        ("src/pay.ts", "charge"),
        ("src/pay.ts", "submit"),
        ("src/app.ts", "onPayClick"),
    ]
    assert told("one", Policy()).fingerprint != one.fingerprint


def test_a_console_line_and_an_event_about_it_have_one_cause() -> None:
    assert logged("one").fingerprint == reported("two").fingerprint


def test_what_error_tracking_resolved_is_left_alone() -> None:
    assert reported("one", resolved=True).fingerprint == reported("one", Policy()).fingerprint


def test_a_stack_inside_of_a_console_line_is_resolved() -> None:
    maps = SourceMaps(BUILDS)
    title, *lines = stack("one")
    for newline in ("\n", "\\n"):
        told = text_of(newline.join([title, *lines]), maps)
        assert told.split(newline)[1:3] == [
            "    at PaymentForm.charge (src/pay.ts:9:52)",
            "    at PaymentForm.submit (src/pay.ts:5:17)",
        ]
    assert line_of(f"n@{url('one')}:1:187", maps) == "at onPayClick (src/app.ts:5:30)"
    for other in (
        "",
        "at",
        "at n (https://shop.test/other.js:1:20)",
        "no frame: 1:2:3",
        f"at {url('one')}:0:0",
        ":1:2",
    ):
        assert line_of(other, maps) == other


def test_without_the_built_file_functions_have_no_names(tmp_path: Path) -> None:
    shutil.copy(BUILDS / "one" / f"{FILES['one']}.map", tmp_path)
    assert SourceMaps(tmp_path)(url("one"), 1, 113) == Source("src/pay.ts", 9, 52, "")


def test_names_of_sources_are_cleaned_as_all_others_are(tmp_path: Path) -> None:
    told = json.loads((BUILDS / "one" / f"{FILES['one']}.map").read_text())
    told["sources"][0] = "../../src/maria.lopez@example.com/pay.ts"
    (tmp_path / f"{FILES['one']}.map").write_text(json.dumps(told))
    policy = Policy(sources=SourceMaps(tmp_path))
    for found in (logged("one", policy), reported("one", policy)):
        assert "maria" not in found.frames
        assert "pay.ts" in found.frames


@pytest.mark.parametrize(
    "broken", [b"", b"{", b"[]", b"\xff\xfe\x00", b'{"version":3,"sources":["a"],"names":[],"mappings":"!!!"}']
)
def test_a_broken_map_is_told_once_and_leaves_the_frame(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, broken: bytes
) -> None:
    (tmp_path / f"{FILES['one']}.map").write_bytes(broken)
    maps = SourceMaps(tmp_path)
    with caplog.at_level(logging.WARNING):
        assert [maps(url("one"), 1, column) for column in (113, 72)] == [None, None]
    assert [record.getMessage().partition(" is")[0] for record in caplog.records] == [f"source map {FILES['one']}.map"]


def test_a_map_that_is_too_large_is_not_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_maps, "MAX_MAP_BYTES", 500)
    shutil.copytree(BUILDS / "one", tmp_path, dirs_exist_ok=True)
    with caplog.at_level(logging.WARNING):
        assert SourceMaps(tmp_path)(url("one"), 1, 113) is None
    assert "larger than" in caplog.text


def test_the_map_whose_path_fits_best_is_taken_and_none_of_two_that_fit_alike(tmp_path: Path) -> None:
    for folder in ("shop/assets", "admin/assets"):
        (tmp_path / folder).mkdir(parents=True)
        for suffix in ("", ".map"):
            build = "one" if folder.startswith("shop") else "two"
            shutil.copy(BUILDS / build / f"{FILES[build]}{suffix}", tmp_path / folder / f"app.js{suffix}")
    maps = SourceMaps(tmp_path)
    assert maps("https://a.test/shop/assets/app.js", 1, 113) == Source("src/pay.ts", 9, 52, "PaymentForm.charge")
    assert maps("https://a.test/admin/assets/app.js", 1, 272) == Source("src/pay.ts", 9, 52, "PaymentForm.charge")
    assert maps("https://a.test/assets/app.js", 1, 113) is None


def test_maps_that_come_later_are_found_and_links_are_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maps = SourceMaps(tmp_path)
    (tmp_path / "linked").symlink_to(BUILDS / "one")
    (tmp_path / f"{FILES['two']}.map").symlink_to(BUILDS / "two" / f"{FILES['two']}.map")
    monkeypatch.setattr(source_maps, "LOOK_AGAIN_S", -1.0)
    assert (maps(url("one"), 1, 113), maps(url("two"), 1, 272)) == (None, None)
    shutil.copytree(BUILDS / "one", tmp_path / "new")
    assert maps(url("one"), 1, 113) is not None


def test_only_some_maps_are_kept_in_memory(tmp_path: Path) -> None:
    for number in range(MAX_KEPT + 3):
        shutil.copy(BUILDS / "one" / f"{FILES['one']}.map", tmp_path / f"app-{number}.js.map")
    maps = SourceMaps(tmp_path)
    for number in [*range(MAX_KEPT + 3), 0]:
        assert maps(f"/app-{number}.js", 1, 113) is not None
    assert len(maps._kept) == MAX_KEPT


def test_a_policy_with_maps_travels_to_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MAPS_VARIABLE, str(BUILDS))
    policy = pickle.loads(pickle.dumps(policy_of(Rules())))
    assert policy.located(stack("one")[1]) == "at PaymentForm.charge (src/pay.ts:9:52)"
    monkeypatch.setenv(MAPS_VARIABLE, os.devnull)
    with pytest.raises(SourceMapError, match="no folder of source maps"):
        policy_of(Rules())


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("../../src/pay.ts", "src/pay.ts"),
        ("webpack://shop/./src/pay.ts?1f2e", "src/pay.ts"),
        ("webpack:///./src/pay.ts", "src/pay.ts"),
        ("webpack-internal:///./src/pay.ts", "src/pay.ts"),
        ("webpack://shop/../node_modules/react-dom/index.js", "node_modules/react-dom/index.js"),
        ("/home/ana/work/shop/src/pay/form.ts", "src/pay/form.ts"),
        ("file:///home/ana/work/shop/src/pay.ts", "src/pay.ts"),
        ("C:\\Users\\ana\\shop\\src\\pay.ts", "src/pay.ts"),
        ("/home/ana/shop/pay.ts", "ana/shop/pay.ts"),
        ("pay.ts", "pay.ts"),
        ("", ""),
    ],
)
def test_sources_are_named_alike_on_every_machine(told: str, name: str) -> None:
    assert source_name(told) == name
