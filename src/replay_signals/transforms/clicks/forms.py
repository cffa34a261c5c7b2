"""Forms that the visitor typed into, and whether what was typed got its answer.

A form is sent by its button, by Enter, or by the page's own code, and not all of that leaves a trace of its own. So
what follows the typing is read: a button's answered click, a request that changes data, a navigation to the form's
action, fields that are emptied together, a form that is gone. Other fields need no sending: a filter or a calculator
answers as one types, a typeahead is answered by the suggestion chosen, an editor or a note saves by itself. A view that
the page puts in the place of a form has buttons and requests of its own: what comes after the form was gone sends it no
more.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice

from replay_signals.transforms.clicks.restless import restless_places
from replay_signals.transforms.clicks.typed_forms import Form
from replay_signals.transforms.clicks.web import Judged
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.session import urls
from replay_signals.transforms.session.effects import UNSEEN, Effect, Target, effects_of, pairs, spans
from replay_signals.transforms.session.elements import in_ranges
from replay_signals.transforms.session.fields import Change, TypedField, typed_fields
from replay_signals.transforms.session.timeline import Page, Request

MIN_ENTERED_CHARS = 2
"""A field that is emptied of this much in one step was entered; one character is taken back with one key."""
TOGETHER_MS = 200
"""A form that is reset empties its fields within a few frames."""
ANSWER_MS = 1500
"""Filters wait until the typing pauses (300 to 500 ms are usual), then ask a server."""
CHOSEN_MS = 500
"""A suggestion that is chosen sets the field in the click's own handlers."""
BUTTON_NODES = 60
"""Nodes in document order between a field or form and the button that may send it."""
LIVE_NODES = 3
"""Nodes that change with a filter's answer; a hint or a counter beside the field is one, with its text two."""
AT_ONCE_MS = 100
"""Page code that works with what is there changes the page within a frame or two; a request takes longer."""
ENTER_MS = 2500
"""Who goes elsewhere has to think, reach for the mouse and point first: 1.35 + 0.4 + 1.1 s (Card, Moran and Newell's
keystroke-level model, 1980)."""
CODE_FIELDS = 4
"""Fields of one character each: the last one sends the code by itself."""
MIN_KEYS = 3
SHORT_KEYS = 2
"""A rate or a count of one or two digits takes no third key: one empties the field, one fills it."""
KEYS_SHARE = 0.8
"""Of the keys: a recorder may tell two of them in one moment."""
_CHANGING = frozenset(("POST", "PUT", "PATCH", "DELETE"))


