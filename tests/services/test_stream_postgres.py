"""The streaming job and backfills with their Iceberg catalogs in PostgreSQL, named by one setting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kit import (
    HOUR_MS,
    Topics,
    batch_of,
    config_of,
    differences,
    duplicates,
    newest,
    recorded,
    send,
    shuffled,
    tick,
    wait_until,
)

from replay_signals.jobs import stack, stream
from replay_signals.jobs.stack_home import StackError
from replay_signals.jobs.stack_state import State, end_group
from replay_signals.jobs.tables import Store
from support.postgres import PASSWORD, Server
from support.warehouses import backfill

pytestmark = pytest.mark.slow
MakeCatalog = Callable[[str], Store]
Job = tuple[Store, Path]
"""The catalog of a running job, and the folder of its logs."""


@pytest.fixture
def job(catalog_in_postgres: MakeCatalog, cluster: tuple[Path, State], topics: Topics) -> Iterator[Job]:
    """The job in an embedded cluster."""
    place = catalog_in_postgres("live-prod")
    child = stream.run_local(config_of(topics, place), cluster[0])
    try:
        assert not _shows_password(Path(f"/proc/{child.pid}/cmdline").read_text())
        yield place, cluster[0] / "local" / topics.prefix
    finally:
        end_group(child.pid)
        child.wait()


def test_stream_and_backfill_agree(
    job: Job, catalog_in_postgres: MakeCatalog, postgres: Server, topics: Topics, tmp_path: Path
) -> None:
    """The server restarts in the middle; and a backfill into the stream's own tables finds nothing to do."""
    live, logs = job
    messages = recorded(3, 8, 43)
    half = len(messages) // 2
    send(topics, shuffled(messages[:half], seed=7))
    assert wait_until(lambda: len(newest(live)["message_digests"]) > 0)
    postgres.stop()
    postgres.start()
    send(topics, shuffled(messages[half:], seed=8))
    tick(topics, messages[-1].timestamp_ms + HOUR_MS)

    batch = batch_of(topics, tmp_path, catalog_in_postgres("batch"))

    assert wait_until(lambda: not differences(live, batch), step_s=3), differences(live, batch)
    assert not duplicates(live)
    again = backfill(live, tmp_path / "dump.jsonl")
    # a dead letter's identity is its position, and a file's is another than the topic's
    assert {name for name, rows in again.added.items() if rows} <= {"dead_letters"}
    assert differences(live, batch).keys() <= {"dead_letters"}
    assert not [path for path in logs.glob("*.log") if _shows_password(path.read_text())]


def test_a_cluster_gets_the_catalog_without_the_password_in_its_logs(
    catalog_in_postgres: MakeCatalog, cluster: tuple[Path, State], topics: Topics
) -> None:
    place = catalog_in_postgres("live-prod")
    send(topics, recorded(3)[:5])
    job = stream.submit(config_of(topics, place, execution_mode="process"), cluster[0])
    try:
        assert wait_until(lambda: len(newest(place)["message_digests"]) > 0)
    finally:
        stack.rest(cluster[1], f"/jobs/{job}?mode=cancel", "PATCH")
    logs = [*(cluster[0] / "logs").glob("*"), *(cluster[0] / "flink" / "log").glob("*")]
    assert len(logs) > 3
    assert not [path for path in logs if path.is_file() and _shows_password(path.read_text(errors="replace"))]


def test_what_flink_says_of_a_catalog_it_cannot_open_has_no_password(
    catalog_in_postgres: MakeCatalog, cluster: tuple[Path, State], topics: Topics, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = catalog_in_postgres("live-prod")
    monkeypatch.setattr(stream, "make_tables", lambda config: None)  # which would have found out before
    monkeypatch.setenv("PYICEBERG_CATALOG__LIVE_PROD__URI", "postgresql://replay:secret-it-is@127.0.0.1:1/db")
    child = stream.run_local(config_of(topics, place), cluster[0])
    try:
        assert child.wait(90)
    finally:
        end_group(child.pid)
    log = (cluster[0] / "local" / topics.prefix / "job.log").read_text()
    assert "org.postgresql" in log
    assert "secret-it-is" not in log


def test_a_uri_that_is_not_translated_is_refused(
    catalog_in_postgres: MakeCatalog, cluster: tuple[Path, State], topics: Topics, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PyIceberg understands it, and Flink's driver does not."""
    place = catalog_in_postgres("live-prod")
    monkeypatch.setenv("PYICEBERG_CATALOG__LIVE_PROD__URI", "postgresql://u:secret@/db?host=/var/run/postgresql")
    with pytest.raises(StackError, match="host in the URI is not translated") as error:
        stream.run_local(config_of(topics, place), cluster[0])
    assert "secret" not in str(error.value)


def _shows_password(text: str) -> bool:
    return PASSWORD in text or "w%2Fo" in text
