"""Which buttons may send a form, and which close, empty or leave it."""

from __future__ import annotations

import re

from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.session.gestures import is_submit
from replay_signals.transforms.words.controls import closes

_CLOSER = re.compile(r"(?:^|[\s_-])(?:close|cancel|dismiss)(?:-?(?:btn|button|icon|x))?(?=$|[\s_-])", re.IGNORECASE)
_MAIN = re.compile(r"(?:^|[\s_-])(?:primary|submit|confirm|ok|save|cta)(?=$|[\s_-])", re.IGNORECASE)
"""Classes by which component libraries tell the button that a form or dialog is for."""


def is_button(control: Control) -> bool:
    """A button that may run page code or send its form; not one that empties it."""
    if control.tag == "input":
        return control.type in ("submit", "image", "button")
    return (control.tag == "button" and control.type != "reset") or control.role == "button"


def is_reset(control: Control) -> bool:
    """The browser empties the form around it, and page code need not know."""
    return control.tag in ("button", "input") and control.type.lower() == "reset"


def is_closer(control: Control) -> bool:
    """Does its name or its class say that it closes something, or leaves it as it was?"""
    return closes(control.name) or _CLOSER.search(f"{control.classes} {control.dom_id}") is not None


def is_main(control: Control) -> bool:
    """Is it what a form or dialog is for?"""
    told = control.type.lower() == "submit" and is_submit(control)
    return told or _MAIN.search(f"{control.classes} {control.dom_id}") is not None


def apart(a: Control, b: Control) -> int:
    """Nodes in document order between two controls."""
    return max(b.first - a.last, a.first - b.last, 0)
