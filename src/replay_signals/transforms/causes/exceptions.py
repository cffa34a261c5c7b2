"""Exceptions of a session, told by analytics events and by the console, and the fingerprint of their cause.

What is alike in two builds of a program is one cause: type and frames of the site's own code by file and function.
Where the frames do not say enough (minified names, code without a file) the message counts too, without its values.
Exceptions without a frame of the site's own are only weakly known: the same `TypeError` may come from anywhere, so
their cause is that message at one control.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from replay_signals.schemas.messages import AnalyticsEvent
from replay_signals.transforms.causes.pages import PagePatterns
from replay_signals.transforms.causes.stacks import Frame, frames_of_lines, frames_told, in_app
from replay_signals.transforms.clicks.errors import SAME_ERROR_MS
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.plugins import is_uncaught
from replay_signals.transforms.privacy.texts import MARK
from replay_signals.transforms.session.timeline import Page, Timeline
from replay_signals.transforms.text import utf8

MAX_MESSAGE_CHARS = 300
_SAID = re.compile(r"\b(?P<type>[A-Z]\w*(?:Error|Exception|Rejection)|Error)\b:\s*(?P<message>(?:(?!\\n|\n|\" \").)*)")
_UNCAUGHT = re.compile(r"^\W*(?:Uncaught|Unhandled)?\s*(?:\((?:in )?promise\)|Promise Rejection)?:?\s*", re.IGNORECASE)
_STACK_IN_LINE = re.compile(r"(?:\\n|\n)\s*(at [^\n\\]+)")
_VALUES = re.compile(
    r"https?://\S+|\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\b0x[0-9a-f]+\b|(?=[0-9a-f]*\d)\b[0-9a-f]{8,}\b|\d+(?:[.,:]\d+)*",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Thrown:
    """One exception, epoch ms. `handled` None: nothing tells. `frames` innermost first."""

    t: float
    window_id: str
    page: Page | None
    type: str
    message: str
    frames: list[Frame]
    handled: bool | None
    origin: str
    issue_id: str = ""
    fingerprint: str = field(init=False)

    def __post_init__(self) -> None:
        self.fingerprint = fingerprint(self.type, self.message, self.frames)

    @property
    def is_known_by_code(self) -> bool:
        """Do its frames name code of the site's own?"""
        return any(frame.file for frame in in_app(self.frames))

    @property
    def title(self) -> str:
        """Type, message without values, and where it was thrown."""
        own = in_app(self.frames)
        where = f" in {own[0].lasting}" if own and own[0].file else ""
        return f"{self.type or 'Error'}: {template(self.message)}{where}"


def fingerprint(kind: str, message: str, frames: Sequence[Frame]) -> str:
    """16 hex digits, the same for the same cause."""
    own = in_app(frames)
    named = [frame.lasting for frame in own if frame.file]
    says_enough = any(frame.function for frame in own if frame.file)
    parts = [kind, *([] if says_enough else [template(message)]), *named]
    return blake2b(utf8("\0".join(parts)), digest_size=8, person=b"exception").hexdigest()


def template(message: str) -> str:
    """A message without the values in it."""
    return " ".join(_VALUES.sub("N", MARK.sub("[]", message)).split())[:MAX_MESSAGE_CHARS]


def exceptions_of(timeline: Timeline, events: Iterable[AnalyticsEvent], patterns: PagePatterns) -> list[Thrown]:
    """Exceptions in order of time; of an event and the console line about it the event counts."""
    told = sorted(_told(timeline, events, patterns), key=_time_of)
    logged = [
        line
        for line in _logged(timeline, patterns)
        if not any(_is_same(line, event) for event in within(told, line.t - SAME_ERROR_MS, line.t + SAME_ERROR_MS))
    ]
    return sorted([*told, *logged], key=lambda e: (e.t, e.window_id, e.fingerprint))


def within(thrown: Sequence[Thrown], start_ms: float, end_ms: float) -> Sequence[Thrown]:
    """Those of sorted exceptions that were thrown in a span of time."""
    return thrown[bisect_left(thrown, start_ms, key=_time_of) : bisect_right(thrown, end_ms, key=_time_of)]


def _time_of(thrown: Thrown) -> float:
    return thrown.t


def said_in(line: str) -> tuple[str, str]:
    """Type and message of a console line: `Uncaught TypeError: x is not a function`, or what a page logs about one."""
    told = line.strip().strip('"')
    parts = _SAID.search(told)
    if parts is not None:
        return parts["type"], parts["message"].strip().strip('"')
    return "", _UNCAUGHT.sub("", told)


def _told(timeline: Timeline, events: Iterable[AnalyticsEvent], patterns: PagePatterns) -> Iterator[Thrown]:
    windows = {window.window_id: window for window in timeline.windows}
    for event in events:
        if event.event != "$exception":
            continue
        told: Any = event.properties.get("$exception_list")
        entry = told[0] if isinstance(told, list) and told and isinstance(told[0], dict) else {}
        kind, message = (entry.get(n) or event.properties.get(f"$exception_{p}") for n, p in _NAMES)
        stack, mechanism, issue = (
            entry.get("stacktrace"),
            entry.get("mechanism"),
            event.properties.get("$exception_issue_id"),
        )
        handled = mechanism.get("handled") if isinstance(mechanism, dict) else None
        window = windows.get(event.window_id)
        yield Thrown(
            float(event.timestamp_ms),
            event.window_id,
            window.page_at(event.timestamp_ms) if window is not None else None,
            kind if isinstance(kind, str) else "",
            message[:MAX_MESSAGE_CHARS] if isinstance(message, str) else "",
            frames_told(stack.get("frames") if isinstance(stack, dict) else None, patterns),
            handled if isinstance(handled, bool) else None,
            "event",
            issue if isinstance(issue, str) else "",
        )


_NAMES = (("type", "type"), ("value", "message"))


def _logged(timeline: Timeline, patterns: PagePatterns) -> Iterator[Thrown]:
    for page in timeline.pages:
        for t, line in page.of(records.Console):
            if line.level != "error" or line.harmless:
                continue
            uncaught = is_uncaught(line.message) if line.uncaught is None else line.uncaught
            kind, message = said_in(line.message)
            if not (uncaught or kind):
                continue
            # the stack in the line is the error's, that of the line the logger's
            stack = _STACK_IN_LINE.findall(line.message) or [line.trace, *line.stack]
            frames = frames_of_lines(stack, patterns)
            yield Thrown(t, page.window_id, page, kind, message, frames, handled=not uncaught, origin="console")


def _is_same(line: Thrown, event: Thrown) -> bool:
    if line.window_id != event.window_id and event.window_id:
        return False
    return event.message in line.message or line.message in event.message
