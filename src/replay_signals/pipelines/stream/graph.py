"""The streaming graph, to be read from top to bottom.

    snapshots -> digest --+                      +-> rows of every table -> Iceberg, a commit a checkpoint
                          +-> by session: judge -+-> inbox topic
    events ----> parse ---+                      +-> dead letters (table and topic)
    inbox -> read back ---+

Raw payload crosses the border to Python once, in `digest`, before anything is shuffled. Only digests are keyed and
kept. Every operator has a uid, so that a savepoint finds its state in a changed graph.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pyflink.common import Configuration, Types
from pyflink.datastream import DataStream, StreamExecutionEnvironment
from pyflink.table import EnvironmentSettings, StreamTableEnvironment

from replay_signals.pipelines.stream import tables as sql
from replay_signals.pipelines.stream.config import StreamConfig
from replay_signals.pipelines.stream.steps import (
    DEAD,
    INBOX,
    KEYED_EVIDENCE,
    ROWS,
    DigestMessages,
    JudgeSessions,
    ReadBack,
    by_key,
)
from replay_signals.schemas.rows import FED_TABLES

MODE = "python.execution-mode"
CHECKPOINT_TIMEOUT_S = 120
"""A checkpoint takes seconds (figures in docs/streaming.md); a store may stall for a while."""
TOLERATED_CHECKPOINTS = 3
"""Failures in a row before the job starts again from its newest checkpoint, which renews every connection. So nobody
goes without a commit for longer than four intervals, or four timeouts (8 minutes); alerts.yaml tells of it before."""

LATER_TABLES = ("page_views", "exceptions")
"""Tables since version 2, in order of their coming. Flink numbers sinks in the order in which they are added, and a
savepoint knows them by these numbers: what comes new comes last."""


def build(env: StreamExecutionEnvironment, config: StreamConfig) -> None:
    """Adds the whole job to the environment."""
    tables = table_environment(env, config)
    sql.catalog(tables, config.warehouse)

    snapshots = _digested(env, tables, "snapshots", config.kafka.snapshots, config)
    events = _digested(env, tables, "events", config.kafka.events, config)
    judged = _judged(snapshots.union(events, _published(env, tables, config)), config)

    statements = tables.create_statement_set()
    for name in (name for name in FED_TABLES if name not in LATER_TABLES):
        rows = judged.get_side_output(ROWS[name])
        if name == "dead_letters":
            rows = rows.union(*(side.get_side_output(ROWS[name]) for side in (snapshots, events)))
        sql.to_table(tables, statements, config.warehouse, name, rows)
    letters = judged.get_side_output(DEAD).union(*(side.get_side_output(DEAD) for side in (snapshots, events)))
    sql.to_topic(tables, statements, "inbox", judged.get_side_output(INBOX), config, config.inbox_delivery)
    sql.to_topic(tables, statements, "dead_letters", letters, config, "at-least-once")
    for name in LATER_TABLES:
        sql.to_table(tables, statements, config.warehouse, name, judged.get_side_output(ROWS[name]))
    statements.attach_as_datastream()


def _digested(
    env: StreamExecutionEnvironment, tables: StreamTableEnvironment, name: str, topic: str, config: StreamConfig
) -> DataStream:
    messages = tables.to_data_stream(sql.source(tables, name, topic, config))
    with python_in(env, config.execution_mode):
        digested = messages.process(DigestMessages(name, config), output_type=KEYED_EVIDENCE)
    return digested.name(f"Digest {name}").uid(f"digest-{name}")


@contextmanager
def python_in(env: StreamExecutionEnvironment, mode: str) -> Iterator[None]:
    """Operators made meanwhile run Python in this mode. PyFlink knows but one mode a job, and asks for it here."""
    env.configure(Configuration().set_string(MODE, mode))
    yield
    env.configure(Configuration().set_string(MODE, "thread"))


def _judged(evidence: DataStream, config: StreamConfig) -> DataStream:
    """Sessions are judged in the TaskManager whatever the mode, for a timer must not be lost.

    In processes of its own, Python registers a bundle's timers after Flink took the snapshot that follows the bundle
    (flink-python 2.1.3 drains them with watermarks only, not in `prepareSnapshotPreBarrier`): set back to it, a session
    that hears nothing more would never close.
    """
    return (
        by_key(evidence)
        .process(JudgeSessions(config), output_type=Types.STRING())
        .name("Judge sessions")
        .uid("judge-sessions")
    )


def _published(env: StreamExecutionEnvironment, tables: StreamTableEnvironment, config: StreamConfig) -> DataStream:
    """The inbox read back. Of transactions it tells nothing new, but so a savepoint fits both kinds of delivery."""
    records = tables.to_data_stream(sql.inbox_source(tables, config))
    with python_in(env, config.execution_mode):
        known = records.process(ReadBack(), output_type=KEYED_EVIDENCE)
    return known.name("Read inbox back").uid("read-inbox-back")


def table_environment(env: StreamExecutionEnvironment, config: StreamConfig) -> StreamTableEnvironment:
    """SQL on top of the environment, with the job's settings."""
    if config.parallelism:
        env.set_parallelism(config.parallelism)
    env.enable_checkpointing(config.checkpoint_interval_ms)
    env.get_config().set_auto_watermark_interval(100)
    tables = StreamTableEnvironment.create(env, EnvironmentSettings.in_streaming_mode())
    for key, value in _settings(config).items():
        tables.get_config().set(key, value)
    return tables


def _settings(config: StreamConfig) -> dict[str, Any]:
    return {
        "pipeline.name": config.name,
        "table.local-time-zone": "UTC",
        # operator ids that stay when sinks are added (a restore failed without)
        "table.exec.uid.generation": "ALWAYS",
        "table.exec.iceberg.use-v2-sink": "true",
        MODE: "thread",  # of the whole job, as its operators check; see `python_in`
        "python.fn-execution.bundle.time": str(config.bundle_ms),
        "python.fn-execution.bundle.size": "500",
        # records wait this long for others on their way to the next task; Flink's 100 ms would be most of the latency
        "execution.buffer-timeout.interval": "10 ms",
        "execution.checkpointing.timeout": f"{CHECKPOINT_TIMEOUT_S} s",
        "execution.checkpointing.tolerable-failed-checkpoints": str(TOLERATED_CHECKPOINTS),
    }
