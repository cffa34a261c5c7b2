"""The grouping statement for other engines, translated by sqlglot: Flink's batch SQL, Spark and Trino.

`python -m replay_signals.pipelines.problems.dialects flink` prints it. What an engine provides beside the tables stands
at the head of `grouping.sql`; `MILLIS` is written out for each, since none of them has another's function for it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import ClassVar

import sqlglot
from sqlglot import exp, generator, tokens
from sqlglot.dialects.dialect import Dialect, DialectType

from replay_signals.pipelines.problems.statement import Step, steps


class Flink(Dialect):
    """Flink SQL as far as the statement needs it: ANSI, names in backticks, texts without a length."""

    NULL_ORDERING = "nulls_are_last"  # as DuckDB's: nothing that the statement sorts by is null

    class Tokenizer(tokens.Tokenizer):
        """Names are quoted with backticks."""

        IDENTIFIERS: ClassVar = ["`"]

    class Generator(generator.Generator):
        """Types by the names Flink gives them."""

        TYPE_MAPPING: ClassVar = {
            **generator.Generator.TYPE_MAPPING,
            exp.DataType.Type.TEXT: "STRING",
            exp.DataType.Type.VARCHAR: "STRING",
        }


def _flink_millis(moment: exp.Expr) -> exp.Expr:
    """Whole seconds by the calendar and milliseconds beside: Flink's TIMESTAMPDIFF knows nothing finer."""
    text = f"CAST({moment.sql(dialect=Flink)} AS TIMESTAMP(3))"
    epoch = "TIMESTAMP '1970-01-01 00:00:00'"
    sql = f"(CAST(TIMESTAMPDIFF(SECOND, {epoch}, {text}) AS BIGINT) * 1000 + EXTRACT(MILLISECOND FROM {text}))"
    return exp.Var(this=sql)


MILLIS: dict[str, Callable[[exp.Expr], exp.Expr]] = {
    "flink": _flink_millis,
    "spark": lambda moment: exp.func("unix_millis", moment),
    "trino": lambda moment: exp.func("to_unixtime", moment) * 1000,
}
DIALECTS: dict[str, DialectType] = {"flink": Flink, "spark": "spark", "trino": "trino"}


def translated(engine: str) -> Iterator[Step]:
    """The steps with their queries in an engine's dialect."""
    for step in steps():
        tree = sqlglot.parse_one(step.query, read="duckdb").transform(_millis, MILLIS[engine])
        yield step._replace(query=tree.sql(dialect=DIALECTS[engine], identify=True, pretty=True))


def script(engine: str) -> str:
    """All steps as temporary views, in order."""
    return "\n\n".join(f"CREATE TEMPORARY VIEW {step.name} AS\n{step.query};" for step in translated(engine))


def _millis(node: exp.Expr, written: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    return written(node.expressions[0]) if isinstance(node, exp.Anonymous) and node.name.upper() == "MILLIS" else node


if __name__ == "__main__":
    print(script(sys.argv[1] if len(sys.argv) > 1 else "flink"))
