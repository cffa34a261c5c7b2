"""Errors: exceptions and console errors, tied to the click that caused them rather than to any click nearby.

A handler that throws does so within a few frames of its click; one that fails after a request does so when the response
comes. Errors that come from the same code when nobody clicks, so often that one beside a click means nothing (a polling
script), are the page's own and tied to no click. Messages
that harm nobody (`harmless`) are no errors here, nor are requests that were cut off because the page was left.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from replay_signals.schemas.messages import AnalyticsEvent
from replay_signals.transforms.clicks.harmless import harms_nobody, is_tracker
from replay_signals.transforms.clicks.judged import Judged
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.harmless import cut_off, is_foreign
from replay_signals.transforms.digest.plugins import http_status_in, is_uncaught
from replay_signals.transforms.session.timeline import Page, Timeline

HANDLER_MS = 300
"""Longest time from a click to an exception of its own handler, which runs at once (0.2 s on a loaded machine)."""
UNTOLD_MS = 600
"""The same where no requests are recorded: the handler may have waited for a response."""
AFTER_RESPONSE_MS = 500
MAX_CHANCE = 0.01
"""Largest chance that an error of the page's own falls by itself as near behind a click as this one."""
MIN_AFTER_MS = 20
"""What a handler takes to throw at least, as the clocks of recorders tell it."""
LOOKED_BACK = 20
"""Clicks before an error whose requests it may be about: more than anybody makes while one is under way."""
SAME_ERROR_MS = 1000
"""The SDK reports an exception this close to the console line about it."""
LEAVING_MS = 1500
"""Longest time from a request that is cut off because the page is left to the first event of the next page."""


@dataclass(frozen=True, slots=True)
class PageError:
    """One error line or exception. `uncaught` when the page did not handle it, `harmless` when text or stack say so.

    `stack` tells apart the ways that lead to one throw; empty where the recorder does not.
    """

    t: float
    page: Page
    message: str
    source: str
    uncaught: bool
    told_status: int | None = None
    harmless: bool = False
    stack: str = ""

    @property
    def http_status(self) -> int | None:
        """The HTTP status that the line speaks of: how pages without a recorded network tell of failed requests."""
        return None if self.uncaught else self.told_status


class Errors:
    """The errors of a session and which click each belongs to."""

    def __init__(self, timeline: Timeline, clicks: Sequence[Judged], events: Sequence[AnalyticsEvent]) -> None:
        found = _harmful(timeline, _once(_console(timeline), _exceptions(timeline, events)))
        self.all = sorted(found, key=lambda e: (e.t, e.page.window_id, e.message))
        self._by_click: dict[Judged, list[PageError]] = {}
        self.unattributed: list[PageError] = []
        by_page: dict[Page, list[Judged]] = {}
        for j in clicks:
            by_page.setdefault(j.click.page, []).append(j)
        downs = {page: [j.click.down_ms for j in own] for page, own in by_page.items()}
        handler_ms = HANDLER_MS if any(page.requests for page in timeline.pages) else UNTOLD_MS
        owners = [_owner(e, by_page.get(e.page, []), downs.get(e.page, []), handler_ms) for e in self.all]
        unprompted: dict[object, list[float]] = {}
        for e, owner in zip(self.all, owners, strict=True):
            if owner is None:
                unprompted.setdefault((e.page, e.message, e.stack), []).append(e.t)
        for error, owner in zip(self.all, owners, strict=True):
            by_itself = unprompted.get((error.page, error.message, error.stack), [])
            if owner is None or _by_chance(error, owner.click.t, by_itself) > MAX_CHANCE:
                self.unattributed.append(error)
            else:
                self._by_click.setdefault(owner, []).append(error)

    def of(self, j: Judged) -> list[PageError]:
        """Errors that this click caused."""
        return self._by_click.get(j, [])


def _by_chance(error: PageError, click_ms: float, by_itself: Sequence[float]) -> float:
    """How likely an error that also came at the times `by_itself` falls as near behind the click as this one."""
    if not by_itself:
        return 0.0
    watched_ms = error.page.left_ms - error.page.start_ms
    gap_ms = (by_itself[-1] - by_itself[0]) / (len(by_itself) - 1) if len(by_itself) > 1 else watched_ms
    return max(error.t - click_ms, MIN_AFTER_MS) / max(gap_ms, 1.0)


def _owner(error: PageError, clicks: list[Judged], downs: list[float], longest_ms: float) -> Judged | None:
    """The click that caused the error: whose response came right before it, or whose handler ran last.

    `longest_ms`: from a click to what its handler threw.
    A response tells more than a click: pages log a failure within a few ms of it, whoever clicked meanwhile.
    """
    i = bisect_right(downs, error.t + 5) - 1
    if i < 0:
        return None
    if i and error.t < clicks[i].click.t and error.t - clicks[i - 1].click.t <= longest_ms:
        i -= 1  # before the click event: the slow handler of the click before is likelier than one of pointer-down
    handler_ms = error.t - clicks[i].click.t
    answered = _answered(error, clicks[: i + 1])
    if answered is not None and (answered[0] <= handler_ms or handler_ms > longest_ms):
        return answered[1]
    return clicks[i] if handler_ms <= longest_ms else None


