"""Evidence over sessions: what one session cannot tell of a silent click, what an element did for others can.

Priors come from verdicts that were reached without any (`verdict_alone`), of one version of the rules, so they cannot
feed on themselves. They change silence only: an answer that was seen is an answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from replay_signals.schemas.prior_rows import ANSWERS, PAGE, PLAIN, ROUTE, TRACELESS, PriorRow
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.causes.pages import patterns_under
from replay_signals.transforms.causes.requests import route_of
from replay_signals.transforms.clicks.judged import DEAD, UNKNOWN, Judged
from replay_signals.transforms.clicks.observability import BESIDE, GUESSED
from replay_signals.transforms.clicks.second_look import DOUBLE_MS
from replay_signals.transforms.clicks.silent_links import PROVEN_CONFIDENCE, excuse
from replay_signals.transforms.digest.control_flags import is_hinted
from replay_signals.transforms.digest.controls import CONTROL_TAGS, WIDGET_ROLES, Control
from replay_signals.transforms.judge.common import Common
from replay_signals.transforms.signals.usual import UNKNOWN_PAGE, UNKNOWN_ROUTE, UsualPage, UsualRoute

DOUBT_LEFT = 0.5
"""Of the doubt in a dead click, when the element answers everybody else: that it leaves no trace is ruled out."""
HANDLES = frozenset("ke")
"""Flags of a control with a handler of its own, or that can be edited."""

Element = tuple[str, str, str]
"""Team, place (page pattern or `layout`) and key."""
Name = tuple[str, str]
"""Team, and page pattern or route."""


class Priors(msgspec.Struct, frozen=True):
    """What elements say, and what is usual at pages and routes, of one version; empty where there is none."""

    version: str = ""
    says: dict[Element, str] = {}
    pages: dict[Name, UsualPage] = {}
    routes: dict[Name, UsualRoute] = {}


NO_PRIORS = Priors()


class UsualOf:
    """What priors say is usual at the pages and routes of a team."""

    def __init__(self, priors: Priors, team: str, rules: Rules) -> None:
        self._pages, self._routes, self._team = priors.pages, priors.routes, team
        self._patterns = patterns_under(rules.pages)

    def page(self, url: str) -> UsualPage:
        """Of the page at an address; unknown without history."""
        if not self._pages:
            return UNKNOWN_PAGE
        return self._pages.get((self._team, self._patterns.of(url)), UNKNOWN_PAGE)

    def route(self, method: str, url: str, page_url: str) -> UsualRoute:
        """Of a request that a page makes; unknown without history."""
        if not self._routes:
            return UNKNOWN_ROUTE
        return self._routes.get((self._team, route_of(method, url, page_url, self._patterns)), UNKNOWN_ROUTE)


def priors_of(rows: Iterable[PriorRow]) -> Priors:
    """The priors that rows of one version are."""
    version = ""
    says: dict[Element, str] = {}
    pages: dict[Name, UsualPage] = {}
    routes: dict[Name, UsualRoute] = {}
    for row in rows:
        version = row.version
        if row.unit == PAGE:
            pages[row.team, row.place] = UsualPage(row.lcp_ms, row.inp_ms, row.load_ms)
        elif row.unit == ROUTE:
            routes[row.team, row.element_key] = UsualRoute(row.element_key, row.p95_ms, row.failed_share)
        elif row.says:
            says[row.team, row.place, row.element_key] = row.says
    return Priors(version, says, pages, routes)


def weigh(common: Common, priors: Priors) -> None:
    """Changes the verdicts of silent clicks in place, and keeps what they were (`Judged.alone`)."""
    if not priors.says:
        return
    clicks = common.context.clicks
    tries = _tries(clicks)
    for j in clicks:
        if j.answered or j.blocked or j.failed or j.click.control is None or common.context.errors.of(j):
            continue
        said = priors.says.get(_element(common, j, j.click.control))
        verdict = j.verdict
        if said == ANSWERS:
            _blame(j)
        elif j.verdict == DEAD and tries[j.click.page, j.click.element] == 1 and _is_excused(said, j.click.control):
            excuse(j, "it never leaves a trace, and visitors carry on")
        if j.verdict != verdict:
            j.alone = verdict


def _is_excused(said: str | None, control: Control) -> bool:
    return said == TRACELESS or (said == PLAIN and not _is_marked(control))


def _blame(j: Judged) -> None:
    """Silence of what answers everybody else: surer where it was a fault, and a fault where only a name excused it."""
    if j.verdict == DEAD:
        j.confidence = max(j.confidence, 1 - DOUBT_LEFT * (1 - j.confidence))
    elif j.verdict == UNKNOWN and (j.reason in GUESSED or j.reason.startswith(BESIDE)):
        j.verdict, j.confidence, j.reason = DEAD, PROVEN_CONFIDENCE, "no answer, where it answers others"


def _element(common: Common, j: Judged, control: Control) -> Element:
    controls = common.controls_of(j.click.page)
    pattern = common.page_at(j.click.page, j.click.t)[1]
    return common.digest.team, controls.place_of(control, pattern), controls.key_of(control)


def _tries(clicks: Iterable[Judged]) -> Counter[object]:
    """Silent clicks by page and element; the second half of a double click is no try of its own."""
    found: Counter[object] = Counter()
    last: dict[object, float] = {}
    for j in clicks:
        place = j.click.page, j.click.element
        if j.verdict == DEAD and j.click.t - last.get(place, float("-inf")) > DOUBLE_MS:
            found[place] += 1
            last[place] = j.click.t
    return found


def _is_marked(control: Control) -> bool:
    """Does anything say that it is a control: its tag, its role, a handler, its classes?"""
    return bool(
        control.tag in CONTROL_TAGS
        or control.role in WIDGET_ROLES
        or HANDLES & set(control.flags)
        or is_hinted(control.classes)
    )
