"""Parts of a page that a canvas stands in with controls of its own: the smallest element around the canvas and one.

What is drawn leaves no trace, so a silent control near a canvas may have drawn. Pages are built of parts, a chart with
its choices, a drawing with its tools: a control of another part has less to do with the canvas than one of its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from replay_signals.schemas.rrweb import Node
from replay_signals.transforms.digest.controls import WIDGET_ROLES, Control

SURFACE = "C"
"""Flag of a control or place that is such a part (digest/control_flags)."""
_CANVAS = "canvas"
_PRESSED_TAGS = frozenset(("button", "input", "select", "summary", "textarea"))


def add_parts(node: Node, controls: list[Control]) -> None:
    """Marks the parts among a document's controls, which are in document order, as its ids are."""
    if not any(control.tag == _CANVAS for control in controls):
        return
    found: list[Control] = []
    _visit(node, {control.first: control for control in controls}, found)
    if found:
        controls += found
        controls.sort(key=lambda control: control.first)


def _visit(node: Node, controls: Mapping[int, Control], found: list[Control]) -> tuple[bool, bool, int]:
    """Whether a canvas below waits for its part, whether a control to press is below, and the last id below."""
    control = controls.get(node.id)
    waits, holds, last = node.tagName == _CANVAS, control is not None and _is_pressed(control), node.id
    for child in node.childNodes:
        child_waits, child_holds, child_last = _visit(child, controls, found)
        waits, holds, last = waits or child_waits, holds or child_holds, max(last, child_last)
    if not (waits and holds):
        return waits, holds, last
    if control is not None:
        control.flags += SURFACE
    else:
        found.append(Control(node.id, last, node.tagName, "", "", "", "", "", "", "", f"nP{SURFACE}"))
    return False, True, last


def _is_pressed(control: Control) -> bool:
    return control.tag in _PRESSED_TAGS or control.role in WIDGET_ROLES
