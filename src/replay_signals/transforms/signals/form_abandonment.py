"""form_abandonment: a visitor typed into a form, did not send it, and left the page.

Started: at least one text field below the form (or, without a form element, on the page) whose value the visitor
changed and left non-empty. Sent: afterwards one of
  - an answered click on a button of the form, or a request by page code that changes data (not GET) and succeeds,
  - a navigation to the form's action, or to the page itself with a query,
  - the field emptied in one step from two or more characters (a single-field form that was entered).
Left: the document was left or the session ended. A form that was only touched in a search box weighs less, and one
left by the end of the session is less sure, because the recording may end before the sending.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

import msgspec

from replay_signals.schemas.inbox import doc
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.session import urls
from replay_signals.transforms.session.gestures import is_typed
from replay_signals.transforms.session.timeline import Page
from replay_signals.transforms.signals import settling
from replay_signals.transforms.signals.context import SessionContext
from replay_signals.transforms.signals.descriptor import Scope, Signal
from replay_signals.transforms.signals.finding import Finding

KIND = "form_abandonment"
LEFT_CONFIDENCE = 0.9
END_CONFIDENCE = 0.6
"""The recording may end before the sending."""
SEARCHING = 0.2
"""Taken off in a search box: what was typed may have filtered the page already."""
MIN_ENTERED_CHARS = 2
"""A field that is emptied of this much in one step was entered; one character is taken back with one key."""
MAX_NAMED, MAX_FIELDS = 3, 20
"""Field names in the summary, which is one line, and in the evidence."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence of one finding."""

    fields: Annotated[list[str], doc("Names of the fields typed into, never values; 20 at most")]
    filled: Annotated[int, doc("Fields that held something in the end")]
    typing_ms: Annotated[int, doc("From the first change to the last, ms")]
    left_after_ms: Annotated[int, doc("From the last change to the leaving, ms")]


@dataclass(slots=True)
class Form:
    """What happened to one form of a page."""

    page: Page
    control: Control | None
    first_ms: float
    last_ms: float
    lengths: dict[int, int] = field(default_factory=dict)
    fields: dict[int, Control] = field(default_factory=dict)
    entered: bool = False

    @property
    def filled(self) -> int:
        """Fields that hold something."""
        return sum(1 for length in self.lengths.values() if length)

    @property
    def searching(self) -> bool:
        """Only a search box was used."""
        return all(
            c.type == "search" or c.role == "searchbox" or "search" in f"{c.name} {c.dom_id} {c.test_id}".lower()
            for c in self.fields.values()
        )


def detect(context: SessionContext) -> list[Finding[Evidence]]:
    """One finding per form."""
    found = []
    for window in context.timeline.windows:
        for page in window.pages:
            following = window.pages[page.index + 1] if page.index + 1 < len(window.pages) else None
            for form in forms_of(page):
                if form.filled and not form.entered and not _sent(context, form, following):
                    found.append(_finding(form, following))
    return found


def _finding(form: Form, following: Page | None) -> Finding[Evidence]:
    page = form.page
    names = [c.name or c.dom_id or c.tag for c in form.fields.values()]
    left = following is not None
    confidence = (LEFT_CONFIDENCE if left else END_CONFIDENCE) - (SEARCHING if form.searching else 0.0)
    where = "went elsewhere" if left else "the session ended"
    return Finding(
        KIND,
        page,
        form.first_ms,
        following.opened_ms if following is not None else page.end_ms,
        confidence,
        f"Typed into {', '.join(names[:MAX_NAMED])} and did not send it; {where}",
        Evidence(
            fields=names[:MAX_FIELDS],
            filled=form.filled,
            typing_ms=round(form.last_ms - form.first_ms),
            left_after_ms=round((following.opened_ms if following is not None else page.end_ms) - form.last_ms),
        ),
        control=form.control or next(iter(form.fields.values()), None),
        blocked=0.3 if form.searching else 0.6,
        attempts=form.filled,
    )


def forms_of(page: Page) -> list[Form]:
    """Forms of a page that the visitor typed into."""
    forms: dict[int, Form] = {}
    for t, change in page.of(records.Input):
        around = list(page.elements.around(change.node_id))
        box = around[0] if around else None
        if box is None or not is_typed(box):
            continue
        holder = next((c for c in around if c.tag == "form"), None)
        key = holder.first if holder is not None else 0
        form = forms.setdefault(key, Form(page, holder, t, t))
        before = form.lengths.get(box.first, 0)
        now = change.length
        if before >= MIN_ENTERED_CHARS and now == 0 and len(form.lengths) == 1:
            form.entered = True
        elif now:
            form.entered = False
        form.lengths[box.first] = now
        form.fields[box.first] = box
        form.last_ms = t
    return list(forms.values())


def _sent(context: SessionContext, form: Form, following: Page | None) -> bool:
    page = form.page
    for j in context.clicks:
        if j.click.page is not page or j.click.t < form.last_ms or not j.answered or j.failed:
            continue
        control = j.click.control
        if control is not None and _submits(control) and _in_form(page, control, form):
            return True
    # what the page also sends before anything is typed (trackers, beacons) does not send the form
    routine = {r.url for r in page.requests if r.start_ms < form.first_ms}
    for request in page.requests:
        changes = request.method.upper() in ("POST", "PUT", "PATCH") and request.url not in routine
        if request.by_script and changes and request.start_ms >= form.last_ms and not request.failed:
            return True
    return following is not None and _by_navigation(form.control.href if form.control else "", page, following)


def _submits(control: Control) -> bool:
    return control.tag == "button" or control.type in ("submit", "image") or control.role == "button"


def _in_form(page: Page, control: Control, form: Form) -> bool:
    if form.control is None:
        return True
    return any(c.first == form.control.first for c in page.elements.around(control.first))


def _by_navigation(action: str, page: Page, following: Page) -> bool:
    """The browser sent the form itself: the next page is its action, or this page with the fields in the query."""
    there, here = urls.split(following.href), urls.split(page.href)
    if there.path == here.path and there.query and there.query != here.query:
        return True
    return bool(action) and urls.split(action).path == there.path and there.path != here.path


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
    is_trouble=False,
    evidence=Evidence,
)
