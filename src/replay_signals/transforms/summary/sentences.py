"""A session in three sentences out of its timeline: what they came for and did, what went wrong, how it ended.

`summary` is what reports, briefs and commands call. It says what the tables hold and guesses nothing: what somebody
came for is the page they came to, what they used there and which of the site's own events they reached. Pure: the same
rows give the same text. Names of elements and pages come from strangers; whoever shows the text escapes it as any
recorded text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

MAX_NAME_CHARS = 60
MAX_TROUBLE_CHARS = 140
NAMED_PAGES = 3
NAMED_CONTROLS = 3
NAMED_EVENTS = 3
NAMED_TROUBLES = 2
MINUTE_MS = 60_000
EXIT = "unexpected_exit"
CLICKS = {"click", "tap"}
_NAMELESS = re.compile(r"(node \d+)?")
"""What a click on something is called that the recording does not tell."""
WHO = {"bot": "A bot", "internal": "A colleague", "test": "A test"}
NOT_JUDGEABLE = {
    "no_snapshot": "the page as it was at the start is missing",
    "no_mutations": "it has no changes of the page",
    "broken_clock": "its clock jumps",
    "canvas": "the page draws itself on a canvas",
}


class Happened(NamedTuple):
    """Something that happened in a session, as the view `session_timeline` has it."""

    offset_ms: int
    """From the start of the recording."""
    what: str
    """One of view, click, tap, signal, error, console, request and event."""
    name: str
    """Page pattern, element, kind of signal, type of exception, level, route or name of the event."""
    detail: str = ""
    """Summary of a signal, verdict of a click, message of an exception or line, status of a request."""
    severity: float = 0.0
    """Of a signal, 0 to 100."""
    problem_id: str = ""
    """Of a signal; else empty."""
    page: str = ""
    """Address of the page."""


class Visit(NamedTuple):
    """What is known of the session as a whole: columns of `sessions` of these names."""

    duration_ms: int
    first_url: str = ""
    device_type: str = ""
    traffic: str = ""
    judgeable: str = ""


class Summary(NamedTuple):
    """Three sentences."""

    did: str
    went_wrong: str
    ended: str

    @property
    def text(self) -> str:
        """All three."""
        return " ".join(self)


def summary(visit: Visit, timeline: Iterable[Happened]) -> Summary:
    """The sentences of a session; `timeline` may be in any order."""
    ordered = sorted(timeline, key=lambda one: (one.offset_ms, one.what, one.name, one.detail))
    troubles = [one for one in ordered if one.what == "signal" and one.name != EXIT]
    return Summary(_did(visit, ordered), _went_wrong(visit, troubles), _ended(visit, ordered, troubles))


def own_events(timeline: Iterable[Happened]) -> list[Happened]:
    """Events that the site sends itself: PostHog's own begin with `$`."""
    return [one for one in timeline if one.what == "event" and not one.name.startswith("$")]


def _did(visit: Visit, timeline: Sequence[Happened]) -> str:
    who = WHO.get(visit.traffic, "A visitor")
    device = f" on {visit.device_type.lower()}" if visit.device_type else ""
    pages = [name for name, _ in groupby(one.name for one in timeline if one.what == "view")]
    parts = [f"came to {_cut(pages[0] if pages else visit.first_url or 'a page that is not known')}"]
    if others := list(dict.fromkeys(pages[1:])):
        parts.append(f"went on to {_listed(others, NAMED_PAGES, 'page')}")
    clicks = [one.name for one in timeline if one.what in CLICKS]
    if controls := list(dict.fromkeys(name for name in clicks if not _NAMELESS.fullmatch(name))):
        parts.append(f"used {_listed(controls, NAMED_CONTROLS, 'control')}")
    elif clicks:
        parts.append("clicked what has no name")
    elif not others:
        parts.append("clicked nothing")
    if events := list(dict.fromkeys(one.name for one in own_events(timeline))):
        parts.append(f"reached {_listed(events, NAMED_EVENTS, 'event')}")
    return f"{who}{device} {_joined(parts)}."


def _went_wrong(visit: Visit, troubles: Sequence[Happened]) -> str:
    if not troubles:
        why = NOT_JUDGEABLE.get(visit.judgeable)
        unseen = f"Whether something went wrong the recording cannot show: {why}."
        return unseen if why else "Nothing went wrong that shows."
    worst = sorted(troubles, key=lambda one: (-one.severity, one.offset_ms))
    named: dict[str, Happened] = {}
    for one in worst:
        named.setdefault(one.problem_id or one.name, one)
    shown = sorted(list(named.values())[:NAMED_TROUBLES], key=lambda one: one.offset_ms)
    told = [f"at {_clock(one.offset_ms)}, {_clause(one.detail or one.name)}" for one in shown]
    more = len(troubles) - len(shown)
    if more:
        told.append(f"and {more:,} more signal{'' if more == 1 else 's'}")
    return f"Trouble: {'; '.join(told)}."


def _ended(visit: Visit, timeline: Sequence[Happened], troubles: Sequence[Happened]) -> str:
    pages = [one.name for one in timeline if one.what == "view"]
    place = f" on {_cut(pages[-1])}" if pages else ""
    end = f"It ended{place} after {_clock(visit.duration_ms)}"
    left = next((one for one in reversed(timeline) if one.what == "signal" and one.name == EXIT), None)
    if left is not None:
        return f"{end}, in trouble: {_clause(left.detail)}."
    last = max((one.offset_ms for one in troubles), default=None)
    reached = own_events(timeline)
    if reached and (last is None or reached[-1].offset_ms >= last):
        return f"{end}, with {_cut(reached[-1].name)} reached{' after the trouble' if last is not None else ''}."
    if last is None:
        return f"{end}."
    return f"{end}, {_since(visit.duration_ms - last)} after the last trouble."


def _listed(names: Sequence[str], most: int, noun: str) -> str:
    shown = [_cut(name) for name in names[:most]]
    more = len(names) - len(shown)
    if more:
        shown.append(f"{more:,} more {noun}{'' if more == 1 else 's'}")
    return _joined(shown)


def _joined(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _since(ms: int) -> str:
    if ms < MINUTE_MS:
        return f"{ms // 1000} s" if ms >= 1000 else "right"
    return f"{_clock(ms)} min"


def _clause(sentence: str) -> str:
    """A signal's sentence as a part of another: without its full stop and semicolons, its first word in small."""
    text = _cut(sentence.rstrip(". ").replace(";", ","), MAX_TROUBLE_CHARS)
    first, _, rest = text.partition(" ")
    return f"{first.lower()} {rest}" if rest and first.isalpha() and first.istitle() else text


def _cut(text: str, most: int = MAX_NAME_CHARS) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _clock(ms: int) -> str:
    minutes, seconds = divmod(max(0, ms) // 1000, 60)
    return f"{minutes}:{seconds:02}"
