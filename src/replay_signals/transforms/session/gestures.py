"""Gestures: clicks of a page, each from its pointer-down to its click event (native: session/touches)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.session.timeline import Page

SYNTHETIC_MS = 250
"""A click event this soon after another one, without a pointer-down of its own, was made by the browser or by code."""
TAP_CLICK_MS = 700
"""Touch browsers send the click event up to about 300 ms after the touch end; slow pages later."""

TEXT_INPUTS = frozenset(
    (
        "",
        "text",
        "search",
        "email",
        "password",
        "tel",
        "url",
        "number",
        "date",
        "time",
        "datetime-local",
        "month",
        "week",
    )
)


@dataclass(slots=True, eq=False)
class Click:
    """One click or tap; hashable by identity.

    `down_ms` is when the pointer went down: handlers may run from there on.
    """

    page: Page
    t: float
    down_ms: float
    node_id: int | None
    x: int | None
    y: int | None
    control: Control | None
    kind: str = "click"
    double: bool = False
    activated: list[int] = field(default_factory=list)

    @property
    def element(self) -> int | None:
        """Identity within the page: the control, or the node when there is no control; taps name no node."""
        if self.control is not None:
            return self.control.first
        return self.node_id if self.kind == "click" else None


class _PointerDown(NamedTuple):
    t: float
    x: int | None
    y: int | None
    by_touch: bool


CONTAINERS = frozenset(("form", "dialog", "details", "fieldset", "object"))


def control_at(page: Page, node_id: int | None) -> Control | None:
    """The innermost control a click on the node addresses; a form or dialog around it is none."""
    for control in page.elements.around(node_id):
        if control.tag not in CONTAINERS and control.role not in ("dialog", "alertdialog"):
            return control
        if control.tag in ("dialog", "form") or control.role in ("dialog", "alertdialog"):
            return None
    return None


def clicks_of(page: Page) -> list[Click]:
    """Clicks of a page in order; a double click is two clicks, clicks made by code are none."""
    clicks: list[Click] = []
    down: _PointerDown | None = None
    for t, record in page.of(records.Interaction):
        kind = record.kind
        if kind in (rrweb.MOUSE_DOWN, rrweb.TOUCH_START) and not (
            kind == rrweb.MOUSE_DOWN and down is not None and t - down.t < TAP_CLICK_MS and down.by_touch
        ):
            down = _PointerDown(t, record.x_px, record.y_px, kind == rrweb.TOUCH_START)
        elif kind == rrweb.CLICK:
            if down is None and clicks and t - clicks[-1].t <= SYNTHETIC_MS:
                if record.node_id is not None:
                    clicks[-1].activated.append(record.node_id)
                continue
            clicks.append(_click(page, t, record, down))
            down = None
        elif kind == rrweb.DBL_CLICK and clicks and t - clicks[-1].t <= TAP_CLICK_MS:
            for click in clicks[-2:]:
                click.double = True
    return clicks


def _click(page: Page, t: float, record: records.Interaction, down: _PointerDown | None) -> Click:
    x, y, node_id = record.x_px, record.y_px, record.node_id
    if x is None and down is not None:
        x, y = down.x, down.y
    return Click(page, t, down.t if down is not None else t, node_id, x, y, control_at(page, node_id))


def is_text_field(control: Control) -> bool:
    """A click there sets the caret or opens the browser's own picker: it works without a trace."""
    if control.tag == "input":
        return control.type.lower() in TEXT_INPUTS or control.type.lower() in ("range", "color")
    return control.tag in ("textarea", "select", "option") or "e" in control.flags


def is_typed(control: Control) -> bool:
    """A field that holds typed text."""
    if control.tag == "input":
        return control.type.lower() in TEXT_INPUTS
    return control.tag == "textarea" or "e" in control.flags or control.role in ("textbox", "searchbox", "combobox")
