"""Fields that need no sending: the page answers as one types into them, or saves what was typed by itself.

A filter or a calculator changes the page with the keys, a typeahead is answered by the suggestion that is chosen, an
editor or a note saves by itself, and what is edited in its place stands there when it is done.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from functools import cached_property

from replay_signals.transforms.clicks.judged import Judged
from replay_signals.transforms.clicks.restless import restless_places
from replay_signals.transforms.clicks.senders import is_button
from replay_signals.transforms.clicks.typed_forms import Form
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.session.effects import UNSEEN, Effect, Target, effects_of
from replay_signals.transforms.session.fields import TypedField, typed_fields
from replay_signals.transforms.session.spans import in_ranges, pairs, spans
from replay_signals.transforms.session.timeline import Page, Request

ANSWER_MS = 1500
"""Filters wait until the typing pauses (300 to 500 ms are usual), then ask a server."""
CHOSEN_MS = 500
"""A suggestion that is chosen sets the field in the click's own handlers."""
LIVE_NODES = 3
"""Nodes that change with a filter's answer; a hint or a counter beside the field is one, with its text two."""
AT_ONCE_MS = 100
"""Page code that works with what is there changes the page within a frame or two; a request takes longer."""
ENTER_MS = 2500
"""Who goes elsewhere has to think, reach for the mouse and point first: 1.35 + 0.4 + 1.1 s (Card, Moran and Newell's
keystroke-level model, 1980)."""
MIN_KEYS = 3
SHORT_KEYS = 2
"""A rate or a count of one or two digits takes no third key: one empties the field, one fills it."""
KEYS_SHARE = 0.8
"""Of the keys: a recorder may tell two of them in one moment."""
_CHANGING = frozenset(("POST", "PUT", "PATCH", "DELETE"))


