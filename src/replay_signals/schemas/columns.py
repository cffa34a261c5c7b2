"""Columns that several tables share, and how a column is documented."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from msgspec import Meta

from replay_signals.schemas.kept import Holds


def doc(text: str) -> Meta:
    """Column documentation."""
    return Meta(description=text)


Day = Annotated[date, doc("UTC day the session started; partition")]
Team = Annotated[str, doc("Project token; empty when the input names none"), Holds.PROJECT]
SessionId = Annotated[str, doc("Session id of the recorder"), Holds.RANDOM_ID]
WindowId = Annotated[str, doc("Window (tab) id of the recorder; the session id when it has none"), Holds.RANDOM_ID]
RulesVersion = Annotated[str, doc("Version of the code and rules that judged this row"), Holds.OWN_WORD]
PriorsVersion = Annotated[
    str, doc("Version of the priors (evidence over sessions) that it was judged with; empty for none"), Holds.OWN_WORD
]
FactRevision = Annotated[
    int, doc("1 for the first row of this key, counts up when late evidence changes it in a stream")
]
Revision = Annotated[int, doc("1 for the first result, counts up when late data or new rules change it")]
PageUrl = Annotated[str, doc("URL of the page, without user info"), Holds.ADDRESS]
PrivacyVersion = Annotated[
    str,
    doc(
        "Version of the code and rules of privacy that this row passed; empty in older rows and in letters of the judge"
    ),
    Holds.OWN_WORD,
]
RemovedText = Annotated[
    dict[str, int],
    doc("How often each rule of privacy removed text, by field and rule: page_url/url_value"),
    Holds.OWN_WORD,
]
PagePattern = Annotated[str, doc("URL path with ids replaced, for grouping: /orders/:id"), Holds.ADDRESS]
Place = Annotated[str, doc("Page pattern, or `layout` for a control in a shared header, menu or footer"), Holds.ADDRESS]
