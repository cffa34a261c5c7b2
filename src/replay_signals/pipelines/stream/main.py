"""The entry that Flink's client runs (`flink run -pym … --config JSON`), or plain Python for an embedded cluster."""

from __future__ import annotations

import argparse

from pyflink.datastream import StreamExecutionEnvironment

from replay_signals.pipelines.stream.config import StreamConfig, from_json, read_file
from replay_signals.pipelines.stream.graph import build


def main() -> None:
    """Builds the graph and hands it to whatever cluster the environment says."""
    parser = argparse.ArgumentParser()
    given = parser.add_mutually_exclusive_group(required=True)
    given.add_argument("--config", type=from_json, help="StreamConfig as JSON")
    given.add_argument("--config-file", type=read_file, help="StreamConfig as a TOML file")
    arguments = parser.parse_args()
    config: StreamConfig = arguments.config or arguments.config_file
    env = StreamExecutionEnvironment.get_execution_environment()
    build(env, config)
    env.execute(config.name)


if __name__ == "__main__":
    main()
