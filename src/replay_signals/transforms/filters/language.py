"""From a filter's text to an SQL condition with bound values.

    severity >= 60 and person.plan = 'pro' and not flag.checkout = 'new'
    signal(kind = 'dead_click' and page_pattern like '/shop/%') and event = 'purchase'

sqlglot parses the text as an expression of DuckDB's dialect; what is not listed here is refused by name. Names become
columns by the tables of `scopes`, and every value becomes a parameter, so no text of a filter is ever part of the SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import NamedTuple, TypeVar

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from replay_signals.transforms.filters.condition import Condition, FilterError, Mention, quoted
from replay_signals.transforms.filters.operands import Operand, is_of_session, operand, unknown
from replay_signals.transforms.filters.scopes import SCOPES, SHORTHANDS
from replay_signals.transforms.filters.typos import nearest, no_such
from replay_signals.transforms.filters.values import Value, literal, typed

MAX_FILTER_CHARS = 10_000
MAX_LOOKUPS = 30
"""Each look at another table is a join: hundreds of them take gigabytes."""
COHORT = "cohort"

Compiled = TypeVar("Compiled")
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
        return _affordable(_bounded(text, lambda node: _Compiler(self, scope, row).compile(node)))

    def value(self, text: str, scope: str, row: str) -> Condition:
        """An expression of text by which rows are grouped: a name's value, or yes and no of a condition.

        It is null where the row has no such value. What is a name of the session has to be asked of its row
        (`is_of_session`). Raises FilterError.
        """
        return _affordable(_bounded(text, lambda node: _Compiler(self, scope, row).value(node)))

    def is_of_session(self, text: str, scope: str) -> bool:
        """Whether a text is a name that rows of a scope lack and their sessions have. Raises FilterError."""
        return _bounded(text, lambda node: isinstance(node, exp.Column) and _is_of_session(scope, node))

    def equal(self, said: str, text: str, scope: str) -> str:
        """The filter that holds where `value` of a text is `said`; null is said as empty."""
        node = _parsed(text)
        if not isinstance(node, exp.Column):
            return f"({text})" if said == YES else f"not ({text})"
        name = _by_pattern(node, scope).sql(dialect="duckdb")
        found = operand(scope, "seen", _by_pattern(node, scope)) or operand("session", "seen", node)
        kind = found.kind if found else str
        if not said:
            return f"({name} is null or {name} = '')" if kind is str else f"{name} is null"
        return f"{name} = {said}" if kind in {int, float, bool} else f"{name} = {quoted(said)}"


YES, NO = "yes", "no"


def _affordable(found: Condition) -> Condition:
    if found.sql.count("(SELECT ") > MAX_LOOKUPS:
        raise FilterError(f"a filter looks at other rows of the session at most {MAX_LOOKUPS} times: say in ('a', 'b')")
    return found


def _is_of_session(scope: str, name: exp.Column) -> bool:
    own = _by_pattern(name, scope)
    return operand(scope, "seen", own) is None and is_of_session(scope, own)


def _bounded(text: str, compiled: Callable[[exp.Expr], Compiled]) -> Compiled:
    if len(text) > MAX_FILTER_CHARS:
        raise FilterError(f"a filter has at most {MAX_FILTER_CHARS:,} characters")
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise FilterError("the filter is not valid UTF-8")
    try:
        return compiled(_parsed(text))
    except RecursionError as error:
        raise FilterError("the filter is nested too deep") from error


def _by_pattern(name: exp.Column, scope: str) -> exp.Column:
    """`page` as a group is the pattern of a page: addresses are too many."""
    is_page = not name.table and name.name == "page" and "page_pattern" in SCOPES[scope].names
    return exp.column("page_pattern") if is_page else name


def _parsed(text: str) -> exp.Expr:
    try:
        dialect = sqlglot.Dialect.get_or_raise("duckdb")
        found = dialect.parser().parse(_named(dialect.tokenize(text)), text)
        if len(found) != 1 or found[0] is None:
            raise FilterError("a filter is one condition")
        return found[0]
    except SqlglotError as error:
        told = getattr(error, "errors", None)
        where = f" near column {told[0]['col']}" if told and told[0].get("col") else ""
        raise FilterError(f"not a condition{where}: write it like severity >= 60 and signal = 'rage_click'") from error


def _named(tokens: list[Token]) -> list[Token]:
    """Scopes before a bracket are names: SQL has words of its own that are called view and session."""
    return [
        Token(TokenType.VAR, token.text, token.line, token.col, token.start, token.end)
        if token.text.lower() in SCOPES and after.token_type == TokenType.L_PAREN
        else token
        for token, after in pairwise([*tokens, Token(TokenType.SEMICOLON, "")])
    ]


class _Compiler:
    """Conditions over one row of one scope."""

    def __init__(self, given: Language, scope: str, row: str) -> None:
        self._given, self._scope, self._row = given, scope, row

    def compile(self, node: exp.Expr) -> Condition:
        """The condition of one expression."""
        match node:
            case exp.And() | exp.Or():
                left, right = self.compile(node.this), self.compile(node.expression)
                word = "AND" if isinstance(node, exp.And) else "OR"
                sql = f"({left.sql} {word} {right.sql})"
                return Condition(sql, left.values + right.values, left.mentions + right.mentions)
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
        found = self._operand(node)
        if found and found.kind is bool:
            return self._compared(node, "=", [True])
        if not found and not is_of_session(self._scope, node) and node.name not in SHORTHANDS:
            raise unknown(self._scope, node)
        raise FilterError(f"{node.sql()} alone says nothing: compare it with a value")

    def value(self, node: exp.Expr) -> Condition:
        """What rows are grouped by: see `Language.value`."""
        if not isinstance(node, exp.Column):
            found = self.compile(node)
            return found._replace(sql=f"CASE WHEN {found.sql} THEN '{YES}' ELSE '{NO}' END")
        name = _by_pattern(node, self._scope)
        if read := self._operand(name):
            mentions = self._mentions(name, read, "IS NULL", [])
            return Condition(f"NULLIF(CAST({read.sql} AS VARCHAR), '')", read.values, mentions)
        if name.name in SHORTHANDS or name.table in SCOPES:
            said = name.sql(dialect="duckdb")
            raise FilterError(f"a session may have several of {said}: group by a condition, like {said} = 'value'")
        raise unknown(self._scope, name)

    def _operand(self, name: exp.Column) -> Operand | None:
        return operand(self._scope, self._row, name)

    def _compared(self, name: exp.Column, sign: str, values: list[Value]) -> Condition:
        """A name compared with values, here or in the scope that the name is short for."""
        if found := self._operand(name):
            return self._read(name, found, sign, values)
        if name.table in SCOPES:
            return self._exists(name.table, lambda inner: inner._compared(exp.column(name.this), sign, values))
        if not name.table and name.name in SHORTHANDS:
            other, its = SHORTHANDS[name.name]
            return self._exists(other, lambda inner: inner._compared(exp.column(its), sign, values))
        if is_of_session(self._scope, name):
            return self._exists("session", lambda inner: inner._compared(name, sign, values))
        raise unknown(self._scope, name)

    def _read(self, name: exp.Column, found: Operand, sign: str, values: list[Value]) -> Condition:
        """One value of the row compared, as its column's type or, of a key in a map, as that of the values."""
        sql, given = found.sql, list[object](values)
        if found.column:
            self._known(found.column, sign, values)
            given = [typed(found.column, found.kind, one, sign) for one in values]
        elif values and all(isinstance(one, int | float) and not isinstance(one, bool) for one in values):
            sql = f"TRY_CAST({sql} AS DOUBLE)"
        else:
            given = [str(one).lower() if isinstance(one, bool) else str(one) for one in values]
        compared = _signed(sql, sign, given)
        return Condition(compared.sql, [*found.values, *compared.values], self._mentions(name, found, sign, values))

    def _mentions(self, name: exp.Column, found: Operand, sign: str, values: list[Value]) -> tuple[Mention, ...]:
        """Keys, and texts that a column without a known set of values should be equal to."""
        is_key = found.column is None
        if found.kind is not str or (found.column and self._given.vocabulary(self._scope, found.column)):
            return ()
        seen = operand(self._scope, "seen", name)
        said = [str(one) for one in values if isinstance(one, str)] if sign in {"=", "IN"} else []
        if seen is None or (not is_key and not said):
            return ()
        named = name.sql(dialect="duckdb")
        keys: list[str | None] = [None] if is_key else []
        return tuple(Mention(named, self._scope, seen.sql, tuple(seen.values), one) for one in [*keys, *said])

    def _call(self, node: exp.Anonymous) -> Condition:
        name = str(node.this).lower()
        if len(node.expressions) != 1:
            raise FilterError(f"{name}(…) takes one condition: {name}(kind = 'rage_click' and confidence > 0.8)")
        (inner,) = node.expressions
        if name == COHORT:
            return self._cohort(str(literal(inner)))
        if name not in SCOPES:
            raise no_such(f"{name}(…)", name, [*SCOPES, COHORT], self._scope, "(…)")
        return self._exists(name, lambda other: other.compile(inner))

    def _cohort(self, name: str) -> Condition:
        ids = self._given.cohorts(name)
        if self._scope != "session":
            return self._exists("session", lambda other: other._cohort(name))
        tried = [f"{self._row}.{column} IN (SELECT unnest(?))" for column in ("session_id", "distinct_id", "person_id")]
        return Condition(f"COALESCE({' OR '.join(tried)}, false)", [ids] * len(tried))

    def _exists(self, scope: str, inner: Callable[[_Compiler], Condition]) -> Condition:
        row = f"{self._row}_{scope}"
        found = inner(_Compiler(self._given, scope, row))
        own = f"{row}.team = {self._row}.team AND {row}.session_id = {self._row}.session_id"
        table = f"latest_{SCOPES[scope].table}"
        return found._replace(sql=f"EXISTS (SELECT 1 FROM {table} AS {row} WHERE {own} AND {found.sql})")

    def _known(self, column: str, sign: str, values: list[Value]) -> None:
        """A value that the column can never have is a typo, not an empty result."""
        known = list(self._given.vocabulary(self._scope, column))
        for value in values if known and sign in {"=", "IN"} else ():
            if value not in known:
                raise FilterError(f"{column} is never {value!r}{nearest(str(value), known)}")


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
    return found._replace(sql=f"(NOT {found.sql})")


def _said(node: exp.Expr) -> str:
    text = node.sql(dialect="duckdb")
    return text if len(text) <= 60 else text[:59] + "…"
