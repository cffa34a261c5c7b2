"""What is told of a control in single letters: states, where it acts, opt-outs of the site.

The letters are read in attributes, in classes and in inline handlers.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from replay_signals.schemas.rrweb import Attributes
from replay_signals.transforms.digest.inline_style import STAYS, is_hidden, is_red, is_veil, style_of
from replay_signals.transforms.digest.places import CONTENT, LAYOUT, NAMED
from replay_signals.transforms.words import words
from replay_signals.transforms.words.controls import acts_once, fills_screen, plays

MAX_HREF_CHARS = 300
MAX_CLASS_CHARS = 1000
"""Of a class attribute that is looked at: utility classes fill some hundreds."""
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
    r"\bclipboard\b|['\"](?:mailto|tel|sms):"
    r"|\b(?:execCommand|print|share|alert|confirm|prompt|showPicker|requestFullscreen|requestPictureInPicture)\s*\(",
    re.IGNORECASE,
)
"""In an inline handler: the clipboard, a program or a dialog of the system."""
STAYS_UNSEEN = 1 << 18
"""The bit of the hash of a style that leaves an unseen element unseen."""
LETS_THROUGH = 1 << 19
"""The bit of the hash of a style that lets the pointer through."""
_OPENS_WINDOW = re.compile(r"\bwindow\.open\s*\(")
SAYS_WRONG = 1 << 20
"""The bit of the hash of a class that says that something is wrong: a form's library marks a field so."""


class _AlertWords(msgspec.Struct, forbid_unknown_fields=True):
    messages: list[str]
    wrong: list[str]


def _parts(words: list[str]) -> re.Pattern[str]:
    """Any of the words as a part of a class; Angular calls each required field `ng-invalid` until it is filled."""
    return re.compile(rf"(?:^|[\s_]|(?<!\bng)-)(?:{'|'.join(map(re.escape, words))})(?:$|[\s_-])")


_ALERT_WORDS = words("alert_classes.toml", _AlertWords)
_WRONG_CLASS = _parts(_ALERT_WORDS.wrong)
_ALERT_CLASS = _parts(_ALERT_WORDS.messages + _ALERT_WORDS.wrong)


def is_alert(a: Attributes) -> bool:
    """Is the element a place for messages that something went wrong?"""
    if a.role in ("alert", "alertdialog") or class_facts(a.class_).alert:
        return True
    return isinstance(a.style, str) and "color" in a.style and is_red(style_of(a.style))


FLAGS = {
    "d": "disabled",
    "D": "download attribute, or an inline handler that opens a file",
    "b": "opens another browsing context",
    "k": "inline click handler",
    "e": "content editable",
    "p": "opens a native popover or dialog",
    "t": "in the tab order by attribute",
    "c": "copies to the clipboard",
    "o": "acts outside the page by its inline handler, in older digests also by its icon",
    "w": "acts outside the page by a word that is not kept, as that of its icon",
    "y": "plays something, by a word that is not kept, as that of its icon",
    "f": "finds something, by a word that is not kept",
    "s": "the current choice of its group",
    "T": "tells whether it is pressed, and is not",
    "v": "native view (mobile)",
    "R": "the site wants no rage clicks of it",
    "X": "the site wants no dead clicks of it",
    "E": "the site wants no error clicks of it",
    "z": "a component with nothing recorded in it",
    "m": "a map or another surface that is drawn by a library",
    "u": "cannot be seen and lies over the page, by its style",
    "h": "no more of a control than that it shows a hand under the pointer, by its style",
    "q": "lets the pointer through to what lies behind, by its style or because it is inert",
    "Q": "what lies behind a control that lets the pointer through: the element around it",
    "n": "no control: kept for a flag above, or because controls in it may be disabled with it",
    LAYOUT: "place: a landmark of the layout (header, menu, sidebar, footer)",
    CONTENT: "place: content of the page",
    NAMED: "place: a box with an id or a test id",
    "P": "kept as a place alone",
    "C": "the part of the page that a canvas stands in with controls of its own",
}
_OPT_OUTS = {"rage-click": "R", "dead-click": "X", "error-click": "E", "all": "RXE"}
"""Words of Datadog's `data-dd-ignore-frustration`, which apply below the element, too; none of them means all."""
_KEPT_CLASS = re.compile(
    r"(?:^|\s)(?:(?P<R>ph-no-rageclick)|(?P<X>ph-no-deadclick)|(?P<RX>ph-no-capture)|(?P<m>leaflet-container|gm-style|"
    r"ol-viewport|(?:mapboxgl|maplibregl|esri-view|cesium|unity|yandex-map|amap|BMap|heremap|jsmap)[\w-]*))(?=\s|$)"
)
"""PostHog's opt-outs, and what libraries of maps and games call the box they draw in."""


