"""Places: elements that say where a control stands. They are kept beside the controls, and clicks do not address them.

Landmarks of the layout are what a site shows on every page: HTML's own elements and roles (HTML Accessibility API
Mappings, 3.5), and boxes whose id or class is called like one, as most sites made them before there were elements for
it. Content is what makes one page differ from another: a landmark inside of it belongs to that page alone. Named boxes
are those that developers gave an id or a test id, which tells two forms or panels of one page apart.
"""

from __future__ import annotations

import re

from replay_signals.schemas.rrweb import Attributes

MAX_NAMES_CHARS = 200
"""Of an id or of classes that are looked at."""
LAYOUT, CONTENT, NAMED = "L", "A", "I"
"""Flags of a control (digest/control_flags) that is such a place; an element may be several."""
_LAYOUT_TAGS = frozenset(("header", "footer", "nav", "aside"))
_CONTENT_TAGS = frozenset(("main", "article", "section"))
_BOX_TAGS = frozenset(("div", "ul", "ol", "dl", "table", "fieldset")) | _LAYOUT_TAGS | _CONTENT_TAGS
_LAYOUT_ROLES = frozenset(("banner", "contentinfo", "navigation", "complementary", "menubar"))
_CONTENT_ROLES = frozenset(("main", "article", "region", "tabpanel"))
_MAY_BE_LAYOUT = re.compile(r"nav|bar|head|foot|menu", re.IGNORECASE)
_LAYOUT_WORDS = frozenset(("navbar", "topbar", "topnav", "sidebar", "sidenav", "masthead", "appbar", "menubar"))
_PARTS_OF_LAYOUT = frozenset(("nav", "navigation", "header", "footer", "menu", "bar"))
_WHICH = frozenset(("top", "side", "left", "right", "main", "site", "app", "global", "primary", "wrapper", "container"))
_ALONE = frozenset(("header", "footer"))
"""Of `_PARTS_OF_LAYOUT` those that mean the site's own without a word that says which; `nav` and `menu` do not."""
_WORDS = re.compile(r"[-_]+|(?<=[a-z])(?=[A-Z])")
_GENERATED_ID = re.compile(r"\d|[0-9a-f]{8,}|^:", re.IGNORECASE)
"""An id with a figure names one of many: a row, a slide, an element that a library counted."""


def place_flags(tag: str, a: Attributes) -> str:
    """The flags of an element that says where controls stand; empty for all others."""
    role = a.role
    flags = ""
    if tag in _LAYOUT_TAGS or (role is not None and isinstance(role, str) and role in _LAYOUT_ROLES):
        flags = LAYOUT
    elif tag in _CONTENT_TAGS or (role is not None and isinstance(role, str) and role in _CONTENT_ROLES):
        flags = CONTENT
    elif tag in _BOX_TAGS and (_is_called_layout(a.id) or _is_called_layout(a.class_)):
        flags = LAYOUT
    return flags + NAMED if (tag in _BOX_TAGS or "-" in tag) and _is_named(a) else flags


def _is_named(a: Attributes) -> bool:
    if a.testid or a.test or a.cy:
        return True
    return isinstance(a.id, str) and a.id != "" and _GENERATED_ID.search(a.id) is None


def _is_called_layout(names: object) -> bool:
    """Is one of the names (an id, or classes) that of a part of the layout: `site-header`, `main_menu`, `sidebar`?"""
    if not isinstance(names, str) or _MAY_BE_LAYOUT.search(names, 0, MAX_NAMES_CHARS) is None:
        return False
    for name in names[:MAX_NAMES_CHARS].split():
        if name in _ALONE:
            return True
        words = frozenset(_WORDS.sub(" ", name).lower().split())
        if not words.isdisjoint(_LAYOUT_WORDS) and len(words) <= 2:
            return True
        parts = words & _PARTS_OF_LAYOUT
        if parts and len(words) > 1 and words <= _PARTS_OF_LAYOUT | _WHICH:
            return True
    return False
