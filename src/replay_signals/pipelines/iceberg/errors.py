"""What goes wrong with a warehouse, in one sentence."""

from __future__ import annotations

from replay_signals.pipelines import secrets


class WarehouseError(Exception):
    """A warehouse that cannot be used; the message is one sentence that says why."""


def sentence(error: Exception | None) -> str:
    """The first line of an error, without SQLAlchemy's SQL and links, and without secrets."""
    original = getattr(error, "orig", None) or error
    return secrets.redacted((str(original).splitlines() or [type(error).__name__])[0])
