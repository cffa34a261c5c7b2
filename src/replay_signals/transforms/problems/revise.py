"""revise: what a run changes in the table of problems, and when a change is one that somebody is told of. Pure.

Counts move with every session. A revision is for what a reader acts on: the state, the priority, a severity that moved
by `SEVERITY_STEP`, an effect that became known, became another or changed its sign, the day it began, what it came
with, what it was merged with, and what people said of it. `told` keeps what the present revision said first, so that
slow drift adds up. What people asked to be quiet is written and not told, until that holds no more (`verdicts`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

import msgspec

from replay_signals.schemas.problem_rows import ProblemRow
from replay_signals.schemas.verdict_rows import VerdictRow
from replay_signals.transforms.problems import verdicts
from replay_signals.transforms.problems.told import ENDED, SEVERITY_STEP, Told, saying, told

Sign = Literal["loss", "gain", "unsure", "unknown"]


def revised(
    rows: Sequence[ProblemRow],
    stored: Mapping[str, ProblemRow],
    into: Mapping[str, str],
    as_of: date,
    counted_from: date,
    given: Mapping[str, VerdictRow] | None = None,
) -> list[ProblemRow]:
    """Rows to write, each with its revision and status: new and changed ones, and what ended without a row.

    `stored` are the newest rows by problem id, `into` the problems that go into others, `given` the verdicts that hold,
    by problem id. A stored problem of which no
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
    before = ((row, stored.get(row.problem_id), (given or {}).get(row.problem_id)) for row in named)
    out = [next_row for row, was, verdict in before if (next_row := _next(row, was, verdict)) is not None]
    return sorted(out, key=lambda row: (row.team, row.problem_id))


def with_verdict(row: ProblemRow, verdict: VerdictRow) -> ProblemRow | None:
    """The next revision of a stored row, which says what somebody said; None where it says so already."""
    if verdict.number <= row.verdict_number:
        return None
    return saying(verdicts.taken_in(row, verdict), row.revision + 1, verdicts.STATUS[verdict.verdict])


def _next(row: ProblemRow, before: ProblemRow | None, verdict: VerdictRow | None) -> ProblemRow | None:
    """The row as it is to be written; None when it says nothing new."""
    if before is None:
        return None if row.state in ENDED else saying(row, 1, "new")
    row = msgspec.structs.replace(
        verdicts.carried(row, before), revision=before.revision, status=before.status, told=before.told
    )
    if verdict is not None and (said := with_verdict(row, verdict)) is not None:
        return said
    known = told(before)
    if before.is_quiet:
        if not verdicts.is_over(known, row):
            return None if row == before else row
        loud = msgspec.structs.replace(row, is_quiet=False)
        return saying(loud, before.revision + 1, row.state if row.state in ENDED else "reopened")
    if moved(known, row):
        return saying(row, before.revision + 1, _status(known, row))
    return None if row.state in ENDED or row == before else row


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
        or row.verdict != known.verdict
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
