"""The limit of the engine: the streaming job's source, and one Python step that only counts bytes.

Runs on a cluster by Flink's client, configured as the streaming job: `-pyfs src,bench -pym count_job --config JSON`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from pyflink.common import Types
from pyflink.datastream import ProcessFunction, StreamExecutionEnvironment

from replay_signals.pipelines.stream import tables as sql
from replay_signals.pipelines.stream.config import from_json
from replay_signals.pipelines.stream.graph import table_environment


class CountBytes(ProcessFunction):
    """Length of a message's value."""

    def process_element(self, value: Any, ctx: ProcessFunction.Context) -> Iterator[int]:
        """`value` is a row of the source; its first field is the message's value."""
        yield len(value[0] or b"")


def main() -> None:
    """Counts the bytes of the snapshot topic until it is cancelled."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", type=from_json, required=True)
    config = parser.parse_args().config
    env = StreamExecutionEnvironment.get_execution_environment()
    tables = table_environment(env, config)
    source = tables.to_data_stream(sql.source(tables, "snapshots", config.kafka.snapshots, config))
    # not chained to the sink: what the task hands on is its progress
    counted = source.process(CountBytes(), output_type=Types.LONG()).name("Count bytes").uid("count").rebalance()
    tables.execute_sql("CREATE TEMPORARY TABLE nothing (n BIGINT) WITH ('connector' = 'blackhole')")
    statements = tables.create_statement_set()
    statements.add_insert("nothing", tables.from_data_stream(counted))
    statements.attach_as_datastream()
    env.execute(config.name)


if __name__ == "__main__":
    main()
