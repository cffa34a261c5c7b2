"""The tail: which messages a judgement of a session that goes on looks at, kept small however long the session is.

Of each window (tab) it holds the messages of the last `horizon_ms`, and of older ones those that hold frames of the
page that is open: its newest full snapshot, and since then controls that were added, typing, errors. A bound that bites
makes the view shorter, never wrong: what it cannot see is published at the close.
"""

from __future__ import annotations

from bisect import insort
from math import ceil

from replay_signals.schemas.clocks import BrokerMs, ClientMs
from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.rules import Clicks, Rules
from replay_signals.schemas.rules import Session as Settings
from replay_signals.transforms.signals.settling import LEFT_MS
from replay_signals.transforms.streaming.message_facts import Due, MessageFacts
from replay_signals.transforms.streaming.state import FULL, META, OPENS, RecentWindow, Ref, SessionState

MAX_WINDOWS = 16
MAX_REFS = 256
"""Of a session; a state of about 15 KB that every message rewrites."""
MAX_FRAMES = 96
MAX_CLICKS = 400
MAX_BYTES = 512 * 1024
"""Of a window."""
MAX_DUES = 32
MAX_BUFFER_MS = 60_000
"""Recorders send every few seconds; a longer time between the last event and the sending is a wrong clock."""
CLICK_PACE_MS = 20
BYTES_PACE = 200
"""Bytes of tail that add a millisecond: judging takes about a tenth of that."""


def add(state: SessionState, digest: MessageDigest, seen: MessageFacts, received_ms: BrokerMs, rules: Rules) -> None:
    """Takes a message into the tail of its window and lets go what is too old."""
    settings = rules.session
    window = _window(state, digest.window_id, received_ms, received_ms - _sent_ms(digest))
    dues = [*seen.dues, *_of_pages(window, seen, rules.clicks), *_of_shown(state, digest, rules.clicks)]
    arrived_ms = client_ms(window, received_ms)  # what was due before the evidence came is due now, all at once
    ref = Ref(digest.message_id, digest.first_ms, digest.last_ms, seen.kind, seen.clicks, len(digest.records))
    insort(window.refs, ref, key=_order)
    for due in sorted(dues, key=lambda d: d.at_ms):
        add_due(window, Due(max(due.at_ms, arrived_ms), due.slack_ms), settings.settle_ms)
    _prune(window, settings.horizon_ms)
    while sum(len(w.refs) for w in state.windows) > MAX_REFS and len(state.windows) > 1:
        state.windows.remove(min(state.windows, key=lambda w: (w is window, w.last_received_ms)))


def client_ms(window: RecentWindow, at_ms: BrokerMs) -> ClientMs:
    """What the client's clock of a window showed when its messages arrived at that time."""
    return ClientMs(at_ms - window.skew_ms)


def add_due(window: RecentWindow, due: Due, settle_ms: float) -> None:
    """Notes a time to judge at. Times closer than `settle_ms` share one, at most that much later."""
    dues, at_ms = window.dues_ms, due.at_ms
    if any(at_ms <= known <= at_ms + max(settle_ms, due.slack_ms) for known in dues):
        return
    before = max((known for known in dues if at_ms - settle_ms < known < at_ms), default=None)
    insort(dues, at_ms if before is None else ClientMs(before + settle_ms))
    del dues[:-MAX_DUES]


def _of_pages(window: RecentWindow, seen: MessageFacts, clicks: Clicks) -> list[Due]:
    """A new page settles the clicks that wait on the one before; a little later it shows how that one was left."""
    if not window.refs:
        return []
    waiting = [Due(ClientMs(t + LEFT_MS)) for t in seen.pages_ms if any(due > t + LEFT_MS for due in window.dues_ms)]
    return waiting + [Due(ClientMs(t + clicks.slow_ms), clicks.window_ms) for t in seen.pages_ms]


def _of_shown(state: SessionState, digest: MessageDigest, clicks: Clicks) -> list[Due]:
    """A message that tells of the time of a published signal may take it back."""
    newest = max((one.anchor_ms for one in state.shown if one.window_id == digest.window_id), default=None)
    told = newest is not None and digest.first_ms <= newest + clicks.window_ms
    return [Due(digest.last_ms, clicks.prompt_ms)] if told else []


