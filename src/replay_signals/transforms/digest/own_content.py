"""Whether a page holds a message and hardly more: what a page that is missing or broken has, whatever it is called.

The site's header, menus and footer (digest/places) stand around messages, too, and a search box is a way out of one.
Paragraphs, rows, fields, sound and film are what a page is there for.
"""

from __future__ import annotations

from replay_signals.schemas.rrweb import TEXT, Node
from replay_signals.transforms.digest.element_facts import facts_of
from replay_signals.transforms.digest.places import LAYOUT

MAX_TEXTS = 7
"""Of a message: what happened, what to do now, four or five hints. Links, buttons and headlines are counted apart."""
MAX_TEXT_FIELDS = 1
"""A search box; a form has more fields, or other ones."""
_PASSED = frozenset(("head", "script", "style", "noscript", "template", "svg", "a", "button", "h1", "h2"))
_OTHERS = frozenset(("dialog", "alertdialog", "tablist", "menu", "menubar"))
"""Roles of what is on every page of a site: dialogs that wait to be opened, bars to go elsewhere by."""
_CONTENT = frozenset(("audio", "video", "select", "textarea"))
_NO_FIELDS = frozenset(("hidden", "submit", "button", "image", "reset"))
_TEXT_TYPES = frozenset(("", "text", "search"))


def message_of(root: Node) -> list[str] | None:
    """The texts of a document that holds so little of its own that it may be a message; None of any other."""
    texts: list[str] = []
    fields = 0
    left = [root]
    while left:
        node = left.pop()
        if node.type == TEXT:
            if isinstance(node.textContent, str) and node.textContent.strip():
                texts.append(node.textContent)
        elif node.tagName in _CONTENT:
            return None
        elif node.tagName == "input":
            told = facts_of(node).attributes.type
            kind = told if isinstance(told, str) else ""
            fields += MAX_TEXT_FIELDS if kind in _TEXT_TYPES else 0 if kind in _NO_FIELDS else MAX_TEXT_FIELDS + 1
        elif not _is_of_site(node):
            left += node.childNodes
        if len(texts) > MAX_TEXTS or fields > MAX_TEXT_FIELDS:
            return None
    return texts


def _is_of_site(node: Node) -> bool:
    """Is it no content, or what stands on every page?"""
    if node.tagName in _PASSED:
        return True
    element = facts_of(node)
    role = element.attributes.role
    return (isinstance(role, str) and role in _OTHERS) or LAYOUT in element.places
