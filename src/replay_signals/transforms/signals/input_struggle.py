"""input_struggle: a field or form that would not take what the visitor gave it.

Either a form that was sent at least twice and answered each time with an error (an alert that appeared or was filled, a
field marked `aria-invalid`; where the fields stand in no form: one button, with typing in between), or a field that was
typed, cut back by at least half and typed again three times: correction is normal once, and twice with a typo. A field
emptied in one step was entered (a to-do, a chat line) and begins anew. Lengths only: what was typed is never looked at.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from replay_signals.schemas.inbox import doc
from replay_signals.transforms.clicks.web import Judged
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.session.elements import element_label, is_set
from replay_signals.transforms.session.fields import typed_fields
from replay_signals.transforms.session.gestures import is_text_field, is_typed
from replay_signals.transforms.session.timeline import Page
from replay_signals.transforms.signals import settling
from replay_signals.transforms.signals.context import SessionContext
from replay_signals.transforms.signals.descriptor import Scope, Signal
from replay_signals.transforms.signals.finding import Finding, of_clicks

KIND = "input_struggle"
MIN_REFUSALS = 2
"""One error is a form that does its work."""
MIN_CORRECTIONS = 3
"""Correction is normal once, and twice with a typo."""
MIN_TYPED_CHARS = 4
"""Half of less is a single key."""
MIN_ENTERED_CHARS = 2
"""A field that is emptied of this much in one step was entered; one character is taken back with one key."""
REFUSED_CONFIDENCE = 0.8
CORRECTED_CONFIDENCE = 0.7
"""Less sure: some people write that way."""
MAX_ALERTS = 5
"""Texts in the evidence."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence of one finding."""

    refusals: Annotated[int | UnsetType, doc("How often the form was sent and refused")] = UNSET
    alerts: Annotated[list[str] | UnsetType, doc("Texts of the alerts that the form answered with; five at most")] = (
        UNSET
    )
    corrections: Annotated[int | UnsetType, doc("How often the field was cut back and typed again")] = UNSET


def detect(context: SessionContext) -> list[Finding[Evidence]]:
    """One finding per refused form and one per corrected field."""
    found = _refused(context)
    for page in context.timeline.pages:
        found += _corrected(page)
    return found


def _refused(context: SessionContext) -> list[Finding[Evidence]]:
    """One finding per form that was refused, or per button where the fields stand in no form."""
    by_page: dict[Page, list[Judged]] = {}
    for j in context.clicks:
        by_page.setdefault(j.click.page, []).append(j)
    found = []
    for page, clicks in by_page.items():
        complaints = [c for c in (_complaint(page, t, r) for t, r in page.of(records.Mutation)) if c is not None]
        typed_ms = sorted(change.t for box in typed_fields(page) for change in box.typed)
        tries: dict[int, list[Judged]] = {}
        for i, j in enumerate(clicks):
            place = _sent_by(j)
            if place is None:
                continue
            until_ms = min([j.click.t + context.rules.clicks.slow_ms, *(k.click.t for k in clicks[i + 1 : i + 2])])
            own = tries.setdefault(place, [])
            anew = not own or _in_form(j) or bisect_right(typed_ms, own[-1].click.t) < bisect_right(typed_ms, j.click.t)
            if anew and any(j.click.t <= c.t < until_ms for c in complaints):
                own.append(j)
        found += [_refusal(own, complaints) for own in tries.values() if len(own) >= MIN_REFUSALS]
    return found


def _in_form(j: Judged) -> bool:
    return any(c.tag == "form" for c in j.click.page.elements.around(j.click.node_id))


def _sent_by(j: Judged) -> int | None:
    """The form that the click may have sent, else the button; None for a click into a field or beside all controls."""
    control = j.click.control
    if control is None or is_text_field(control):
        return None
    form = next((c for c in j.click.page.elements.around(j.click.node_id) if c.tag == "form"), None)
    return control.first if form is None else form.first


@dataclass(frozen=True, slots=True)
class _Complaint:
    """The page said that something is wrong; `texts` where the digest has them."""

    t: float
    texts: list[str]


def _complaint(page: Page, t: float, record: records.Mutation) -> _Complaint | None:
    """An alert appeared or was filled, or a field was marked; taking one away is none."""
    places = page.elements.alert_ids
    filled = record.added and not places.isdisjoint(record.parents)
    said = any(node_id - 1 in places for node_id in record.texts)  # the text of an element is the node after it
    marked = any(name == "aria-invalid" and is_set(value) for _, name, value in record.attributes)
    return _Complaint(t, record.alerts) if record.alerts or filled or said or marked else None


def _refusal(tries: list[Judged], complaints: list[_Complaint]) -> Finding[Evidence]:
    first = tries[0]
    what = element_label(first.click.control, first.click.node_id)
    texts = [text for c in complaints if c.t >= first.click.t for text in c.texts]
    evidence = Evidence(refusals=len(tries), alerts=list(dict.fromkeys(texts))[:MAX_ALERTS])
    summary = f"{len(tries)} times {what} was refused with an error"
    finding = of_clicks(KIND, tries, summary, REFUSED_CONFIDENCE, evidence)
    finding.blocked = 0.6
    return finding


def _corrected(page: Page) -> list[Finding[Evidence]]:
    """Fields cut back by half or more, and typed again, often."""
    peaks: dict[int, tuple[int, int]] = {}
    last: dict[int, int] = {}
    times: dict[int, list[float]] = {}
    boxes: dict[int, Control] = {}
    for t, change in page.of(records.Input):
        length = change.length
        box = next((c for c in page.elements.around(change.node_id) if is_typed(c)), None)
        if box is None:
            continue
        boxes[box.first] = box
        peak, low = peaks.get(box.first, (0, 0))
        before, last[box.first] = last.get(box.first, 0), length
        if length == 0 and before >= MIN_ENTERED_CHARS:
            peaks[box.first] = (0, 0)
        elif length >= peak:
            if peak >= MIN_TYPED_CHARS and low * 2 <= peak:
                times.setdefault(box.first, []).append(t)
                peak = 0
            peaks[box.first] = (max(peak, length), length)
        else:
            peaks[box.first] = (peak, min(low, length))
    return [_correction(page, boxes[k], when) for k, when in times.items() if len(when) >= MIN_CORRECTIONS]


def _correction(page: Page, box: Control, when: list[float]) -> Finding[Evidence]:
    return Finding(
        KIND,
        page,
        when[0],
        when[-1],
        CORRECTED_CONFIDENCE,
        f"Typed {element_label(box, None)} again {len(when)} times",
        Evidence(corrections=len(when)),
        control=box,
        node_id=box.first,
        blocked=0.4,
        attempts=len(when),
    )


SIGNAL = Signal(
    kind=KIND,
    title="a form or field would not take what the visitor gave it",
    detect=detect,
    scope=Scope.PAGE,
    gesture=None,
    after_others=False,
    settled_ms=settling.soon_after,
    problem_type="confusion",
    is_trouble=False,
    evidence=Evidence,
)
