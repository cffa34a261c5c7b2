"""Controls: which recorded elements a visitor would expect to answer, and what is kept of each.

A digest keeps no document tree. It keeps the controls (links, buttons, fields, elements with a widget role or a click
handler) with the range of node ids below each, because rrweb numbers a snapshot's nodes in document order; a later
click on any node below a control finds it by its id alone.
"""

from __future__ import annotations

from typing import Any

import msgspec

from replay_signals.schemas.rrweb import Attributes
from replay_signals.transforms.digest.control_flags import class_facts, marks_of, shows_hand
from replay_signals.transforms.digest.places import place_flags
from replay_signals.transforms.privacy.texts import whole

MAX_NAME_CHARS = 40
MAX_RAW_CHARS = 160
"""Of a text that is looked at: what is cut has no form to know it by, so more is looked at than is kept."""
MAX_ID_CHARS = 60
MAX_CLASSES_CHARS = 60
CONTROL_TAGS = frozenset(
    (
        "a",
        "area",
        "audio",
        "button",
        "canvas",
        "details",
        "dialog",
        "embed",
        "form",
        "iframe",
        "input",
        "label",
        "object",
        "option",
        "select",
        "summary",
        "textarea",
        "video",
    )
)
PARTS_OF_PAGES = frozenset(("section", "main", "nav", "header", "footer", "aside", "article", "body"))
BUTTON_COMPONENTS = ("-button", "-btn")
"""Ends of the names of custom elements that are buttons: `ion-button`, `sl-button`, `md-filled-button`."""
CONTAINER_TAGS = frozenset(("form", "dialog", "details", "iframe", "canvas", "video", "audio", "object", "embed"))
WIDGET_ROLES = frozenset(
    (
        "button",
        "checkbox",
        "combobox",
        "dialog",
        "alertdialog",
        "gridcell",
        "link",
        "menuitem",
        "menuitemcheckbox",
        "menuitemradio",
        "option",
        "radio",
        "searchbox",
        "slider",
        "spinbutton",
        "switch",
        "tab",
        "textbox",
        "treeitem",
    )
)


class Control(msgspec.Struct, array_like=True, gc=False):
    """A control as a digest keeps it; node ids below it are `first..last`. `flags` are the letters of `FLAGS`."""

    first: int
    last: int
    tag: str
    type: str
    role: str
    name: str
    test_id: str
    dom_id: str
    classes: str
    href: str
    flags: str

    @property
    def is_view(self) -> bool:
        """A native view, not an element of a document; `classes` then says where it stands: `x,y`."""
        return "v" in self.flags

    @property
    def is_only_place(self) -> bool:
        """Kept for nothing but to say where controls stand."""
        return "P" in self.flags

    @property
    def is_hand(self) -> bool:
        """Only the hand that the pointer becomes says that it can be pressed."""
        return "h" in self.flags

    @property
    def is_none(self) -> bool:
        """No control: kept for what it says of those in it."""
        return "n" in self.flags


def text_of(value: Any, limit: int) -> str:
    """A bounded one-line text of an attribute value or text node."""
    if not isinstance(value, str):
        return ""
    if len(value) <= limit:
        return " ".join(value.split())
    return whole(" ".join(whole(value, limit * 4).split()), limit)


def is_control(tag: str, a: Attributes) -> bool:
    """Would a visitor expect this element to answer a click?"""
    if tag in CONTROL_TAGS or tag.endswith(BUTTON_COMPONENTS):
        return True
    if a.onclick is not None or (isinstance(a.role, str) and a.role in WIDGET_ROLES):
        return True
    if (a.toggle or a.bs_toggle) and tag not in PARTS_OF_PAGES:  # there it tells what others do with it
        return True
    if a.contenteditable not in (None, False, "false") or (a.tabindex is not None and str(a.tabindex)[:1] != "-"):
        return True
    return class_facts(a.class_).hinted


def is_kept(tag: str, a: Attributes) -> bool:
    """Is the element kept, as a control or for a flag that clicks below it need?

    Of groups it is kept whether they are disabled: a fieldset, and what says so by `aria-disabled`.
    """
    if is_control(tag, a) or tag == "fieldset" or a.aria_disabled is not None:
        return True
    if a.style is not None and is_hand(tag, a):
        return True
    return place_flags(tag, a) != "" or marks_of(tag, a) != ""


def is_hand(tag: str, a: Attributes, cursor: str = "") -> bool:
    """Does nothing but a hand under the pointer say that the element can be pressed?

    `cursor`: what the style sheets say, where they are known. Pages set it on the body for the sake of iOS.
    """
    if tag in _WHOLE_PAGE or not (cursor == "pointer" or shows_hand(a)):
        return False
    return not (is_named(tag, a.role) or a.onclick is not None or class_facts(a.class_).hinted)


_WHOLE_PAGE = frozenset(("html", "body", ""))


def is_named(tag: str, role: Any) -> bool:
    """Is it a control by what it is called: its tag or its role?"""
    if tag in CONTROL_TAGS or tag.endswith(BUTTON_COMPONENTS):
        return True
    return isinstance(role, str) and role in WIDGET_ROLES


def is_closed(tag: str, has_children: bool) -> bool:
    """Is it a component with nothing recorded in it? What it shows is in a shadow root that recorders cannot see."""
    return "-" in tag and not has_children


def is_component(tag: str, role: str) -> bool:
    """Is it a component that is a control by nothing but being closed?"""
    return "-" in tag and not is_named(tag, role)
