"""SQL that is written for DuckDB, in the dialects of other engines by sqlglot: Flink's batch SQL, Spark and Trino.

`MILLIS(timestamp)`, milliseconds since 1970, percentiles and properties out of JSON are written out for each, since
none of them has another's function for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import ClassVar

import sqlglot
from sqlglot import exp, generator, tokens
from sqlglot.dialects.dialect import Dialect, DialectType


class Flink(Dialect):
    """Flink SQL as far as it is needed here: ANSI, names in backticks, texts without a length."""

    NULL_ORDERING = "nulls_are_last"  # as DuckDB's: nothing that is sorted by here is null

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
PROPERTY = {"flink": "JSON_VALUE", "spark": "GET_JSON_OBJECT", "trino": "JSON_EXTRACT_SCALAR"}
"""What reads one value of a JSON object as text, null when there is none."""
_NO_PATH = re.compile(r"['\"\\?\[\]]")
"""Signs in a name that not every engine's JSON paths can hold."""
PERCENTILE = {"flink": "PERCENTILE", "spark": "PERCENTILE", "trino": "APPROX_PERCENTILE"}
DIALECTS: dict[str, DialectType] = {"flink": Flink, "spark": "spark", "trino": "trino"}


def translated(query: str, engine: str) -> str:
    """A query in an engine's dialect."""
    tree = sqlglot.parse_one(query, read="duckdb").transform(_written, engine)
    return tree.sql(dialect=DIALECTS[engine], identify=True, pretty=True)


def _written(node: exp.Expr, engine: str) -> exp.Expr:
    if isinstance(node, exp.Anonymous) and node.name.upper() == "MILLIS":
        return MILLIS[engine](node.expressions[0])
    if isinstance(node, exp.Try) and isinstance(node.this, exp.JSONExtractScalar):
        return _property(node.this, engine)
    if isinstance(node, exp.PercentileCont):
        return exp.func(PERCENTILE[engine], node.this, node.expression)
    return node


def _property(extract: exp.JSONExtractScalar, engine: str) -> exp.Expr:
    """A property by a JSON path in place of a JSON pointer; null where a path cannot say its name."""
    name = extract.expression.name.removeprefix("/").replace("~1", "/").replace("~0", "~")
    if _NO_PATH.search(name):
        return exp.cast(exp.null(), "VARCHAR")
    quote = '"' if engine == "trino" else "'"
    text = extract.this.this if isinstance(extract.this, exp.Nullif) else extract.this  # DuckDB alone minds ''
    return exp.Anonymous(this=PROPERTY[engine], expressions=[text, exp.Literal.string(f"$[{quote}{name}{quote}]")])
