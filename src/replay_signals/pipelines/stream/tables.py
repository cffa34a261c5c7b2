"""Sources and sinks of the job as SQL: Kafka in `raw` format with headers, Iceberg by its catalog."""

from __future__ import annotations

from pyflink.datastream import DataStream
from pyflink.table import Schema, StatementSet, StreamTableEnvironment, Table

from replay_signals.pipelines.stream.catalog import own_options
from replay_signals.pipelines.stream.columns import select_list, sql_columns
from replay_signals.pipelines.stream.config import NAMESPACE, Kafka, StreamConfig, Warehouse

TRANSACTION_TIMEOUT_MS = 600_000


def _quoted(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def _options(options: dict[str, object]) -> str:
    return "WITH (" + ", ".join(f"{_quoted(key)} = {_quoted(value)}" for key, value in options.items()) + ")"


def _client(kafka: Kafka) -> dict[str, object]:
    return {
        "connector": "kafka",
        "properties.bootstrap.servers": kafka.bootstrap,
        **{f"properties.{key}": value for key, value in kafka.properties.items()},
    }


def source(tables: StreamTableEnvironment, name: str, topic: str, config: StreamConfig) -> Table:
    """A topic (or `/pattern/` of topics) with what the digest needs; broker time is the event time.

    Watermarks come from broker times, one a partition, and never run ahead of real time: one message of the year 2100
    must not close every session. Idle partitions do not hold them back, and partitions that are ahead wait for the
    others, so that a restart from far behind keeps state small.
    """
    is_pattern = len(topic) > 2 and topic[0] == topic[-1] == "/"
    options: dict[str, object] = {
        **_client(config.kafka),
        ("topic-pattern" if is_pattern else "topic"): topic.strip("/") if is_pattern else topic,
        "value.format": "raw",
        "properties.group.id": config.kafka.group,
        "properties.isolation.level": "read_committed",
        "properties.auto.offset.reset": "earliest",
        # by compressed size, and what is fetched lies in the heap unpacked; a larger message comes all the same
        "properties.max.partition.fetch.bytes": 1024 * 1024,
        "properties.fetch.max.bytes": 4 * 1024 * 1024,
        "properties.max.poll.records": 100,
        "scan.startup.mode": "group-offsets",
        "scan.topic-partition-discovery.interval": f"{config.discovery_ms} ms",
        "scan.watermark.idle-timeout": f"{config.idle_after_ms} ms",
        "scan.watermark.alignment.group": config.name,
        "scan.watermark.alignment.max-drift": "5 min",
        "scan.watermark.alignment.update-interval": "1 s",
    }
    tables.execute_sql(
        f"CREATE TEMPORARY TABLE {name} ("
        " v BYTES,"
        " h MAP<STRING, BYTES> METADATA FROM 'headers' VIRTUAL,"
        " topic STRING METADATA VIRTUAL,"
        " part INT METADATA FROM 'partition' VIRTUAL,"
        " pos BIGINT METADATA FROM 'offset' VIRTUAL,"
        " ts TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' VIRTUAL,"
        f" WATERMARK FOR ts AS LEAST(ts, CURRENT_TIMESTAMP) - INTERVAL '{config.out_of_order_ms / 1000:.3f}' SECOND)"
        f" {_options(options)}"
    )
    return tables.sql_query(
        f"SELECT v, h['token'] AS token, h['content-encoding'] AS encoding, topic, part, pos, ts FROM {name}"
    )


def inbox_source(tables: StreamTableEnvironment, config: StreamConfig) -> Table:
    """The inbox topic from where it ended when the job was submitted.

    Its event time is the session's clock when the record was made, so that this source never leads the others: with
    those idle, a clock ahead of theirs would close every session. Nor does it hold them back for more than a moment.
    """
    offsets = ";".join(f"partition:{part},offset:{offset}" for part, offset in config.inbox_offsets.items())
    options: dict[str, object] = {
        **_client(config.kafka),
        "topic": config.kafka.inbox,
        "value.format": "raw",
        "properties.group.id": f"{config.kafka.group}-inbox",
        "properties.isolation.level": "read_committed",
        "properties.auto.offset.reset": "latest",
        "scan.startup.mode": "specific-offsets" if offsets else "latest-offset",
        **({"scan.startup.specific-offsets": offsets} if offsets else {}),
        "scan.watermark.idle-timeout": "200 ms",
    }
    tables.execute_sql(
        "CREATE TEMPORARY TABLE published ("
        " v BYTES,"
        " h MAP<STRING, BYTES> METADATA FROM 'headers' VIRTUAL,"
        " part INT METADATA FROM 'partition' VIRTUAL,"
        " pos BIGINT METADATA FROM 'offset' VIRTUAL,"
        " ts AS TO_TIMESTAMP_LTZ(COALESCE(TRY_CAST(DECODE(h['clock'], 'UTF-8') AS BIGINT), 0), 3),"
        f" WATERMARK FOR ts AS ts - INTERVAL '{config.out_of_order_ms / 1000:.3f}' SECOND)"
        f" {_options(options)}"
    )
    return tables.sql_query("SELECT v, h['owner'] AS owner, part, pos, ts FROM published")


def catalog(tables: StreamTableEnvironment, warehouse: Warehouse) -> None:
    """The Iceberg catalog: as configured, else the SQLite file that backfills use."""
    options: dict[str, object] = {**own_options(warehouse)}
    tables.execute_sql(f"CREATE CATALOG `{warehouse.catalog_name}` {_options(options)}")


def to_table(
    tables: StreamTableEnvironment, statements: StatementSet, warehouse: Warehouse, name: str, rows: DataStream
) -> None:
    """Rows of a table into Iceberg; commits come with checkpoints. The uid suffix makes operator ids that last."""
    schema = Schema.new_builder()
    for column, kind in sql_columns(name):
        schema.column(column, kind)
    tables.create_temporary_view(f"rows_{name}", tables.from_data_stream(rows, schema.build()))
    hints = f"'uid-suffix' = '{name}', 'write-parallelism' = '1', 'distribution-mode' = 'none'"
    table = f"`{warehouse.catalog_name}`.{NAMESPACE}.{name}"
    statements.add_insert_sql(
        f"INSERT INTO {table} /*+ OPTIONS({hints}) */ SELECT {select_list(name)} FROM rows_{name}"
    )


def to_topic(
    tables: StreamTableEnvironment,
    statements: StatementSet,
    name: str,
    rows: DataStream,
    config: StreamConfig,
    delivery: str,
) -> None:
    """Rows of (key, value, headers) into a topic."""
    topic = getattr(config.kafka, name)
    options: dict[str, object] = {
        **_client(config.kafka),
        "topic": topic,
        "key.format": "raw",
        "key.fields": "k",
        "value.format": "raw",
        "value.fields-include": "EXCEPT_KEY",
        "sink.delivery-guarantee": delivery,
        "properties.transaction.timeout.ms": TRANSACTION_TIMEOUT_MS,
        "properties.linger.ms": 5,
        "properties.compression.type": "lz4",
        "sink.parallelism": 1,
    }
    if delivery == "exactly-once":
        options["sink.transactional-id-prefix"] = f"{config.name}-{name}"
    headers = "MAP<STRING, BYTES>"
    tables.execute_sql(
        f"CREATE TEMPORARY TABLE topic_{name} (k BYTES, v BYTES, h {headers} METADATA FROM 'headers')"
        f" {_options(options)}"
    )
    schema = Schema.new_builder().column("k", "BYTES").column("v", "BYTES").column("h", headers).build()
    tables.create_temporary_view(f"records_{name}", tables.from_data_stream(rows, schema))
    statements.add_insert_sql(f"INSERT INTO topic_{name} SELECT k, v, h FROM records_{name}")
