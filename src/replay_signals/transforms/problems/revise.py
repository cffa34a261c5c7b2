"""revise: what a run changes in the table of problems, and when a change is one that somebody is told of. Pure.

Counts move with every session. A revision is for what a reader acts on: the state, the priority, a severity that moved
by `SEVERITY_STEP`, an effect that became known, became another or changed its sign, the day it began, what it came
with, and what it was merged with. `told` keeps what the present revision said first, so that slow drift adds up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

import msgspec

from replay_signals.schemas.problem_rows import ProblemRow

SEVERITY_STEP = 10.0
"""Points of severity that a reader would act on: four times the users."""
ENDED = ("resolved", "merged", "retracted")
Sign = Literal["loss", "gain", "unsure", "unknown"]


class Told(msgspec.Struct, frozen=True):
    """What a revision said that a reader acts on; unknown times and effects are empty and null."""

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


_told = msgspec.json.Decoder(Told)


def revised(
    rows: Sequence[ProblemRow],
    stored: Mapping[str, ProblemRow],
    into: Mapping[str, str],
    as_of: date,
    counted_from: date,
) -> list[ProblemRow]:
    """Rows to write, each with its revision and status: new and changed ones, and what ended without a row.

    `stored` are the newest rows by problem id, `into` the problems that go into others. A stored problem of which no
    count is left ended: resolved when it was last seen before the counted days, else its signals were retracted.
    """
    found = {row.problem_id: row for row in rows}
    for problem_id, row in stored.items():
        if problem_id in into:
            found[problem_id] = msgspec.structs.replace(row, day=as_of, state="merged", merged_into=into[problem_id])
        elif problem_id not in found and row.state not in ENDED:
            state = "resolved" if row.last_seen.date() < counted_from else "retracted"
            found[problem_id] = msgspec.structs.replace(row, day=as_of, state=state)
    aliases: dict[str, list[str]] = {}
    for other, head in sorted(into.items()):
        aliases.setdefault(head, []).append(other)
    named = (msgspec.structs.replace(row, aliases=aliases.get(row.problem_id, [])) for row in found.values())
    out = [next_row for row in named if (next_row := _next(row, stored.get(row.problem_id))) is not None]
    return sorted(out, key=lambda row: (row.team, row.problem_id))


def _next(row: ProblemRow, before: ProblemRow | None) -> ProblemRow | None:
    """The row as it is to be written; None when it says nothing new."""
    if before is None:
        return None if row.state in ENDED else _saying(row, 1, "new")
    known = told(before)
    if moved(known, row):
        return _saying(row, before.revision + 1, _status(known, row))
    same = msgspec.structs.replace(row, revision=before.revision, status=before.status, told=before.told)
    if row.state in ENDED or same == before:
        return None
    return same


def _saying(row: ProblemRow, revision: int, status: str) -> ProblemRow:
    return msgspec.structs.replace(row, revision=revision, status=status, told=msgspec.json.encode(_said(row)).decode())


def _said(row: ProblemRow) -> Told:
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
    )


def told(row: ProblemRow) -> Told:
    """What the revision of a row said first; what the row says now where that cannot be read."""
    try:
        return _told.decode(row.told)
    except msgspec.DecodeError:
        return _said(row)


def moved(known: Told, row: ProblemRow) -> bool:
    """Whether a row says something that a reader acts on and was not told."""
    onset = row.onset.isoformat() if row.onset else ""
    began = (not known.onset and bool(onset)) or bool(
        onset
        and row.onset_low
        and row.onset_high
        and not row.onset_low.isoformat() <= known.onset <= row.onset_high.isoformat()
    )
    return (
        row.state != known.state
        or row.merged_into != known.merged_into
        or row.aliases != known.aliases
        or abs(row.severity - known.severity) >= SEVERITY_STEP
        or _sign(row.effect, row.effect_low, row.effect_high)
        != _sign(known.effect, known.effect_low, known.effect_high)
        or _is_another(known, row)
        or began
        or bool(row.started_with and row.started_with != known.started_with)
    )


def _is_another(known: Told, row: ProblemRow) -> bool:
    """An effect outside of the interval that was told."""
    if row.effect is None or known.effect_low is None or known.effect_high is None:
        return False
    return not known.effect_low <= row.effect <= known.effect_high


def _sign(effect: float | None, low: float | None, high: float | None) -> Sign:
    if effect is None or low is None or high is None:
        return "unknown"
    return "loss" if high < 0 else "gain" if low > 0 else "unsure"


def _status(known: Told, row: ProblemRow) -> str:
    if row.state in ENDED and row.state != known.state:
        return row.state
    return "reopened" if known.state in ENDED else "revised"
