"""Where a place in a built file comes from: asked before a stack is cleaned, so its names are cleaned like others.

What a build makes of a program says little and changes with every build. A source map says which file, line and
function of the program a place was; who has the maps is a `Sources`. Pure, and total: what is no frame stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple


class Source(NamedTuple):
    """A place in a program's own files; `function` is empty where the map does not say."""

    file: str
    line: int
    column: int
    function: str


Sources = Callable[[str, int, int], Source | None]
"""From the address, line and column (from 1) of a place in a built file; None where nothing is known of it."""

MAX_TEXT_CHARS = 8_000
MAX_PLACE_CHARS = 2_000
MAX_FRAMES = 50
_BEFORE_FILE = re.compile(r"[\s()@]")
_FRAME = re.compile(r"(?:\bat |@)[^\n\\@]{1,500}?:\d{1,9}:\d{1,9}\)?")


def line_of(text: str, sources: Sources) -> str:
    """One line of a stack: `at name (file:line:column)`, `at file:line:column` or `name@file:line:column`."""
    file, line, column = _place(text)
    source = sources(file, line, column) if file else None
    if source is None:
        return text
    place = f"{source.file}:{source.line}:{source.column}"
    return f"at {source.function} ({place})" if source.function else f"at {place}"


def _place(text: str) -> tuple[str, int, int]:
    """File, line and column at the end of a line; an empty file for none."""
    told, _, column = text[-MAX_PLACE_CHARS:].rstrip().removesuffix(")").rpartition(":")
    told, _, line = told.rpartition(":")
    if not (_is_number(line) and _is_number(column)):
        return "", 0, 0
    return _BEFORE_FILE.split(told)[-1], int(line), int(column)


def _is_number(text: str) -> bool:
    return len(text) < 10 and text.isascii() and text.isdigit()


def text_of(text: str, sources: Sources) -> str:
    """A console line, with the frames of a stack that is written into it."""
    head, tail = text[:MAX_TEXT_CHARS], text[MAX_TEXT_CHARS:]
    return _FRAME.sub(lambda found: line_of(found[0], sources), head, count=MAX_FRAMES) + tail


def properties_of(properties: Mapping[str, Any], sources: Sources) -> Mapping[str, Any]:
    """Properties of an `$exception` event. Frames that the site's error tracking resolved stay as it told them."""
    told = properties.get("$exception_list")
    if not isinstance(told, list):
        return properties
    return {**properties, "$exception_list": [_entry(one, sources) for one in told]}


def _entry(entry: object, sources: Sources) -> object:
    stack = entry.get("stacktrace") if isinstance(entry, dict) else None
    frames = stack.get("frames") if isinstance(stack, dict) else None
    if not isinstance(entry, dict) or not isinstance(stack, dict) or not isinstance(frames, list):
        return entry
    kept = frames[: -MAX_FRAMES or None]
    located = [*kept, *(_frame(one, sources) for one in frames[-MAX_FRAMES:])]
    return {**entry, "stacktrace": {**stack, "frames": located}}


def _frame(frame: object, sources: Sources) -> object:
    if not isinstance(frame, dict) or frame.get("resolved") is True:
        return frame
    file, line, column = (frame.get(name) for name in ("filename", "lineno", "colno"))
    if not isinstance(file, str) or type(line) is not int or type(column) is not int:
        return frame
    source = sources(file, line, column)
    if source is None:
        return frame
    named = {"function": source.function} if source.function else {}
    return {**frame, "filename": source.file, "lineno": source.line, "colno": source.column, **named}
