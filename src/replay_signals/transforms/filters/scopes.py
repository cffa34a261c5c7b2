"""What a filter can speak of: the columns of each table under one name, and how one table is reached from another.

A scope is one table whose rows a condition looks at. From every scope the others are reached by session:
`signal(kind = 'rage_click' and confidence > 0.8)` asks whether the session has such a signal, and `session(…)` looks
at the session of the row. Shorthands save writing: `signal = 'rage_click'` is `signal(kind = 'rage_click')`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from types import MappingProxyType, UnionType
from typing import Any, NamedTuple, Union, get_args, get_origin

import msgspec

from replay_signals.schemas.rows import TABLES

NONE: Mapping[str, str] = MappingProxyType({})


class Scope(NamedTuple):
    """One table as filters see it.

    `maps` are names before a dot and the column they read: a map column, or a JSON object in text. `aliases` are other
    names of columns. `computed` are names that stand for SQL over the row, which is written {row}.
    """

    table: str
    about: str
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


SCOPES: Mapping[str, Scope] = MappingProxyType({
    "session": Scope(
        "sessions",
        "the session",
        maps={"flag": "flags", "person": "person_properties", "signals": "signal_kinds"},
        aliases={"device": "device_type"},
        computed={"user": "COALESCE(NULLIF({row}.person_id, ''), NULLIF({row}.distinct_id, ''), {row}.session_id)"},
    ),
    "signal": Scope("signals", "a signal of the session", maps={"flag": "flags"}, aliases={"problem": "problem_id"}),
    "click": Scope("interactions", "a click or tap of the session"),
    "view": Scope("page_views", "a visit of a page in the session", aliases={"pattern": "page_pattern"}),
    "request": Scope("network_requests", "a request of the session"),
    "error": Scope("exceptions", "an exception of the session"),
    "console": Scope("console_logs", "a console line of the session"),
    "event": Scope(
        "events",
        "an analytics event of the session",
        maps={"property": "properties", "person": "person_properties"},
        aliases={"name": "event"},
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
