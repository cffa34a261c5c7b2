"""input_struggle: a field or form that would not take what the visitor gave it.

Either a form that was sent at least twice, by its button or by Enter, and answered each time with an error (an alert
that appeared or was filled, a field marked `aria-invalid`, a request whose answer says that what was sent is wrong;
where the fields stand in no form: one button, with typing in between; where the form loads a document: its own page
came back, now with an alert), or a field that was typed, cut back by at least half and typed again three times:
correction is normal once, and twice with a typo. Twice is enough where all of it went, key by key, and what came again
was as long (other searches are not). A field emptied in one step was entered (a to-do, a chat line) and begins anew.
Lengths only: what was typed is never looked at.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from replay_signals.schemas import rrweb
from replay_signals.schemas.inbox import doc
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.control_flags import SAYS_WRONG
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.session.element_names import element_label
from replay_signals.transforms.session.elements import is_set
from replay_signals.transforms.session.fields import TypedField, typed_fields
from replay_signals.transforms.session.gestures import control_at, is_text_field, link_at
from replay_signals.transforms.session.spans import in_ranges
from replay_signals.transforms.session.timeline import Page, Window
from replay_signals.transforms.signals import settling
from replay_signals.transforms.signals.context import SessionContext
from replay_signals.transforms.signals.descriptor import Scope, Signal
from replay_signals.transforms.signals.finding import Finding

KIND = "input_struggle"
MIN_REFUSALS = 2
"""One error is a form that does its work."""
MIN_CORRECTIONS = 3
"""Correction is normal once, and twice with a typo."""
MIN_SAME_AGAIN = 2
"""Nobody deletes all of it twice, key by key, to type as much again, unless it was not taken."""
SAME_CHARS = 1
"""As long, give or take."""
MIN_TYPED_CHARS = 4
"""Half of less is a single key."""
MIN_ENTERED_CHARS = 2
"""A field that is emptied of this much in one step was entered; one character is taken back with one key."""
SAID, ANSWERED, CORRECTED = "said", "answered", "corrected"
"""Grades of evidence: the page said what is wrong; only a request's answer did; typed again, as some people write."""
REFUSING_STATUSES = frozenset((400, 401, 409, 422))
"""What was sent is wrong (RFC 9110: 400, 409, 422) or nobody is known by it (401); others do not speak of the input."""
MAX_MESSAGE_NODES = 10
"""A text, an icon, a list of two."""
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
    found = []
    for page in context.timeline.pages:
        fields = typed_fields(page)
        found += _refused(page, fields, context.rules.clicks.slow_ms)
        for box in fields:
            when = _retyped(box)
            if len(when) >= MIN_CORRECTIONS or _same_again(box) >= MIN_SAME_AGAIN:
                found.append(_correction(page, box, when))
    for window in context.timeline.windows:
        found += _sent_back(window)
    return found


def _refused(page: Page, fields: Sequence[TypedField], slow_ms: float) -> list[Finding[Evidence]]:
    """One finding per form that was refused, or per button where the fields stand in no form."""
    typed_ms = sorted(change.t for box in fields for change in box.typed)
    complaints = _complaints(page)
    pressed = [_Try(t, r.node_id) for t, r in page.of(records.Interaction) if r.kind == rrweb.CLICK]
    tries: dict[tuple[str, ...] | int, list[_Try]] = {}
    for one, following in pairwise([*pressed, None]):
        form = _sent_by(page, one) if one is not None else None
        if one is None or form is None:
            continue
        until_ms = min(one.t + slow_ms, following.t if following is not None else float("inf"))
        own = tries.setdefault(_identity(form), [])
        since_ms = own[-1].t if own else float("-inf")
        anew = bisect_right(typed_ms, since_ms) < bisect_right(typed_ms, one.t)
        loud = (c for c in complaints if one.t <= c.t < until_ms)
        if any(anew or (not c.silent and (form.tag == "form" or not own)) for c in loud):
            own.append(one)
    return [_refusal(page, own, complaints) for own in tries.values() if len(own) >= MIN_REFUSALS]


@dataclass(frozen=True, slots=True)
class _Try:
    """A click event of a control that may send something; Enter in a field clicks its form's button, too."""

    t: float
    node_id: int | None


def _sent_by(page: Page, one: _Try) -> Control | None:
    """The form that the click may have sent, else the button; None for one into a field, on a link or beside all."""
    control = control_at(page, one.node_id)
    if control is None or is_text_field(control) or link_at(page, one.node_id) is not None:
        return None
    return next((c for c in page.elements.around(one.node_id) if c.tag == "form"), control)


def _identity(form: Control) -> tuple[str, ...] | int:
    """What stays the same where a view is made anew with what is wrong in it; its node, if nothing names it."""
    told = (form.test_id, form.dom_id, form.href, "" if form.tag == "form" else form.name)
    return (form.tag, *told) if any(told) else form.first


@dataclass(frozen=True, slots=True)
class _Complaint:
    """Something is wrong with what was sent; `texts` where the digest has them. `silent`: only a request tells."""

    t: float
    texts: list[str]
    silent: bool = False


