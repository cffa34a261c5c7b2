"""What the evidence rules out as an explanation, and what it leaves open. Each rule says what it stands on. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from replay_signals.schemas.briefs import Element, FailedRequest, Statement, Thrown
from replay_signals.schemas.problem_rows import ProblemRow
from replay_signals.transforms.brief.facts import lifts_of
from replay_signals.transforms.brief.meeting import Meeting
from replay_signals.transforms.problems.capture_rows import FAILURE as CAPTURE

SURFACES = {"browser": "browser", "os": "system", "device_type": "kind of device", "release": "release"}
"""Columns of a session that a fault may be limited to, in words."""
OF_ITS_OWN = ("reading", "exit", "page", "slow_page", "slow_route", "form")
"""Failures that are no control's."""
FEW = 3
"""Sessions below which one value of an attribute says nothing of the others."""


def ruled_out(
    row: ProblemRow, meetings: Sequence[Meeting], requests: Sequence[FailedRequest], exceptions: Sequence[Thrown]
) -> list[Statement]:
    """Explanations that what was recorded speaks against."""
    return [*_by_recording(row, meetings, requests, exceptions), *_by_counts(row), *_by_surface(meetings)]


def questions(
    row: ProblemRow, meetings: Sequence[Meeting], exceptions: Sequence[Thrown], element: Element | None
) -> list[Statement]:
    """What is still to be found out, the most useful first."""
    return [*_of_code(row, exceptions, element), *_of_history(row), *_of_reach(row, meetings)]


def _by_recording(
    row: ProblemRow, meetings: Sequence[Meeting], requests: Sequence[FailedRequest], exceptions: Sequence[Thrown]
) -> Iterator[Statement]:
    of = len(meetings)
    if not of or row.failure == CAPTURE:
        return
    full = sum(one.session.witness == "full" for one in meetings)
    if full:
        yield Statement(f"A gap in the recording: {full} of {of} recordings are complete.")
    tells = sum(any(one.requests) for one in meetings)
    if row.failure in ("silence", "blocked", "exception") and not requests and tells:
        yield Statement(
            "A failed request: none was answered with 400 or above around the fault "
            f"({tells} of {of} recordings tell of requests)."
        )
    if row.failure in ("silence", "blocked", "request") and not exceptions:
        yield Statement(
            f"An exception: neither events nor console tell of one around the fault in {of} of {of} sessions."
        )


def _by_counts(row: ProblemRow) -> Iterator[Statement]:
    spared = row.used_sessions - row.sessions
    if row.element_key and row.failure not in OF_ITS_OWN and spared > 0:
        yield Statement(
            f"Broken for everyone: {spared:,} of {row.used_sessions:,} sessions that could have met it did not."
        )
    if row.effect is not None:
        yield Statement(
            "Other visitors, pages or devices as the reason for the loss: sessions are compared within page, device "
            "and landing."
        )
    if row.fix == "not_fixed":
        yield Statement("{} as a fix: the share affected did not fall after it.", [row.fix_with])


def _by_surface(meetings: Sequence[Meeting]) -> Iterator[Statement]:
    for column, words in SURFACES.items():
        values = Counter(value for one in meetings if (value := getattr(one.session, column)))
        if len(values) > 1:
            told = [value for value, _ in values.most_common(3)]
            yield Statement(f"One {words} only: met with {', '.join('{}' for _ in told)}.", told)


def _of_code(row: ProblemRow, exceptions: Sequence[Thrown], element: Element | None) -> Iterator[Statement]:
    if row.failure == "silence":
        yield Statement("Whether a handler is attached at all: recordings hold no listeners.")
    if exceptions and not any(one.frames for one in exceptions):
        yield Statement(
            "Where it is thrown: no frame of the site's own code is known. Source maps name them (backfill with them)."
        )
    if row.failure == "request":
        yield Statement("What the server said: recordings hold the status, not the answer. Its log has it.")
    if element is not None and not element.selectors:
        yield Statement("Which element it is in the source: nothing of it that lasts is kept.")


def _of_history(row: ProblemRow) -> Iterator[Statement]:
    if not row.started_with:
        yield Statement("What it came with: no release or flag variant is known to have started it.")
    if row.effect is None and row.comparison != "none":
        yield Statement("Whether it costs an outcome: too few sessions to say.")


def _of_reach(row: ProblemRow, meetings: Sequence[Meeting]) -> Iterator[Statement]:
    if row.sessions == 1:
        yield Statement("Whether it happens again: one session met it so far.")
    limited = {lift.dimension for lift in lifts_of(row)}
    for column, words in SURFACES.items():
        values = {getattr(one.session, column) for one in meetings} - {""}
        if len(values) == 1 and len(meetings) >= FEW and column not in limited:
            yield Statement(
                f"Whether it happens with another {words}: all sessions that were looked at have {{}}.", sorted(values)
            )
