"""Properties of analytics events and people: an allow-list, and what is allowed is still cleaned."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from replay_signals.transforms.privacy.fingerprints import Fingerprints
from replay_signals.transforms.privacy.keys import Keys, Listed
from replay_signals.transforms.privacy.lines import Lines
from replay_signals.transforms.privacy.steps import Steps
from replay_signals.transforms.privacy.texts import Cleaned, Texts
from replay_signals.transforms.privacy.urls import Urls

MAX_TEXT_CHARS = 1000
MAX_NAME_CHARS = 200
CARD_AT_LEAST, CARD_BELOW = 10**12, 10**19
"""Shorter numbers are amounts, times and counts; a card has 13 to 19 digits."""
MAX_DEPTH = 8
MAX_ITEMS = 200
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}:\S|/(?!\s)|[^\s/]+\?\S+=")
_VARIANT = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
"""Variants of flags are keys of this form in PostHog; what is not is somebody's payload."""
_LINES = frozenset(("$exception_message", "$exception_type", "value", "type"))
_ADDRESSES = frozenset(("filename", "abs_path", "source", "$current_url", "$referrer", "$pathname"))
_FRAME = frozenset(
    ("filename", "abs_path", "source", "function", "module", "lineno", "colno", "line", "column", "in_app", "platform")
)
_ENTRY = frozenset(("type", "value", "module", "mechanism", "stacktrace"))
_MECHANISM = frozenset(("handled", "synthetic", "type"))


class _Applied(list[str]):
    """Rules that removed something, and what is left for the texts of this event."""

    def __init__(self) -> None:
        super().__init__()
        self.steps = Steps()


class Properties:
    """Cleans property objects. Total: any decoded JSON gives an object."""

    def __init__(
        self, texts: Texts, urls: Urls, lines: Lines, keys: Keys, prints: Fingerprints, hashed: tuple[str, ...]
    ) -> None:
        self._texts = texts
        self._urls = urls
        self._lines = lines
        self._keys = keys
        self._prints = prints
        self._hashed = Listed(hashed)

    def clean(self, properties: Mapping[str, object], allowed: Listed) -> tuple[dict[str, object], list[str]]:
        """Allowed properties, cleaned; and the rules that removed something, once for each time."""
        rules = _Applied()
        kept: dict[str, object] = {}
        for name, value in properties.items():
            if name in self._hashed:
                kept[name] = value if value is None else self._prints.long(str(value))
                rules.append("hashed_property")
            elif name in allowed:
                kept[self._name(name, rules)] = self._property(name, value, rules)
            else:
                rules.append("property")
        return kept, rules

    def _name(self, name: str, rules: _Applied) -> str:
        """The rest of a name that the list leaves open may be anything: `$feature/…`."""
        if len(name) > MAX_NAME_CHARS or not rules.steps.take(name) or self._texts.found(name):
            rules.append("property_name")
            return self._texts.mark("key", name)
        return name

    def _property(self, name: str, value: object, rules: _Applied) -> object:
        if name == "$exception_list":
            return [self._exception(entry, rules) for entry in value[:MAX_ITEMS]] if isinstance(value, list) else []
        if name.startswith("$feature"):
            return self._variant(value, rules)
        return self._value(name, value, rules, 0)

    def _variant(self, value: object, rules: _Applied) -> object:
        if isinstance(value, bool) or value is None:
            return value
        text = str(value)
        if not _VARIANT.fullmatch(text) or not rules.steps.take(text) or self._texts.found(text):
            rules.append("flag_value")
            return self._texts.mark("text", text)
        return value

    def _exception(self, entry: object, rules: _Applied) -> object:
        """An entry of `$exception_list`: what was thrown and where in the program, without what it was about."""
        if not isinstance(entry, dict):
            return {}
        kept: dict[str, object] = {}
        for name in _ENTRY.intersection(entry):
            value = entry[name]
            if name == "stacktrace":
                frames = value.get("frames") if isinstance(value, dict) else None
                if isinstance(frames, list):
                    kept[name] = {"frames": [self._frame(one, rules) for one in frames[:MAX_ITEMS]]}
            elif name == "mechanism":
                parts = value if isinstance(value, dict) else {}
                kept[name] = {one: self._value(one, parts[one], rules, 1) for one in _MECHANISM.intersection(parts)}
            else:
                kept[name] = self._value(name, value, rules, 1)
        if len(kept) < len(entry):
            rules.append("property")
        return kept

    def _frame(self, frame: object, rules: _Applied) -> dict[str, object]:
        """Source lines around the frame and values of its variables are left out."""
        if not isinstance(frame, dict):
            return {}
        return {name: self._value(name, frame[name], rules, 2) for name in _FRAME.intersection(frame)}

    def _value(self, name: str, value: object, rules: _Applied, depth: int) -> object:
        if isinstance(value, str):
            cleaned = self._text(name, value) if rules.steps.take(value) else self._unsearched(value)
            rules += cleaned.rules
            return cleaned.text
        if isinstance(value, dict):
            return self._object(value, rules, depth)
        if isinstance(value, list):
            if depth >= MAX_DEPTH:
                return []
            if self._is_place(value):
                rules.append("coordinates")
                return ["[coordinates]"]
            return [self._value(name, one, rules, depth + 1) for one in value[:MAX_ITEMS]]
        if isinstance(value, (int, float)) and CARD_AT_LEAST <= abs(value) < CARD_BELOW:
            return self._large(value, rules)
        return value

    def _large(self, value: float, rules: _Applied) -> object:
        if self._texts.found(f"{value:.0f}") != "card":
            return value
        rules.append("card")
        return "[card]"

    def _is_place(self, value: list[Any]) -> bool:
        """Latitude and longitude, in either order (GeoJSON's)."""
        pair = value[:2]
        if len(pair) < 2 or not all(isinstance(one, float) for one in pair):
            return False
        return any(self._texts.found(f"{a}, {b}") == "coordinates" for a, b in (pair, pair[::-1]))

    def _object(self, value: dict[str, Any], rules: _Applied, depth: int) -> dict[str, object]:
        kept: dict[str, object] = {}
        for key, one in list(value.items())[:MAX_ITEMS] if depth < MAX_DEPTH else ():
            shown = self._key(key) if rules.steps.take(key) else self._unsearched(key)
            rules += shown.rules
            if self._keys.is_personal(key):
                rules.append("key_name")
                kept[shown.text] = "[value]"
            else:
                kept[shown.text] = self._value(key, one, rules, depth + 1)
        return kept

    def _key(self, key: str) -> Cleaned:
        if len(key) > MAX_TEXT_CHARS:
            return Cleaned(self._texts.mark("key", key), ("too_long",))
        return self._texts.clean(key)

    def _unsearched(self, text: str) -> Cleaned:
        return Cleaned(self._texts.mark("text", text), ("message_budget",))

    def _text(self, name: str, text: str) -> Cleaned:
        if name in _ADDRESSES or _ADDRESS.match(text):
            return self._urls.clean(text)
        if name in _LINES:
            return self._lines.line(text)
        if len(text) > MAX_TEXT_CHARS:
            return Cleaned(self._texts.mark("text", text), ("too_long",))
        return self._lines.name(text)
