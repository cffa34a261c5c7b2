"""A session to be looked at: the events of each of its windows in order, from its messages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter

from msgspec import Struct

from replay_signals.schemas.messages import SnapshotMessage
from replay_signals.schemas.playback_rules import Playback
from replay_signals.transforms.digest.masking import Masking
from replay_signals.transforms.parse.budget import Budget
from replay_signals.transforms.playback.cleaning import WindowCleaner
from replay_signals.transforms.playback.decoding import Event, events_of
from replay_signals.transforms.privacy.policy import Policy


class PlaybackWindow(Struct, frozen=True):
    """One window (tab): its events by time, masked and harmless. `is_native`: drawn from wireframes or screenshots."""

    window_id: str
    events: list[Event]
    is_native: bool = False

    @property
    def first_ms(self) -> float:
        """Time of its first event, epoch ms by the client's clock."""
        return float(self.events[0]["timestamp"])

    @property
    def last_ms(self) -> float:
        """Time of its last event, epoch ms by the client's clock."""
        return float(self.events[-1]["timestamp"])


class PlaybackSession(Struct, frozen=True):
    """All windows of a session that have events, by the time they begin."""

    team: str
    session_id: str
    windows: list[PlaybackWindow]

    @property
    def first_ms(self) -> float:
        """Time of its first event; 0 when it has none."""
        return min((window.first_ms for window in self.windows), default=0.0)

    @property
    def last_ms(self) -> float:
        """Time of its last event; 0 when it has none."""
        return max((window.last_ms for window in self.windows), default=0.0)

    def window(self, window_id: str) -> PlaybackWindow | None:
        """A window by its id."""
        return next((window for window in self.windows if window.window_id == window_id), None)


def playback_of(
    team: str, session_id: str, messages: Iterable[SnapshotMessage], rules: Playback, policy: Policy
) -> PlaybackSession:
    """The session of raw messages, in any order, repeated or not. Total: what cannot be read is left out."""
    by_window: dict[str, dict[str, SnapshotMessage]] = defaultdict(dict)
    for message in messages:
        by_window[message.window_id or session_id].setdefault(message.message_id, message)
    windows = [_window(window_id, list(own.values()), rules, policy) for window_id, own in by_window.items()]
    return session_of(team, session_id, windows)


def session_of(team: str, session_id: str, windows: Iterable[PlaybackWindow]) -> PlaybackSession:
    """A session of windows; those without events are left out."""
    kept = [window for window in windows if window.events]
    return PlaybackSession(team, session_id, sorted(kept, key=lambda window: (window.first_ms, window.window_id)))


def cleaned_events(message: SnapshotMessage, rules: Playback, policy: Policy) -> tuple[list[Event], bool]:
    """The events of one message by itself, and whether it draws a native screen."""
    budget = Budget()
    cleaner = WindowCleaner(rules)
    return list(cleaner.clean(events_of(message, budget), Masking(policy, budget))), cleaner.is_native


def _window(window_id: str, messages: Sequence[SnapshotMessage], rules: Playback, policy: Policy) -> PlaybackWindow:
    """Each message has a budget of its own, as when it is digested."""
    maskings: list[Masking] = []
    timed: list[tuple[float, int, Event]] = []
    decoded = []
    for message in messages:
        budget = Budget()
        events = events_of(message, budget)
        if events:
            decoded.append((min(event["timestamp"] for event in events), events, Masking(policy, budget)))
    for number, (_, events, masking) in enumerate(sorted(decoded, key=itemgetter(0))):
        maskings.append(masking)
        timed += [(event["timestamp"], number, event) for event in events]
    timed.sort(key=itemgetter(0))
    cleaner = WindowCleaner(rules)
    kept: list[Event] = []
    for number, run in groupby(timed, key=itemgetter(1)):
        kept += cleaner.clean([event for _, _, event in run], maskings[number])
    return PlaybackWindow(window_id, kept, cleaner.is_native)