def _answered(error: PageError, clicks: list[Judged]) -> tuple[float, Judged] | None:
    """The click whose response came last before the error, and the ms between; the status that it names decides."""
    found = [
        (r.status != error.http_status if error.http_status else not r.failed, max(0.0, error.t - r.end_ms), k)
        for k, j in enumerate(clicks[-LOOKED_BACK:])
        for r in j.requests
        if -5 <= error.t - r.end_ms <= AFTER_RESPONSE_MS
    ]
    if not found:
        return None
    _, since_ms, k = min(found)
    return since_ms, clicks[-LOOKED_BACK:][k]


def _harmful(timeline: Timeline, errors: list[PageError]) -> list[PageError]:
    """The errors that tell of something that went wrong."""
    left_ms = {a: b.start_ms for window in timeline.windows for a, b in pairwise(window.pages)}
    return [
        e
        for e in errors
        if not (e.harmless or harms_nobody(e.message, e.source, e.page.href))
        and not (cut_off(e.message) and left_ms.get(e.page, math.inf) - e.t <= LEAVING_MS)
    ]


def _console(timeline: Timeline) -> list[PageError]:
    found = []
    for page in timeline.pages:
        for t, line in page.of(records.Console):
            if line.level == "error":
                uncaught, status = line.uncaught, line.http_status
                if uncaught is None:  # digested before lines were masked
                    uncaught, status = is_uncaught(line.message), http_status_in(line.message)
                message, harmless = line.message.strip('"'), line.harmless is True
                stack = "\n".join((line.trace, *line.stack))
                found.append(PageError(t, page, message, line.trace, uncaught, status, harmless, stack))
    return found


def _exceptions(timeline: Timeline, events: Sequence[AnalyticsEvent]) -> list[PageError]:
    """`$exception` events."""
    found = []
    pages = _Pages(timeline)
    for event in events:
        page = pages.at(event.window_id, event.timestamp_ms) if event.event == "$exception" else None
        if page is None:
            continue
        first: Any = event.properties.get("$exception_list")
        entry = first[0] if isinstance(first, list) and first and isinstance(first[0], dict) else {}
        kind = entry.get("type") or event.properties.get("$exception_type") or "Error"
        message = f"{kind}: {entry.get('value') or event.properties.get('$exception_message') or ''}"[:300]
        files = _files(entry)
        source = files[0] if files and all(is_foreign(file) for file in files) else ""
        mechanism = entry.get("mechanism")
        handled = isinstance(mechanism, dict) and mechanism.get("handled") is True
        at_ms, stack = float(event.timestamp_ms), _stack(entry)
        harmless = bool(files) and all(is_tracker(file, page.href) for file in files)
        found.append(PageError(at_ms, page, message, source, not handled, harmless=harmless, stack=stack))
    return found


def _stack(entry: dict[str, Any]) -> str:
    stack = entry.get("stacktrace")
    return repr(stack.get("frames")) if isinstance(stack, dict) else ""


def _files(entry: dict[str, Any]) -> list[str]:
    """Files of the stack of an exception; frames of native code have a word in their place, or none."""
    stack = entry.get("stacktrace")
    frames = stack.get("frames") if isinstance(stack, dict) else None
    names = [f.get("filename") for f in frames if isinstance(f, dict)] if isinstance(frames, list) else []
    return [name for name in names if isinstance(name, str) and ("/" in name or "." in name)]


def _once(logged: list[PageError], thrown: list[PageError]) -> list[PageError]:
    """An exception that the console shows too is one error: the console's, which has the source, and uncaught."""
    by_page: dict[Page, list[int]] = {}
    for i, line in enumerate(logged):
        by_page.setdefault(line.page, []).append(i)
    found = list(logged)
    for error in thrown:
        lines = by_page.get(error.page, [])
        start = bisect_left(lines, error.t - SAME_ERROR_MS, key=lambda i: logged[i].t)
        end = bisect_right(lines, error.t + SAME_ERROR_MS, key=lambda i: logged[i].t)
        said = error.message.partition(": ")[2] or error.message
        twins = [i for i in lines[start:end] if said in logged[i].message]
        for i in twins:
            found[i] = replace(logged[i], uncaught=error.uncaught)
        if not twins:
            found.append(error)
    return found


class _Pages:
    """Finds the page of a window at a time; of any window when the id is unknown."""

    def __init__(self, timeline: Timeline) -> None:
        self._pages: dict[str, list[Page]] = {"": timeline.pages}
        for page in self._pages[""]:
            if page.window_id:
                self._pages.setdefault(page.window_id, []).append(page)

    def at(self, window_id: str, t: float) -> Page | None:
        """The last page that had begun; an event may be stamped up to 1 s before the recorder's first."""
        pages = self._pages.get(window_id, [])
        i = bisect_right(pages, t + 1000, key=lambda page: page.start_ms)
        return pages[i - 1] if i else None
