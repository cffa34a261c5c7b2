"""Rows of the table `verdicts`: what people said of problems, one row a verdict."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from msgspec import Struct

from replay_signals.schemas.columns import Team, doc
from replay_signals.schemas.kept import Holds


class VerdictRow(Struct, frozen=True, kw_only=True):
    """What somebody said of one problem; the highest `number` of a problem is what holds."""

    day: Annotated[date, doc("UTC day it was given; partition")]
    team: Team
    problem_id: Annotated[str, doc("Hash of team and cause, 16 hex digits"), Holds.OWN_WORD]
    number: Annotated[int, doc("Counts the verdicts on this problem from 1")]
    verdict: Annotated[str, doc("confirmed, dismissed, snoozed or fixed"), Holds.OWN_WORD]
    label: Annotated[
        str,
        doc("What it says of the finding: right, wrong; empty: nothing that confidences learn from"),
        Holds.OWN_WORD,
    ]
    reason: Annotated[str, doc("Why, in the words of who gave it"), Holds.NOTE]
    given_by: Annotated[str, doc("Who gave it, as they named themselves"), Holds.OPERATOR]
    given_at: Annotated[datetime, doc("When it was given, clock of the machine")]
    until: Annotated[date | None, doc("snoozed: the first counted day on which it is open again")]
    release: Annotated[str, doc("fixed: the release that holds the fix; empty when none was named"), Holds.PROPERTIES]
    fixed_on: Annotated[date | None, doc("fixed: the day the fix went out, where no release was named")]
    kind: Annotated[str, doc("Kind of the problem when it was given"), Holds.OWN_WORD]
    place: Annotated[str, doc("Its place then: page pattern or `layout`"), Holds.ADDRESS]