class FormAnswers:
    """What came of a page's forms.

    `clicks` are the page's judged clicks in order, `following` the page that was shown next, each time it was left.
    """

    def __init__(self, page: Page, clicks: Sequence[Judged], following: Sequence[Page]) -> None:
        self._page, self._clicks, self._following = page, clicks, following
        self._buttons: dict[Form, bool] = {}
        self._results: dict[Form, tuple[int, int]] = {}

    @cached_property
    def _changes(self) -> list[Effect]:
        changes = [e for e in effects_of(self._page) if e.kind == "mutation"]
        for effect in changes:
            effect.targets = tuple(t for t in effect.targets if t[0] != "a" or t[2] not in UNSEEN)
        return changes

    @cached_property
    def _removals(self) -> list[Effect]:
        return [e for e in self._changes if e.removed]

    @cached_property
    def _presses(self) -> list[float]:
        return sorted(j.click.down_ms for j in self._clicks)

    @cached_property
    def _change_times(self) -> list[float]:
        return [e.t for e in self._changes]

    def given_up(self, form: Form) -> list[TypedField]:
        """Fields whose text came to nothing; empty when the form was sent, or needed no sending."""
        open_fields = [f for f in form.filled if not self._answered(form, f)]
        return [] if not open_fields or self._sent(form) else open_fields

    # The form as a whole

    def _has_button(self, form: Form) -> bool:
        """Is there a button that could send it? Else the page answers by itself, or waits for Enter."""
        if form not in self._buttons:
            self._buttons[form] = any(self._sends(control, form) for control in self._controls)
        return self._buttons[form]

    def _sends(self, control: Control, form: Form) -> bool:
        if not _is_button(control):
            return False
        if form.control is None:
            return any(_apart(control, f.control) <= BUTTON_NODES for f in form.fields)
        if self._page.elements.inside(control.first, form.control):
            return True
        if control.href and control.href == form.control.dom_id:
            return True
        return 0 < control.first - form.control.last <= BUTTON_NODES and not self._in_form(control)

    def _in_form(self, control: Control) -> bool:
        return any(c.tag == "form" for c in self._page.elements.around(control.first))

    def _sent(self, form: Form) -> bool:
        return (
            self._emptied(form)
            or self._by_button(form)
            or self._by_request(form)
            or self._by_key(form)
            or any(_by_navigation(form, self._page, next_) or self._by_enter(form, next_) for next_ in self._next(form))
        )

    def _next(self, form: Form) -> Iterator[Page]:
        """The pages that were shown next once the form was filled in."""
        return (page for page in self._following if page.start_ms >= form.last_ms)

    def _emptied(self, form: Form) -> bool:
        """Was a field emptied in one step, after all typing: the comment that was sent, beside the name that stays?"""
        return any(f.length == 0 and _in_one_step(f.changes) and f.changes[-1].t >= form.last_ms for f in form.fields)

    def _by_button(self, form: Form) -> bool:
        """An answered click on a button of the form, or one that took the form away."""
        gone_ms = self._gone_ms(form)
        for j in self._clicks:
            if not form.last_ms <= j.click.t <= gone_ms or not j.answered or j.failed or j.click.control is None:
                continue
            if self._sends(j.click.control, form) or (_is_button(j.click.control) and _takes_away(j, form)):
                return True
        return False

    def _by_request(self, form: Form) -> bool:
        """A request by page code that changes data: after the last change, or again and again while typing.

        What the page also sends before anything is typed (trackers, beacons) sends no form.
        """
        routine = {r.url for r in self._page.requests if r.start_ms < form.first_ms}
        saves = [r for r in self._page.requests if _changes_data(r) and r.url not in routine and not r.failed]
        while_typing = [r.url for r in saves if form.first_ms <= r.start_ms < form.last_ms]
        gone_ms = self._gone_ms(form)
        return any(form.last_ms <= r.start_ms <= gone_ms + ANSWER_MS or while_typing.count(r.url) >= 2 for r in saves)

    def _by_key(self, form: Form) -> bool:
        """Did another view take the place of the form right after the last key, with nothing clicked?

        Page code that reads Enter by itself clicks no button; Escape puts nothing in the place.
        """
        gone_ms = self._gone_ms(form)
        if gone_ms - form.last_ms > ANSWER_MS or any(form.last_ms < j.click.t <= gone_ms for j in self._clicks):
            return False
        return any(effect.added for effect in self._between(gone_ms - AT_ONCE_MS, gone_ms + AT_ONCE_MS))

    def _gone_ms(self, form: Form) -> float:
        """When the page put something else in the place of the form; what it sends later is not of this form."""
        held = form.control or form.fields[-1].control
        around = [c.first for c in self._page.elements.around(held.first)]
        later = islice(self._removals, bisect_left(self._removals, form.last_ms, key=lambda e: e.t), None)
        away = (e.t for e in later if any(in_ranges(e.removed, n) and not in_ranges(e.added, n) for n in around))
        return min(form.replaced_ms, next(away, float("inf")))

    def _by_enter(self, form: Form, following: Page) -> bool:
        """Did results with a query open right after the last key in a search box, or any page after that of a code?"""
        kind = following.navigation.navigation_type if following.navigation is not None else ""
        if following.restored is not None or kind in ("reload", "back_forward"):
            return False
        clicked = any(j.click.t > form.last_ms for j in self._clicks)
        results = form.is_search and bool(urls.split(following.href).query)
        return not clicked and following.opened_ms - form.last_ms <= ENTER_MS and (results or _is_code(form))

    # One field

    def _answered(self, form: Form, typed: TypedField) -> bool:
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
            self._changed_elsewhere(Form(form.page, None), f, t, t + AT_ONCE_MS) > 0 or (unsent and self._fills(f, t))
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
        told = sum(any(self._tells(effect, form, typed) for effect in self._between(t, t + AT_ONCE_MS)) for t in keys)
        return len(keys) >= MIN_KEYS and 0 < told <= len(keys) / 2

    def _put_in_place(self, form: Form, typed: TypedField) -> bool:
        """Did what was typed take the place of the field alone, as in a cell that is edited where it stands?"""
        last_ms = typed.typed[-1].t
        for effect in self._between(last_ms, last_ms + ENTER_MS) if form.control is None else ():
            if any(first == typed.control.first for first, _ in pairs(effect.removed)):
                return any(e.added for e in self._between(effect.t - AT_ONCE_MS, effect.t + AT_ONCE_MS))
        return False

    def _tells(self, effect: Effect, form: Form, typed: TypedField) -> bool:
        """Is it a text that comes or changes, without a control or a complaint?"""
        texts = [t for t in effect.targets if t[0] == "t" or (t[0] == "c" and effect.added)]
        own = any(t not in self._restless and not self._belongs(t[1], form, typed) for t in texts)
        return own and not effect.alerts and not any(in_ranges(effect.added, c.first) for c in self._controls)

    @cached_property
    def _controls(self) -> list[Control]:
        return list(self._page.elements.all())

    def _between(self, start_ms: float, end_ms: float) -> list[Effect]:
        times = self._change_times
        return self._changes[bisect_left(times, start_ms) : bisect_right(times, end_ms)]

    def _changed_elsewhere(self, form: Form, typed: TypedField, start_ms: float, end_ms: float) -> int:
        """How many nodes changed outside the form, or the field where it is in none, and left that where it is."""
        holder = form.control or typed.control
        i = bisect_right(self._presses, start_ms)
        end_ms = min([end_ms, *self._presses[i : i + 1]])
        changed: set[int] = set()
        for effect in self._between(start_ms, end_ms):
            if in_ranges(effect.removed, holder.first):
                break  # another view came
            nodes = [t[1] for t in effect.targets if t not in self._restless and not self._belongs(t[1], form, typed)]
            changed.update(nodes)
            if nodes and len(nodes) == len(effect.targets):
                changed.update((*effect.added, *effect.removed))
        return len(changed)

    def _belongs(self, node_id: int, form: Form, typed: TypedField) -> bool:
        holder = form.control or typed.control
        return holder.first <= node_id <= holder.last or self._page.elements.inside(node_id, holder)

    @cached_property
    def _restless(self) -> frozenset[Target]:
        return restless_places(self._page, self._clicks, self._changes)

    def _asked(self, typed: TypedField) -> bool:
        """Did page code ask the server while the visitor typed, and not before?"""
        first_ms, last_ms = typed.typed[0].t, typed.typed[-1].t
        before = {_address(r) for r in self._page.requests if r.start_ms < first_ms}
        asked = (r for r in self._page.requests if r.by_script and not _changes_data(r) and not r.failed)
        return any(first_ms <= r.start_ms <= last_ms + ANSWER_MS and _address(r) not in before for r in asked)


