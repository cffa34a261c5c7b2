"""Values as pages show them."""

from __future__ import annotations

from datetime import date, datetime

from replay_signals.transforms.printable import iso, visible

MAX_CHARS = 300
"""Of one recorded text on a page; the tables have the whole of it."""


def text(recorded: str, most: int = MAX_CHARS) -> str:
    """Recorded text that neither hides nor turns anything, cut."""
    cut = recorded if len(recorded) <= most else recorded[: most - 1] + "…"
    return visible(cut)


def number(value: float | None, digits: int = 4) -> float | int | None:
    """A number with as many digits as a page needs: data stays small."""
    if value is None:
        return None
    rounded = round(value, digits)
    return int(rounded) if rounded == int(rounded) else rounded


def moment(when: datetime) -> str:
    """ISO 8601 in UTC, whole seconds: 2026-11-24T20:22:01Z."""
    return iso(when)[:19] + "Z"


def day(when: date | None) -> str:
    """2026-11-24; empty for none."""
    return "" if when is None else when.isoformat()


def clock(ms: int) -> str:
    """An offset as players show it: 1:05, 1:02:05."""
    minutes, seconds = divmod(max(0, ms) // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def span(ms: int) -> str:
    """A length of time in one or two units: 850 ms, 46 s, 3 min 20 s, 5 h 12 min."""
    seconds = ms // 1000
    if seconds < 1:
        return f"{ms} ms"
    if seconds < 60:
        return f"{seconds} s"
    minutes, seconds = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,} h {minutes} min" if minutes else f"{hours:,} h"
