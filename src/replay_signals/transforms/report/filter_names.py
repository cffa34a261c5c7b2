"""What a filter on the page may speak of: names of the language, and which of them a report has."""

from __future__ import annotations

from typing import Any

from replay_signals.transforms.filters.scopes import SCOPES, SHORTHANDS
from replay_signals.transforms.report.sessions import COLUMNS
from replay_signals.transforms.signals import SIGNALS

LISTS = {
    "signal.kind": "signals",
    "signal.problem_id": "problems",
    "view.page_pattern": "pages",
    "event.event": "events",
    "request.route": "routes",
    "error.type": "errors",
}
"""Columns of other scopes of which a session's row has all values, and the list that holds them."""


def filter_names() -> dict[str, Any]:
    """The language as the page's filter reads it."""
    session = SCOPES["session"]
    columns = {name: {"type": kind.__name__, "here": name in COLUMNS} for name, kind in session.columns.items()}
    columns["user"] = {"type": "str", "here": True}
    return {
        "columns": columns,
        "aliases": dict(session.aliases),
        "maps": list(session.maps),
        "shorthands": {name: list(where) for name, where in SHORTHANDS.items()},
        "scopes": {
            name: {"columns": [*scope.columns], "aliases": dict(scope.aliases)} for name, scope in SCOPES.items()
        },
        "lists": LISTS,
        "kinds": list(SIGNALS),
    }