class FieldAnswers:
    """What came of each field of a page; `has_button`: is there a button that could send a form?"""

    def __init__(self, page: Page, clicks: Sequence[Judged], has_button: Callable[[Form], bool]) -> None:
        self._page, self._clicks, self._has_button = page, clicks, has_button
        self._results: dict[Form, tuple[int, int]] = {}

    @cached_property
    def changes(self) -> list[Effect]:
        """What changed on the page, without attributes that show nothing."""
        changes = [e for e in effects_of(self._page) if e.kind == "mutation"]
        for effect in changes:
            effect.targets = tuple(t for t in effect.targets if t[0] != "a" or t[2] not in UNSEEN)
        return changes

    @cached_property
    def _presses(self) -> list[float]:
        return sorted(j.click.down_ms for j in self._clicks)

    @cached_property
    def _scrolls(self) -> list[float]:
        """When the page was scrolled; a list that a filter shortens scrolls after it has changed."""
        roots = self._page.elements.root_ids
        return [t for t, record in self._page.of(records.Scroll) if record.node_id in roots]

    @cached_property
    def _change_times(self) -> list[float]:
        return [e.t for e in self.changes]

    def answered(self, form: Form, typed: TypedField) -> bool:
        """Does the field need no sending: did the page answer as it was typed into, or was a suggestion chosen?"""
        saved = self._saves_itself(form, typed) or self._put_in_place(form, typed)
        return self._chosen(typed) or self._live(form, typed) or saved

    def _chosen(self, typed: TypedField) -> bool:
        """Was the last value set by a click elsewhere? What is told as the field is left comes before the click."""
        alone = len(typed.changes) == 1
        if abs(typed.length - (0 if alone else typed.changes[-2].length)) == 1:
            return False
        t = typed.changes[-1].t
        inside = self._page.elements.inside
        return any(
            (j.click.t if alone else j.click.down_ms) <= t <= j.click.t + CHOSEN_MS
            and not inside(j.click.node_id or 0, typed.control)
            for j in self._clicks
        )

    def _live(self, form: Form, typed: TypedField) -> bool:
        """Did the page change elsewhere with the typing, or ask for what was typed?"""
        spells = spans((typed.began_ms(change), change.t + ANSWER_MS) for change in typed.typed)
        enough = LIVE_NODES if self._has_button(form) else 1
        answered = sum(self._changed_elsewhere(form, typed, *spell) >= enough for spell in spells)
        return answered * 2 > len(spells) or self._asked(typed) or self._calculates(form, typed)

    def _calculates(self, form: Form, typed: TypedField) -> bool:
        """Does each key change a result beside the field, and there is no button, or the field is a lone one?

        What a text area shows by each key counts characters.
        """
        lone = form.control is None and len(form.fields) == 1
        unsent = not self._has_button(form)
        if typed.control.tag != "input" or not (lone or unsent):
            return False
        if form not in self._results:
            self._results[form] = self._by_keys(form, unsent=unsent)
        keys, answered = self._results[form]
        is_short = lone and all(change.length < MIN_KEYS for change in typed.changes)
        return keys >= (SHORT_KEYS if is_short else MIN_KEYS) and answered >= KEYS_SHARE * keys

    def _by_keys(self, form: Form, *, unsent: bool) -> tuple[int, int]:
        """How many keys were typed into the form's inputs, and how many of them changed a result at once."""
        keys = [(f, change.t) for f in form.fields if f.control.tag == "input" for change in f.typed]
        answered = sum(
            self._changed_elsewhere(Form(form.page, None), f, t, t + AT_ONCE_MS, "ct") > 0
            or (unsent and self._fills(f, t))
            for f, t in keys
        )
        return len(keys), answered

    def _fills(self, typed: TypedField, t: float) -> bool:
        """Did the page fill another field with the key, as converters do?"""
        start = bisect_left(self._filled, t, key=lambda filled: filled[0])
        end = bisect_right(self._filled, t + AT_ONCE_MS, key=lambda filled: filled[0])
        return any(node_id != typed.control.first for _, node_id in self._filled[start:end])

    @cached_property
    def _filled(self) -> list[tuple[float, int]]:
        """Times and nodes of values that the page set."""
        by_hand = {(c.t, f.control.first) for f in typed_fields(self._page) for c in f.typed}
        values = ((t, record.node_id or 0) for t, record in self._page.of(records.Input) if record.length)
        return [value for value in values if value not in by_hand]

    def _saves_itself(self, form: Form, typed: TypedField) -> bool:
        """Did a lone text area in no form bring up a text, such as that it is saved, but not with every key?"""
        if typed.control.tag != "textarea" or form.control is not None or len(form.fields) > 1:
            return False
        keys = [change.t for change in typed.typed]
        told = sum(any(self._tells(effect, form, typed) for effect in self.between(t, t + AT_ONCE_MS)) for t in keys)
        return len(keys) >= MIN_KEYS and 0 < told <= len(keys) / 2

    def _put_in_place(self, form: Form, typed: TypedField) -> bool:
        """Did what was typed take the place of the field alone, as in a cell that is edited where it stands?"""
        last_ms = typed.typed[-1].t
        for effect in self.between(last_ms, last_ms + ENTER_MS) if form.control is None else ():
            if any(first == typed.control.first for first, _ in pairs(effect.removed)):
                return any(e.added for e in self.between(effect.t - AT_ONCE_MS, effect.t + AT_ONCE_MS))
        return False

    def _tells(self, effect: Effect, form: Form, typed: TypedField) -> bool:
        """Is it a text that comes or changes, without a control or a complaint?"""
        texts = [t for t in effect.targets if t[0] == "t" or (t[0] == "c" and effect.added)]
        own = any(t not in self._restless and not self._belongs(t[1], form, typed) for t in texts)
        return own and not effect.alerts and not any(in_ranges(effect.added, c.first) for c in self.controls)

    @cached_property
    def controls(self) -> list[Control]:
        """All controls that the page had."""
        return list(self._page.elements.all())

    def between(self, start_ms: float, end_ms: float) -> list[Effect]:
        """What changed between two moments, epoch ms."""
        times = self._change_times
        return self.changes[bisect_left(times, start_ms) : bisect_right(times, end_ms)]

    def _changed_elsewhere(
        self, form: Form, typed: TypedField, start_ms: float, end_ms: float, kinds: str = "act"
    ) -> int:
        """How many nodes changed outside the form, or the field where it is in none, and left that where it is.

        What changes as the visitor presses or scrolls is about that. A text that takes another's place is one node,
        unless it does so at once and the field is a lone one: a result.
        """
        holder = form.control or typed.control
        lone = form.control is None and len(form.fields) == 1 and typed.control.tag == "input"
        for times in (self._presses, self._scrolls):
            i = bisect_right(times, start_ms)
            end_ms = min([end_ms, *times[i : i + 1]])
        changed: set[int] = set()
        for effect in self.between(start_ms, end_ms):
            if in_ranges(effect.removed, holder.first):
                break  # another view came
            own = [t for t in effect.targets if t not in self._restless and not self._belongs(t[1], form, typed)]
            changed.update(node_id for kind, node_id, _ in own if kind in kinds)
            if own and len(own) == len(effect.targets):
                at_once = lone and any(0 <= effect.t - change.t <= AT_ONCE_MS for change in typed.typed)
                changed.update((*effect.added, *effect.removed) if at_once else effect.added or effect.removed)
        return len(changed)

    def _belongs(self, node_id: int, form: Form, typed: TypedField) -> bool:
        return self.holds(form.control or typed.control, node_id)

    def holds(self, holder: Control, node_id: int) -> bool:
        """Is the node a form or field, or in it?"""
        return holder.first <= node_id <= holder.last or self._page.elements.inside(node_id, holder)

    @cached_property
    def _restless(self) -> frozenset[Target]:
        return restless_places(self._page, self._clicks, self.changes)

    def _asked(self, typed: TypedField) -> bool:
        """Did page code ask the server while the visitor typed, and not before? What a button sends is no question."""
        first_ms, last_ms = typed.typed[0].t, typed.typed[-1].t
        before = {_address(r) for r in self._page.requests if r.start_ms < first_ms}
        asked = (r for r in self._page.requests if r.by_script and not changes_data(r) and not r.failed)
        return any(
            first_ms <= r.start_ms <= last_ms + ANSWER_MS and _address(r) not in before and id(r) not in self._sent
            for r in asked
        )

    @cached_property
    def _sent(self) -> frozenset[int]:
        """Requests that buttons sent."""
        pressed = (j for j in self._clicks if j.click.control is not None and is_button(j.click.control))
        return frozenset(id(request) for j in pressed for request in j.requests)


def _address(request: Request) -> str:
    return request.url.partition("?")[0]


def changes_data(request: Request) -> bool:
    """Is it a request of page code by which something is saved or sent?"""
    return request.by_script and request.method.upper() in _CHANGING
