"""assemble: counts of one problem to its row: state, effect, lifts, severity, and words for them. Pure."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from math import isfinite
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from replay_signals.schemas.problem_rows import ProblemDayRow, ProblemRow
from replay_signals.schemas.problem_rules import Outcome, Problems
from replay_signals.schemas.verdict_rows import VerdictRow
from replay_signals.transforms.problems import verdicts
from replay_signals.transforms.problems.compare_arms import compared
from replay_signals.transforms.problems.counts import Attribute, Counts, window_start
from replay_signals.transforms.problems.daily import Daily
from replay_signals.transforms.problems.effect import Effect
from replay_signals.transforms.problems.fix import GoneOut, Proof, proof_after, proof_of_any
from replay_signals.transforms.problems.history import State, state_of, trend
from replay_signals.transforms.problems.kinds import OF_SPEED, kind_of
from replay_signals.transforms.problems.lifts import Arm, Lift, lifts
from replay_signals.transforms.problems.onset import Onset, Rollout, change_point, started_with
from replay_signals.transforms.problems.severity import severity_of
from replay_signals.transforms.problems.wording import outcome_words, summary_of, title_of

MAX_PLACES = 20
"""Places that a row names; one broken template has as many as a site has pages."""
MAX_LIFTS = 10
MAX_EXAMPLES = 3
UNKNOWN_RATE = -1.0
"""In a trend: a day on which nobody could have met the problem."""
MOVING_DIMENSIONS = ("flag:", "release")
"""Attributes that a team changes, so that a problem can have come with them."""


class Ranking(NamedTuple):
    """What a run knows beside the counts.

    `releases` are those that came out within the history, by team; `given` the verdicts that hold, by problem id.
    """

    as_of: date
    rules: Problems
    outcomes: Sequence[Outcome]
    rules_version: str
    releases: Mapping[str, Sequence[Rollout]]
    given: Mapping[str, VerdictRow] = MappingProxyType({})


def assemble(all_counts: Sequence[Counts], ranking: Ranking) -> list[ProblemRow]:
    """Rows of all problems of a run, most severe first; each with revision 0 and status new, see `revise`.

    All at once, because lifts are corrected for every comparison that a run makes for a team.
    """
    sure = _sure_lifts(all_counts, ranking.rules)
    return in_order(_row(counts, sure.get(counts.problem_id, []), ranking) for counts in all_counts)


def in_order(rows: Iterable[ProblemRow]) -> list[ProblemRow]:
    """Most severe first."""
    return sorted(rows, key=lambda row: (-row.severity, -row.users, row.team, row.problem_id))


def daily(counts: Counts) -> list[Daily]:
    """Affected and exposed by day, days without anybody affected included."""
    affected: defaultdict[date, int] = defaultdict(int)
    exposed: defaultdict[date, int] = defaultdict(int)
    users = {row.day: row.users for row in counts.days}
    for arm in counts.arms:
        affected[arm.day] += arm.affected
    for met in counts.met:
        exposed[met.day] += met.sessions
    return [Daily(day, affected[day], exposed[day], users.get(day, 0)) for day in sorted(exposed)]


def _row(counts: Counts, found: Sequence[Lift], ranking: Ranking) -> ProblemRow:
    as_of, rules = ranking.as_of, ranking.rules
    best, days = counts.best, daily(counts)
    least_rise = rules.slow_rise if counts.best.failure in OF_SPEED else 0.0
    state, onset = state_of(days, as_of, rules, least_rise), change_point(days, rules)
    first = window_start(as_of)
    recent = [row for row in counts.days if row.day >= first]
    arms = compared(counts, best.failure, first, onset.day if onset else None, rules)
    effect = arms.effect if arms.effect.enough else None
    affected, used = _window_sums(days, first)
    hit, could = _window_sums(days, max(first, onset.day) if onset else first)
    users_per_day = sum(row.users for row in recent) / len(recent) if recent else 0.0
    sessions = sum(row.sessions for row in recent)
    stopped = sum(row.stopped_sessions for row in recent) / sessions if sessions else 0.0
    worth = max((outcome.value for outcome in ranking.outcomes), default=1.0)
    severity = severity_of(users_per_day, arms.effect, worth, stopped, rules)
    rollouts = [*ranking.releases.get(counts.team, ()), *_lifted(found, counts.attributes)]
    came_with = started_with(onset, rollouts) if onset else None
    proof = _proof(counts, days, onset, ranking)
    row = ProblemRow(
        day=as_of,
        team=counts.team,
        problem_id=counts.problem_id,
        revision=0,
        status="new",
        state=_state(state, proof),
        kind=kind_of(best.failure).name,
        failure=best.failure,
        cause=best.cause,
        title=title_of(best),
        summary="",
        place=best.place,
        places=_places(counts, best),
        element=best.element,
        element_key=best.element_key,
        sessions=sessions,
        users=counts.users,
        reached_sessions=counts.reached_sessions,
        used_sessions=used,
        affected_share=round(hit / could, 6) if could else None,
        comparison=arms.comparison,
        comparison_reason=arms.reason,
        outcome=outcome_words(ranking.outcomes, rules),
        effect=None,
        effect_low=None,
        effect_high=None,
        users_per_day=round(users_per_day, 3),
        time_lost_ms=sum(row.time_lost_ms for row in recent),
        value_lost=_value_lost(effect, affected, ranking.outcomes),
        trend=[UNKNOWN_RATE if rate is None else round(rate, 6) for rate in trend(days, as_of)],
        first_seen=min(row.first_at for row in counts.days),
        last_seen=max(row.last_at for row in counts.days),
        onset=onset.day if onset else None,
        onset_low=onset.low if onset else None,
        onset_high=onset.high if onset else None,
        started_with=f"{came_with.kind}={came_with.name}" if came_with else "",
        lifts=json.dumps([_lift(lift) for lift in found[:MAX_LIFTS]]),
        severity=severity.score,
        components=severity.components,
        priority=severity.priority,
        weight=severity.weight,
        confidence=_confidence(recent or counts.days),
        examples=_examples(recent or counts.days),
        aliases=[],
        merged_into="",
        rules_version=ranking.rules_version,
        told="",
        priors_version=max(counts.days, key=lambda row: row.day).priors_version,
        traffic=max(row.traffic for row in recent or counts.days),
    )
    row = msgspec.structs.replace(row, **_interval(effect), **_fixed(proof))
    sure = verdicts.confidence_with(row.confidence, row, ranking.given.values())
    words = summary_of(
        row,
        arms.comparison,
        is_proven=state is not None and state.proven,
        is_fix_named=_fix_named(counts, ranking) is not None,
    )
    return msgspec.structs.replace(row, confidence=round(sure, 4), summary=words)


def _fix_named(counts: Counts, ranking: Ranking) -> VerdictRow | None:
    """What somebody said of a fix, if that was the last that they said."""
    said = ranking.given.get(counts.problem_id)
    return said if said is not None and said.verdict == "fixed" else None


def _proof(counts: Counts, days: Sequence[Daily], onset: Onset | None, ranking: Ranking) -> Proof | None:
    """What became of it after the fix that somebody named, else after the releases since it began."""
    began = onset.day if onset else counts.days[0].day
    releases = {rollout.name: rollout.day for rollout in ranking.releases.get(counts.team, ())}
    said = _fix_named(counts, ranking)
    claimed = None
    if said is not None:
        named = GoneOut(f"release={said.release}", releases.get(said.release))
        claimed = proof_after(days, named if said.release else GoneOut("fix", said.fixed_on), began, ranking.rules)
        if claimed.verdict.verdict != "not_fixed":
            return claimed
        began = claimed.out.day or began
    later = proof_of_any(
        days, (GoneOut(f"release={name}", day) for name, day in releases.items()), began, ranking.rules
    )
    return claimed if claimed and (later is None or later.verdict.verdict != "fixed") else later


def _state(state: State | None, proof: Proof | None) -> str:
    """The state by its own history; resolved also where a fix is proven, and it did not come back since."""
    if state is None:
        return "resolved"
    if proof is not None and proof.out.day is not None and proof.verdict.verdict == "fixed":
        came_back = state.state == "regressed" and state.since > proof.out.day
        return "regressed" if came_back else "resolved"
    return state.state


def _fixed(proof: Proof | None) -> dict[str, Any]:
    """Columns of a proof."""
    if proof is None:
        return {}
    found, is_known = proof.verdict, proof.after.exposed > 0
    return {
        "fix": found.verdict,
        "fix_with": proof.out.name,
        "fix_on": proof.out.day,
        "fix_affected": proof.after.affected,
        "fix_exposed": proof.after.exposed,
        "fix_effect": round(found.difference, 6) if is_known else None,
        "fix_effect_low": round(found.low, 6) if is_known else None,
        "fix_effect_high": round(found.high, 6) if is_known else None,
    }


def _window_sums(days: Iterable[Daily], first: date) -> tuple[int, int]:
    inside = [one for one in days if one.day >= first]
    return sum(one.affected for one in inside), sum(one.exposed for one in inside)


def _interval(effect: Effect | None) -> dict[str, float | None]:
    if effect is None:
        return {"effect": None, "effect_low": None, "effect_high": None}
    return {
        "effect": round(effect.difference, 6),
        "effect_low": round(effect.low, 6),
        "effect_high": round(effect.high, 6),
    }


def _value_lost(effect: Effect | None, affected: int, outcomes: Sequence[Outcome]) -> float:
    """Affected x loss x worth of the outcome; nothing where the loss or the worth is not known."""
    if effect is None or not outcomes:
        return 0.0
    return round(max(0.0, -effect.difference) * affected * max(outcome.value for outcome in outcomes), 2)


def _places(counts: Counts, best: ProblemDayRow) -> list[str]:
    """Places of all units; of a route, which has none, the page patterns of its days' best examples."""
    named = [unit.place for unit in counts.units if unit.place]
    pages = [row.page_pattern for row in sorted(counts.days, key=lambda row: (-row.sessions, row.day))]
    return list(dict.fromkeys([*named, *pages, best.place]))[:MAX_PLACES]


