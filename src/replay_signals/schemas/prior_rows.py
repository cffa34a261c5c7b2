"""Rows of the table `priors`: what an element did for many visitors, by version. Written by the command `priors`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Literal

from msgspec import Struct

from replay_signals.schemas.columns import Team, doc
from replay_signals.schemas.kept import Holds

ANSWERS: Final = "answers"
TRACELESS: Final = "traceless"
PLAIN: Final = "plain"
NOTHING: Final = ""
CONTROL: Final = "control"
PAGE: Final = "page"
ROUTE: Final = "route"
Stance = Literal["answers", "traceless", "plain", ""]
"""What the judge takes from an element, see `transforms/problems/stances`."""


class PriorRow(Struct, frozen=True, kw_only=True):
    """What an element did for its visitors, or what is usual at a page or route, over many sessions, in one version."""

    day: Annotated[date, doc("UTC day up to which sessions count; partition")]
    version: Annotated[str, doc("Hash of all rows of the version, 16 hex digits"), Holds.OWN_WORD]
    number: Annotated[int, doc("Counts versions up: the highest is the newest")]
    judged_by: Annotated[
        str, doc("`rules_version` of the sessions that count; all were looked at without priors"), Holds.OWN_WORD
    ]
    team: Team
    place: Annotated[
        str,
        doc("Page pattern, or `layout` for a control in a shared header, menu or footer; empty for routes"),
        Holds.ADDRESS,
    ]
    element_key: Annotated[
        str, doc("What survives a redeploy of a control; method and path of a route; empty for pages"), Holds.ELEMENT
    ]
    answered: Annotated[int, doc("Distinct visitors whom it answered")]
    silent: Annotated[int, doc("Distinct visitors whom it never answered, and whose click was dead by itself")]
    tried: Annotated[int, doc("Of the silent, visitors who tried it again")]
    carried_on: Annotated[int, doc("Of the silent, visitors whom another control answered soon after")]
    succeeded: Annotated[int | None, doc("Of the silent, visitors with a key event after; null when rules name none")]
    others: Annotated[int, doc("Visitors of other controls of the place (of the site where these are few), each once")]
    others_carried_on: Annotated[int, doc("Of them, visitors whom another control answered soon after")]
    others_succeeded: Annotated[int | None, doc("Of them, visitors with a key event after")]
    has_answered: Annotated[bool, doc("It answered somebody in this version or one before")]
    says: Annotated[
        str,
        doc(
            "What the judge takes from it: answers (silence is a fault), traceless (silence proves nothing), plain "
            "(the same, of what nothing marks as a control), or empty: nothing"
        ),
        Holds.OWN_WORD,
    ]
    unit: Annotated[str, doc("control, page or route"), Holds.OWN_WORD] = CONTROL
    usual_days: Annotated[int, doc("Days that tell what is usual at a page or route; 0 for controls")] = 0
    usual_visitors: Annotated[int, doc("Visitors of these days, each day's counted by itself")] = 0
    lcp_ms: Annotated[
        float | None, doc("Page: 75th percentile of the largest contentful paint on a median day; null: not known")
    ] = None
    inp_ms: Annotated[float | None, doc("Page: the same of interaction to next paint")] = None
    load_ms: Annotated[float | None, doc("Page: the same of the time until the document had loaded")] = None
    p95_ms: Annotated[float | None, doc("Route: 95th percentile of its duration on a median day; null: not known")] = (
        None
    )
    failed_share: Annotated[
        float | None,
        doc("Route: share of visitors for whom it failed on a median day, the least of all versions; null: not known"),
    ] = None
