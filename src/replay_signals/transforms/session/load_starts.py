"""Load starts: moments at which the browser began to load another document or a file, whether or not the page was left.

posthog-js empties its buffer 2 s after the first event in it, and early only when the buffer is full (0.9 MB), when
nobody has done anything for minutes, and on `beforeunload` (lazy-loaded-session-recorder.ts: RECORDING_BUFFER_TIMEOUT,
RECORDING_MAX_EVENT_SIZE, _onBeforeUnload). Browsers send that event for every navigation, also for one that turns
out to be a download or opens another program, of which a recording shows nothing else.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import zip_longest

from replay_signals.schemas.digests import MessageDigest

TIMER_MS = 2000
GRAIN_MS = 50
"""Events are stamped before they reach the buffer; none of a browser's clocks is coarser than this."""
LAG_MS = 500
"""An event may wait this long for its compression before it reaches the buffer (a busy page)."""
FULL_BYTES = 500_000
"""Messages of this size and more may have been sent because the buffer was full."""


def load_starts(messages: Iterable[MessageDigest], times: Sequence[float]) -> list[float]:
    """Load starts in a window, epoch ms; `times` are those of its records, in order.

    A message tells when its first part was flushed. How long a later part waited is known when the next message began
    before its timer could run out: then it was flushed right after its last event.
    """
    ordered = sorted(messages, key=lambda m: (m.first_ms, m.message_id))
    found: list[float] = []
    for message, following in zip_longest(ordered, ordered[1:]):
        flushed_ms = message.flushed_ms
        if flushed_ms is None or message.size_bytes >= FULL_BYTES or flushed_ms < message.first_ms:
            continue
        if flushed_ms - message.first_ms < TIMER_MS - GRAIN_MS:
            found.append(flushed_ms)
        if following is not None and flushed_ms < message.last_ms:
            began_ms = times[bisect_right(times, flushed_ms - LAG_MS)]
            if 0 < following.first_ms - began_ms < TIMER_MS - LAG_MS:
                found.append(message.last_ms)
    return found