def _confidence(days: Sequence[ProblemDayRow]) -> float:
    sessions = sum(row.sessions for row in days)
    return round(sum(row.confidence_sum for row in days) / sessions, 4) if sessions else 0.0


def _examples(days: Iterable[ProblemDayRow]) -> list[str]:
    """Best examples, those of the day with the best one first, of sessions that are not the same."""
    ordered = sorted(days, key=lambda row: (-row.score, row.day))
    each = (one for row in ordered for one in (row.example_1, row.example_2, row.example_3) if one)
    return list(dict.fromkeys(each))[:MAX_EXAMPLES]


def _sure_lifts(all_counts: Sequence[Counts], rules: Problems) -> dict[str, list[Lift]]:
    """Lifts of each problem that stand the correction for all comparisons of its team, surest first."""
    arms: defaultdict[str, list[Arm]] = defaultdict(list)
    for counts in all_counts:
        for one, rest in _with_rest(counts.attributes):
            arm = Arm(f"{counts.problem_id} {one.dimension}", one.value, one.affected, one.exposed, *rest)
            arms[counts.team].append(arm)
    found: defaultdict[str, list[Lift]] = defaultdict(list)
    for lift in (lift for own in arms.values() for lift in lifts(own)):
        if lift.q <= rules.false_discoveries:
            problem_id, _, dimension = lift.dimension.partition(" ")
            found[problem_id].append(msgspec.structs.replace(lift, dimension=dimension))
    return found


