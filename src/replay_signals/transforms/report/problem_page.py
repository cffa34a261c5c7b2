"""One problem's page: what happens to whom, how sure that is, since when, and where to see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from replay_signals.schemas.problem_rows import ProblemRow
from replay_signals.transforms.inbox.player_link import At, PlayerLink
from replay_signals.transforms.printable import iso
from replay_signals.transforms.problems.capture_rows import FAILURE as CAPTURE
from replay_signals.transforms.problems.kinds import kind_of
from replay_signals.transforms.problems.told import is_open
from replay_signals.transforms.problems.wording import fix_words, interval_words
from replay_signals.transforms.report.chart import Chart, chart
from replay_signals.transforms.report.names import problem_name, session_key
from replay_signals.transforms.report.problems import (
    components,
    effect_words,
    examples,
    lifts,
    place_words,
    state_of,
    times_words,
)
from replay_signals.transforms.report.rows import Example, HistoryDay
from replay_signals.transforms.report.shown import clock, span, text

EFFECT_SPAN = 0.05
"""Least change that the drawing of an effect reaches to each side."""


class Lift(NamedTuple):
    """One attribute and how often those with it meet the problem beside the others."""

    dimension: str
    value: str
    times: str
    interval: str
    is_more: bool


class Seen(NamedTuple):
    """One example: a session, and the moment in it."""

    key: str
    offset_ms: int
    at: str
    day: str
    summary: str
    page: str
    who: str
    confidence: float | None
    player: str = ""
    """Its address in another player; empty for none."""


class Whisker(NamedTuple):
    """An effect with its interval, in shares of the drawing's width; `zero` is no change."""

    low: float
    effect: float
    high: float
    reach: float


class ProblemPage(NamedTuple):
    """What the page of one problem shows; every text is ready to be escaped."""

    id: str
    problem_id: str
    title: str
    kind: str
    summary: str
    next_step: str
    state: str
    is_open: bool
    is_capture: bool
    priority: str
    severity: float
    components: list[tuple[str, float]]
    confidence: float
    users: int
    per_day: float
    sessions: int
    exposed: int
    share: float | None
    effect: str
    whisker: Whisker | None
    comparison: str
    outcome: str
    facts: list[tuple[str, str]]
    places: list[str]
    lifts: list[Lift]
    examples: list[Seen]
    chart: Chart | None
    onset_words: str
    said: str
    fix: str


def problem_page(
    row: ProblemRow,
    history: Sequence[HistoryDay],
    found: Mapping[tuple[str, str], Sequence[Example]],
    known_sessions: Mapping[str, object],
    player: PlayerLink | None = None,
) -> ProblemPage:
    """What the page shows. `found` are leading signals of example sessions, by team and session."""
    reach = row.onset_low, row.onset_high
    return ProblemPage(
        id=problem_name(row.problem_id),
        problem_id=text(row.problem_id),
        title=text(row.title),
        kind=kind_of(row.failure).words,
        summary=text(row.summary, 1000),
        next_step=kind_of(row.failure).next_step,
        state=state_of(row),
        is_open=is_open(row),
        is_capture=row.failure == CAPTURE,
        priority=row.priority,
        severity=row.severity,
        components=components(row),
        confidence=row.confidence,
        users=row.users,
        per_day=row.users_per_day,
        sessions=row.sessions,
        exposed=row.used_sessions,
        share=row.affected_share,
        effect=effect_words(row),
        whisker=_whisker(row),
        comparison=f"{row.comparison}: {text(row.comparison_reason)}" if row.comparison_reason else row.comparison,
        outcome=text(row.outcome),
        facts=_facts(row),
        places=[text(place_words(one)) for one in row.places],
        lifts=[_lift(one) for one in lifts(row)],
        examples=_seen(row, found, known_sessions, player),
        chart=chart(history, row.day, row.onset, reach),
        onset_words=_onset_words(row),
        said=_said(row),
        fix=_fix(row),
    )


