"""Controls: which recorded elements a visitor would expect to answer, and what is kept of each.

A digest keeps no document tree. It keeps the controls (links, buttons, fields, elements with a widget role or a click
handler) with the range of node ids below each, because rrweb numbers a snapshot's nodes in document order; a later
click on any node below a control finds it by its id alone.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from replay_signals.schemas.rrweb import Attributes
from replay_signals.schemas.words import acts_once, acts_outside
from replay_signals.transforms.digest.masking import Masking, worse
from replay_signals.transforms.digest.place_rules import ControlTexts, RawControl
from replay_signals.transforms.digest.places import CONTENT, LAYOUT, NAMED, place_flags
from replay_signals.transforms.privacy.policy import MASK
from replay_signals.transforms.privacy.texts import whole

MAX_NAME_CHARS = 40
MAX_RAW_CHARS = 160
"""Of a text that is looked at: what is cut has no form to know it by, so more is looked at than is kept."""
MAX_ID_CHARS = 60
MAX_CLASSES_CHARS = 60
MAX_HREF_CHARS = 300
MAX_CLASS_CHARS = 1000
"""Of a class attribute that is looked at: utility classes fill some hundreds."""

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
_CLASS_HINT = re.compile(
    r"(?:^|[\s_-])(?:btn|button|clickable|link|toggle|toggler|tab|close|chip|menu-?item)(?:$|\s|__|--)"
)
"""A class that ends in such a word (`nav-link`); `tab-content` and `btn-group` are boxes around controls."""


class ClassState(NamedTuple):
    """A state of a control that its classes may tell: by which words, and the bit that the hash of a class has then."""

    words: re.Pattern[str]
    bit: int

    def holds(self, classes: Any) -> bool:
        """Do the classes say so?"""
        return isinstance(classes, str) and self.words.search(classes) is not None


CLASS_STATES = {
    # `disabled`, `is-disabled`, `jstree-disabled`, `Mui-disabled`
    "d": ClassState(re.compile(r"(?:^|\s)(?:[\w-]+-)?disabled(?=\s|$)"), 1 << 16),
    "s": ClassState(
        re.compile(r"(?:^|\s)(?:(?:is-)?(?:active|selected|current)|router-link-exact-active)(?=\s|$)"), 1 << 17
    ),
}
"""Flag -> how stylesheets are told of it. The bits stand above the 16 of the hash."""
FILE_ENDING = (
    r"\.(?:pdf|zip|gz|tgz|rar|7z|csv|tsv|xlsx?|docx?|pptx?|odt|ics|vcf|dmg|exe|msi|deb|rpm|apk|mp[34]|wav|mov|epub)"
)
"""Of an address whose document browsers save, or open in another program."""
_OPENS_FILE = re.compile(rf"\b(?:location|open)\b[^;]{{0,200}}?{FILE_ENDING}['\"?#]", re.IGNORECASE)
_ACTS_OUTSIDE = re.compile(
    r"\b(?:clipboard|execCommand|print|share|alert|confirm|prompt|showPicker|requestFullscreen|requestPictureInPicture)\b"
    r"|['\"](?:mailto|tel|sms|javascript:print)\b",
    re.IGNORECASE,
)
"""In an inline handler: the clipboard, a program or a dialog of the system."""
_OPENS_WINDOW = re.compile(r"\bwindow\.open\s*\(")


_ALERT_CLASS = re.compile(r"(?:^|[\s_-])(?:alert|err|error|invalid|danger|toast|warning)(?:$|[\s_-])")


def is_alert(a: Attributes) -> bool:
    """Is the element a place for messages that something went wrong?"""
    return a.role in ("alert", "alertdialog") or _class_facts(a.class_).alert


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
    def is_none(self) -> bool:
        """No control: kept for what it says of those in it."""
        return "n" in self.flags


FLAGS = {
    "d": "disabled",
    "D": "download attribute, or an inline handler that opens a file",
    "b": "opens another browsing context",
    "k": "inline click handler",
    "e": "content editable",
    "p": "opens a native popover or dialog",
    "t": "in the tab order by attribute",
    "c": "copies to the clipboard",
    "o": "acts outside the page by its icon or its inline handler",
    "w": "acts outside the page by a word that is not kept",
    "y": "plays something, by a word that is not kept",
    "f": "finds something, by a word that is not kept",
    "s": "the current choice of its group",
    "v": "native view (mobile)",
    "R": "the site wants no rage clicks of it",
    "X": "the site wants no dead clicks of it",
    "E": "the site wants no error clicks of it",
    "m": "a map or another surface that is drawn by a library",
    "n": "no control: kept for one of the four flags above, or because controls in it may be disabled with it",
    LAYOUT: "place: a landmark of the layout (header, menu, sidebar, footer)",
    CONTENT: "place: content of the page",
    NAMED: "place: a box with an id or a test id",
    "P": "kept as a place alone",
}

_OPT_OUTS = {"rage-click": "R", "dead-click": "X", "error-click": "E", "all": "RXE"}
"""Words of Datadog's `data-dd-ignore-frustration`, which apply below the element, too; none of them means all."""
_KEPT_CLASS = re.compile(
    r"(?:^|\s)(?:(?P<R>ph-no-rageclick)|(?P<X>ph-no-deadclick)|(?P<RX>ph-no-capture)|(?P<m>leaflet-container|gm-style|"
    r"ol-viewport|(?:mapboxgl|maplibregl|esri-view|cesium|unity|yandex-map|amap|BMap|heremap|jsmap)[\w-]*))(?=\s|$)"
)
"""PostHog's opt-outs, and what libraries of maps and games call the box they draw in."""


