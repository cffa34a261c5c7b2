"""What a filter can speak of: the columns of each table under one name, and how one table is reached from another.

A scope is one table whose rows a condition looks at. From every scope the others are reached by session:
`signal(kind = 'rage_click' and confidence > 0.8)` asks whether the session has such a signal, and `session(…)` looks
at the session of the row. Shorthands save writing: `signal = 'rage_click'` is `signal(kind = 'rage_click')`, and a name
that only sessions have is the session's: `event(event = 'purchase' and device = 'Mobile')`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from types import MappingProxyType, UnionType
from typing import Any, NamedTuple, Union, get_args, get_origin

import msgspec

from replay_signals.schemas.rows import ROW_KEYS, TABLES

NONE: Mapping[str, str] = MappingProxyType({})


class Scope(NamedTuple):
    """One table as filters see it.

    `maps` are names before a dot and the column they read: a map column, or a JSON object in text. `aliases` are other
    names of columns. `computed` are names that stand for SQL over the row, which is written {row}. `main` is the column
    that a row is called by, `moment` the one that says when it happened.
    """

    table: str
    about: str
    main: str
    moment: str
    maps: Mapping[str, str] = NONE
    aliases: Mapping[str, str] = NONE
    computed: Mapping[str, str] = NONE

    @property
    def columns(self) -> Mapping[str, type]:
        """Type of each column that can be compared: str, int, float, bool, date or datetime."""
        return _columns(self.table)

    @property
    def names(self) -> list[str]:
        """Every name that stands for one value of a row."""
        return [*self.columns, *self.aliases, *self.computed]

    @property
    def key(self) -> str:
        """The column that tells rows of a session apart; of sessions their id."""
        return ROW_KEYS[self.table][-1]


PATTERN: Mapping[str, str] = MappingProxyType({
    "page_pattern": "(SELECT max(pages.page_pattern) FROM latest_page_views AS pages WHERE pages.team = {row}.team "
    "AND pages.session_id = {row}.session_id AND pages.page = {row}.page)"
})  # fmt: skip
"""The pattern of a page in tables that hold its URL only."""
JSON_COLUMNS = frozenset(("properties", "person_properties"))
"""Columns of text that hold a JSON object."""
FLAG_PROPERTY = "$feature/"
"""Before the key of a flag, the property of an event that holds its variant."""

SCOPES: Mapping[str, Scope] = MappingProxyType({
    "session": Scope(
        "sessions",
        "the session",
        "session_id",
        "started_at",
        maps={"flag": "flags", "person": "person_properties", "signals": "signal_kinds"},
        aliases={"device": "device_type"},
        computed={"user": "COALESCE(NULLIF({row}.person_id, ''), NULLIF({row}.distinct_id, ''), {row}.session_id)"},
    ),
    "signal": Scope(
        "signals",
        "a signal of the session",
        "kind",
        "started_at",
        maps={"flag": "flags"},
        aliases={"problem": "problem_id"},
    ),
    "click": Scope("interactions", "a click or tap of the session", "element", "occurred_at"),
    "view": Scope(
        "page_views",
        "a visit of a page in the session",
        "page_pattern",
        "started_at",
        aliases={"pattern": "page_pattern"},
    ),
    "request": Scope(
        "network_requests", "a request of the session", "route", "started_at", computed=PATTERN
    ),
    "error": Scope("exceptions", "an exception of the session", "type", "occurred_at"),
    "console": Scope("console_logs", "a console line of the session", "level", "occurred_at", computed=PATTERN),
    "event": Scope(
        "events",
        "an analytics event of the session",
        "event",
        "occurred_at",
        maps={"property": "properties", "person": "person_properties", "flag": "properties"},
        aliases={"name": "event"},
        computed=PATTERN,
    ),
})  # fmt: skip

SHORTHANDS: Mapping[str, tuple[str, str]] = MappingProxyType({
    "signal": ("signal", "kind"),
    "problem": ("signal", "problem_id"),
    "page": ("view", "page_pattern"),
    "event": ("event", "event"),
    "route": ("request", "route"),
    "exception": ("error", "type"),
})  # fmt: skip
"""A bare name that is no column of the scope, and the column of the other scope that it compares."""


@cache
def _columns(table: str) -> Mapping[str, type]:
    found = {one.name: _scalar(one.type) for one in msgspec.structs.fields(TABLES[table])}
    return MappingProxyType({name: kind for name, kind in found.items() if kind is not None})


def _scalar(annotation: Any) -> type | None:
    """The type of one value, None for columns that hold several."""
    while get_origin(annotation) is not None:
        inner = [one for one in get_args(annotation) if one is not type(None)]
        is_wrapped = hasattr(annotation, "__metadata__") or get_origin(annotation) in {Union, UnionType}
        if not is_wrapped or (get_origin(annotation) in {Union, UnionType} and len(inner) > 1):
            return None
        annotation = inner[0]
    return annotation if annotation in {str, int, float, bool, date, datetime} else None
