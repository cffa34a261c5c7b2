"""The streaming graph, to be read from top to bottom.

    snapshots -> digest --+                      +-> rows of every table -> Iceberg, a commit a checkpoint
                          +-> by session: judge -+-> inbox topic
    events ----> parse ---+                      +-> dead letters (table and topic)
    inbox -> read back ---+

Raw payload crosses the border to Python once, in `digest`, before anything is shuffled. Only digests are keyed and
kept. Every operator has a uid, so that a savepoint finds its state in a changed graph.
"""

from __future__ import annotations

from typing import Any

from pyflink.common import Types
from pyflink.datastream import DataStream, StreamExecutionEnvironment
from pyflink.table import EnvironmentSettings, StreamTableEnvironment

from replay_signals.pipelines.stream import tables as sql
from replay_signals.pipelines.stream.config import StreamConfig
from replay_signals.pipelines.stream.steps import (
    DEAD,
    EVIDENCE,
    INBOX,
    ROWS,
    DigestMessages,
    JudgeSessions,
    ReadBack,
    by_owner,
)
from replay_signals.schemas.rows import TABLES


def build(env: StreamExecutionEnvironment, config: StreamConfig) -> None:
    """Adds the whole job to the environment."""
    tables = table_environment(env, config)
    sql.catalog(tables, config.warehouse)

    snapshots = _digested(tables, "snapshots", config.kafka.snapshots, config)
    events = _digested(tables, "events", config.kafka.events, config)
    judged = (
        by_owner(snapshots.union(events, _published(tables, config)))
        .process(JudgeSessions(config), output_type=Types.STRING())
        .name("Judge sessions")
        .uid("judge-sessions")
    )

    statements = tables.create_statement_set()
    for name in TABLES:
        rows = judged.get_side_output(ROWS[name])
        if name == "dead_letters":
            rows = rows.union(*(side.get_side_output(ROWS[name]) for side in (snapshots, events)))
        sql.to_table(tables, statements, config.warehouse, name, rows)
    letters = judged.get_side_output(DEAD).union(*(side.get_side_output(DEAD) for side in (snapshots, events)))
    sql.to_topic(tables, statements, "inbox", judged.get_side_output(INBOX), config, config.inbox_delivery)
    sql.to_topic(tables, statements, "dead_letters", letters, config, "at-least-once")
    statements.attach_as_datastream()


def _digested(tables: StreamTableEnvironment, name: str, topic: str, config: StreamConfig) -> DataStream:
    return (
        tables.to_data_stream(sql.source(tables, name, topic, config))
        .process(DigestMessages(name, config), output_type=EVIDENCE)
        .name(f"Digest {name}")
        .uid(f"digest-{name}")
    )


def _published(tables: StreamTableEnvironment, config: StreamConfig) -> DataStream:
    """The inbox read back. Of transactions it tells nothing new, but so a savepoint fits both kinds of delivery."""
    return (
        tables.to_data_stream(sql.inbox_source(tables, config))
        .process(ReadBack(), output_type=EVIDENCE)
        .name("Read inbox back")
        .uid("read-inbox-back")
    )


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
        "python.execution-mode": config.execution_mode,
        "python.fn-execution.bundle.time": str(config.bundle_ms),
        "python.fn-execution.bundle.size": "500",
        # records wait this long for others on their way to the next task; Flink's 100 ms would be most of the latency
        "execution.buffer-timeout.interval": "10 ms",
        "execution.checkpointing.timeout": "5 min",
        "execution.checkpointing.tolerable-failed-checkpoints": "100",
    }
