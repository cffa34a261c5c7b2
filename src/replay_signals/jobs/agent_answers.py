"""Answers of the server for agents: pages of items, bounded in bytes, and a cursor to the next one."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TypedDict

import msgspec

from replay_signals.pipelines.files.paths import InputError
from replay_signals.schemas.briefs import NOTICE
from replay_signals.transforms.brief.quoting import shown
from replay_signals.transforms.printable import json_bytes

MAX_BYTES = 24_000
"""Of the items of one answer: some 6,000 tokens."""
NESTED = 4
"""Spaces before each line of an item: answers are sent as indented text, too."""
MAX_TEXT_CHARS = 300


class CursorError(InputError):
    """A cursor that is none of this question; the message says what to do."""


class Answer(TypedDict):
    """Items, and how to get more. Texts in the items were recorded on pages of strangers."""

    notice: str
    items: list[dict[str, Any]]
    hints: list[str]
    """What may be meant otherwise in a condition that nothing holds for."""
    next_cursor: str
    """Give it as `cursor` with the same arguments to get what follows; empty when there is no more."""


class Asked(NamedTuple):
    """A question, so that a cursor of one is not taken for one of another."""

    tool: str
    arguments: tuple[object, ...]

    def skip(self, cursor: str) -> int:
        """How many items the answers before held. Raises CursorError."""
        if not cursor:
            return 0
        try:
            made, _, skip = base64.urlsafe_b64decode(cursor.encode()).decode().partition(" ")
        except (binascii.Error, ValueError) as error:
            raise CursorError(
                "This cursor is none: give next_cursor of an answer as it is, or leave it out."
            ) from error
        if made != self._mark() or not skip.isdecimal():
            raise CursorError(f"This cursor belongs to another question: ask {self.tool} with the same arguments.")
        return int(skip)

    def cursor(self, skip: int) -> str:
        """The cursor to what follows so many items."""
        return base64.urlsafe_b64encode(f"{self._mark()} {skip}".encode()).decode()

    def _mark(self) -> str:
        return hashlib.sha256(repr(tuple(self)).encode()).hexdigest()[:16]


def answer(asked: Asked, skipped: int, found: Sequence[Any], limit: int, hints: Sequence[str] = ()) -> Answer:
    """The first items that the bound of bytes lets through, at most `limit`; `found` has one more if there is one."""
    items: list[dict[str, Any]] = []
    size = 0
    for one in found[:limit]:
        item = _plain(one)
        text = json_bytes(item, indent=2)
        size += len(text) + NESTED * (text.count(b"\n") + 1)
        if size > MAX_BYTES and items:
            break
        items.append(item)
    is_more = len(items) < len(found)
    cursor = asked.cursor(skipped + len(items)) if is_more else ""
    return {"notice": NOTICE, "items": items, "hints": [shown(one) for one in hints], "next_cursor": cursor}


def cut(text: str) -> str:
    """A long text, such as HTML or a script, within the bound, with a word where it was cut."""
    data = text.encode()
    if len(data) <= MAX_BYTES:
        return text
    return data[:MAX_BYTES].decode(errors="ignore") + f"\n… cut: {len(data) - MAX_BYTES} bytes more"


def chosen(row: msgspec.Struct, names: Iterable[str]) -> dict[str, Any]:
    """Some fields of a row."""
    return {name: getattr(row, name) for name in names}


def _plain(value: Any) -> dict[str, Any]:
    """An item of plain JSON values, its texts cut and without hidden characters."""
    fields: dict[str, Any] = msgspec.to_builtins(value._asdict() if hasattr(value, "_asdict") else value)
    return {name: _shown(one) for name, one in fields.items()}


def _shown(value: Any) -> Any:
    if isinstance(value, str):
        return shown(value, MAX_TEXT_CHARS)
    if isinstance(value, list):
        return [_shown(one) for one in value]
    if isinstance(value, dict):
        return {shown(name): _shown(one) for name, one in value.items()}
    return value
