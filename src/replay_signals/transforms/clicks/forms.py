"""Forms that the visitor typed into, and whether what was typed got its answer.

A form is sent by its button, by Enter, or by the page's own code, and not all of that leaves a trace of its own. So
what follows the typing is read: a button's answered click, a request that changes data, a navigation to the form's
action, fields that are emptied together, a form that is gone. Other fields need no sending (`clicks/field_answers`). A
view that the page puts in the place of a form has buttons and requests of its own: what comes after the form was gone
sends it no more.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from itertools import islice

from replay_signals.schemas import rrweb
from replay_signals.transforms.clicks.field_answers import ANSWER_MS, AT_ONCE_MS, ENTER_MS, FieldAnswers, changes_data
from replay_signals.transforms.clicks.judged import Judged
from replay_signals.transforms.clicks.observability import link_target
from replay_signals.transforms.clicks.senders import apart, is_button, is_closer, is_main, is_reset
from replay_signals.transforms.clicks.typed_forms import Form
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.session import urls
from replay_signals.transforms.session.effects import Effect
from replay_signals.transforms.session.fields import Change, TypedField
from replay_signals.transforms.session.gestures import is_submit, is_typed
from replay_signals.transforms.session.routes import MIN_PAGE_NODES, SHOWN_WITHIN_MS
from replay_signals.transforms.session.spans import count_in, in_ranges, pairs
from replay_signals.transforms.session.timeline import Page
from replay_signals.transforms.session.turns import MARKS

MIN_ENTERED_CHARS = 2
"""A field that is emptied of this much in one step was entered; one character is taken back with one key."""
TOGETHER_MS = 200
"""A form that is reset empties its fields within a few frames."""
BUTTON_NODES = 60
"""Nodes in document order between a field or form and the button that may send it."""
BESIDE_NODES = 8
"""Between two buttons of one group, with an icon and a text each."""
CHOICE_MS = 15_000
"""Who reads suggestions and walks through them with the arrow keys has chosen by then."""
SUGGESTED_MS = 4000
"""Suggestions that a server makes have come by then."""
_SHOWING = frozenset(("class", "style", "hidden"))
CODE_FIELDS = 4
"""Fields of one character each: the last one sends the code by itself."""


class FormAnswers:
    """What came of a page's forms.

    `clicks` are the page's judged clicks in order, `following` the page that was shown next, each time it was left,
    `before` the addresses that the window showed earlier.
    """

    def __init__(
        self, page: Page, clicks: Sequence[Judged], following: Sequence[Page], before: Collection[str] = ()
    ) -> None:
        self._page, self._clicks, self._following, self._before = page, clicks, following, before
        self._buttons: dict[Form, bool] = {}
        self._gone: dict[Form, float] = {}
        self._fields = FieldAnswers(page, clicks, self._has_button)

    @cached_property
    def _removals(self) -> list[Effect]:
        return [e for e in self._fields.changes if e.removed]

    def given_up(self, form: Form) -> list[TypedField]:
        """Fields whose text came to nothing; empty when the form was sent or emptied, or needed no sending."""
        open_fields = [f for f in form.filled if not (self._was_reset(form, f) or self._fields.answered(form, f))]
        return [] if not open_fields or self._sent(form) else open_fields

    def _has_button(self, form: Form) -> bool:
        """Is there a button that could send it? Else the page answers by itself, or waits for Enter."""
        if form not in self._buttons:
            self._buttons[form] = any(self._sends(control, form) for control in self._fields.controls)
        return self._buttons[form]

    def _sends(self, control: Control, form: Form) -> bool:
        if not is_button(control):
            return False
        if form.control is None:
            return any(apart(control, f.control) <= BUTTON_NODES for f in form.fields)
        if self._page.elements.inside(control.first, form.control):
            return True
        if control.href and control.href == form.control.dom_id:
            return True
        return 0 < control.first - form.control.last <= BUTTON_NODES and not self._in_form(control)

    def _in_form(self, control: Control) -> bool:
        return any(c.tag == "form" for c in self._page.elements.around(control.first))

    def _was_reset(self, form: Form, typed: TypedField) -> bool:
        """Was the form emptied by its own button? Recorders do not tell what that does to the values."""
        if form.control is None:
            return False
        resets = (j for j in self._clicks if j.click.control is not None and is_reset(j.click.control))
        inside = self._page.elements.inside
        return any(j.click.t > typed.typed[-1].t and inside(j.click.node_id or 0, form.control) for j in resets)

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
            control = j.click.control
            if not form.last_ms <= j.click.t <= gone_ms or not j.answered or j.failed or control is None:
                continue
            sends = self._sends(control, form) or self._asks(j, control, form)
            sends = sends or (is_button(control) and _takes_away(j, form))
            if sends and not self._closes(j, control, form) and not self._gave_back_focus(j, control, form):
                return True
        return False

    def _asks(self, j: Judged, control: Control, form: Form) -> bool:
        """Is it a link that leads nowhere, beside the form, and asks a server? Some recorders tell no methods."""
        if control.tag != "a" or link_target(control, self._page.href) is not None:
            return False
        near = min(apart(control, f.control) for f in form.fields) <= BUTTON_NODES
        return near and any(changes_data(r) or not r.method for r in j.requests)

    def _closes(self, j: Judged, control: Control, form: Form) -> bool:
        """Does the button close what the form stands in, and send nothing?

        Its name says so; or nothing new shows, and it stands before the fields, as the X of a dialog does, or beside
        the main button.
        """
        if is_closer(control):
            return True
        after = self._fields.between(j.click.t, j.click.t + SHOWN_WITHIN_MS)
        if j.requests or any(e.added or any(kind == "t" for kind, _, _ in e.targets) for e in after):
            return False
        before = control.last < min(f.control.first for f in form.fields)
        beside = (c for c in self._fields.controls if c.first != control.first and apart(c, control) <= BESIDE_NODES)
        return before or (not is_main(control) and any(is_button(c) and is_main(c) for c in beside))

    def _gave_back_focus(self, j: Judged, control: Control, form: Form) -> bool:
        """Did the browser refuse what was filled in? It puts the focus into the first field that it does not take."""
        if form.control is None or not is_submit(control) or j.requests:
            return False
        given = (e.node_id for e in j.effects if e.kind == "focus" and e.t - j.click.t <= AT_ONCE_MS)
        boxes = (box for node_id in given for box in islice(self._page.elements.around(node_id), 1))
        return any(is_typed(box) and self._fields.holds(form.control, box.first) for box in boxes)

    def _by_request(self, form: Form) -> bool:
        """A request by page code that changes data: after the last change, or again and again while typing.

        What the page also sends before anything is typed (trackers, beacons) sends no form, nor does what a control
        sends that came afterwards, with another view.
        """
        routine = {r.url for r in self._page.requests if r.start_ms < form.first_ms}
        others = {
            id(r) for j in self._clicks if j.requests and self._came_later(j.click.control, form) for r in j.requests
        }
        saves = [r for r in self._page.requests if changes_data(r) and r.url not in routine and not r.failed]
        saves = [r for r in saves if id(r) not in others]
        while_typing = [r.url for r in saves if form.first_ms <= r.start_ms < form.last_ms]
        gone_ms = self._gone_ms(form)
        return any(form.last_ms <= r.start_ms <= gone_ms + ANSWER_MS or while_typing.count(r.url) >= 2 for r in saves)

    def _came_later(self, control: Control | None, form: Form) -> bool:
        """Did the control come after the form was filled in?"""
        later = self._fields.between(form.last_ms, float("inf")) if control is not None else ()
        return control is not None and any(in_ranges(e.added, control.first) for e in later)

    def _by_key(self, form: Form) -> bool:
        """Did another view take the place of the form right after the last key, with nothing clicked?

        Page code that reads Enter by itself clicks no button; Escape puts nothing in the place. Where a menu marks
        another of its links, the visitor went there. Recorders that tell a value once, as the field is left, do not
        tell when the last key was.
        """
        gone_ms = self._gone_ms(form)
        if all(len(box.changes) < 2 for box in form.fields):
            return False
        if gone_ms - form.last_ms > ANSWER_MS or any(form.last_ms < j.click.t <= gone_ms for j in self._clicks):
            return False
        came = self._fields.between(gone_ms - AT_ONCE_MS, gone_ms + AT_ONCE_MS)
        return any(effect.added for effect in came) and len(self._marked_links(came)) < 2

    def _marked_links(self, changes: Sequence[Effect]) -> set[int]:
        """Links that are marked or unmarked."""
        marked = {node for e in changes for kind, node, name in e.targets if kind == "a" and name in MARKS}
        found = ((node, next(self._page.elements.chain(node), None)) for node in marked)
        return {node for node, c in found if c is not None and c.first == node and c.tag == "a" and c.href}

    def _gone_ms(self, form: Form) -> float:
        """When the page put something else in the place of the form; what it sends later is not of this form."""
        if form not in self._gone:
            self._gone[form] = min(form.replaced_ms, self._left_by_link_ms(form), self._removed_ms(form))
        return self._gone[form]

    def _removed_ms(self, form: Form) -> float:
        held = form.control or form.fields[-1].control
        around = [c.first for c in self._page.elements.around(held.first)]
        came = (pair for e in self._fields.changes if e.added for pair in pairs(e.added))
        around += [first for first, last in came if first < held.first <= last]
        later = islice(self._removals, bisect_left(self._removals, form.last_ms, key=lambda e: e.t), None)
        away = (e.t for e in later if any(in_ranges(e.removed, n) and not in_ranges(e.added, n) for n in around))
        return next(away, float("inf"))

    def _left_by_link_ms(self, form: Form) -> float:
        """When a link put another view in the place of something that began before the form, which nobody used again.

        Of what a snapshot holds only controls have a known end, so what went may have held the form.
        """
        if form.control is None:
            return float("inf")
        used_ms = max(self._used_ms(form.control), form.last_ms)
        for j in self._clicks:
            if j.click.t < used_ms or j.click.control is None or not j.click.control.href:
                continue
            for effect in self._fields.between(j.click.t, j.click.t + SHOWN_WITHIN_MS):
                roots = [first for first, last in pairs(effect.removed) if first == last]
                if count_in(effect.added) >= MIN_PAGE_NODES and any(root < form.control.first for root in roots):
                    return effect.t
        return float("inf")

    def _used_ms(self, holder: Control) -> float:
        """When something in a form was pressed, got the focus or changed for the last time."""
        used = (
            t
            for t, act in self._page.of(records.Interaction, records.Input)
            if (isinstance(act, records.Input) or act.kind != rrweb.BLUR)
            and act.node_id is not None
            and self._fields.holds(holder, act.node_id)
        )
        return max(used, default=float("-inf"))

    def _by_enter(self, form: Form, following: Page) -> bool:
        """Did Enter open what follows?

        Results with a query right after the last key in a search box, a suggestion that it showed, or any page right
        after the last key of a code.
        """
        kind = following.navigation.navigation_type if following.navigation is not None else ""
        if following.restored is not None or kind in ("reload", "back_forward"):
            return False
        if any(j.click.t > form.last_ms for j in self._clicks):
            return False
        after_ms = following.opened_ms - form.last_ms
        if after_ms <= ENTER_MS and (_is_code(form) or (form.is_search and bool(urls.split(following.href).query))):
            return True
        is_new = following.href != self._page.href and following.href not in self._before
        return is_new and after_ms <= CHOICE_MS and self._suggested(form)

    def _suggested(self, form: Form) -> bool:
        """Did a search box show something for what was typed, and keep the focus to the end?

        Who goes back, or to the browser's own address bar, takes the focus away or opens what was open before.
        """
        names = {f.control.first for f in form.fields}
        held = [act for _, act in self._page.of(records.Interaction) if act.kind in (rrweb.FOCUS, rrweb.BLUR)]
        if not form.is_search or not held or held[-1].kind != rrweb.FOCUS or held[-1].node_id not in names:
            return False
        shown = self._fields.between(form.first_ms, form.last_ms + SUGGESTED_MS)
        return any(e.added or any(kind == "a" and name in _SHOWING for kind, _, name in e.targets) for e in shown)


def _is_code(form: Form) -> bool:
    return len(form.fields) >= CODE_FIELDS and all(f.length == 1 for f in form.fields)


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
