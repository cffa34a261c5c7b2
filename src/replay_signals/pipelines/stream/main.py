"""The entry that Flink's client runs (`flink run -pym … --config JSON`), or plain Python for an embedded cluster."""

from __future__ import annotations

import argparse

from pyflink.datastream import StreamExecutionEnvironment

from replay_signals.pipelines.stream.config import StreamConfig, add_config
from replay_signals.pipelines.stream.graph import build


def main() -> None:
    """Builds the graph and hands it to whatever cluster the environment says."""
    parser = argparse.ArgumentParser()
    add_config(parser)
    config: StreamConfig = parser.parse_args().config
    env = StreamExecutionEnvironment.get_execution_environment()
    build(env, config)
    env.execute(config.name)


if __name__ == "__main__":
    main()
