"""form_abandonment: a visitor typed into a form, did not send it, and left the page.

Started: the visitor typed into a text field (session/fields tells typing from values that scripts and the browser set)
and left it non-empty. Not sent, and no filter, typeahead or editor that
answers without sending: clicks/forms has the evidence. Left: the document was left or the session ended; one that
comes back from the browser's page cache, with what was typed, was not left. A form that
was only touched in a search box weighs less, and one left by the end of the session is less sure, because the recording
may end before the sending.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from replay_signals.schemas.inbox import doc
from replay_signals.transforms.clicks.forms import FormAnswers
from replay_signals.transforms.clicks.judged import Judged
from replay_signals.transforms.clicks.typed_forms import Form, forms_of, looks_of, whole
from replay_signals.transforms.session.fields import TypedField
from replay_signals.transforms.session.timeline import Page
from replay_signals.transforms.signals import settling
from replay_signals.transforms.signals.context import SessionContext
from replay_signals.transforms.signals.descriptor import Scope, Signal
from replay_signals.transforms.signals.finding import Finding

KIND = "form_abandonment"
LEFT, ENDED = "left", "ended"
"""Grades of evidence; the recording may end before the sending."""
SEARCHING = "search_"
"""Before the grade, for a search box: what was typed may have filtered the page already."""
MAX_NAMED, MAX_FIELDS = 3, 20
"""Field names in the summary, which is one line, and in the evidence."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence of one finding."""

    fields: Annotated[list[str], doc("Names of the fields typed into, never values; 20 at most")]
    filled: Annotated[int, doc("Fields that held something in the end")]
    typing_ms: Annotated[int, doc("From the first change to the last, ms")]
    left_after_ms: Annotated[int, doc("From the last change to the leaving, ms")]


def detect(context: SessionContext) -> list[Finding[Evidence]]:
    """One finding per form."""
    clicks: dict[Page, list[Judged]] = {}
    for j in context.clicks:
        clicks.setdefault(j.click.page, []).append(j)
    found = []
    for window in context.timeline.windows:
        for looks in looks_of(window.pages):
            document = whole(looks)
            following = [page for look in looks for page in window.pages[look.index + 1 : look.index + 2]]
            before = {page.href for page in window.pages[: looks[-1].index]}
            answers = FormAnswers(document, [j for look in looks for j in clicks.get(look, [])], following, before)
            left_for = following[-1] if len(following) == len(looks) else None
            given_up = ((form, answers.given_up(form)) for form in forms_of(document))
            found += [_finding(form, fields, looks[-1], left_for) for form, fields in given_up if fields]
    return found


def _finding(form: Form, given_up: list[TypedField], page: Page, following: Page | None) -> Finding[Evidence]:
    names = [f.control.name or f.control.dom_id or f.control.tag for f in given_up]
    left = following is not None
    left_ms = following.opened_ms if following is not None else page.end_ms
    grade = (SEARCHING if form.is_search else "") + (LEFT if left else ENDED)
    where = "went elsewhere" if left else "the session ended"
    return Finding(
        KIND,
        page,
        form.first_ms,
        left_ms,
        grade,
        f"Typed into {', '.join(names[:MAX_NAMED])} and did not send it; {where}",
        Evidence(
            fields=names[:MAX_FIELDS],
            filled=len(given_up),
            typing_ms=round(form.last_ms - form.first_ms),
            left_after_ms=round(left_ms - form.last_ms),
        ),
        control=form.control or given_up[0].control,
        blocked=0.3 if form.is_search else 0.6,
        attempts=len(given_up),
    )


def settled_ms(context: SessionContext, finding: Finding[Evidence]) -> float | None:
    """`clicks.slow_ms` after its page was left for another; at the close when it was left by closing the tab."""
    return None if context.left_ms(finding.page) is None else settling.soon_after(context, finding)


SIGNAL = Signal(
    kind=KIND,
    title="a form was filled in and left unsent",
    detect=detect,
    scope=Scope.PAGE,
    gesture=None,
    after_others=False,
    settled_ms=settled_ms,
    problem_type="abandonment",
    failure="form",
    is_trouble=False,
    evidence=Evidence,
)
