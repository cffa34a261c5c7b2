"""Controls: which recorded elements a visitor would expect to answer, and what is kept of each.

A digest keeps no document tree. It keeps the controls (links, buttons, fields, elements with a widget role or a click
handler) with the range of node ids below each, because rrweb numbers a snapshot's nodes in document order; a later
click on any node below a control finds it by its id alone.
"""

from __future__ import annotations

from typing import Any

import msgspec

from replay_signals.schemas.rrweb import Attributes
from replay_signals.transforms.digest.control_flags import (
    MAX_HREF_CHARS,
    class_facts,
    flags_of,
    hidden_words,
    is_disabled,
    is_hinted,
    lets_through,
    marks_of,
    shows_hand,
)
from replay_signals.transforms.digest.masking import Masking, worse
from replay_signals.transforms.digest.place_rules import ControlTexts, RawControl
from replay_signals.transforms.digest.places import place_flags
from replay_signals.transforms.privacy.policy import MASK
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


def control_of(
    node_id: int,
    tag: str,
    a: Attributes,
    place: str,
    masking: Masking,
    hand: bool | None = None,
    *,
    closed: bool = False,
) -> Control:
    """The control of an element, of the place it stands in; `last` and a name from its text are up to the caller.

    `hand`: what `is_hand` says where style sheets are known, None where its own style alone is. `closed`: `is_closed`.
    """
    raw_name = a.aria_label or a.title or a.alt or a.placeholder
    if not raw_name and tag == "input" and a.type in ("submit", "button", "reset"):
        raw_name = a.value
    raw = (tag, a.type, a.role, raw_name, a.testid or a.test or a.cy, a.id, a.class_, _reference(tag, a), place)
    (kind, own_type, role, name, test_id, dom_id, classes, address), hidden = masking.control_texts(raw, _control_texts)
    marks = marks_of(tag, a) + "z" * closed
    hand = is_hand(tag, a) if hand is None else hand
    if hand or is_control(tag, a):
        flags = flags_of(a) + marks + hidden + "h" * hand + "q" * lets_through(a)
    elif tag == "fieldset" or a.aria_disabled is not None or marks:
        flags = f"{'d' * is_disabled(a)}n{marks}"
    else:
        flags, classes = "nP", ""
    flags += place_flags(tag, a)
    return Control(node_id, node_id, kind, own_type, role, name, test_id, dom_id, classes, address, flags)


def _control_texts(raw: RawControl, masking: Masking) -> ControlTexts:
    """The texts of a control, from `tag` to `href`, and flags for the words that are not kept."""
    tag, kind, role, raw_name, raw_test_id, raw_id, classes, href, place = raw
    raw_name = text_of(raw_name, MAX_RAW_CHARS)
    raw_test_id = text_of(raw_test_id, MAX_RAW_CHARS)
    raw_id = text_of(raw_id, MAX_RAW_CHARS)
    name = masking.name(raw_name, place, "control_name", MAX_NAME_CHARS)
    test_id = masking.id(raw_test_id, place, "control_id", MAX_ID_CHARS)
    dom_id = masking.id(raw_id, place, "control_id", MAX_ID_CHARS)
    if tag in ("a", "area", "form"):
        href = masking.url(href, "control_href", MAX_HREF_CHARS)
    else:
        href = masking.id(text_of(href, MAX_RAW_CHARS), place, "control_id", MAX_ID_CHARS)
    texts = [
        tag if tag in CONTROL_TAGS else masking.word(tag, "control_tag", 40),
        masking.word(kind, "control_type", 20),
        masking.word(role, "control_type", 20),
        name,
        test_id,
        dom_id,
        masking.classes(text_of(classes, MAX_RAW_CHARS), MAX_CLASSES_CHARS),
        href,
    ]
    is_whole = (name, test_id, dom_id) == (raw_name, raw_test_id, raw_id)
    return texts, "" if is_whole or not masking.can_look else hidden_words(f"{raw_name} {raw_test_id} {raw_id}")


def text_place(control: Control, place: str) -> str:
    """The place of a control's text: one that is a control by its handler alone may be a row or a card of data."""
    by_tag = control.tag in CONTROL_TAGS or control.tag.endswith(BUTTON_COMPONENTS)
    return place if by_tag or control.role in WIDGET_ROLES or is_hinted(control.classes) else worse(place, MASK)


def _reference(tag: str, a: Attributes) -> Any:
    """What a control points to: the target of a link, the action of a form, the id of a label's field, or the id of the
    form that a button outside of it sends."""
    if tag in ("a", "area"):
        return a.href
    if tag == "form":
        return a.action
    return a.for_ if tag == "label" else a.form
