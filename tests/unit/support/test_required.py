"""REQUIRE_ALL: what could not run fails the run, and only then."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]
SKIPPING = (
    "import pytest\n\n@pytest.mark.skip(reason='no Java here')\ndef test_stream(): ...\n\ndef test_other(): ...\n"
)


def run(folder: Path, source: str, **environment: str) -> subprocess.CompletedProcess[str]:
    (folder / "conftest.py").write_text("from support.required import pytest_sessionfinish  # noqa: F401\n")
    (folder / "test_it.py").write_text(source)
    kept = {name: value for name, value in os.environ.items() if name != "REQUIRE_ALL"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), str(folder)]
    return subprocess.run(
        command, env=kept | environment | {"PYTHONPATH": str(TESTS)}, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
def test_a_skipped_test_fails_the_run_when_all_are_required(tmp_path: Path) -> None:
    assert run(tmp_path, SKIPPING).returncode == 0
    required = run(tmp_path, SKIPPING, REQUIRE_ALL="1")
    assert required.returncode == 1
    assert "test_stream did not run: Skipped: no Java here" in required.stdout


@pytest.mark.slow
def test_a_run_without_skipped_tests_stays_green(tmp_path: Path) -> None:
    assert run(tmp_path, "def test_it(): ...\n", REQUIRE_ALL="1").returncode == 0
