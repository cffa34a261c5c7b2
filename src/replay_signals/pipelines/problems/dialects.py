"""The grouping statement for other engines: Flink's batch SQL, Spark and Trino.

`python -m replay_signals.pipelines.problems.dialects flink` prints it. What an engine provides beside the tables stands
at the head of `grouping.sql`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from replay_signals.pipelines.iceberg.dialects import translated as translated_query
from replay_signals.pipelines.problems.statement import Step, steps


def translated(engine: str) -> Iterator[Step]:
    """The steps with their queries in an engine's dialect."""
    for step in steps():
        yield step._replace(query=translated_query(step.query, engine))


def script(engine: str) -> str:
    """All steps as temporary views, in order."""
    return "\n\n".join(f"CREATE TEMPORARY VIEW {step.name} AS\n{step.query};" for step in translated(engine))


if __name__ == "__main__":
    print(script(sys.argv[1] if len(sys.argv) > 1 else "flink"))
