"""Properties of people and events as columns of views: one for each exact name that the rules of privacy keep."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from replay_signals.schemas.privacy import Privacy

_PLACE = re.compile(r",\s*PROPERTIES\((\w+)\)")


def with_properties(query: str, columns: Collection[str], privacy: Privacy) -> str:
    """A view's query with a column for each property that the rules keep in place of `PROPERTIES(column)`.

    `columns` are those the view has beside them, whose names no property takes.
    """
    return _PLACE.sub(lambda found: "".join(_columns(found[1], columns, privacy)), query)


def _columns(column: str, taken: Collection[str], privacy: Privacy) -> Iterator[str]:
    listed = privacy.person_properties if column == "person_properties" else privacy.event_properties
    known = {name.lower() for name in taken}
    for name in _exact((*listed, *privacy.hashed_properties)):
        alias = name
        while alias.lower() in known:  # SQL does not tell names apart by case
            alias += "_"
        known.add(alias.lower())
        pointer = "/" + name.replace("~", "~0").replace("/", "~1")
        yield f", TRY(json_extract_string(NULLIF({column}, ''), {_literal(pointer)})) AS {_quoted(alias)}"


def _exact(names: Iterable[str]) -> Iterator[str]:
    """Names that say one property, and that SQL can speak of."""
    return (name for name in dict.fromkeys(names) if name and "*" not in name and "\0" not in name)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
