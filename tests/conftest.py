"""Fixtures of all tests."""

from __future__ import annotations

import itertools
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from support.lanes import pytest_collection_modifyitems, pytest_xdist_make_scheduler
from support.required import pytest_sessionfinish

__all__ = ["pytest_collection_modifyitems", "pytest_sessionfinish", "pytest_xdist_make_scheduler"]

if TYPE_CHECKING:
    from replay_signals.jobs.tables import Store
    from support.postgres import Server

settings.register_profile("fair", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("fair")  # other work on the machine must not fail a test

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell's background job, and so would be what tests interrupt
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def run_cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs the command in this process: (exit code, standard output, standard error), 80 columns wide."""
    from replay_signals.jobs import cli, render
    from replay_signals.pipelines.privacy import lacked_key

    monkeypatch.setenv("COLUMNS", "80")

    def run(*args: str) -> tuple[int, str, str]:
        render.out.cache_clear()
        render.err.cache_clear()
        monkeypatch.setattr("sys.argv", ["replay-signals", *args])
        lacked_key()  # what other tests hashed without a key in this process is not this command's to say
        capsys.readouterr()
        with pytest.raises(SystemExit) as exit_info:
            cli.main()
        streams = capsys.readouterr()
        code = exit_info.value.code
        return (code if isinstance(code, int) else 0), streams.out, streams.err

    return run


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server of the tests' own."""
    from support.postgres import binaries, running

    programs = binaries()
    if programs is None:
        pytest.skip("PostgreSQL is not here (on Debian or Ubuntu: apt-get install postgresql)")
    with running(programs) as server:
        yield server


DATABASES = itertools.count()


@pytest.fixture
def catalog_in_postgres(postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Store]:
    """Configures a catalog by name: a database of its own, and a folder for the data."""
    from replay_signals.jobs.tables import Store

    def make(name: str) -> Store:
        variable = f"PYICEBERG_CATALOG__{name.upper().replace('-', '_')}__"
        monkeypatch.setenv(f"{variable}URI", postgres.database(f"test{next(DATABASES)}"))
        monkeypatch.setenv(f"{variable}WAREHOUSE", f"file://{tmp_path}/{name}")
        return Store(None, name)

    return make
