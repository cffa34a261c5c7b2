"""What priors do to accuracy: each recording judged with what the other recordings of its site say of their elements.

A handful of recordings is no crowd, so each stands for `CROWD` visitors like it. That is more alike than visitors are;
what it shows is what priors do once they are there, for better or worse, not how soon they are.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tests.accuracy.evaluate import SHIPPED, Recording, evaluate, load, of_site
from tests.accuracy.scoring import Score

from replay_signals.pipelines.problems.learning import MIN_OTHERS
from replay_signals.schemas.digests import millis
from replay_signals.schemas.rows import InteractionRow
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.clicks.second_look import DOUBLE_MS
from replay_signals.transforms.judge.judgement import judge
from replay_signals.transforms.judge.priors import Priors
from replay_signals.transforms.problems.stances import Tally, has_answered, stance_of

CROWD = 100
MIN_RECORDINGS = 3
"""Others that used an element, below which they stand for nobody: faults were put in one session at a time."""
ANSWERED = ("alive", "slow")
Place = tuple[str, str]
"""Place and key of an element."""


class Use(NamedTuple):
    """What one visitor saw of one element."""

    answered: bool
    tried: bool
    carried_on: bool


class Crowds(NamedTuple):
    """Scores without priors and with them, and how many elements said what."""

    alone: Score
    together: Score
    says: Counter[str]


def crowds(recordings: list[Recording], rules: Rules) -> Crowds:
    """Scores all recordings alone, and each with priors of the others of its site."""
    uses = {r.name: uses_of(judge(of_site(r), r.events, rules).interactions, rules) for r in recordings}
    priors, says = {}, Counter[str]()
    for own in recordings:
        others = [uses[r.name] for r in recordings if r.site == own.site and r.name != own.name]
        told = {place: stance for place, tally in tallies(others).items() if (stance := stance_of(tally))}
        says.update(told.values())
        priors[own.name] = Priors("crowd", {(own.site, *place): stance for place, stance in told.items()})
    return Crowds(evaluate(recordings, rules), evaluate(recordings, rules, priors=priors), says)


def uses_of(rows: Iterable[InteractionRow], rules: Rules) -> dict[Place, Use]:
    """Elements that a visitor used, as `pipelines/problems/learning` counts them."""
    clicks = [r for r in rows if r.element_key and r.reason != "the control is disabled"]
    by_place: defaultdict[Place, list[InteractionRow]] = defaultdict(list)
    for row in clicks:
        by_place[row.place, row.element_key].append(row)
    found = {}
    for place, own in by_place.items():
        first_ms = min(millis(r.occurred_at) for r in own)
        silent = [millis(r.occurred_at) for r in own if r.verdict == "dead"]
        answered = any(r.verdict in ANSWERED for r in own)
        if silent or answered:
            found[place] = Use(
                answered,
                bool(silent) and max(silent) - min(silent) > DOUBLE_MS,
                any(
                    r.verdict in ANSWERED
                    and (r.place, r.element_key) != place
                    and first_ms < millis(r.occurred_at) <= first_ms + rules.problems.answer_ms
                    for r in clicks
                ),
            )
    return found


def tallies(visits: list[dict[Place, Use]]) -> dict[Place, Tally]:
    """Counts of every element over visits."""
    uses = [(place, use) for visit in visits for place, use in visit.items()]
    found = {}
    for place in {place for place, _ in uses}:
        own = [use for one, use in uses if one == place]
        if len(own) < MIN_RECORDINGS:
            continue
        near = [use for one, use in uses if one != place and one[0] == place[0]]
        rest = near if len(near) * CROWD >= MIN_OTHERS else [use for one, use in uses if one != place]
        silent = [use for use in own if not use.answered]
        answered = CROWD * (len(own) - len(silent))
        found[place] = Tally(
            answered=answered,
            silent=CROWD * len(silent),
            tried=CROWD * sum(use.tried for use in silent),
            carried_on=CROWD * sum(use.carried_on for use in silent),
            succeeded=None,
            others=CROWD * len(rest),
            others_carried_on=CROWD * sum(use.carried_on for use in rest),
            others_succeeded=None,
            has_answered=has_answered(answered, CROWD * len(silent)),
        )
    return found


def text(found: Crowds) -> str:
    """A table in Markdown: dead clicks found and right, and controls that worked and were accused."""
    lines = [
        "| | dead_click recall | dead_click precision | mean confidence of right ones | working controls accused |"
    ]
    lines.append("|---|---|---|---|---|")
    for name, score in (("without priors", found.alone), ("with priors", found.together)):
        row = next(row for row in score.rows() if row.kind == "dead_click")
        right = [case.confidence for case in score.cases if case.kind == "dead_click" and case.verdict == "right"]
        accused, of = (sum(counts[i] for counts in score.controls.values()) for i in (0, 1))
        mean = sum(right) / max(1, len(right))
        lines.append(f"| {name} | {row.recall} | {row.precision} | {mean:.3f} | {accused} of {of} |")
    return "\n".join(lines)


def main() -> int:
    """Prints the table; `python -m tests.accuracy.crowds [FOLDER...]`."""
    found = crowds(load([Path(name) for name in sys.argv[1:]] or SHIPPED), Rules())
    print(text(found))
    print(", ".join(f"{name} {count}" for name, count in sorted(found.says.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
