"""People that another tool lists: ids out of an export as CSV, JSON or lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import msgspec

from replay_signals.transforms.filters.condition import FilterError

KEYS = frozenset((
    "id", "uuid", "person_id", "person.id", "actor_id", "actor.id", "distinct_id", "distinct_ids",
    "person_distinct_ids", "actor.distinct_ids", "person.distinct_ids", "session_id", "session_ids", "$session_id",
))  # fmt: skip
"""Names of columns and keys that hold ids of persons, distinct ids or sessions."""
MAX_DEPTH = 50


def actors_of(text: str) -> list[str]:
    """Ids of a list, each once, in order. Raises FilterError when it holds none."""
    start = text.lstrip("\ufeff \t\r\n")
    try:
        given = _of_json(start) if start[:1] in {"{", "["} else _of_table(start)
        found = dict.fromkeys(one.strip() for one in given)
    except csv.Error as error:
        raise FilterError(f"the list of people is not CSV: {error}") from error
    found.pop("", None)
    if not found:
        raise FilterError(f"no ids in the list: name a column or key one of {', '.join(sorted(KEYS))}")
    return list(found)


def _of_json(text: str) -> Iterator[str]:
    try:
        given = [msgspec.json.decode(text)]
    except (msgspec.DecodeError, RecursionError):
        try:
            given = [msgspec.json.decode(line) for line in text.splitlines() if line.strip()]
        except (msgspec.DecodeError, RecursionError) as error:
            raise FilterError(f"the list of people is not JSON: {error}") from error
    for one in given:
        if isinstance(one, list) and all(isinstance(entry, str) for entry in one):
            yield from one
        yield from _ids(one, 0)


def _ids(given: object, depth: int) -> Iterator[str]:
    if depth > MAX_DEPTH:
        return
    if isinstance(given, list):
        for one in given:
            yield from _ids(one, depth + 1)
    elif isinstance(given, dict):
        for key, value in given.items():
            if key in KEYS:
                yield from (str(one) for one in (value if isinstance(value, list) else [value]) if _is_id(one))
            elif key != "properties":
                yield from _ids(value, depth + 1)


def _is_id(value: object) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _of_table(text: str) -> Iterator[str]:
    """CSV with a head that names columns of ids; else each line is an id."""
    csv.field_size_limit(1 << 24)
    lines = text.splitlines()
    head = next(csv.reader(lines[:1]), [])
    columns = [at for at, name in enumerate(head) if name.strip() in KEYS]
    if not columns:
        if len(head) > 1:
            return
        yield from lines
        return
    for row in csv.reader(io.StringIO(text.partition("\n")[2])):
        for at in columns:
            if at < len(row):
                yield from _several(row[at])


def _several(cell: str) -> Iterator[str]:
    """One id, or a list of them as JSON or as Python writes it."""
    inner = cell.strip()
    if inner.startswith("[") and inner.endswith("]"):
        yield from (one.strip().strip("'\"") for one in inner[1:-1].split(","))
    else:
        yield inner
