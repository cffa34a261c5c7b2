"""Gestures: clicks of a page, each from its pointer-down to its click event (native: session/touches).

A click event need not have a pointer-down: recorders may sample clicks only, Enter and Space click the control that has
the focus, a label hands its click on to its field, and page code calls `element.click()`. The first two are clicks of
the visitor; the others belong to the click before, or to nobody.

A press on a disabled control need not have a click event: browsers send none to a disabled form control
(https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#attr-fe-disabled). Press and release on it are
a click of the visitor all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import hypot
from typing import NamedTuple

import msgspec

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.controls import Control, is_named
from replay_signals.transforms.session.timeline import Page

SYNTHETIC_MS = 250
"""A click event this soon after a click by pointer, without a press of its own, was made by the browser or by code."""
HANDED_ON_MS = 60
"""The same where no press is recorded at all: labels hand on within a few frames, fingers are slower than that."""
CLOCKS_MS = 50
"""The clocks of requests and of clicks lie this far apart."""
MADE_MS = 300
"""Page code makes a click this soon after the response that it waits for."""
KEPT_BACK_MS = 10_000
"""Page code makes a click that it kept back this soon, or not at all."""
REPEATED_MS = 15
"""Two click events of one element closer together than this are one: a held key repeats every 20 ms at the fastest."""
TAP_CLICK_MS = 700
"""Touch browsers send the click event up to about 300 ms after the touch end; slow pages later."""
PRESS_PX = 30
"""How far a pointer moves between pointer-down and click of one press, where the release is not recorded."""
HELD_MS = 100
"""How long a button or a key is down in a click; Space clicks as it comes up."""
ANSWERED_MS = 1000
"""What comes this soon after a click is rather its answer than that of a press to come."""

LONG_PRESS_MS = 500
"""A finger that stays longer opens a menu or selects (the default of Android and iOS)."""

TEXT_INPUTS = frozenset(
    (
        "",
        "text",
        "search",
        "email",
        "password",
        "tel",
        "url",
        "number",
        "date",
        "time",
        "datetime-local",
        "month",
        "week",
    )
)


@dataclass(slots=True, eq=False)
class Click:
    """One click or tap; hashable by identity.

    `down_ms` is when the pointer went down, `began_ms` the same, or when it usually does where that is not recorded:
    handlers may run from there on. `up_ms` is when a mouse button was released, None where that is not recorded.
    `by_touch` and `by_key` tell what it was made with; both are False for a mouse, and where the recorder does not say.
    `double`: half of a double click. `swallowed`: pressed and released on a disabled control, with no click event.
    `dragged`: released far from where it was pressed. `opt_outs`: the flags `R`, `X` and `E` (digest/control_flags) of
    the control and of what is around it. `made_ms`: when page code that had kept the click back made it itself.
    """

    page: Page
    t: float
    down_ms: float
    node_id: int | None
    x: int | None
    y: int | None
    control: Control | None
    kind: str = "click"
    double: bool = False
    up_ms: float | None = None
    by_touch: bool = False
    by_key: bool = False
    swallowed: bool = False
    dragged: bool = False
    opt_outs: frozenset[str] = frozenset()
    activated: list[int] = field(default_factory=list)
    made_ms: float | None = None
    began_ms: float = field(init=False)

    def __post_init__(self) -> None:
        self.began_ms = self.down_ms

    @property
    def element(self) -> int | None:
        """Identity within the page: the control, or the node when there is no control; taps name no node."""
        if self.control is not None:
            return self.control.first
        return self.node_id if self.kind == "click" else None


class _Press(NamedTuple):
    """A pointer that went down, and was released at `up_ms` if that was recorded."""

    t: float
    node_id: int | None
    x: int | None
    y: int | None
    by_touch: bool
    up_ms: float | None = None


_PARTS = frozenset(("span", "div", "i", "svg", "slot"))
"""What the parts of a button are made of: its icon, its words."""
_ACTS_ITSELF = frozenset("ktepc")
"""Flags of what has a handler or a purpose of its own (digest/control_flags)."""
_OF_WORDS = frozenset("wyfo")
"""Flags that come from what a control says."""
CONTAINERS = frozenset(("form", "dialog", "details", "fieldset", "object"))


def control_at(page: Page, node_id: int | None) -> Control | None:
    """The innermost control a click on the node addresses; a form or dialog around it is none.

    What only looks like a control by its class is a part of the button or tab around it: HTML's content model allows no
    control in a button, ARIA none in a tab; so is an icon (`fa-link`) of the link around it. A nameless button in a
    component's shadow root shows the words that stand in the component; its id is the same in each of its kind.
    """
    controls = _addressed(page, node_id)
    own = next(controls, None)
    if own is None:
        return page.elements.hand_over(node_id)
    if own.is_hand:  # a part of the link, the button, the label around it
        return next((c for c in controls if is_named(c.tag, c.role) or "k" in c.flags), own)
    if own.tag in _PARTS and not own.role and not set(own.flags) & _ACTS_ITSELF:
        of_icon = ("button", "a") if own.tag == "i" and not own.name else ("button",)
        own = next((outer for outer in controls if outer.tag in of_icon or outer.role == "tab"), own)
    if (own.tag in ("button", "a") or own.role == "button") and not (own.name or own.test_id):
        component = next((c for c in page.elements.around(own.first) if c.first != own.first), None)
        if component is not None and _shows_its_own(component) and (component.name or not own.dom_id):
            return _called_by(component, own)
    return own


def _shows_its_own(control: Control) -> bool:
    """Is it a component that shows something of its own? What it shows may be recorded later than the component."""
    return "-" in control.tag and ("n" not in control.flags or "z" in control.flags)


def link_at(page: Page, node_id: int | None) -> Control | None:
    """The link around the node, if it leads to an address."""
    link = next((c for c in page.elements.around(node_id) if c.tag == "a"), None)
    return link if link is not None and link.href not in ("", "#") else None


def _addressed(page: Page, node_id: int | None) -> Iterator[Control]:
    """Controls around the node, innermost first, up to the form or dialog they stand in."""
    for control in page.elements.around(node_id):
        if "n" in control.flags:
            continue
        if control.tag in ("dialog", "form") or control.role in ("dialog", "alertdialog"):
            return
        if control.tag not in CONTAINERS:
            yield control


def _called_by(component: Control, own: Control) -> Control:
    """A component's own button with what names the component, and what its words say."""
    named = {name: getattr(component, name) for name in ("name", "dom_id", "test_id")}
    words = "".join(flag for flag in component.flags if flag in _OF_WORDS and flag not in own.flags)
    return msgspec.structs.replace(own, flags=own.flags + words, **named)


