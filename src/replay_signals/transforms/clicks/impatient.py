"""Clicks on a control whose answer is under way: what comes is the answer to the click that asked for it.

A page that answers late is clicked again. What a response brings then was taken for the answer to the last click alone:
the first seemed to have sent something for nothing, and those between seemed dead. A page that comes late is asked for
anew with each click on its link, and browsers tell of the last time only.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import pairwise
from operator import attrgetter

from replay_signals.schemas.rules import Clicks
from replay_signals.transforms.clicks.judged import ALIVE, DEAD, SENT, SLOW, Judged
from replay_signals.transforms.clicks.responses import RENDERED_MS
from replay_signals.transforms.clicks.silent_links import excuse
from replay_signals.transforms.session.effects import Effect

LATE_CONFIDENCE = 0.8
HAMMERED, HAMMER_MS = 3, 1000
"""So many silent clicks this fast are no mere impatience."""
PROMPT_MS = 500
"""Controls that need no server answer sooner."""
WAITED_MS = 6000
"""An answer without a request counts up to this long after its click."""
UNDER_WAY = "the answer to another click was under way"


def give_answers(own: list[Judged], rules: Clicks) -> None:
    """Gives answers of later clicks to those that asked for them; `own` are the clicks of one page in order."""
    by_element: dict[int, list[Judged]] = {}
    for j in own:
        if j.click.element is not None:
            by_element.setdefault(j.click.element, []).append(j)
    for same in by_element.values():
        if len(same) < 2:
            continue
        for j in same:
            if j.reason == SENT and not j.failed:
                _give_response(j, same, rules)
        if not same[0].click.page.requests:
            _excuse_before_late_answers(same)
        pages = [k for k in same if k.answered and k.reaction == "navigation"]
        if pages:
            _excuse(j for j in same if j.click.t >= pages[0].click.t - rules.window_ms)


def _excuse_before_late_answers(same: list[Judged]) -> None:
    """Silent clicks before one whose answer took its time: it may be theirs."""
    end = 0
    for k in same:
        if k.answered and k.reaction_ms is not None and k.reaction_ms >= PROMPT_MS:
            since = max(end, bisect_left(same, k.click.t + k.reaction_ms - WAITED_MS, key=_time))
            end = bisect_left(same, k.click.t, key=_time)
            _excuse(same[since:end])


def _give_response(j: Judged, same: list[Judged], rules: Clicks) -> None:
    end_ms = max(request.end_ms for request in j.requests)
    later = same[bisect_right(same, j.click.t, key=_time) : bisect_left(same, end_ms, key=_time)]
    answers = (effect for k in later if k.answered for effect in k.effects if _shows(effect, end_ms))
    answer = min(answers, key=attrgetter("t"), default=None)
    if answer is None:
        return
    j.effects, j.reaction = [answer], answer.kind
    j.reaction_ms = round(answer.t - j.click.t, 1)
    j.verdict = SLOW if j.reaction_ms > rules.slow_ms else ALIVE
    j.confidence, j.reason = LATE_CONFIDENCE, f"{answer.kind} after {j.reaction_ms:.0f} ms, with its response"
    _excuse(later)
    for k in later:
        if k.verdict == SLOW and not k.requests and answer in k.effects:
            k.verdict = ALIVE


def _time(j: Judged) -> float:
    return j.click.t


def _shows(effect: Effect, end_ms: float) -> bool:
    return effect.kind == "mutation" and 0 <= effect.t - end_ms <= RENDERED_MS


def _excuse(clicks: Iterable[Judged]) -> None:
    """Silent clicks while an answer is under way are no dead ones, unless they are hammered."""
    dead = [j for j in clicks if j.verdict == DEAD and not j.blocked]
    fast = sum(b.click.t - a.click.t <= HAMMER_MS for a, b in pairwise(dead))
    if fast + 1 < HAMMERED:
        for j in dead:
            excuse(j, UNDER_WAY)