def _address(request: Request) -> str:
    return request.url.partition("?")[0]


def _changes_data(request: Request) -> bool:
    return request.by_script and request.method.upper() in _CHANGING


def _is_code(form: Form) -> bool:
    return len(form.fields) >= CODE_FIELDS and all(f.length == 1 for f in form.fields)


def _is_button(control: Control) -> bool:
    if control.tag == "input":
        return control.type in ("submit", "image", "button")
    return (control.tag == "button" and control.type != "reset") or control.role == "button"


def _apart(a: Control, b: Control) -> int:
    """Nodes in document order between two controls."""
    return max(b.first - a.last, a.first - b.last, 0)


def _takes_away(j: Judged, form: Form) -> bool:
    """Did the form go away with the click?"""
    nodes = {f.control.first for f in form.fields}
    gone = (pair for effect in j.effects for pair in pairs(effect.removed))
    return any(first <= node <= last for first, last in gone for node in nodes)


def _in_one_step(changes: Sequence[Change]) -> bool:
    return len(changes) > 1 and changes[-1].length == 0 and changes[-2].length >= MIN_ENTERED_CHARS


def _by_navigation(form: Form, page: Page, following: Page) -> bool:
    """The browser sent the form itself: the next page is its action, or this page with the fields in the query."""
    there, here = urls.split(following.href), urls.split(page.href)
    if there.path == here.path and there.query and there.query != here.query:
        # the same parameters under another value are a choice of the page, not of fields that stand in no form
        return form.control is not None or form.is_search or not _names(there.query) <= _names(here.query)
    action = form.control.href if form.control is not None else ""
    target = urls.split(action).path
    below = form.is_search and target.strip("/") != "" and there.path.startswith(f"{target.rstrip('/')}/")
    return bool(action) and (target == there.path or below) and there.path != here.path


def _names(query: str) -> set[str]:
    return {parameter.partition("=")[0] for parameter in query.split("&")}
