"""The element of a problem as the digests of an example hold it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from replay_signals.schemas.digests import MessageDigest, millis
from replay_signals.schemas.rows import SignalRow
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.digest.merge import session_of
from replay_signals.transforms.session.element_names import element_label
from replay_signals.transforms.session.gestures import Click, clicks_of
from replay_signals.transforms.session.timeline import Page, timeline_of

NEAR_MS = 1_000
"""A signal begins where the pointer went down or where it clicked."""


class Found(NamedTuple):
    """A control, and the controls and boxes around it, innermost first."""

    control: Control
    around: list[Control]


def control_of(digests: Iterable[MessageDigest], signal: SignalRow) -> Found | None:
    """The control that a signal is about; None when the digests show none of its name at its time."""
    timeline = timeline_of(session_of(digests))
    at_ms = millis(signal.started_at)
    pages = [page for window in timeline.windows if window.window_id == signal.window_id for page in window.pages]
    for click in sorted(_near(pages, at_ms), key=lambda click: abs(click.t - at_ms)):
        control = click.control
        if control is not None and element_label(control, click.node_id) == signal.element:
            around = [one for one in click.page.elements.chain(control.first) if one.first != control.first]
            return Found(control, around)
    return None


def _near(pages: Iterable[Page], at_ms: float) -> Iterator[Click]:
    for page in pages:
        if page.start_ms - NEAR_MS <= at_ms <= page.left_ms + NEAR_MS:
            yield from (one for one in clicks_of(page) if min(abs(one.t - at_ms), abs(one.down_ms - at_ms)) <= NEAR_MS)