def _facts(row: ProblemRow) -> list[tuple[str, str]]:
    named = [
        ("Element", row.element),
        ("Element key", row.element_key),
        ("Cause", row.cause),
        ("First seen", iso(row.first_seen)[:16].replace("T", " ") + " UTC"),
        ("Last seen", iso(row.last_seen)[:16].replace("T", " ") + " UTC"),
        ("Came with", row.started_with),
        ("Time lost", span(row.time_lost_ms) if row.time_lost_ms else ""),
        ("Value lost", f"{row.value_lost:,.2f}" if row.value_lost else ""),
        ("Merged into it", ", ".join(row.aliases)),
        ("Project", row.team),
        ("Revision", f"{row.revision}, rules {row.rules_version}"),
        ("Id", row.problem_id),
    ]
    return [(name, text(value)) for name, value in named if value]


def _whisker(row: ProblemRow) -> Whisker | None:
    effect, low, high = row.effect, row.effect_low, row.effect_high
    if effect is None or low is None or high is None:
        return None
    reach = max(EFFECT_SPAN, abs(low), abs(high))
    place = [round(50 + 50 * one / reach, 2) for one in (low, effect, high)]
    return Whisker(place[0], place[1], place[2], reach)


def _lift(one: Mapping[str, Any]) -> Lift:
    low, high = one.get("low") or 0.0, one.get("high")
    between = f"at least {low:.1f}×" if high is None else f"{low:.1f} to {high:.1f}×"
    dimension, value = (text(str(one.get(name, ""))) for name in ("dimension", "value"))
    return Lift(dimension, value, times_words(one), between, low > 1)


def _seen(
    row: ProblemRow,
    found: Mapping[tuple[str, str], Sequence[Example]],
    known_sessions: Mapping[str, object],
    player: PlayerLink | None,
) -> list[Seen]:
    sessions = {session_key(row.team, name.rpartition("@")[0]): name.rpartition("@")[0] for name in row.examples}
    ids = {row.problem_id, *row.aliases}
    shown = []
    for key, offset in examples(row, known_sessions):
        of_session = found.get((row.team, sessions[key]), ())
        signal = next((one for one in of_session if one.offset_ms == offset and one.problem_id in ids), None)
        link = "" if player is None else player.at(At(row.team, sessions[key], offset))
        shown.append(_example(key, offset, signal)._replace(player=link))
    return shown


def _example(key: str, offset: int, signal: Example | None) -> Seen:
    if signal is None:
        return Seen(key, offset, clock(offset), "", "", "", "", None)
    who = " · ".join(filter(None, (signal.device_type, signal.browser, signal.country, signal.release)))
    at = f"{signal.started_at:%d %b %Y %H:%M}"
    return Seen(key, offset, clock(offset), at, text(signal.summary), text(signal.page), text(who), signal.confidence)


def _onset_words(row: ProblemRow) -> str:
    if row.onset is None:
        return ""
    low, high = row.onset_low or row.onset, row.onset_high or row.onset
    between = "" if low == high else f" (between {_day(low)} and {_day(high)})"
    came = f", with {text(row.started_with)}" if row.started_with else ""
    return f"It began on {_day(row.onset)}{between}{came}."


def _day(when: date) -> str:
    return f"{when:%d %b %Y}"


def _said(row: ProblemRow) -> str:
    if row.verdict_at is None:
        return ""
    until = f" until {row.verdict_until}" if row.verdict_until else ""
    why = f": {text(row.verdict_reason)}" if row.verdict_reason else ""
    return f"{row.verdict}{until} by {text(row.verdict_by)} on {row.verdict_at:%d %b %Y}{why}"


def _fix(row: ProblemRow) -> str:
    if not row.fix:
        return ""
    effect = interval_words(row.fix_effect, row.fix_effect_low, row.fix_effect_high)
    return text(fix_words(row.fix, row.fix_with, row.fix_on, (row.fix_affected, row.fix_exposed), effect))