def next_due_ms(state: SessionState, settings: Settings) -> BrokerMs | None:
    """When to judge the tail next, broker's clock; None when nothing waits."""
    dues = [w.dues_ms[0] + w.skew_ms for w in state.windows if w.dues_ms]
    if not dues:
        return None
    soonest = ceil(min(dues))
    return BrokerMs(soonest if state.judged_ms is None else max(soonest, state.judged_ms + pace_ms(state, settings)))


def pace_ms(state: SessionState, settings: Settings) -> int:
    """Shortest time between two judgements of this tail: the more it holds, the longer."""
    clicks = sum(ref.clicks for w in state.windows for ref in w.refs)
    size = sum(ref.size_bytes for w in state.windows for ref in w.refs)
    return max(settings.settle_ms, CLICK_PACE_MS * clicks + size // BYTES_PACE)


def is_frame_only(window: RecentWindow, ref: Ref) -> bool:
    """Is only the frame of this message in view?"""
    return window.edge_ms is not None and ref.last_ms <= window.edge_ms


def _sent_ms(digest: MessageDigest) -> ClientMs:
    """When the recorder sent the message, client's clock; its last event where it does not say, or says nonsense."""
    sent_ms = digest.sent_ms
    plausible = sent_ms is not None and digest.last_ms <= sent_ms <= digest.last_ms + MAX_BUFFER_MS
    return ClientMs(sent_ms) if sent_ms is not None and plausible else digest.last_ms


def _order(ref: Ref) -> tuple[float, str]:
    return ref.first_ms, ref.id


def _window(state: SessionState, window_id: str, received_ms: BrokerMs, skew_ms: float) -> RecentWindow:
    window = next((w for w in state.windows if w.window_id == window_id), None)
    if window is None:
        if len(state.windows) >= MAX_WINDOWS:
            state.windows.remove(min(state.windows, key=lambda w: w.last_received_ms))
        window = RecentWindow(window_id, skew_ms, received_ms)
        state.windows.append(window)
    window.skew_ms = min(window.skew_ms, skew_ms)
    window.last_received_ms = max(window.last_received_ms, received_ms)
    return window


def _prune(window: RecentWindow, horizon_ms: int) -> None:
    """Moves the edge to the horizon, or nearer when that is too much to look at; older messages shrink to frames."""
    edge = ClientMs(max(ref.last_ms for ref in window.refs) - horizon_ms)
    if window.edge_ms is not None:
        edge = max(edge, window.edge_ms)
    clicks = size = count = 0
    for ref in sorted(window.refs, key=lambda r: r.last_ms, reverse=True):
        clicks, size, count = clicks + ref.clicks, size + ref.size_bytes, count + 1
        if count > 1 and (clicks > MAX_CLICKS or size > MAX_BYTES or count > MAX_REFS // 2):
            edge = max(edge, ref.last_ms)
            break
    old = [ref for ref in window.refs if ref.last_ms <= edge]
    if old:
        window.edge_ms = edge
        keep = {ref.id for ref in _frames(window, old)}
        window.refs = [ref for ref in window.refs if ref.last_ms > edge or ref.id in keep]


def _frames(window: RecentWindow, old: list[Ref]) -> list[Ref]:
    """Of the old messages, those the open page needs: all since it opened, or since its newest full snapshot."""
    frames = [ref for ref in old if ref.kind]
    page = newest = 0
    for i, ref in enumerate(frames):
        if ref.kind & FULL:
            newest = _named(frames, i)
            if ref.kind & OPENS and i:
                page, window.page_cut = newest, False
    if len(frames) - page > MAX_FRAMES or sum(ref.size_bytes for ref in frames[page:]) > MAX_BYTES:
        window.page_cut = True
        page = newest
        return [*frames[page : page + 2], *frames[page + 2 :][2 - MAX_FRAMES :]]
    return frames[page:]


def _named(frames: list[Ref], i: int) -> int:
    """Index of the message that names the page of the full snapshot in message `i`."""
    return i if frames[i].kind & META else max((k for k in range(i) if frames[k].kind & META), default=i)
