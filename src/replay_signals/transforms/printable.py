"""Recorded text and values as they may be printed: strangers wrote them, and a terminal obeys what it is shown."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import msgspec

from replay_signals.transforms.text import encoded

# What a terminal may act on (the C0 and C1 controls, DEL), and what hides text or turns its direction.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def visible(text: str) -> str:
    """Recorded text that is safe to print: what is unsafe shows as its escape, `\\x1b[2J`, on the same line."""
    return _UNSAFE.sub(lambda m: m.group().encode("unicode_escape").decode(), text)


def json_bytes(value: object, *, indent: int = 0) -> bytes:
    """JSON that is safe to print: recorded text cannot steer the terminal it is shown in."""
    text = encoded(msgspec.json.encode, value)
    if indent:
        text = msgspec.json.format(text, indent=indent)
    return _UNSAFE.sub(_json_escape, text.decode()).encode()


def _json_escape(found: re.Match[str]) -> str:
    return "\n" if found.group() == "\n" else f"\\u{ord(found.group()):04x}"


def iso(when: datetime) -> str:
    """ISO 8601 in UTC with milliseconds: 2026-11-24T20:22:01.123Z."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
