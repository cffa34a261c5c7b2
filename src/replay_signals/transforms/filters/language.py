"""From a filter's text to an SQL condition with bound values.

    severity >= 60 and person.plan = 'pro' and not flag.checkout = 'new'
    signal(kind = 'dead_click' and page_pattern like '/shop/%') and event = 'purchase'

sqlglot parses the text as an expression of DuckDB's dialect; what is not listed here is refused by name. Names become
columns by the tables of `scopes`, and every value becomes a parameter, so no text of a filter is ever part of the SQL.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from typing import NamedTuple

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from replay_signals.transforms.filters.condition import Condition, FilterError
from replay_signals.transforms.filters.scopes import SCOPES, SHORTHANDS, Scope
from replay_signals.transforms.filters.values import Value, literal, typed

MAX_FILTER_CHARS = 10_000
COHORT = "cohort"

Cohorts = Callable[[str], list[str]]
"""Reads the ids of a cohort by its name; raises FilterError."""
Vocabulary = Callable[[str, str], Iterable[str]]
"""All values that a column of a scope can have; none where they are not known."""

COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "=", exp.NEQ: "=", exp.GT: ">", exp.GTE: ">=", exp.LT: "<", exp.LTE: "<=",
    exp.Like: "LIKE", exp.ILike: "ILIKE", exp.RegexpLike: "~",
}  # fmt: skip
"""Operators between a name and a value. `<>` is the negation of `=`."""
TEXTUAL = {"LIKE", "ILIKE", "~"}


class Language(NamedTuple):
    """What filters are compiled with: cohorts by name, and the values known of columns."""

    cohorts: Cohorts
    vocabulary: Vocabulary

    def condition(self, text: str, scope: str, row: str) -> Condition:
        """The condition that a text states over `row`, an alias of a row of `scope`. Raises FilterError."""
        if len(text) > MAX_FILTER_CHARS:
            raise FilterError(f"a filter has at most {MAX_FILTER_CHARS:,} characters")
        try:
            return _Compiler(self, scope, row).compile(_parsed(text))
        except RecursionError as error:
            raise FilterError("the filter is nested too deep") from error


def _parsed(text: str) -> exp.Expr:
    try:
        return sqlglot.parse_one(text, read="duckdb")
    except SqlglotError as error:
        found = getattr(error, "errors", None)
        where = f" near column {found[0]['col']}" if found and found[0].get("col") else ""
        raise FilterError(f"not a condition{where}: write it like severity >= 60 and signal = 'rage_click'") from error


class _Compiler:
    """Conditions over one row of one scope."""

    def __init__(self, given: Language, scope: str, row: str) -> None:
        self._given, self._scope_name, self._row = given, scope, row
        self._scope: Scope = SCOPES[scope]

    def compile(self, node: exp.Expr) -> Condition:
        """The condition of one expression."""
        match node:
            case exp.And() | exp.Or():
                left, right = self.compile(node.this), self.compile(node.expression)
                word = "AND" if isinstance(node, exp.And) else "OR"
                return Condition(f"({left.sql} {word} {right.sql})", left.values + right.values)
            case exp.Not():
                return _negated(self.compile(node.this))
            case exp.Paren():
                return self.compile(node.this)
            case exp.Anonymous():
                return self._call(node)
            case exp.Column():
                return self._truth(node)
            case exp.Is():
                return self._is(node)
            case exp.In() | exp.Between():
                return self._several(node)
        if type(node) in COMPARISONS:
            return self._comparison(node)
        raise FilterError(f"{_said(node)} is not part of a filter; there are and, or, not, =, <>, <, <=, >, >=, in, "
                          "between, like, ilike, ~ and is null")  # fmt: skip

    def _comparison(self, node: exp.Expr) -> Condition:
        if not isinstance(node.this, exp.Column):
            raise FilterError(f"{_said(node)}: a comparison begins with a name")
        sign = COMPARISONS[type(node)]
        found = self._compared(node.this, sign, [literal(node.expression)])
        return _negated(found) if isinstance(node, exp.NEQ) or node.args.get("negate") else found

    def _several(self, node: exp.Expr) -> Condition:
        if not isinstance(node.this, exp.Column):
            raise FilterError(f"{_said(node)}: a comparison begins with a name")
        if isinstance(node, exp.Between):
            return self._compared(node.this, "BETWEEN", [literal(node.args["low"]), literal(node.args["high"])])
        values = [literal(one) for one in node.expressions]
        if not values:
            raise FilterError(f"{_said(node)}: in needs a list of values, like in ('a', 'b')")
        return self._compared(node.this, "IN", values)

    def _is(self, node: exp.Is) -> Condition:
        if isinstance(node.expression, exp.Boolean):
            return self._compared(node.this, "=", [node.expression.this])
        if not isinstance(node.expression, exp.Null):
            raise FilterError(f"{_said(node)}: a name is null, is not null, is true or is false")
        return self._compared(node.this, "IS NULL", [])

    def _truth(self, node: exp.Column) -> Condition:
        """A name alone: a column that is true or false."""
        if not node.table and self._scope.columns.get(node.name) is bool:
            return self._compared(node, "=", [True])
        self._checked(node.name, bool(node.table))
        raise FilterError(f"{node.sql()} alone says nothing: compare it with a value")

    def _compared(self, name: exp.Column, sign: str, values: list[Value]) -> Condition:
        """A name compared with values, here or in the scope that the name is short for."""
        if name.args.get("db"):
            raise FilterError(f'{name.sql()}: a name has one dot at most; quote the rest: person."a.b"')
        if name.table:
            return self._dotted(name.table, name.name, sign, values)
        column = self._scope.aliases.get(name.name, name.name)
        if column in self._scope.columns:
            kind = self._scope.columns[column]
            self._known(self._scope_name, column, sign, values)
            return _signed(f"{self._row}.{column}", sign, [typed(column, kind, one, sign) for one in values])
        if column in self._scope.computed:
            sql = self._scope.computed[column].format(row=self._row)
            return _signed(sql, sign, [typed(column, str, one, sign) for one in values])
        if column in SHORTHANDS:
            other, its = SHORTHANDS[column]
            return self._exists(other, lambda inner: inner._compared(exp.column(its), sign, values))
        self._checked(name.name, False)
        raise AssertionError(name.name)

    def _dotted(self, before: str, key: str, sign: str, values: list[Value]) -> Condition:
        """`flag.checkout` reads a map, `session.severity` a column of another scope."""
        if before in self._scope.maps:
            return self._in_map(before, key, sign, values)
        if before in SCOPES:
            return self._exists(before, lambda inner: inner._compared(exp.column(key), sign, values))
        raise FilterError(
            _no_such(f"{before}.{key}", before, [*self._scope.maps, *SCOPES], self._scope_name, f".{key}")
        )

    def _in_map(self, map_name: str, key: str, sign: str, values: list[Value]) -> Condition:
        column = f"{self._row}.{self._scope.maps[map_name]}"
        if map_name in {"flag", "signals"}:
            sql, bound = f"{column}[?]", key
        else:
            sql, bound = f"TRY(json_extract_string({column}, ?))", '$."' + key.replace('"', '\\"') + '"'
        if all(isinstance(one, int | float) and not isinstance(one, bool) for one in values) and values:
            sql = f"TRY_CAST({sql} AS DOUBLE)"
        else:
            values = [str(one).lower() if isinstance(one, bool) else str(one) for one in values]
        found = _signed(sql, sign, list(values))
        return Condition(found.sql, [bound, *found.values])

    def _call(self, node: exp.Anonymous) -> Condition:
        name = str(node.this).lower()
        if len(node.expressions) != 1:
            raise FilterError(f"{name}(…) takes one condition: {name}(kind = 'rage_click' and confidence > 0.8)")
        (inner,) = node.expressions
        if name == COHORT:
            return self._cohort(str(literal(inner)))
        if name not in SCOPES:
            raise FilterError(_no_such(f"{name}(…)", name, [*SCOPES, COHORT], self._scope_name, "(…)"))
        return self._exists(name, lambda other: other.compile(inner))

    def _cohort(self, name: str) -> Condition:
        ids = self._given.cohorts(name)
        if self._scope_name != "session":
            return self._exists("session", lambda other: other._cohort(name))
        tried = [f"{self._row}.{column} IN (SELECT unnest(?))" for column in ("session_id", "distinct_id", "person_id")]
        return Condition(f"COALESCE({' OR '.join(tried)}, false)", [ids] * len(tried))

    def _exists(self, scope: str, inner: Callable[[_Compiler], Condition]) -> Condition:
        row = f"{self._row}_{scope}"
        found = inner(_Compiler(self._given, scope, row))
        own = f"{row}.team = {self._row}.team AND {row}.session_id = {self._row}.session_id"
        return Condition(
            f"EXISTS (SELECT 1 FROM latest_{SCOPES[scope].table} AS {row} WHERE {own} AND {found.sql})", found.values
        )

    def _known(self, scope: str, column: str, sign: str, values: list[Value]) -> None:
        """A value that the column can never have is a typo, not an empty result."""
        known = list(self._given.vocabulary(scope, column))
        for value in values if known and sign in {"=", "IN"} else ():
            if value not in known:
                raise FilterError(f"{column} is never {value!r}{_nearest(str(value), known)}")

    def _checked(self, name: str, is_dotted: bool) -> None:
        names = [*self._scope.names, *SHORTHANDS]
        if not is_dotted and name not in names:
            raise FilterError(_no_such(name, name, [*names, *SCOPES], self._scope_name, ""))


def _signed(sql: str, sign: str, values: list[object]) -> Condition:
    """A comparison that is false, not unknown, where there is nothing to compare."""
    match sign:
        case "IS NULL":
            return Condition(f"({sql} IS NULL)", [])
        case "IN":
            compared = f"{sql} IN ({', '.join('?' * len(values))})"
        case "BETWEEN":
            compared = f"{sql} BETWEEN ? AND ?"
        case "~":
            compared = f"regexp_matches({sql}, ?)"
        case _:
            compared = f"{sql} {sign} ?"
    return Condition(f"COALESCE({compared}, false)", values)


def _negated(found: Condition) -> Condition:
    return Condition(f"(NOT {found.sql})", found.values)


def _no_such(said: str, name: str, known: Iterable[str], scope: str, after: str) -> str:
    """What is wrong with a name, and the one that was meant."""
    names = list(known)
    near = _nearest(name, names, after)
    listed = "" if near else f"; there are {', '.join(names)}"
    return f"{said}: a filter of a {scope} knows no such name{near}{listed}"


def _nearest(name: str, known: Iterable[str], after: str = "") -> str:
    near = difflib.get_close_matches(name, list(known), 1, 0.5)
    return f"; do you mean {near[0]}{after}?" if near else ""


def _said(node: exp.Expr) -> str:
    text = node.sql(dialect="duckdb")
    return text if len(text) <= 60 else text[:59] + "…"
