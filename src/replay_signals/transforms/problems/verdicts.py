"""What people say of a problem, and how long it holds. Pure.

    confirmed   it is right: the problem stays open
    dismissed   quiet until its effect changes for the worse (`worsened`), measured from what it was when dismissed
    snoozed     quiet until its day: the first counted day that is not before `until`
    fixed       quiet until the days after it prove it: then resolved, or open again when it is not fixed

Quiet: nobody is told of changes, and lists of open problems leave it out. A problem that was merged into another, or
whose signals were retracted, is none of its own any more, and that is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from replay_signals.schemas.confidence import TABLE
from replay_signals.schemas.problem_rows import ProblemRow
from replay_signals.schemas.verdict_rows import VerdictRow
from replay_signals.transforms.problems.told import SEVERITY_STEP, Told

Verdict = Literal["confirmed", "dismissed", "snoozed", "fixed"]
STATUS: dict[str, str] = {
    "confirmed": "confirmed",
    "dismissed": "dismissed",
    "snoozed": "snoozed",
    "fixed": "fix_claimed",
}
"""What a revision of the problem says when the verdict is given."""
LABEL: dict[str, str] = {"confirmed": "right", "dismissed": "wrong", "snoozed": "", "fixed": "right"}
"""What each says of the finding; one may dismiss what is right and meant to be so."""
QUIET = ("dismissed", "snoozed", "fixed")
GONE = ("merged", "retracted")


def repeats(verdict: VerdictRow, last: VerdictRow | None, row: ProblemRow) -> bool:
    """Whether it says what holds already of a stored row: who says the same twice has said it once."""
    if last is None:
        return False
    same = ("verdict", "label", "reason", "given_by", "until", "release", "fixed_on")
    is_pending = row.verdict_number < last.number
    holds = is_pending or row.is_quiet == (last.verdict in QUIET)
    return holds and all(getattr(verdict, name) == getattr(last, name) for name in same)


def taken_in(row: ProblemRow, verdict: VerdictRow) -> ProblemRow:
    """The row with a verdict."""
    return msgspec.structs.replace(
        row,
        verdict=verdict.verdict,
        verdict_number=verdict.number,
        verdict_reason=verdict.reason,
        verdict_by=verdict.given_by,
        verdict_at=verdict.given_at,
        verdict_until=verdict.until,
        is_quiet=verdict.verdict in QUIET,
    )


def carried(row: ProblemRow, before: ProblemRow) -> ProblemRow:
    """A row that was worked out anew, with the verdict that the stored one had."""
    return msgspec.structs.replace(
        row,
        verdict=before.verdict,
        verdict_number=before.verdict_number,
        verdict_reason=before.verdict_reason,
        verdict_by=before.verdict_by,
        verdict_at=before.verdict_at,
        verdict_until=before.verdict_until,
        is_quiet=before.is_quiet,
    )


def is_over(known: Told, row: ProblemRow) -> bool:
    """Whether what made the problem quiet holds no more; `known` is what was told when it was said."""
    if row.state in GONE:
        return True
    if row.verdict == "snoozed":
        return row.verdict_until is None or row.day >= row.verdict_until
    if row.verdict == "fixed":
        is_known = row.fix in ("fixed", "not_fixed") or row.state == "resolved"
        return is_known or (not row.fix and worsened(known, row))
    return worsened(known, row)


def worsened(known: Told, row: ProblemRow) -> bool:
    """Whether a problem does more harm than it was said to do.

    It regressed; or its severity rose by `SEVERITY_STEP`; or its loss is proven and was not; or its loss is greater
    than the interval that was told.
    """
    is_loss = row.effect_high is not None and row.effect_high < 0
    was_loss = known.effect_high is not None and known.effect_high < 0
    return (
        (row.state == "regressed" and known.state != "regressed")
        or row.severity - known.severity >= SEVERITY_STEP
        or (is_loss and not was_loss)
        or (row.effect is not None and known.effect_low is not None and row.effect < known.effect_low)
    )


def confidence_with(confidence: float, problem: ProblemRow, said: Iterable[VerdictRow]) -> float:
    """The share of such findings that is right, with what people said of them as labels.

    `confidence`, from the table of confidences, counts as so many labels as a prior does there (`strength`). A verdict
    on a problem of the same kind at the same place is one label more; one on the problem itself as many as the table.
    """
    at = (problem.team, problem.kind, problem.place)
    labels = right = 0.0
    for verdict in said:
        if not verdict.label or (verdict.team, verdict.kind, verdict.place) != at:
            continue
        weight = TABLE.strength if verdict.problem_id == problem.problem_id else 1.0
        labels += weight
        right += weight * (verdict.label == "right")
    return (TABLE.strength * confidence + right) / (TABLE.strength + labels)


def newest(verdicts: Iterable[VerdictRow]) -> dict[str, VerdictRow]:
    """The verdict that holds of each problem, by its id."""
    found: dict[str, VerdictRow] = {}
    for verdict in verdicts:
        known = found.get(verdict.problem_id)
        if known is None or known.number < verdict.number:
            found[verdict.problem_id] = verdict
    return found
