"""Fixtures of all tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.fixture
def run_cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs the command in this process: (exit code, standard output, standard error), 80 columns wide."""
    from replay_signals.jobs import cli, render

    monkeypatch.setenv("COLUMNS", "80")

    def run(*args: str) -> tuple[int, str, str]:
        render.out.cache_clear()
        render.err.cache_clear()
        monkeypatch.setattr("sys.argv", ["replay-signals", *args])
        capsys.readouterr()
        with pytest.raises(SystemExit) as exit_info:
            cli.main()
        streams = capsys.readouterr()
        code = exit_info.value.code
        return (code if isinstance(code, int) else 0), streams.out, streams.err

    return run
