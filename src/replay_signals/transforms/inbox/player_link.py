"""Addresses of a recording at a moment, in PostHog or any other player, by a template of the operator's.

    https://us.posthog.com/project/{team}/replay/{session_id}?t={seconds}

Ids in it come from recorders, so from strangers: each is percent-encoded, and stands after the host only.
"""

from __future__ import annotations

import difflib
import re
from typing import NamedTuple
from urllib.parse import quote, urlsplit

NAMES = ("team", "session_id", "window_id", "distinct_id", "seconds", "offset_ms")
"""What a template may name: who and where in the recording, `seconds` and `offset_ms` from its start."""
MAX_CHARS = 2000
_NAME = re.compile(r"\{([^{}]*)\}")


class PlayerLinkError(ValueError):
    """A template that makes no address; the message says what would."""


class At(NamedTuple):
    """A moment in the recording of a session."""

    team: str
    session_id: str
    offset_ms: int
    window_id: str = ""
    distinct_id: str = ""


class PlayerLink:
    """A template that was checked."""

    def __init__(self, template: str) -> None:
        """Raises PlayerLinkError."""
        _check(template)
        self._template = template

    def at(self, moment: At) -> str:
        """The address of a moment."""
        return self._filled(moment, str(max(0, moment.offset_ms) // 1000), str(max(0, moment.offset_ms)))

    def of_session(self, moment: At) -> str:
        """The address with `{seconds}` and `{offset_ms}` left to be filled in, whatever the offset of the moment."""
        return self._filled(moment, "{seconds}", "{offset_ms}")

    def _filled(self, moment: At, seconds: str, offset_ms: str) -> str:
        values = {name: _quoted(getattr(moment, name)) for name in ("team", "session_id", "window_id", "distinct_id")}
        values |= {"seconds": seconds, "offset_ms": offset_ms}
        return _NAME.sub(lambda found: values[found[1]], self._template)


def _check(template: str) -> None:
    if len(template) > MAX_CHARS:
        raise PlayerLinkError(f"an address has at most {MAX_CHARS:,} characters")
    if not template.isascii() or not template.isprintable() or set(template) & set(" <>\"'`\\^|"):
        raise PlayerLinkError("an address has no spaces, quotes or signs beyond ASCII; percent-encode them")
    for name in _NAME.findall(template):
        if name not in NAMES:
            near = difflib.get_close_matches(name, NAMES, 1)
            meant = f"do you mean {{{near[0]}}}?" if near else f"there are {', '.join(NAMES)}"
            raise PlayerLinkError(f"nothing is called {{{name}}}; {meant}")
    if set(_NAME.sub("", template)) & set("{}"):
        raise PlayerLinkError("a bracket has no other half")
    try:
        parts = urlsplit(template)
        host = parts.hostname
        _ = parts.port
    except ValueError as error:
        raise PlayerLinkError(f"not an address: {error}") from None
    if parts.scheme not in ("http", "https") or not host:
        raise PlayerLinkError("an address begins with https:// or http:// and a host")
    if set(parts.netloc) & set("{}@"):
        raise PlayerLinkError("no name stands in the host, and no user before it")
    if "{session_id}" not in template:
        raise PlayerLinkError("without {session_id} every session has the same address")


def _quoted(value: str) -> str:
    """Percent-encoded; dots too, so that no id leads to another folder."""
    return quote(value.encode("utf-8", "replace"), safe="").replace(".", "%2E")
