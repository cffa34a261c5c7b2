"""What a revision of a problem said that a reader acts on: by it the next revision is measured. Pure."""

from __future__ import annotations

import msgspec

from replay_signals.schemas.problem_rows import ProblemRow

SEVERITY_STEP = 10.0
"""Points of severity that a reader would act on: four times the users."""
ENDED = ("resolved", "merged", "retracted")
"""States in which a problem is none any more."""


class Told(msgspec.Struct, frozen=True):
    """Unknown times and effects are empty and null."""

    state: str
    severity: float
    effect: float | None
    effect_low: float | None
    effect_high: float | None
    comparison: str
    onset: str
    started_with: str
    aliases: list[str]
    merged_into: str
    verdict: str = ""


_told = msgspec.json.Decoder(Told)


def said(row: ProblemRow) -> Told:
    """What the row says now."""
    return Told(
        row.state,
        row.severity,
        row.effect,
        row.effect_low,
        row.effect_high,
        row.comparison,
        row.onset.isoformat() if row.onset else "",
        row.started_with,
        row.aliases,
        row.merged_into,
        row.verdict,
    )


def told(row: ProblemRow) -> Told:
    """What the revision of a row said first; what the row says now where that cannot be read."""
    try:
        return _told.decode(row.told)
    except msgspec.DecodeError:
        return said(row)


def saying(row: ProblemRow, revision: int, status: str) -> ProblemRow:
    """The row as a revision of its own."""
    return msgspec.structs.replace(row, revision=revision, status=status, told=msgspec.json.encode(said(row)).decode())


def is_open(row: ProblemRow) -> bool:
    """Whether it is for lists of open problems: it did not end, and nobody asked for quiet."""
    return row.state not in ENDED and not row.is_quiet
