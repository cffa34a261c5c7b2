"""One moment of a window: the events that its picture needs, and no more."""

from __future__ import annotations

from msgspec import Struct

from replay_signals.schemas.digests import millis
from replay_signals.schemas.rows import SignalRow
from replay_signals.schemas.rrweb import FULL_SNAPSHOT, META
from replay_signals.transforms.playback.decoding import Event
from replay_signals.transforms.playback.locate import locate
from replay_signals.transforms.playback.session import PlaybackSession, PlaybackWindow


class Moment(Struct, frozen=True):
    """What a picture shows: a window at a time (epoch ms), the element that is marked (0: none), and a word for it."""

    window: PlaybackWindow
    at_ms: float
    node: int = 0
    label: str = ""


def moment_of(session: PlaybackSession, signal: SignalRow) -> Moment | None:
    """The moment of a signal; None when its window is not in the recording."""
    window = session.window(signal.window_id)
    if window is None:
        return None
    at_ms = millis(signal.started_at)
    has_place = signal.element_key or signal.x_px is not None
    found = locate(window, at_ms, signal.element_key, signal.x_px, signal.y_px)[1] if has_place else None
    return Moment(window, at_ms, 0 if found is None else found.control_id, signal.kind.replace("_", " "))


def events_until(window: PlaybackWindow, at_ms: float) -> list[Event]:
    """The page and its changes up to a time: the last full snapshot, the size it had, what came since.

    Empty where no page was recorded by then.
    """
    before = [event for event in window.events if event["timestamp"] <= at_ms]
    start = next((at for at in reversed(range(len(before))) if before[at]["type"] == FULL_SNAPSHOT), -1)
    if start < 0:
        return []
    size = next((event for event in reversed(before[:start]) if event["type"] == META), None)
    page = before[start:]
    return page if size is None else [{**size, "timestamp": page[0]["timestamp"]}, *page]
