"""Attributes of recorded elements: a list of what draws an element or names it, each cleaned; nothing else is kept."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from replay_signals.transforms.digest.markup import TEST_ID_ATTRIBUTES
from replay_signals.transforms.digest.masking import Masking
from replay_signals.transforms.playback.css import safe_declarations, safe_sheet, safe_value
from replay_signals.transforms.privacy.policy import REMOVE, Policy, Removed
from replay_signals.transforms.privacy.texts import MARK

Attributes = dict[str, Any]

HREF = "data-href"
"""Where the cleaned address of a link stands, which no browser follows."""
MISSED = "data-missed"
"""On what stands for a style sheet that the recording lacks."""
CUT = "data-cut"
"""On an element whose children are left out, since they are nested too deeply."""
VIEW = "data-view"
"""On elements that draw native views: the type of the view, of an input its `inputType`."""
BLOCKED = "data-blocked"
"""Marks an element that is shown as a box; `masked` and `picture` say why."""
MAX_CLASS_CHARS = 2000
MAX_NAME_CHARS = 120
MAX_SHAPE_CHARS = 20_000

NAMES = frozenset(("title", "alt", "placeholder", "aria-label", "aria-description", "aria-roledescription", "label"))
TEST_IDS = (*TEST_ID_ATTRIBUTES, "data-test-id", "data-qa")
IDS = frozenset(("id", "for", "form", "list", "headers", *TEST_IDS))
_REFERENCES = frozenset(("aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "aria-activedescendant"))
_FIELDS = frozenset(("input", "select", "textarea"))
_BUTTONS = frozenset(("submit", "button", "reset"))
_CHOICES = frozenset(("checkbox", "radio"))
_WORDS = frozenset(
    (
        *(
            "role",
            "type",
            "dir",
            "lang",
            "align",
            "valign",
            "scope",
            "wrap",
            "autocomplete",
            "inputmode",
            "hidden",
            "open",
        ),
        *("checked", "selected", "disabled", "readonly", "required", "multiple", "contenteditable", "draggable"),
        *(
            "data-state",
            "data-theme",
            "data-bs-theme",
            "data-mode",
            "data-toggle",
            "data-bs-toggle",
            "data-orientation",
        ),
        *(
            "data-side",
            "data-align",
            "data-open",
            "data-closed",
            "data-active",
            "data-selected",
            "data-disabled",
            "media",
        ),
    )
)
_FIGURES = frozenset(
    (
        *("width", "height", "colspan", "rowspan", "span", "rows", "cols", "size", "tabindex", "start", "min", "max"),
        *("step", "maxlength", "minlength", "border", "cellpadding", "cellspacing", "bgcolor", "color", "face"),
        *("rr_width", "rr_height", "rr_scrollleft", "rr_scrolltop", "rr_open_mode"),
    )
)
_SHAPES = frozenset(
    (
        *(
            "d",
            "points",
            "viewbox",
            "cx",
            "cy",
            "r",
            "rx",
            "ry",
            "x",
            "y",
            "x1",
            "y1",
            "x2",
            "y2",
            "dx",
            "dy",
            "fx",
            "fy",
        ),
        *(
            "fill",
            "fill-opacity",
            "fill-rule",
            "stroke",
            "stroke-width",
            "stroke-linecap",
            "stroke-linejoin",
            "opacity",
        ),
        *("stroke-dasharray", "stroke-dashoffset", "stroke-miterlimit", "stroke-opacity", "clip-rule", "transform"),
        *("offset", "stop-color", "stop-opacity", "gradientunits", "gradienttransform", "patternunits", "maskunits"),
        *("patterntransform", "clippathunits", "text-anchor", "dominant-baseline", "font-size", "font-weight"),
        *("preserveaspectratio", "vector-effect", "version"),
    )
)
_SHAPE = re.compile(r"[\w\s.,#%()+:-]*")
_WORD = re.compile(r"[\w\s./:+-]{0,40}")
_FIGURE = re.compile(r"[\w#.%+-]{0,20}")
_LOCAL = re.compile(r"(?:url\()?#[\w:.-]{1,80}\)?")
_STATE_VALUES = frozenset(("", "true", "false"))


def clean_attributes(tag: str, attributes: Attributes, place: str, masking: Masking) -> Attributes:
    """What is kept of the attributes of an element that stands in `place`. Values of any JSON type; total."""
    kept: Attributes = {}
    kind = str(attributes.get("type") or "").strip().lower()
    for name, value in attributes.items():
        lower = name.lower()
        shown = clean_attribute(tag, kind, lower, value, place, masking)
        if shown is not None:
            kept[HREF if lower in ("href", "xlink:href") and not str(shown).startswith("#") else name] = shown
    if HREF in kept and tag in ("a", "area"):
        kept["href"] = "#"  # drawn as a link; its frame takes no clicks
    return kept


def clean_attribute(tag: str, kind: str, name: str, value: Any, place: str, masking: Masking) -> Any:
    """The value that is kept of one attribute (`name` in lower case), None for none. `kind`: of an input."""
    if name in ("style", "_csstext"):
        return _style(name, value)
    if isinstance(value, (bool, int, float)):
        return value if name in _WORDS or name in _FIGURES or name in _SHAPES else None
    return _text(tag, kind, name, value, place, masking) if isinstance(value, str) else None


def _text(tag: str, kind: str, name: str, value: str, place: str, masking: Masking) -> str | None:
    if name == "class":
        return _classes(value, masking)
    if name in NAMES:
        return _name(value, place, masking)
    if name in IDS or name in _REFERENCES or (name == "name" and tag in _FIELDS):
        return masking.id(value[:MAX_NAME_CHARS], place, "control_id", MAX_NAME_CHARS) if place != REMOVE else None
    if name in ("href", "xlink:href"):
        return _address(tag, value, masking)
    if name == "value":
        return _value(tag, kind, value, place, masking)
    return _figure(tag, name, value, masking)


def _figure(tag: str, name: str, value: str, masking: Masking) -> str | None:
    """Words of formats, figures and shapes."""
    if name in _WORDS or name.startswith("aria-"):
        return masking.word(value, "control_type", 40) if _WORD.fullmatch(value) else None
    if name in _FIGURES:
        return value if _FIGURE.fullmatch(value) else None
    if name in _SHAPES:
        is_drawn = tag != "a" and len(value) <= MAX_SHAPE_CHARS and _SHAPE.fullmatch(value)
        return value if (is_drawn and "url(" not in value) or _LOCAL.fullmatch(value) else None
    if name in ("clip-path", "mask", "filter"):
        return value if _LOCAL.fullmatch(value) else None
    if name == "xmlns":
        return value if value in ("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xhtml") else None
    return value if name.startswith("data-") and _is_state(name, value) else None


def _is_state(name: str, value: str) -> bool:
    return len(name) <= 40 and name.replace("-", "").isalpha() and value in _STATE_VALUES


def _style(name: str, value: Any) -> Any:
    """The style of an element as text, or as the changes of declarations that mutations carry."""
    if name == "_csstext":
        return safe_sheet(value) if isinstance(value, str) else None
    if isinstance(value, str):
        return safe_declarations(value)
    if not isinstance(value, dict):
        return None
    changes: dict[str, Any] = {}
    for own, change in value.items():
        text = change[0] if isinstance(change, list) and change else change
        if change is False:
            changes[own] = False
        elif isinstance(text, str) and (shown := safe_value(own, text)):
            changes[own] = [shown, "important"] if isinstance(change, list) else shown
    return changes


def _classes(value: str, masking: Masking) -> str:
    return _known_classes(masking.policy, value[:MAX_CLASS_CHARS]) if masking.can_look else ""


@lru_cache(maxsize=20_000)
def _known_classes(policy: Policy, value: str) -> str:
    """Documents repeat their classes, and each takes 50 microseconds to look at."""
    return policy.classes(value, "control_class", Removed())


def _name(value: str, place: str, masking: Masking) -> str | None:
    text = " ".join(value.split())
    if len(text) > MAX_NAME_CHARS:
        return None
    shown = masking.name(text, place, "control_name", MAX_NAME_CHARS)
    return None if MARK.fullmatch(shown) else shown


def _address(tag: str, value: str, masking: Masking) -> str | None:
    if value.startswith("#") and tag not in ("a", "area"):
        return value if _LOCAL.fullmatch(value) else None
    if tag not in ("a", "area") or value.strip()[:11].lower().startswith(("javascript:", "data:", "vbscript:")):
        return None
    return masking.url(value, "control_href", 300)


def _value(tag: str, kind: str, value: str, place: str, masking: Masking) -> str | None:
    """Names of buttons are page text; which choice it is can be told, not what it says; all else is the visitor's."""
    if tag == "input" and kind in _BUTTONS:
        return _name(value, place, masking)
    if tag == "option" or kind in _CHOICES:
        return choice_of(value, masking)
    if tag in ("progress", "meter", "li"):
        return value if _FIGURE.fullmatch(value) else None
    return stars(value) if tag == "input" and value else None


def choice_of(value: str, masking: Masking) -> str:
    """What stands for the value of a choice: equal values have the same."""
    return f"v{masking.policy.checksum(value.encode('utf-8', 'surrogatepass')):08x}" if value else ""


MAX_STARS = 5000


def stars(text: str) -> str:
    """A text of which only the form is kept: a star for each character that is no white space."""
    return re.sub(r"\S", "*", text[:MAX_STARS])
