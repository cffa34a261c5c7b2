"""Rules: what is detected and what it is worth. One TOML file, every key optional, unknown keys rejected.

Each field says what it means, its unit and why the default is what it is; `replay-signals rules` prints them.
"""

from __future__ import annotations

import difflib
import tomllib
from typing import Annotated, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

RULES_REVISION = "1"
"""Changes with every change of a detector, so that stored results tell which code judged them."""


class RulesError(ValueError):
    """A rules file that cannot be used; the message says which key and what would be valid."""


def doc(text: str) -> Meta:
    """Field documentation."""
    return Meta(description=text)


class Clicks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a click counts as answered."""

    prompt_ms: Annotated[float, doc("Reactions up to here belong to the click without further proof")] = 1000
    slow_ms: Annotated[
        float, doc("Reactions later than this are slow (Sentry: most controls answer in 250-3000 ms)")
    ] = 3000
    window_ms: Annotated[float, doc("Evidence window after a click; later reactions are not its own")] = 7000
    lead_ms: Annotated[float, doc("Handlers may run on pointer down, this long before the click event")] = 800


class Rage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Repeated clicking without progress."""

    min_clicks: Annotated[int, doc("Clicks in a burst (PostHog, Datadog, Sentry: 3)")] = 3
    gap_ms: Annotated[float, doc("Longest pause between two clicks of a burst")] = 1000
    radius_px: Annotated[float, doc("Farthest two clicks of a burst on different nodes may lie apart")] = 30


class Value(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a place is worth: pages whose path contains `path` add `points` to the severity of their signals."""

    path: Annotated[str, doc("Part of the URL's path")]
    points: Annotated[float, doc("Added to the severity")]


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole rules file."""

    clicks: Clicks = Clicks()
    rage: Rage = Rage()
    values: Annotated[list[Value], doc("Pages that matter more")] = []

    @property
    def version(self) -> str:
        """Revision of the code and a hash of the values."""
        from hashlib import blake2b

        return f"{RULES_REVISION}-{blake2b(msgspec.json.encode(self), digest_size=4).hexdigest()}"


def load_rules(text: str) -> Rules:
    """Rules of a TOML text; raises RulesError."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RulesError(f"not valid TOML: {error}") from None
    _check_keys(data, Rules, "")
    try:
        return msgspec.convert(data, Rules)
    except msgspec.ValidationError as error:
        raise RulesError(str(error)) from None


def _check_keys(data: object, kind: object, path: str) -> None:
    """Unknown keys with the nearest valid name."""
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) is list and isinstance(data, list):
        for item in data:
            _check_keys(item, get_args(kind)[0], path)
    if not (isinstance(data, dict) and isinstance(kind, type) and issubclass(kind, msgspec.Struct)):
        return
    hints = get_type_hints(kind, include_extras=True)
    for key, value in data.items():
        if key not in hints:
            near = difflib.get_close_matches(str(key), hints, n=1, cutoff=0.0)
            raise RulesError(f"unknown key {path}{key}; did you mean {path}{near[0]}?")
        _check_keys(value, hints[key], f"{path}{key}.")
