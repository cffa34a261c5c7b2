"""Which fields that the visitor typed into make one form.

Fields of a form element do. Those without one do as long as they stand in the same view: a single-page application puts
another view with other fields in its place.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from operator import itemgetter

from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.session.fields import TypedField, typed_fields
from replay_signals.transforms.session.spans import in_ranges
from replay_signals.transforms.session.timeline import Page

REPLACED_MS = 500
"""Transitions take the old view away first, and are over by then."""


@dataclass(eq=False)
class Form:
    """The fields of one form that the visitor typed into; `control` is its form element, if it has one.

    `replaced_ms`: when another view with fields came in the place of one without an element.
    """

    page: Page
    control: Control | None
    fields: list[TypedField] = field(default_factory=list)
    replaced_ms: float = float("inf")

    @cached_property
    def first_ms(self) -> float:
        """First change."""
        return min(f.typed[0].t for f in self.fields)

    @cached_property
    def last_ms(self) -> float:
        """Last change by the visitor."""
        return max(f.typed[-1].t for f in self.fields)

    @property
    def filled(self) -> list[TypedField]:
        """Fields that held something in the end."""
        return [f for f in self.fields if f.length]

    @property
    def is_search(self) -> bool:
        """Only a search box was used."""
        return all(_is_search(f.control) for f in self.fields)


def _is_search(control: Control) -> bool:
    named = f"{control.name} {control.dom_id} {control.test_id}".lower()
    return control.type == "search" or control.role == "searchbox" or "f" in control.flags or "search" in named


def looks_of(pages: Sequence[Page]) -> list[list[Page]]:
    """A window's documents in order, each with all times it was shown: again when it comes back from the page cache."""
    looks: dict[Page, list[Page]] = {}
    for page in pages:
        looks.setdefault(page.restored or page, []).append(page)
    return list(looks.values())


def whole(looks: Sequence[Page]) -> Page:
    """A document as one page over all times it was shown; what was typed stays in the page cache."""
    if len(looks) == 1:
        return looks[0]
    seen = [timed for page in looks for timed in page.records]
    return replace(looks[0], records=seen, requests=[request for page in looks for request in page.requests])


def forms_of(page: Page) -> list[Form]:
    """Forms of a page that the visitor typed into; fields without a form element that stood there together make one."""
    forms: dict[int, Form] = {}
    formless: list[Form] = []
    last_ms = float("-inf")
    changes = list(page.of(records.Mutation))
    for typed in typed_fields(page):
        if typed.form is not None:
            forms.setdefault(typed.form.first, Form(page, typed.form)).fields.append(typed)
            continue
        if formless:
            formless[-1].replaced_ms = _replaced_ms(changes, last_ms, typed)
        if not formless or formless[-1].replaced_ms < typed.typed[0].t:
            formless.append(Form(page, None))
            last_ms = float("-inf")
        formless[-1].fields.append(typed)
        last_ms = max(last_ms, typed.typed[-1].t)
    return sorted([*forms.values(), *formless], key=lambda form: form.first_ms)


def _replaced_ms(changes: Sequence[tuple[float, records.Mutation]], last_ms: float, following: TypedField) -> float:
    """When the field was put in place, if that was after the form was typed into and as something else went.

    `changes`: mutations of the page in order; `last_ms`: last change of the form by the visitor.
    """
    removed_ms = float("-inf")
    first = bisect_right(changes, last_ms - REPLACED_MS - 1, key=itemgetter(0))
    end = bisect_right(changes, following.typed[0].t, key=itemgetter(0))
    for t, record in islice(changes, first, end):
        removed_ms = t if record.removed else removed_ms
        if t > last_ms and in_ranges(record.added, following.control.first):
            return t if t - removed_ms <= REPLACED_MS else float("inf")
    return float("inf")
