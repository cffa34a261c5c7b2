"""What elements are called: roles and labels, as far as a recorded page tells them."""

from __future__ import annotations

from itertools import islice

from replay_signals.transforms.digest.markup import implicit_role
from replay_signals.transforms.playback.attributes import VIEW
from replay_signals.transforms.playback.tree import Tree, TreeNode, text_of

MAX_REFERENCES = 20
VIEW_ROLES = {
    **{"button": "button", "checkbox": "checkbox", "radio": "radio", "toggle": "switch", "select": "combobox"},
    **dict.fromkeys(("text", "email", "number", "password", "search", "tel", "url", "text_area"), "textbox"),
}


def role_of(node: TreeNode) -> str:
    """The ARIA role: its own, else that of its tag (HTML-AAM); empty when it has none."""
    own = node.attributes.get("role") or VIEW_ROLES.get(str(node.attributes.get(VIEW)))
    if isinstance(own, str) and own:
        return own
    type_, href = (str(node.attributes.get(name) or "") for name in ("type", "href"))
    return implicit_role(node.tag, type_, href)


def label_of(tree: Tree, node: TreeNode) -> str:
    """What an element is called, as far as the page tells."""
    own = node.attributes
    if own.get("aria-label"):
        return str(own["aria-label"])
    if by := str(own.get("aria-labelledby") or "").split():
        return " ".join(_texts_of(tree, by))
    if node.tag in ("input", "select", "textarea"):
        if label := _label_text(tree, node):
            return label
        if node.tag == "input" and own.get("type") in ("submit", "button", "reset") and own.get("value"):
            return str(own["value"])
    else:
        alternatives = (str(below.attributes["alt"]) for below in node.below() if below.attributes.get("alt"))
        text = text_of(node) or " ".join(islice(alternatives, MAX_REFERENCES))
        if text:
            return text
    return str(own.get("title") or own.get("placeholder") or own.get("alt") or "")


def _texts_of(tree: Tree, ids: list[str]) -> list[str]:
    """The texts of elements by their id attributes."""
    found = tree.index().ids
    return [text for one in ids[:MAX_REFERENCES] if one in found and (text := text_of(found[one]))]


def _label_text(tree: Tree, field: TreeNode) -> str:
    """The text of the label of a field: around it, or by its id."""
    around = next((one for one in field.ancestors if one.tag == "label"), None)
    if around is None and (own_id := field.attributes.get("id")):
        around = tree.index().labels.get(str(own_id))
    return "" if around is None else text_of(around)
