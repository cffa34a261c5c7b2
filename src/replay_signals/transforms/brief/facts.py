"""What many sessions say of a problem, as statements: whom it hits, how sure, what it costs, since when. Pure."""

from __future__ import annotations

from itertools import dropwhile

import msgspec

from replay_signals.schemas.briefs import Statement
from replay_signals.schemas.problem_rows import ProblemRow
from replay_signals.transforms.problems.capture_rows import FAILURE as CAPTURE
from replay_signals.transforms.problems.counts import WINDOW_DAYS
from replay_signals.transforms.problems.kinds import kind_of
from replay_signals.transforms.problems.wording import TOO_FEW, fix_words, interval_words, share_words

MS_PER_S, MS_PER_MINUTE = 1_000, 60_000

MAX_PLACES = 5
OF_ITSELF = ("silence", "blocked", "slow", "reading", "exit")
"""Failures whose cause says no more than the element and the place."""


class ToldLift(msgspec.Struct, frozen=True):
    """A lift as the column `lifts` has it; without a ratio nobody else meets the problem."""

    dimension: str
    value: str
    ratio: float | None = None


def lifts_of(row: ProblemRow) -> list[ToldLift]:
    """The lifts of a problem, surest first."""
    return msgspec.json.decode(row.lifts, type=list[ToldLift])


def happens(row: ProblemRow) -> list[Statement]:
    """What fails, where, and whom it hits."""
    where = [_places(row.places)] if row.places else []
    control = [Statement("On: {}.", [row.element])] if row.element else []
    words = kind_of(row.failure).words
    failure = Statement(f"{words}.") if row.failure in OF_ITSELF else Statement(f"{words}: {{}}.", [row.cause])
    if row.failure == CAPTURE:
        return [failure, *where]
    per_day = f"{row.users_per_day:.1f} visitors a day" if row.users_per_day >= 1 else "fewer than one visitor a day"
    whom = Statement(f"Hits {share_words(row)} in the last {WINDOW_DAYS} days; {per_day}.")
    return [failure, *control, *where, whom, *_most_often(row)]


def sure(row: ProblemRow) -> list[Statement]:
    """How sure it is that this is one, and what people said."""
    said = [Statement(f"Severity {row.severity:.0f} of 100 ({_components(row.components)}); priority {row.priority}.")]
    if row.failure != CAPTURE:
        said.insert(0, Statement(f"{row.confidence:.0%}: the share of such signals that are expected to be right."))
    if row.verdict:
        why = [row.verdict_reason] if row.verdict_reason else []
        said.append(Statement(f"A person said: {row.verdict}{', because: {}' if why else ''}.", why))
    return said


def effect(row: ProblemRow) -> list[Statement]:
    """What it costs those who meet it."""
    if row.comparison == "none":
        cost = Statement("It cannot be said: {}.", [row.comparison_reason])
    elif row.effect is None:
        cost = Statement(f"{TOO_FEW.capitalize()}: {{}}.", [row.comparison_reason])
    else:
        change = interval_words(row.effect, row.effect_low, row.effect_high)
        cost = Statement(
            f"Success changes by {change}; success is: {{}}; compared: {{}}.", [row.outcome, row.comparison_reason]
        )
    lost = []
    if row.time_lost_ms:
        lost.append(Statement(f"Time lost: {_span(row.time_lost_ms)} of all visitors."))
    if row.value_lost:
        lost.append(Statement(f"Value lost: {row.value_lost:,.2f}."))
    return [cost, *lost]


def began(row: ProblemRow) -> list[Statement]:
    """Since when, what it came with, and what a fix did."""
    seen = f"First seen {row.first_seen:%Y-%m-%d %H:%M} UTC, last seen {row.last_seen:%Y-%m-%d %H:%M} UTC."
    said = [Statement(seen)]
    if row.onset is not None:
        said.append(Statement(f"Its share rose on {row.onset} (95 %: {row.onset_low} to {row.onset_high})."))
    if row.started_with:
        said.append(Statement("It came with {}.", [row.started_with]))
    known = list(dropwhile(lambda share: share < 0, row.trend))
    shares = [f"{share:.1%}" if share >= 0 else "–" for share in known]
    if len(shares) > 1:
        said.append(Statement(f"Share affected by day, oldest first: {' '.join(shares)}."))
    if row.fix:
        change = interval_words(row.fix_effect, row.fix_effect_low, row.fix_effect_high)
        words = fix_words(row.fix, "fix", row.fix_on, (row.fix_affected, row.fix_exposed), change)
        said.append(Statement(f"{words} What went out: {{}}.", [row.fix_with]))
    return said


def _places(places: list[str]) -> Statement:
    shown = places[:MAX_PLACES]
    more = f" and {len(places) - len(shown)} more" if len(places) > len(shown) else ""
    return Statement(f"Where: {', '.join('{}' for _ in shown)}{more}.", shown)


def _most_often(row: ProblemRow) -> list[Statement]:
    said = []
    for lift in lifts_of(row):
        times = "only" if lift.ratio is None else f"{lift.ratio:.1f} times as often"
        said.append(Statement(f"Met {times} with {{}}.", [f"{lift.dimension}={lift.value}"]))
    return said


def _span(ms: int) -> str:
    return f"{ms / MS_PER_MINUTE:.0f} minutes" if ms >= MS_PER_MINUTE else f"{ms / MS_PER_S:.0f} s"


def _components(parts: dict[str, float]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {points:+.0f}" for name, points in parts.items())