def class_bits(classes: Any) -> int:
    """The bits of the states that the classes tell."""
    wrong = isinstance(classes, str) and _WRONG_CLASS.search(classes[:MAX_CLASS_CHARS]) is not None
    return sum(state.bit for state in CLASS_STATES.values() if state.holds(classes)) + SAYS_WRONG * wrong


class _ClassFacts(NamedTuple):
    hinted: bool
    alert: bool
    marks: str


_NO_FACTS = _ClassFacts(False, False, "")


def class_facts(classes: Any) -> _ClassFacts:
    """What the begin of a class attribute tells. Documents repeat their classes, so the answers are kept."""
    return _known_facts(classes[:MAX_CLASS_CHARS]) if classes and isinstance(classes, str) else _NO_FACTS


@lru_cache(maxsize=10_000)
def _known_facts(classes: str) -> _ClassFacts:
    marks = "".join(found.lastgroup or "" for found in _KEPT_CLASS.finditer(classes))
    return _ClassFacts(is_hinted(classes), _ALERT_CLASS.search(classes) is not None, marks)


def is_hinted(classes: str) -> bool:
    """Do the classes call the element a button, a link, a tab …?"""
    return _CLASS_HINT.search(classes) is not None


def is_unseen(a: Attributes) -> bool:
    """Does an inline style lay the element over the page and leave it invisible? Classes may draw the rest."""
    if not isinstance(a.style, str) or "position" not in a.style.lower():
        return False
    style = style_of(a.style)
    return is_veil(style) and not (a.class_ and style.keys().isdisjoint(("opacity", "background", "background-color")))


def shows_hand(a: Attributes) -> bool:
    """Does an inline style show a hand under the pointer?"""
    return isinstance(a.style, str) and "cursor" in a.style and style_of(a.style).get("cursor") == "pointer"


def lets_through(a: Attributes) -> bool:
    """Is the element to be seen, and is it inert, or does its inline style let the pointer through?"""
    if a.inert not in (None, False, "false"):
        return True
    if not isinstance(a.style, str) or "pointer-events" not in a.style:
        return False
    style = style_of(a.style)
    return style.get("pointer-events") == "none" and not is_hidden(style)


def style_bits(style: Any) -> int:
    """The bits of the states that a changed inline style tells."""
    passes = style.get("pointer-events") if isinstance(style, dict) else None
    if isinstance(style, str) and "pointer-events" in style:
        passes = style_of(style).get("pointer-events")
    return STAYS_UNSEEN * stays_unseen(style) + LETS_THROUGH * (passes == "none")


def stays_unseen(style: Any) -> bool:
    """Does a changed inline style leave an element unseen that was? Recorders tell the whole of it, or what changed."""
    if isinstance(style, str):
        return is_veil(style_of(style))
    told = (
        {name: value for name, value in style.items() if name in STAYS} if isinstance(style, dict) else {"cursor": ""}
    )
    return all(isinstance(value, str) and STAYS[name].fullmatch(value.strip()) for name, value in told.items())


def marks_of(tag: str, a: Attributes) -> str:
    """Opt-outs that the site has set on the element, whether something is drawn in it, and whether it is unseen."""
    marks = "m" if tag.startswith(("flt-", "flutter-")) else ""
    if a.style is not None and is_unseen(a):
        marks += "u"
    marks += class_facts(a.class_).marks
    if a.ignore_frustration is not None:
        words = a.ignore_frustration.split() if isinstance(a.ignore_frustration, str) else []
        marks += "".join(_OPT_OUTS.get(word, "") for word in words or ["all"])
    return marks


@lru_cache(maxsize=20_000)
def hidden_words(words: str) -> str:
    """Flags for what detectors read in words of a control that are not kept."""
    return outside_flag(words) + ("f" if "search" in words.lower() else "")


def outside_flag(words: str) -> str:
    """The flag of words that speak of what no recording of a page shows."""
    return "w" if acts_once(words) else "y" if plays(words) or fills_screen(words) else ""


def is_disabled(a: Attributes) -> bool:
    """Is the element itself disabled, by attribute or by class?"""
    by_attribute = a.disabled not in (None, False, "false") or a.aria_disabled in (True, "true")
    return by_attribute or CLASS_STATES["d"].holds(a.class_)


def _handles(a: Attributes, what: re.Pattern[str]) -> bool:
    """Does the inline handler of a click say so? Of a long one its beginning tells."""
    return isinstance(a.onclick, str) and what.search(a.onclick, 0, MAX_HREF_CHARS) is not None


def flags_of(a: Attributes) -> str:
    """The flags of a control by its attributes."""
    flags = ""
    if is_disabled(a):
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
    if a.aria_pressed in (False, "false"):
        flags += "T"
    return flags