def text_of(value: Any, limit: int) -> str:
    """A bounded one-line text of an attribute value or text node."""
    if not isinstance(value, str):
        return ""
    if len(value) <= limit:
        return " ".join(value.split())
    return whole(" ".join(whole(value, limit * 4).split()), limit)


def class_bits(classes: Any) -> int:
    """The bits of the states that the classes tell."""
    return sum(state.bit for state in CLASS_STATES.values() if state.holds(classes))


class _ClassFacts(NamedTuple):
    hinted: bool
    alert: bool
    marks: str


_NO_FACTS = _ClassFacts(False, False, "")


def _class_facts(classes: Any) -> _ClassFacts:
    """What the begin of a class attribute tells. Documents repeat their classes, so the answers are kept."""
    return _known_facts(classes[:MAX_CLASS_CHARS]) if classes and isinstance(classes, str) else _NO_FACTS


@lru_cache(maxsize=10_000)
def _known_facts(classes: str) -> _ClassFacts:
    marks = "".join(found.lastgroup or "" for found in _KEPT_CLASS.finditer(classes))
    return _ClassFacts(is_hinted(classes), _ALERT_CLASS.search(classes) is not None, marks)


def is_hinted(classes: str) -> bool:
    """Do the classes call the element a button, a link, a tab …?"""
    return _CLASS_HINT.search(classes) is not None


def is_control(tag: str, a: Attributes) -> bool:
    """Would a visitor expect this element to answer a click?"""
    if tag in CONTROL_TAGS or tag.endswith(BUTTON_COMPONENTS):
        return True
    if a.onclick is not None or a.toggle or a.bs_toggle or (isinstance(a.role, str) and a.role in WIDGET_ROLES):
        return True
    if a.contenteditable not in (None, False, "false") or (a.tabindex is not None and str(a.tabindex)[:1] != "-"):
        return True
    return _class_facts(a.class_).hinted


def is_kept(tag: str, a: Attributes) -> bool:
    """Is the element kept, as a control or for a flag that clicks below it need?

    Of groups it is kept whether they are disabled: a fieldset, and what says so by `aria-disabled`.
    """
    if is_control(tag, a) or tag == "fieldset" or a.aria_disabled is not None:
        return True
    return place_flags(tag, a) != "" or _marks(tag, a) != ""


def _marks(tag: str, a: Attributes) -> str:
    """Opt-outs that the site has set on the element, and whether something is drawn in it."""
    marks = "m" if tag.startswith(("flt-", "flutter-")) else ""
    marks += _class_facts(a.class_).marks
    if a.ignore_frustration is not None:
        words = a.ignore_frustration.split() if isinstance(a.ignore_frustration, str) else []
        marks += "".join(_OPT_OUTS.get(word, "") for word in words or ["all"])
    return marks


def control_of(node_id: int, tag: str, a: Attributes, place: str, masking: Masking) -> Control:
    """The control of an element, of the place it stands in; `last` and a name from its text are up to the caller."""
    raw_name = a.aria_label or a.title or a.alt or a.placeholder
    if not raw_name and tag == "input" and a.type in ("submit", "button", "reset"):
        raw_name = a.value
    raw = (tag, a.type, a.role, raw_name, a.testid or a.test or a.cy, a.id, a.class_, _reference(tag, a), place)
    (kind, own_type, role, name, test_id, dom_id, classes, address), hidden = masking.control_texts(raw, _control_texts)
    marks = _marks(tag, a)
    if is_control(tag, a):
        flags = _flags(a) + marks + hidden
    elif tag == "fieldset" or a.aria_disabled is not None or marks:
        flags = f"{'d' * _disabled(a)}n{marks}"
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


@lru_cache(maxsize=20_000)
def hidden_words(words: str) -> str:
    """Flags for what detectors read in words of a control that are not kept."""
    outside = "w" if acts_once(words) else "y" if acts_outside(words) else ""
    return outside + ("f" if "search" in words.lower() else "")


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


def _disabled(a: Attributes) -> bool:
    by_attribute = a.disabled not in (None, False, "false") or a.aria_disabled in (True, "true")
    return by_attribute or CLASS_STATES["d"].holds(a.class_)


def _handles(a: Attributes, what: re.Pattern[str]) -> bool:
    """Does the inline handler of a click say so? Of a long one its beginning tells."""
    return isinstance(a.onclick, str) and what.search(a.onclick, 0, MAX_HREF_CHARS) is not None


def _flags(a: Attributes) -> str:
    flags = ""
    if _disabled(a):
        flags += "d"
    if a.download is not None or _handles(a, _OPENS_FILE):
        flags += "D"
    if (isinstance(a.target, str) and a.target not in ("", "_self", "_top", "_parent")) or _handles(a, _OPENS_WINDOW):
        flags += "b"
    if a.onclick is not None:
        flags += "k"
    if a.contenteditable not in (None, False, "false"):
        flags += "e"
    if a.popovertarget is not None or a.commandfor is not None:
        flags += "p"
    if a.tabindex is not None and str(a.tabindex)[:1] != "-":
        flags += "t"
    if a.clipboard is not None:
        flags += "c"
    if _handles(a, _ACTS_OUTSIDE):
        flags += "o"
    by_attribute = a.aria_selected in (True, "true") or a.aria_current not in (None, False, "false", "")
    if by_attribute or CLASS_STATES["s"].holds(a.class_):
        flags += "s"
    return flags
