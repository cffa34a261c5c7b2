"""Property filters of a PostHog insight as a filter of events, and by name what of them is not supported."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from replay_signals.transforms.filters.condition import quoted

Notes = list[str]
"""What an insight asks for and these computations do not do, in words."""
_KEPT_KINDS = {"event": "property", "event_metadata": "", "person": "person", "feature": "property", "flag": "flag"}
_COMPARED = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "min": ">=", "max": "<="}
_METADATA = {"distinct_id": "distinct_id", "event": "event", "uuid": "uuid", "person_id": "person_id"}


def filter_of(properties: object, notes: Notes) -> str:
    """The filter that properties state: a list (all hold), or a nested group of AND and OR; empty for none."""
    if isinstance(properties, list):
        return _joined([filter_of(one, notes) for one in properties], "and")
    if not isinstance(properties, dict) or not properties:
        return ""
    if isinstance(properties.get("values"), list):
        word = "or" if str(properties.get("type", "AND")).upper() == "OR" else "and"
        inner: list[object] = properties["values"]
        parts = [filter_of(one, notes) for one in inner]
        if word == "or" and not all(parts) and any(parts):
            notes.append("one side of an OR is not supported, so the whole OR is left out")
            return ""
        return _joined(parts, word)
    return _property(properties, notes)


def name_of(key: str, kind: str) -> str | None:
    """A property as a name of a filter; None where its kind is not supported."""
    if kind == "event_metadata":
        return _METADATA.get(key)
    if kind not in _KEPT_KINDS:
        return None
    if kind in {"event", "feature"} and key.startswith("$feature/"):
        return f"flag.{identifier(key.removeprefix('$feature/'))}"
    return f"{_KEPT_KINDS[kind]}.{identifier(key)}"


def identifier(key: str) -> str:
    """A key in double quotes."""
    return '"' + key.replace('"', '""') + '"'


def _property(one: dict[str, Any], notes: Notes) -> str:
    kind, key, operator = str(one.get("type") or "event"), str(one.get("key", "")), str(one.get("operator") or "exact")
    said = f"{kind} property {key} {operator}"
    name = name_of(key, kind)
    if name is None:
        notes.append(f"the filter by {said}: properties of the type {kind} are not supported")
        return ""
    values = list(_texts(one.get("value")))
    make = _OPERATORS.get(operator)
    if make is None or (not values and operator not in {"is_set", "is_not_set"}):
        notes.append(f"the filter by {said}: the operator is not supported" if make is None else f"{said} has no value")
        return ""
    if operator in _COMPARED and not all(_is_number(value) for value in values):
        notes.append(f"the filter by {said}: {values[0]!r} is not a number")
        return ""
    return make(name, values)


def _texts(value: object) -> Iterator[str]:
    """Values as the texts that properties are read as."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, bool):
            yield str(one).lower()
        elif isinstance(one, float) and one.is_integer():
            yield str(int(one))
        elif one is not None:
            yield str(one)


def _is_number(text: str) -> bool:
    try:
        return float(text) - float(text) == 0
    except ValueError:
        return False


def _joined(parts: list[str], word: str) -> str:
    kept = [part for part in parts if part]
    return kept[0] if len(kept) == 1 else f"({f' {word} '.join(kept)})" if kept else ""


def _in(name: str, values: list[str]) -> str:
    return f"{name} in ({', '.join(map(quoted, values))})"


def _any(sign: str, pattern: Callable[[str], str]) -> Callable[[str, list[str]], str]:
    return lambda name, values: _joined([f"{name} {sign} {quoted(pattern(value))}" for value in values], "or")


def _not(make: Callable[[str, list[str]], str]) -> Callable[[str, list[str]], str]:
    return lambda name, values: f"not {make(name, values)}"


def _compared(sign: str) -> Callable[[str, list[str]], str]:
    return lambda name, values: f"{name} {sign} {values[0]}"


def _literal(text: str) -> str:
    """A regular expression (RE2) that finds the text whatever its case."""
    return "(?i)" + "".join(one if one.isalnum() or one.isspace() else f"\\x{{{ord(one):x}}}" for one in text)


_CONTAINS, _MATCHES = _any("~", _literal), _any("~", str)
_OPERATORS: dict[str, Callable[[str, list[str]], str]] = {
    "exact": _in,
    "is_not": _not(_in),
    "icontains": _CONTAINS,
    "not_icontains": _not(_CONTAINS),
    "regex": _MATCHES,
    "not_regex": _not(_MATCHES),
    "is_set": lambda name, _: f"{name} is not null",
    "is_not_set": lambda name, _: f"{name} is null",
    **{operator: _compared(sign) for operator, sign in _COMPARED.items()},
}