def _complaints(page: Page) -> list[_Complaint]:
    found = []
    places = _Places(page.elements.alert_ids.copy())
    for t, record in page.of(records.Mutation):
        if _complains(record, places):
            found.append(_Complaint(t, record.alerts))
            places.learn(record)
    refused = (r for r in page.requests if r.by_script and r.status in REFUSING_STATUSES)
    return [*found, *(_Complaint(r.start_ms, [], silent=True) for r in refused)]


@dataclass(slots=True)
class _Places:
    """Where messages stand: ids of elements, and flat ranges of ids that came with messages before.

    Another text in one of them is the next message.
    """

    ids: set[int]
    came: list[int] = field(default_factory=list)

    def learn(self, record: records.Mutation) -> None:
        """Takes the places of a message; a large part of the page may hold one, and much else."""
        small = bool(record.added) and record.added[-1] - record.added[0] < MAX_MESSAGE_NODES
        self.ids |= set(record.parents) if small else set()
        self.came += record.added if small or record.alerts else []


def _complains(record: records.Mutation, places: _Places) -> bool:
    """An alert appeared or was filled, or a field was marked; taking one away is none."""
    filled = record.added and not places.ids.isdisjoint(record.parents)
    # the text of an element is the node after it
    said = any(node_id - 1 in places.ids or in_ranges(places.came, node_id) for node_id in record.texts)
    marked = any(
        is_set(value) if name == "aria-invalid" else name == "class" and value & SAYS_WRONG
        for _, name, value in record.attributes
    )
    return bool(record.alerts or filled or said or marked)


def _refusal(page: Page, tries: list[_Try], complaints: list[_Complaint]) -> Finding[Evidence]:
    first = tries[0]
    control = control_at(page, first.node_id)
    heard = [c for c in complaints if c.t >= first.t]
    texts = [text for c in heard for text in c.texts]
    return Finding(
        KIND,
        page,
        first.t,
        tries[-1].t,
        ANSWERED if all(c.silent for c in heard) else SAID,
        f"{len(tries)} times {element_label(control, first.node_id)} was refused with an error",
        Evidence(refusals=len(tries), alerts=list(dict.fromkeys(texts))[:MAX_ALERTS]),
        control=control,
        node_id=first.node_id,
        click_count=len(tries),
        blocked=0.6,
        attempts=len(tries),
    )


def _sent_back(window: Window) -> list[Finding[Evidence]]:
    """One finding per form whose own page came back with an alert, twice in a row.

    More of the same changes nothing, so that what is found at the second stands.
    """
    found = []
    places = 0
    tries: list[_Try] = []
    for page, following in pairwise(window.pages):
        if not tries:
            places = len(page.elements.alert_ids)
        back = page.href.partition("#")[0] == following.href.partition("#")[0]
        sent = _sent_at_last(page) if back and len(following.elements.alert_ids) > places else None
        if sent is None:
            tries = []
            continue
        tries.append(sent)
        if len(tries) == MIN_REFUSALS:
            both = [_Try(tries[0].t, sent.node_id), sent]  # the form of this page: nodes of others have other ids
            found.append(_refusal(page, both, [_Complaint(following.start_ms, [])]))
    return found


def _sent_at_last(page: Page) -> _Try | None:
    """The last click of a page, where it may have sent a form that was typed into."""
    pressed = [_Try(t, r.node_id) for t, r in page.of(records.Interaction) if r.kind == rrweb.CLICK]
    form = _sent_by(page, pressed[-1]) if pressed else None
    sent = form is not None and any(box.form == form for box in typed_fields(page))
    return pressed[-1] if sent else None


def _same_again(box: TypedField) -> int:
    """How often all of it was deleted, key by key, and as much typed again."""
    times = peak = before = 0
    cut = False
    for change in box.typed:
        length = change.length
        if length == 0:
            cut = before == 1 and peak >= MIN_TYPED_CHARS
            peak = peak if cut else 0
        elif cut and abs(length - peak) <= SAME_CHARS:
            times, cut, peak = times + 1, False, length
        elif not cut and length > before:
            peak = max(peak, length)
        before = length
    return times


def _retyped(box: TypedField) -> list[float]:
    """Times at which the field had been cut back by half or more and at least half of that was typed again."""
    times: list[float] = []
    before = peak = low = 0
    for change in box.typed:
        length = change.length
        cut, again = peak - low, length - low
        if length == 0 and before >= MIN_ENTERED_CHARS:
            peak = low = 0
        elif peak >= MIN_TYPED_CHARS and low * 2 <= peak and again >= max(MIN_ENTERED_CHARS, cut / 2):
            times.append(change.t)
            peak = low = length
        elif length >= peak:
            peak = low = length
        else:
            low = min(low, length)
        before = length
    return times


def _correction(page: Page, box: TypedField, when: list[float]) -> Finding[Evidence]:
    return Finding(
        KIND,
        page,
        when[0],
        when[-1],
        CORRECTED,
        f"Typed {element_label(box.control, None)} again {len(when)} times",
        Evidence(corrections=len(when)),
        control=box.control,
        node_id=box.control.first,
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
    failure="form",
    is_trouble=False,
    evidence=Evidence,
)
