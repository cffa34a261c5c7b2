"""Problems as the start page lists them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from replay_signals.schemas.problem_rows import ProblemRow
from replay_signals.transforms.problems.capture_rows import FAILURE as CAPTURE
from replay_signals.transforms.problems.kinds import kind_of
from replay_signals.transforms.problems.told import is_open
from replay_signals.transforms.problems.wording import LAYOUT, interval_words
from replay_signals.transforms.report.names import problem_name, session_key
from replay_signals.transforms.report.shown import clock, day, number, text

LISTED_PLACES = 3
TITLE_CHARS = 160


def in_list(problems: Iterable[ProblemRow]) -> list[ProblemRow]:
    """Problems as they are listed: open ones first, each part in the given order. Merged ones are their head's."""
    shown = [row for row in problems if row.state != "merged"]
    return sorted(shown, key=lambda row: not is_open(row))


def problem_item(row: ProblemRow, known_sessions: Mapping[str, object]) -> dict[str, Any]:
    """One line of the list; examples are those whose session is in the report."""
    return {
        "id": problem_name(row.problem_id),
        "title": text(row.title, TITLE_CHARS),
        "kind": kind_of(row.failure).words,
        "state": state_of(row),
        "open": is_open(row),
        "priority": row.priority,
        "severity": number(row.severity, 1),
        "components": [[name, number(points, 1)] for name, points in components(row)],
        "users": row.users,
        "perDay": number(row.users_per_day, 2),
        "sessions": row.sessions,
        "exposed": row.used_sessions,
        "share": number(row.affected_share),
        "effect": None if row.effect is None else [number(one) for one in interval(row)],
        "effectWords": effect_words(row),
        "trend": [number(one) for one in row.trend],
        "since": day(row.onset or row.first_seen.date()),
        "isOnset": row.onset is not None,
        "lastSeen": day(row.last_seen.date()),
        "with": text(row.started_with, 80),
        "places": [text(place_words(one), 80) for one in row.places[:LISTED_PLACES]],
        "morePlaces": max(0, len(row.places) - LISTED_PLACES),
        "confidence": None if row.failure == CAPTURE else number(row.confidence, 2),
        "examples": [[key, offset, clock(offset)] for key, offset in examples(row, known_sessions)],
        "summary": text(row.summary, 600),
        "next": kind_of(row.failure).next_step,
        "isCapture": row.failure == CAPTURE,
        "lifts": [text(one, 80) for one in lift_words(row)[:2]],
    }


def state_of(row: ProblemRow) -> str:
    """The state as a list shows it: what people said of a quiet one, else what the days say."""
    return row.verdict if row.is_quiet and row.verdict else row.state


def components(row: ProblemRow) -> list[tuple[str, float]]:
    """Parts of the severity, the greatest first."""
    return sorted(row.components.items(), key=lambda item: -abs(item[1]))


def interval(row: ProblemRow) -> tuple[float | None, float | None, float | None]:
    """The effect and the ends of its interval."""
    return row.effect, row.effect_low, row.effect_high


def effect_words(row: ProblemRow) -> str:
    """The effect with its interval, or why there is none."""
    return "cannot be said" if row.comparison == "none" else interval_words(*interval(row))


def place_words(place: str) -> str:
    """A place; a shared layout is no path."""
    return "every page" if place == LAYOUT else place


def example_sessions(row: ProblemRow) -> list[tuple[str, str]]:
    """Team and session of each example, the best first."""
    return [(row.team, name.rpartition("@")[0]) for name in row.examples if "@" in name]


def examples(row: ProblemRow, known_sessions: Mapping[str, object]) -> list[tuple[str, int]]:
    """Key of the session and offset of each example whose session is in the report."""
    found = []
    for name in row.examples:
        session, _, offset = name.rpartition("@")
        key = session_key(row.team, session)
        if key in known_sessions and offset.isdigit():
            found.append((key, int(offset)))
    return found


def lifts(row: ProblemRow) -> Sequence[Mapping[str, Any]]:
    """Attributes whose visitors meet it more or less often."""
    try:
        found = json.loads(row.lifts or "[]")
    except ValueError:
        return []
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def lift_words(row: ProblemRow) -> list[str]:
    """`release=2.4.0 (3.1x)` of those who meet it more often."""
    return [
        f"{one.get('dimension')}={one.get('value')} ({times_words(one)})" for one in lifts(row) if one.get("low", 0) > 1
    ]


def times_words(lift: Mapping[str, Any]) -> str:
    """How many times as often; infinity has no number in JSON."""
    ratio = lift.get("ratio")
    return "only there" if ratio is None else f"{ratio:.1f}×"
