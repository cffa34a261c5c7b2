"""Words for a problem: its title, its summary, and what counts as success. Pure.

Names of elements and pages come from strangers: they are quoted as they are in the columns, cut, and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

from replay_signals.schemas.problem_rows import ProblemDayRow, ProblemRow
from replay_signals.schemas.problem_rules import Outcome, Problems
from replay_signals.transforms.problems.kinds import kind_of

MAX_NAME_CHARS = 80
TOO_FEW = "too few to say"
LAYOUT = "layout"
NOT_VISITORS = {"bot": "bots", "internal": "own people", "test": "people on test sites"}
"""Traffic that is no visitors', in words."""
OF_CONTROLS = ("silence", "blocked", "slow", "exception")
NO_CONTROL = "a spot that is no control"
FEW_SESSIONS = 20
"""Exposed sessions below which they are counted out: one in six of six is one."""
IN_A_ROW = 1.5
"""Ones in a share below which it is said as nearly everyone."""


def title_of(best: ProblemDayRow) -> str:
    """What fails, the control and the place; the same text for the same cause, since PostHog groups by words.

    A missing page, an exception that is known by the site's own frames, and a route that fails or is slow without a
    click, are one wherever they are met.
    """
    words = kind_of(best.failure).words
    at = f" ({best.element_key or 'page'} at {best.place})"
    is_bare = best.cause == best.request_route if best.failure == "request" else not best.cause.endswith(at)
    if best.failure in ("page", "slow_page", "slow_route") or (best.failure in ("exception", "request") and is_bare):
        return f"{words}: {_cut(best.cause)}"
    where = "on every page" if best.place == LAYOUT else f"at {best.place}" if best.place else ""
    control = _cut(best.element)
    if best.failure in ("request", "exception"):
        what = _cut(best.request_route or best.cause.removesuffix(at))
        what = f"{what}, after {control}" if control else what
    else:
        what = control or (NO_CONTROL if best.failure in OF_CONTROLS else "")
    return f"{words}: {what} {where}".rstrip() if what else f"{words} {where}".rstrip()


def outcome_words(outcomes: Sequence[Outcome], rules: Problems) -> str:
    """What a session has to reach after time zero to count as a success."""
    if outcomes:
        return ", ".join(sorted({outcome.event for outcome in outcomes}))
    return f"another answered click or page within {rules.answer_ms / 1000:g} s"


def summary_of(row: ProblemRow, comparison: str, *, is_proven: bool, is_fix_named: bool = False) -> str:
    """Whom it hurts, how much, since when, and what a fix did.

    `is_proven`: its state is more than chance. `is_fix_named`: somebody said that it is fixed.
    """
    fix = _fix(row) if row.fix == "fixed" or is_fix_named else ""
    sentences = [f"Hits {share_words(row)}.", _effect(row, comparison), _since(row, is_proven), _most(row), fix]
    return " ".join(sentence for sentence in sentences if sentence)


def interval_words(effect: float | None, low: float | None, high: float | None) -> str:
    """An effect with its interval in points of percent, or that there are too few."""
    if effect is None or low is None or high is None:
        return TOO_FEW
    return f"{100 * effect:+.1f} points ({100 * low:+.1f} to {100 * high:+.1f})"


def share_words(row: ProblemRow) -> str:
    """How many visitors it hits, and of whom. Nothing in it was recorded."""
    visitors = f"{row.users:,} visitor{'' if row.users == 1 else 's'}"
    if row.traffic in NOT_VISITORS:
        visitors += f" (all {NOT_VISITORS[row.traffic]}: no others were recorded)"
    if not row.affected_share:
        return visitors
    present, past = _exposure(row)
    if row.used_sessions < FEW_SESSIONS:
        return (
            f"{visitors}, in {row.sessions} of {row.used_sessions} session{'s'[: row.used_sessions != 1]} that {past}"
        )
    one_in = 1 / row.affected_share
    if one_in < IN_A_ROW:
        return f"{visitors}, nearly everyone of those who {present}"
    return f"{visitors}, 1 in {one_in:.0f} of those who {present}"


def _exposure(row: ProblemRow) -> tuple[str, str]:
    """What those did who could meet it, in two tenses: see the units of the counts (docs/problems.md)."""
    if row.failure in ("request", "slow_route"):
        return "make the request", "made the request"
    if row.failure in OF_CONTROLS and row.element_key:
        return "use it", "used it"
    return "reach the page", "reached the page"


def _effect(row: ProblemRow, comparison: str) -> str:
    if comparison == "none":
        return f"What it costs cannot be said: {row.comparison_reason}."
    if row.effect is None:
        return f"What it costs: {TOO_FEW} ({row.comparison_reason})."
    return f"Success ({row.outcome}) changes by {interval_words(row.effect, row.effect_low, row.effect_high)}."


def _since(row: ProblemRow, is_proven: bool) -> str:
    came = f", with {_cut(row.started_with)}" if row.started_with else ""
    if row.state == "resolved":
        return f"Resolved; last seen {row.last_seen:%Y-%m-%d}."
    if row.onset is not None:
        return f"Since {_day(row.onset)}{came}."
    if row.state in ("new", "regressed") and is_proven:
        return f"{row.state.capitalize()}, first seen {row.first_seen:%Y-%m-%d}{came}."
    return f"First seen {_day(row.first_seen.date())}."


def _most(row: ProblemRow) -> str:
    for lift in json.loads(row.lifts):
        if lift["low"] > 1 and f"{lift['dimension']}={lift['value']}" != row.started_with:
            times = "only" if lift["ratio"] is None else f"{lift['ratio']:.1f} times as often"
            return f"Met {times} with {_cut(lift['dimension'])}={_cut(lift['value'])}."
    return ""


def _fix(row: ProblemRow) -> str:
    effect = interval_words(row.fix_effect, row.fix_effect_low, row.fix_effect_high)
    return fix_words(row.fix, row.fix_with, row.fix_on, (row.fix_affected, row.fix_exposed), effect)


def fix_words(verdict: str, gone_out: str, on: date | None, after: tuple[int, int], effect: str) -> str:
    """A proof as a sentence; `after` are affected and exposed, `effect` the change of the share with its interval."""
    name = _cut(gone_out.replace("=", " ", 1)) if gone_out != "fix" else "the fix"
    if on is None:
        return f"Fixed with {name}, it is said: nobody has come with it yet."
    found = {"fixed": "Fixed", "not_fixed": "Not fixed"}.get(verdict, f"{TOO_FEW.capitalize()} whether it is fixed")
    changed = f", a change of {effect}" if after[1] else ""
    return f"{found} since {name} of {_day(on)}: {after[0]:,} of {after[1]:,} exposed were affected after it{changed}."


def _day(day: date) -> str:
    return f"{day:%A} {day.isoformat()}"


def _cut(name: str) -> str:
    return name if len(name) <= MAX_NAME_CHARS else name[: MAX_NAME_CHARS - 1] + "…"
