"""blocking_exception: an uncaught exception that stopped the visitor.

Either a click's handler threw, nothing else came of the click (a handler that threw does nothing later, and what the
page changes by itself is none of its doing), and the visitor tried the same control again or left within 30 s without
one more answered click; or an exception of the page itself (at load, in a timer) after which at
least two different controls stayed silent and none answered, or the three that were tried first. What a handler throws
may stop the whole page, too: then three other controls are silent after it, and none answers any more; links to other
pages need no script, and do not count. That the page was left
later than a script would have led away is no answer. Exceptions that stop nobody are evidence of error_click.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from functools import partial
from itertools import takewhile
from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from replay_signals.schemas.inbox import doc
from replay_signals.transforms.clicks.errors import PageError
from replay_signals.transforms.clicks.judged import DEAD, Judged
from replay_signals.transforms.clicks.observability import leads_away
from replay_signals.transforms.clicks.web import document_of
from replay_signals.transforms.session.element_names import element_label
from replay_signals.transforms.session.timeline import Page
from replay_signals.transforms.signals import settling
from replay_signals.transforms.signals.context import SessionContext, first_after
from replay_signals.transforms.signals.descriptor import Scope, Signal
from replay_signals.transforms.signals.finding import MAX_MESSAGE_CHARS, Finding, of_clicks

KIND = "blocking_exception"
GIVEN_UP_MS = 30_000
"""Who leaves this soon after the exception left over it; the same time as for the severity's `left`."""
MIN_SILENT = 2
"""Controls: one may be dead for a reason of its own."""
MIN_SILENT_FIRST = 3
"""Controls tried in vain right after the exception, if another one answers later: a view that works again, perhaps."""
STOPPED_MS = 300
"""What changes this long after a handler threw, without a request, is not its doing: it runs no further."""
OF_CLICK, OF_PAGE = "click", "page"
"""Grades of evidence; the controls of a page may be silent for another reason than its exception."""

_OF_PAGE = frozenset(("mutation", "style"))
"""Effects that page code may bring without a click."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence of one finding."""

    message: Annotated[str, doc("What the exception says")]
    source: Annotated[str, doc("First line of its stack, empty where none was recorded")]
    tried_again: Annotated[int | UnsetType, doc("Later clicks on the control, when a click threw")] = UNSET
    left: Annotated[bool | UnsetType, doc("The visitor left within 30 s, when a click threw")] = UNSET
    silent_controls: Annotated[int | UnsetType, doc("Controls that stayed silent since, when the page threw")] = UNSET


def detect(context: SessionContext) -> list[Finding[Evidence]]:
    """One finding per exception that stopped the visitor."""
    return [*_of_handlers(context), *_of_pages(context)]


def _of_handlers(context: SessionContext) -> list[Finding[Evidence]]:
    found = []
    thrown = [j for j in context.clicks if not j.failed and _threw(context, j) and _got_nothing(context, j)]
    in_vain: dict[tuple[Page, int | None], int] = {}
    for group in context.incidents(thrown):
        j = group[0]
        place = j.click.page, j.click.element
        own = context.by_place[place]
        if place not in in_vain:
            in_vain[place] = _last_in_vain(context, own)
        again = len(own) - bisect_right(own, j.click.t, key=_time)
        moved_on = first_after(context.answered_ms, j.click.t) is not None
        left = not moved_on and context.timeline.end_ms - j.click.t <= GIVEN_UP_MS
        if not left and not 0 < again <= in_vain[place]:
            continue
        error = next(e for e in context.errors.of(j) if e.uncaught)
        what = element_label(j.click.control, j.click.node_id)
        evidence = Evidence(message=error.message, source=error.source, tried_again=again, left=left)
        summary = f"{what} cannot work: {error.message[:MAX_MESSAGE_CHARS]}"
        finding = of_clicks(KIND, group, summary, OF_CLICK, evidence)
        finding.blocked = 1.0
        found.append(finding)
    return found


def _last_in_vain(context: SessionContext, own: Sequence[Judged]) -> int:
    """How many of the last clicks of one place were all in vain."""
    return sum(1 for _ in takewhile(partial(_in_vain, context), reversed(own)))


def _in_vain(context: SessionContext, j: Judged) -> bool:
    """Was the click not answered, or threw it as well, and only much later the page was left?"""
    late = (j.reaction_ms or 0.0) > context.rules.clicks.prompt_ms and not j.requests
    return not j.answered or (_threw(context, j) and (late or _got_nothing(context, j)))


def _threw(context: SessionContext, j: Judged) -> bool:
    return any(e.uncaught for e in context.errors.of(j))


