"""The locked requirements are whole, current and free of addresses."""

from __future__ import annotations

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from support.samples import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS = PROJECT["project"]["optional-dependencies"]
CORE = PROJECT["project"]["dependencies"]
DEV = PROJECT["dependency-groups"]["dev"]
BATCH = [declared for extra in ("beam", "kafka", "postgres", "sourcemaps") for declared in EXTRAS[extra]]
FILES = {"core": CORE, "beam": CORE + BATCH + DEV, "flink": CORE + EXTRAS["flink"] + EXTRAS["sourcemaps"] + DEV}


def _pins(name: str) -> dict[str, Requirement]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text().replace("\\\n", " ")
    lines = [line.split("--hash")[0] for line in text.splitlines() if line and not line.startswith("#")]
    return {canonicalize_name(r.name): r for r in map(Requirement, lines)}


@pytest.mark.parametrize("name", FILES)
def test_every_declared_dependency_is_locked_at_a_version_it_allows(name: str) -> None:
    pins = _pins(name)
    for declared in map(Requirement, FILES[name]):
        pin = pins[canonicalize_name(declared.name)]
        (version,) = pin.specifier
        assert version.operator == "=="
        assert declared.specifier.contains(version.version), f"{declared} is locked at {version}: run make lock"


@pytest.mark.parametrize("name", [*FILES, "bench", "build", "uv"])
def test_every_line_is_pinned_by_hash_and_names_no_index(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    assert "://" not in text
    assert "index" not in re.sub(r"(?m)^\S+==", "", text)
    entries = re.split(r"(?m)^(?=\S)", text)[1:]
    assert entries
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


def test_core_needs_no_engine() -> None:
    assert not {"apache-beam", "pyarrow", "pyiceberg", "duckdb", "apache-flink"} & set(_pins("core"))


def test_the_portable_runner_is_of_beams_version() -> None:
    (version,) = _pins("beam")["apache-beam"].specifier
    go = (ROOT / "infra" / "prism" / "go.mod").read_text()
    assert f"github.com/apache/beam/sdks/v2 v{version.version} " in go