def clicks_of(page: Page) -> list[Click]:
    """Clicks of a page in order; a double click is two clicks, clicks made by code are none."""
    interactions = list(page.of(records.Interaction))
    reader = _Reader(page, any(r.kind in _PRESSES for _, r in interactions))
    for t, record in interactions:
        reader.add(t, record)
    return reader.clicks


_PRESSES = frozenset((rrweb.MOUSE_DOWN, rrweb.TOUCH_START))
_RELEASES = frozenset((rrweb.MOUSE_UP, rrweb.TOUCH_END))
_GIVEN_UP = frozenset((rrweb.CONTEXT_MENU, rrweb.TOUCH_CANCEL))


class _Reader:
    """One pass over a page's interactions."""

    def __init__(self, page: Page, records_presses: bool) -> None:
        self.clicks: list[Click] = []
        self._page, self._records_presses = page, records_presses
        self._press: _Press | None = None
        self._focus_told = False
        self._focused: int | None = None
        self._last_ms = float("-inf")

    def add(self, t: float, record: records.Interaction) -> None:
        kind, press = record.kind, self._press
        if kind in _PRESSES:
            emulated = press is not None and press.by_touch and t - press.t < TAP_CLICK_MS
            if kind == rrweb.TOUCH_START or not emulated:
                self._press = _Press(t, record.node_id, record.x_px, record.y_px, kind == rrweb.TOUCH_START)
        elif kind in _RELEASES and press is not None:
            if press.up_ms is None and self._swallowed(press, t, record):
                self._add(t, record, press).swallowed = True
            self._press = press._replace(up_ms=t)
        elif kind in _GIVEN_UP:
            self._take_back(press)
            self._press = None
        elif kind == rrweb.FOCUS:
            self._focus_told, self._focused = True, record.node_id
        elif kind == rrweb.BLUR:  # of one millisecond with the focus that goes elsewhere, in either order
            self._focus_told, self._focused = True, None if record.node_id == self._focused else self._focused
        elif kind == rrweb.CLICK:
            self._click(t, record)
        elif kind == rrweb.DBL_CLICK and self.clicks and t - self.clicks[-1].t <= TAP_CLICK_MS:
            for click in self.clicks[-2:]:
                click.double = True

    def _click(self, t: float, record: records.Interaction) -> None:
        press = self._press if self._press is not None and _is_of(self._press, t, record) else None
        since_ms, self._last_ms = t - self._last_ms, t
        if press is None and self._made_by_browser(t, record, since_ms):
            return
        if press is not None:
            self._take_back(press)
            self._press = None
        click = self._add(t, record, press)
        if press is None:
            click.began_ms = t - HELD_MS if since_ms > ANSWERED_MS else t
            click.by_key = self._records_presses or (self._focuses(record.node_id) and not _has_place(record))

    def _add(self, t: float, record: records.Interaction, press: _Press | None) -> Click:
        x, y = record.x_px, record.y_px
        if x is None and press is not None:
            x, y = press.x, press.y
        click = Click(self._page, t, t, record.node_id, x, y, control_at(self._page, record.node_id))
        click.opt_outs = _opt_outs(self._page, record.node_id)
        click.by_touch = record.pointer_type == rrweb.TOUCH_POINTER
        if press is not None:
            click.began_ms = click.down_ms = press.t
            click.by_touch = press.by_touch or click.by_touch
            click.dragged = not _is_near(press, record)
            click.up_ms = None if click.by_touch else press.up_ms  # the focus moves after a finger was lifted
        self.clicks.append(click)
        return click

    def _swallowed(self, press: _Press, t: float, record: records.Interaction) -> bool:
        """Was a disabled control pressed and released?"""
        control = control_at(self._page, press.node_id)
        if control is None or not self._page.elements.disabled(control, press.t):
            return False
        released = control_at(self._page, record.node_id)
        long = press.by_touch and t - press.t > LONG_PRESS_MS
        return released is not None and released.first == control.first and _is_near(press, record) and not long

    def _take_back(self, press: _Press | None) -> None:
        """There is a click event after all, or another button was pressed."""
        if press is not None and self.clicks and self.clicks[-1].swallowed and self.clicks[-1].down_ms == press.t:
            self.clicks.pop()

    def _made_by_browser(self, t: float, record: records.Interaction, since_ms: float) -> bool:
        """A click event without a press: handed on by the click before, or called by page code?"""
        last = self.clicks[-1] if self.clicks else None
        if last is not None:
            pressed = last.down_ms < last.t and t - last.t <= SYNTHETIC_MS
            elsewhere = record.node_id != last.node_id
            if pressed or since_ms <= (HANDED_ON_MS if elsewhere else REPEATED_MS):
                if elsewhere and record.node_id is not None:
                    last.activated.append(record.node_id)
                return True
        if last is not None and self._made_late(last, t, record):
            last.made_ms = t
            return True
        if _has_place(record) and not self._records_presses:
            return False
        return self._focus_told and not (self._focuses(record.node_id) or self._submits(record.node_id))

    def _made_late(self, last: Click, t: float, record: records.Interaction) -> bool:
        """Did page code keep a click back, to make it itself when its response had come? Code clicks at 0,0.

        Where no response is known, that goes for links: nobody clicks one by key after the pointer did.
        """
        pressed = last.down_ms < last.t and last.made_ms is None and t - last.t <= KEPT_BACK_MS
        same = last.control is not None and control_at(self._page, record.node_id) == last.control
        if not pressed or not same or record.x_px or record.y_px:
            return False
        asked = [r for r in self._page.requests if r.by_script and last.began_ms <= r.start_ms <= t]
        if any(-CLOCKS_MS <= t - r.end_ms <= MADE_MS for r in asked):
            return True
        return not asked and link_at(self._page, record.node_id) is not None

    def _submits(self, node_id: int | None) -> bool:
        """Is it the button that the browser clicks when Enter is pressed in a field of its form?

        https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#implicit-submission
        """
        button = control_at(self._page, node_id)
        if button is None or not is_submit(button):
            return False
        around = self._page.elements.around
        form = next((c for c in around(self._focused) if c.tag == "form"), None)
        if form is None:
            return False
        return form.first in (c.first for c in around(node_id)) or (bool(button.href) and button.href == form.dom_id)

    def _focuses(self, node_id: int | None) -> bool:
        """Has the node, or what is around it, the focus, so that a key can click it?"""
        if self._focused is None or node_id is None:
            return False
        return self._focused == node_id or any(c.first == self._focused for c in self._page.elements.around(node_id))