def _got_nothing(context: SessionContext, j: Judged) -> bool:
    """Is nothing that answers a click that threw its handler's doing?"""
    if not j.answered:
        return True
    moving = context.moving.get(document_of(j.click.page), frozenset())
    thrown_ms = min((e.t for e in context.errors.of(j) if e.uncaught), default=float("inf"))
    return not j.requests and all(
        effect.kind in _OF_PAGE and (effect.t - thrown_ms > STOPPED_MS or moving.issuperset(effect.targets))
        for effect in j.effects
    )


def _time(j: Judged) -> float:
    return j.click.t


def _of_pages(context: SessionContext) -> list[Finding[Evidence]]:
    """The first exception of each page after which two controls were silent and none answered, or three before one."""
    answered: dict[Page, list[float]] = {}
    dead: dict[Page, list[Judged]] = {}
    for j in context.clicks:
        if j.answered and not _only_left(context, j):
            answered.setdefault(j.click.page, []).append(j.click.t)
        elif j.verdict == DEAD:
            dead.setdefault(j.click.page, []).append(j)
    silent = {page: _Silent(clicks) for page, clicks in dead.items()}
    staying = {
        page: _Silent([j for j in clicks if not leads_away(j.click.control, page.href)])
        for page, clicks in dead.items()
    }
    found: dict[Page, Finding[Evidence]] = {}
    own = set(context.errors.unattributed)
    for error in context.errors.all:
        page = error.page
        if not error.uncaught or page in found:
            continue
        works_ms = first_after(answered.get(page, []), error.t)
        until_ms = float("inf") if works_ms is None else min(works_ms, error.t + GIVEN_UP_MS)
        of_handler = error not in own
        clicks = (staying if of_handler else silent).get(page)
        if clicks is None or (of_handler and works_ms is not None):
            continue
        needed = MIN_SILENT_FIRST if of_handler or works_ms is not None else MIN_SILENT
        count = clicks.different(error.t, until_ms, needed)
        if count:
            found[page] = _of_page(error, count, works_ms)
    return list(found.values())


class _Silent:
    """The silent clicks of a page in order of time, to count the controls of a span of it."""

    def __init__(self, clicks: Sequence[Judged]) -> None:
        self._times = [j.click.t for j in clicks]
        self._elements = [j.click.element for j in clicks]
        self._complete = {needed: _complete(self._elements, needed) for needed in (MIN_SILENT, MIN_SILENT_FIRST)}

    def different(self, after_ms: float, until_ms: float, needed: int) -> int:
        """How many controls were silent between these times; 0 where fewer than needed were."""
        first, last = bisect_right(self._times, after_ms), bisect_left(self._times, until_ms)
        if first >= last or self._complete[needed][first] >= last:
            return 0
        return len(set(self._elements[first:last]))


def _complete(elements: Sequence[int | None], needed: int) -> list[int]:
    """For each place in the list where, counted from it, as many different elements as needed have come."""
    found = [len(elements)] * len(elements)
    seen: Counter[int | None] = Counter()
    start = 0
    for i, element in enumerate(elements):
        seen[element] += 1
        while len(seen) >= needed:
            found[start] = i
            seen[elements[start]] -= 1
            seen = +seen if not seen[elements[start]] else seen
            start += 1
    return found


def _only_left(context: SessionContext, j: Judged) -> bool:
    """Was the page merely left some time after the click? A script that answers does so at once."""
    return j.reaction == "navigation" and (j.reaction_ms or 0.0) > context.rules.clicks.prompt_ms and not j.requests


def _of_page(error: PageError, silent: int, works_ms: float | None) -> Finding[Evidence]:
    what = "nothing on the page answered" if works_ms is None else f"the first {silent} controls did not answer"
    return Finding(
        KIND,
        error.page,
        error.t,
        error.page.end_ms,
        OF_PAGE,
        f"After {error.message[:MAX_MESSAGE_CHARS]} {what}",
        Evidence(message=error.message, source=error.source, silent_controls=silent),
        blocked=1.0,
    )


def settled_ms(context: SessionContext, finding: Finding[Evidence]) -> float | None:
    """When the evidence window of the last click on the page is over; at the close when nobody tried again."""
    if finding.evidence.tried_again == 0:
        return None
    last_ms = context.last_click_ms.get(finding.page, finding.ended_ms)
    return settling.no_later_than_left(context, finding, last_ms + context.rules.clicks.window_ms)


SIGNAL = Signal(
    kind=KIND,
    title="an error after which the page no longer did its work",
    detect=detect,
    scope=Scope.PAGE,
    gesture=None,
    after_others=False,
    settled_ms=settled_ms,
    problem_type="blocking_exception",
    failure="exception",
    is_trouble=True,
    evidence=Evidence,
)
