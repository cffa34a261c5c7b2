"""Addresses of a recording at a moment, in PostHog or any other player, by a template of the operator's.

    https://us.posthog.com/project/{team}/replay/{session_id}?t={seconds}

What it may hold, and what protects it from ids of strangers: `address_template`.
"""

from __future__ import annotations

from typing import NamedTuple

from replay_signals.transforms.inbox.address_template import check, filled, quoted

NAMES = ("team", "session_id", "window_id", "distinct_id", "seconds", "offset_ms")
"""What a template may name: who and where in the recording, `seconds` and `offset_ms` from its start."""


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
        """Raises TemplateError."""
        check(template, NAMES, "session_id", "session")
        self._template = template

    def at(self, moment: At) -> str:
        """The address of a moment."""
        return self._filled(moment, str(max(0, moment.offset_ms) // 1000), str(max(0, moment.offset_ms)))

    def of_session(self, moment: At) -> str:
        """The address with `{seconds}` and `{offset_ms}` left to be filled in, whatever the offset of the moment."""
        return self._filled(moment, "{seconds}", "{offset_ms}")

    def _filled(self, moment: At, seconds: str, offset_ms: str) -> str:
        values = {name: quoted(getattr(moment, name)) for name in ("team", "session_id", "window_id", "distinct_id")}
        values |= {"seconds": seconds, "offset_ms": offset_ms}
        return filled(self._template, values)
