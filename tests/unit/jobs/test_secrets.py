"""Secrets of configurations never reach the terminal: not in a sentence, not in a traceback, not in a library's log."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from replay_signals.pipelines import secrets
from replay_signals.pipelines.secrets import MASK, redacted, remember

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "_known", set())


@pytest.mark.parametrize(
    ("properties", "text"),
    [
        ({"token": "s3cr3t-t0ken\n"}, r"invalid header 'Bearer s3cr3t-t0ken\n'"),
        ({"token": "s3cr3t-t0ken\n"}, "invalid header Bearer s3cr3t-t0ken"),
        ({"header.X-Key": "s3cr3t"}, "X-Key: s3cr3t"),
        ({"header.Authorization": "Basic s3cr3t=="}, "{'Authorization': 'Basic s3cr3t=='}"),
        ({"credential": "client:s3cr3t"}, "grant failed for s3cr3t"),
        ({"s3.secret-access-key": "s3cr3t/+x"}, "url?sig=s3cr3t%2F%2Bx"),
        ({"uri": "postgresql://me:s3cr3t@db/replay"}, "password 's3cr3t' is wrong"),
        ({"uri": "postgresql+psycopg://me:s3%40cr3t@db/x?y"}, "no such user me:s3@cr3t"),
        ({"uri": "postgresql://me:s3cr3t@more@db/replay"}, "cannot resolve s3cr3t@more@db"),
        ({"sasl.jaas.config": 'Login required username="u" password="s3cr3t";'}, "bad login s3cr3t"),
        ({"kafka": {"ssl.keystore.password": "s3cr3t"}}, "keystore s3cr3t"),
        ({"adls.connection-string": "AccountKey=s3cr3t"}, "AccountKey=s3cr3t"),
    ],
)
def test_whatever_a_library_quotes_is_masked(properties: dict[str, object], text: str) -> None:
    remember(properties)
    assert "s3cr3t" not in redacted(text)
    assert MASK in redacted(text)


def test_what_is_no_secret_stays() -> None:
    remember(
        {"uri": "http://catalog:8181", "warehouse": "s3://bucket/x", "token": "", "type": "rest", "client.region": "x"}
    )
    assert redacted("http://catalog:8181 s3://bucket/x rest x") == "http://catalog:8181 s3://bucket/x rest x"


@pytest.mark.parametrize("debug", [[], ["--debug"]], ids=["plain", "debug"])
@pytest.mark.parametrize(
    "settings",
    [
        {"URI": "http://127.0.0.1:9", "TYPE": "rest", "TOKEN": "s3cr3t-t0ken\n"},
        {"URI": "http://127.0.0.1:9", "TYPE": "rest", "HEADER__AUTHORIZATION": "s3cr3t-t0ken\n"},
        {"URI": "http://me:s3cr3t-t0ken@127.0.0.1:9", "TYPE": "rest"},
        {"URI": "postgresql+psycopg://me:s3cr3t-t0ken@127.0.0.1:9/x", "TYPE": "sql", "WAREHOUSE": "file:///nowhere"},
        {"URI": "postgresql+psycopg://me:s3cr3t-t0ken@127.0.0.1:x/x", "TYPE": "sql", "WAREHOUSE": "file:///nowhere"},
    ],
    ids=["token", "header", "uri", "database", "port"],
)
def test_commands_print_no_secret(
    run_cli: Run,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    settings: dict[str, str],
    debug: list[str],
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(f"PYICEBERG_CATALOG__GUARDED__{name}", value)
    code, out, err = run_cli(*debug, "sessions", "--catalog", "guarded")
    assert code == 3
    assert err
    assert "s3cr3t" not in out + err
    if debug:
        assert "Traceback" in err


def test_logs_of_libraries_are_masked(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    from replay_signals.jobs.exits import Masking

    remember({"token": "s3cr3t"})
    handler = logging.StreamHandler()
    handler.setFormatter(Masking())
    logger = logging.Logger("library")
    logger.addHandler(handler)
    try:
        raise ValueError("s3cr3t in an error")
    except ValueError:
        logger.exception("sending %s", "Bearer s3cr3t")
    assert "s3cr3t" not in capsys.readouterr().err