def _with_rest(attributes: Sequence[Attribute]) -> Iterable[tuple[Attribute, tuple[int, int]]]:
    """Each value of a dimension with what all its other values add up to; a dimension of one value says nothing."""
    totals: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for one in attributes:
        totals[one.dimension][0] += one.affected
        totals[one.dimension][1] += one.exposed
    for one in attributes:
        affected, exposed = totals[one.dimension]
        if exposed > one.exposed:
            yield one, (affected - one.affected, exposed - one.exposed)


def _lifted(found: Sequence[Lift], attributes: Sequence[Attribute]) -> list[Rollout]:
    """Releases and flag variants whose visitors are hit more often, with the first day that one of them was."""
    first = {(one.dimension, one.value): one.first_affected for one in attributes}
    return [
        Rollout(lift.dimension, lift.value, day)
        for lift in found
        if lift.ratio > 1 and lift.dimension.startswith(MOVING_DIMENSIONS)
        if (day := first.get((lift.dimension, lift.value))) is not None
    ]


def _lift(lift: Lift) -> dict[str, object]:
    """Of what nobody else met the ratio and its upper end are infinite, which JSON has no word for: null."""
    return {
        "dimension": lift.dimension,
        "value": lift.value,
        "ratio": round(lift.ratio, 3) if isfinite(lift.ratio) else None,
        "low": round(lift.low, 3),
        "high": round(lift.high, 3) if isfinite(lift.high) else None,
        "q": float(f"{lift.q:.3g}"),
    }