def _is_of(press: _Press, t: float, record: records.Interaction) -> bool:
    """Does the click end this press? The other buttons' presses, and those given up, have no click event."""
    if press.up_ms is not None:
        return t - press.up_ms <= TAP_CLICK_MS
    return press.node_id == record.node_id or _is_near(press, record)


def _is_near(press: _Press, record: records.Interaction) -> bool:
    if record.x_px is None or press.x is None:
        return True
    return hypot(record.x_px - press.x, (record.y_px or 0) - (press.y or 0)) <= PRESS_PX


def _opt_outs(page: Page, node_id: int | None) -> frozenset[str]:
    return frozenset(flag for c in page.elements.around(node_id) for flag in c.flags if flag in "RXE")


def _has_place(record: records.Interaction) -> bool:
    """Made by a pointer: code clicks at 0,0, and so do keys in some browsers."""
    return bool(record.pointer_type is not None or record.x_px or record.y_px)


def is_submit(control: Control) -> bool:
    """A button that sends its form unless page code keeps it from that."""
    return control.tag in ("button", "input") and control.type.lower() in _SUBMITS[control.tag]


_SUBMITS = {"button": ("", "submit"), "input": ("submit", "image")}


def is_text_field(control: Control) -> bool:
    """A click there sets the caret or opens the browser's own picker: it works without a trace."""
    if control.tag == "input":
        return control.type.lower() in TEXT_INPUTS or control.type.lower() in ("range", "color")
    return control.tag in ("textarea", "select", "option") or "e" in control.flags


def is_typed(control: Control) -> bool:
    """A field that holds typed text."""
    if control.tag == "input":
        return control.type.lower() in TEXT_INPUTS
    return control.tag == "textarea" or "e" in control.flags or control.role in ("textbox", "searchbox", "combobox")
