"""Times of events as recorders and the tools behind them write them, made epoch milliseconds, and times that cannot be.

rrweb writes `Date.now()`. Sentry's spans are in seconds (createPerformanceSpans), databases and exporters make ISO text
of it, anonymised and synthetic recordings count from 0, and single events carry an uptime or a wrong clock's time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median_low

from replay_signals.transforms.parse.values import epoch_ms

MAX_SKEW_MS = 7 * 24 * 3_600_000
"""How far an event may be from the broker's clock or the other events: PostHog's consumer, message-parser.ts."""

MAX_RELATIVE_MS = 1e9
"""Below, a time counts from the start of something: 11 days. As seconds it would be before September 2001."""

# Seconds, microseconds and nanoseconds from 2001 to 2099: as milliseconds they are in 1970, or beyond the calendar.
_FIRST, _LAST = 1e9, 4.1e9
_RRWEB_MS = 1_514_764_800_000
"""2018, when rrweb appeared: an earlier date is a clock that was not set."""
_NUMBER = re.compile(r"\d{1,20}(?:\.\d{1,9})?")
_UNITS = ((_FIRST, _LAST, 1e3), (_FIRST * 1e6, _LAST * 1e6, 1e-3), (_FIRST * 1e9, _LAST * 1e9, 1e-6))


def in_ms(time: float | str) -> float:
    """A time in milliseconds whatever its unit was, -1 for text that is none.

    Whole microseconds: the sum of a message's first time and an offset is then the same in any split.
    Numbers (also in text) are told by their size, other text is ISO 8601. A time that counts from a start of its own
    stays as it is.
    """
    if isinstance(time, str):
        text = time.strip()
        if not _NUMBER.fullmatch(text):
            found = epoch_ms(text)
            return -1.0 if found is None else float(found)
        time = float(text)
    if _FIRST * 1e3 <= time < _LAST * 1e3:
        return round(time, 3)
    for first, last, factor in _UNITS:
        if first <= time < last:
            return round(time * factor, 3)
    return round(time, 3)


def is_relative(time_ms: float) -> bool:
    """Whether a time counts from a start of its own, so that its day is 1970-01-01 and means nothing."""
    return time_ms < MAX_RELATIVE_MS


def reference_ms(times_ms: Sequence[float], received_ms: int | None) -> float:
    """What a message's times are held against: the broker's clock, else the median of those with a likely date."""
    if received_ms is not None:
        return received_ms
    dated = [time for time in times_ms if _RRWEB_MS <= time < _LAST * 1e3]
    return median_low(dated or times_ms)


def is_near(time_ms: float, reference: float) -> bool:
    """Whether an event can belong to a message of that time."""
    return abs(time_ms - reference) < MAX_SKEW_MS
