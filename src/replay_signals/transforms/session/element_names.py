"""Names of elements: readable ones for people, and keys that stay the same for grouping."""

from __future__ import annotations

import re

from replay_signals.transforms.digest.controls import Control

_GENERATED = re.compile(
    r"^\[|\d{3,}|[0-9a-f]{8,}|^:r|^(?:ember|react|radix|headlessui|mui|css|sc|jsx|svelte)[-_]?|__", re.I
)
_STATE_CLASSES = frozenset(("active", "show", "open", "focus", "hover", "selected", "disabled", "collapsed", "loading"))


def element_label(control: Control | None, node_id: int | None) -> str:
    """A short readable name: `button#pay "Pay now"`."""
    if control is None:
        return "" if node_id is None else f"node {node_id}"
    if control.is_view:
        what = control.type or control.tag
        return f'{what} "{control.name}"' if control.name else f"{what} at {control.classes}"
    place = f"#{control.dom_id}" if control.dom_id else f"[{control.test_id}]" if control.test_id else ""
    name = f' "{control.name}"' if control.name else ""
    return f"{control.tag}{place}{name}"


def element_key(control: Control | None) -> str:
    """What identifies the element within a session: test id, id, role and name, else classes."""
    if control is None:
        return ""
    kind = control.role or control.type if control.role or control.tag == "input" else control.tag
    if control.test_id:
        return f"testid={control.test_id}"
    if control.dom_id and not _GENERATED.search(control.dom_id):
        return f"{control.tag}#{control.dom_id}"
    if control.is_view and not control.name:
        return f"{control.type or control.tag}@{control.classes}"
    if control.name:
        return f"{kind}:{' '.join(re.sub(r'[0-9]+', 'N', control.name).split()).lower()}"
    stable = [c for c in control.classes.split() if c not in _STATE_CLASSES and not _GENERATED.search(c)]
    return ".".join([control.tag, *stable[:4]])
