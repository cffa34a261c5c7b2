"""Incidents: signals of one trouble, the one that explains it, and the cause that makes many incidents one problem.

One trouble is one visitor, one control and one moment: rage, dead click, error, blocking exception and the exit after
it are one incident. It is led by what explains most (`Failure`, in order). Its cause is what has to be mended:

    exception   the exception alone where its frames name code of the site, whatever control threw it; else at a control
    request     method, route and class of status, at the control that asked; of no control's request these alone
    slow_route  method and route
    page        the site and what its error page says, whatever address was missing
    form        the form
    silence, blocked, slow   the control where it stands
    slow_page                the page, and whether it loads or answers slowly
    reading, exit            the page

The id of a problem is a hash of team and cause, so one session tells it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, get_args

from msgspec import UNSET

from replay_signals.transforms import signals
from replay_signals.transforms.causes.controls import Controls
from replay_signals.transforms.causes.exceptions import Thrown, fingerprint, said_in, template, within
from replay_signals.transforms.causes.pages import PagePatterns
from replay_signals.transforms.causes.requests import route_of, status_class
from replay_signals.transforms.causes.stacks import frames_of_lines
from replay_signals.transforms.session import urls
from replay_signals.transforms.signals import dead_end
from replay_signals.transforms.signals.descriptor import Failure
from replay_signals.transforms.signals.finding import Finding
from replay_signals.transforms.text import utf8

RANK = {failure: i for i, failure in enumerate(get_args(Failure))}
SPOT_PX = 40
"""Of taps that hit no view: closer than a finger is wide (48 dp is the least of a touch target) is one spot."""
MAX_CAUSE_CHARS = 200


@dataclass(frozen=True, slots=True)
class Sign:
    """One signal as it takes part in incidents: what was found, and its place under the names that last."""

    signal_id: str
    finding: Finding[Any]
    url: str
    page_pattern: str
    place: str
    element_key: str
    controls: Controls


@dataclass(frozen=True, slots=True)
class Cause:
    """What has to be mended: `parts` are what makes it the same, `text` says it."""

    failure: str
    parts: tuple[str, ...]
    text: str
    request_route: str = ""
    exception_fingerprint: str = ""

    def problem_id(self, team: str) -> str:
        """16 hex digits."""
        text = "\0".join((team, self.failure, *self.parts))
        return blake2b(utf8(text), digest_size=8, person=b"problem").hexdigest()


@dataclass(slots=True)
class Incident:
    """Signals of one trouble in order of time. Times are epoch ms."""

    spot: object
    signs: list[Sign] = field(default_factory=list)
    ended_ms: float = 0.0

    def add(self, sign: Sign) -> None:
        """Takes in a signal."""
        self.signs.append(sign)
        if sign.finding.kind != EXIT:
            self.ended_ms = max(self.ended_ms, sign.finding.ended_ms)

    @property
    def incident_id(self) -> str:
        """That of its first signal."""
        return self.signs[0].signal_id

    @property
    def leading(self) -> Sign:
        """The signal that explains most."""
        return min(self.signs, key=lambda s: (RANK[failure_of(s)], -s.finding.confidence, s.finding.kind, s.signal_id))


EXIT = "unexpected_exit"


def failure_of(sign: Sign) -> Failure:
    """How what a signal says failed."""
    return signals.SIGNALS[sign.finding.kind].failure


def incidents_of(signs: Iterable[Sign], gap_ms: float) -> list[Incident]:
    """Incidents in order of time. Signals of one control up to `gap_ms` apart are one; an exit joins its trouble."""
    ordered = sorted(signs, key=lambda s: (s.finding.started_ms, s.finding.kind, s.signal_id))
    found: list[Incident] = []
    open_: dict[object, Incident] = {}
    for sign in ordered:
        if sign.finding.kind == EXIT:
            continue
        spot = _spot(sign)
        incident = open_.get(spot) if spot is not None else None
        if incident is None or sign.finding.started_ms > incident.ended_ms + gap_ms:
            incident = Incident(spot)
            found.append(incident)
            if spot is not None:
                open_[spot] = incident
        incident.add(sign)
    for sign in ordered:
        if sign.finding.kind == EXIT:
            incident = _before(sign, found)
            if incident is None:
                incident = Incident(None)
                found.append(incident)
            incident.add(sign)
    return found


class Causes:
    """The causes of a session's incidents; `thrown` are its exceptions in order of time."""

    def __init__(self, thrown: Sequence[Thrown], patterns: PagePatterns, window_ms: float) -> None:
        self._thrown, self._patterns, self._window_ms = thrown, patterns, window_ms

    def of(self, sign: Sign) -> Cause:
        """The cause of an incident that this signal leads."""
        failure = failure_of(sign)
        if failure == "exception":
            return self._exception(sign)
        if failure in ("request", "slow_route") and sign.finding.subject:
            return _route_cause(failure, sign)
        if failure == "request":
            return self._request(sign)
        if failure == "page":
            return self._page(sign)
        if failure == "form":
            return _control_cause("form", sign, self._form_key(sign))
        if failure == "slow_page":
            text = f"slow to {sign.finding.evidence.slow_to} at {sign.page_pattern}"
            return Cause(failure, (sign.page_pattern, sign.finding.evidence.slow_to), _cut(text))
        if failure in ("reading", "exit"):
            return Cause(failure, (sign.page_pattern,), f"{failure} at {sign.page_pattern}")
        return _control_cause(failure, sign, sign.element_key or f"a spot that is no control ({sign.finding.kind})")

    def _exception(self, sign: Sign) -> Cause:
        thrown = self._thrown_by(sign.finding)
        if thrown is not None:
            title, print_, strong = thrown.title, thrown.fingerprint, thrown.is_known_by_code
        else:
            kind, message = said_in(sign.finding.evidence.message)
            frames = frames_of_lines([sign.finding.evidence.source], self._patterns)
            title, print_, strong = f"{kind or 'Error'}: {template(message)}", fingerprint(kind, message, frames), False
        if strong:
            return Cause("exception", (print_,), _cut(title), exception_fingerprint=print_)
        at = _control_cause("exception", sign, sign.element_key)
        text = _cut(f"{title} ({sign.element_key or 'page'} at {sign.place})")
        return Cause("exception", (print_, *at.parts), text, exception_fingerprint=print_)

    def _thrown_by(self, finding: Finding[Any]) -> Thrown | None:
        """The exception that a finding speaks of: what says the same, nearest in time."""
        said = finding.evidence.message
        same = [
            t
            for t in within(self._thrown, finding.started_ms - self._window_ms, finding.ended_ms + self._window_ms)
            if t.message and (t.message in said or said in t.message) and t.window_id in ("", finding.page.window_id)
        ]
        return min(same, key=lambda t: abs(t.t - finding.started_ms), default=None)

    def _request(self, sign: Sign) -> Cause:
        evidence = sign.finding.evidence
        answered = status_class(evidence.status)
        at = _control_cause("request", sign, sign.element_key)
        asker = f"({sign.element_key or 'page'} at {sign.place})"
        if evidence.url is UNSET:
            return Cause(
                "request", (answered, *at.parts), _cut(f"request answered {answered or 'with an error'} {asker}")
            )
        method = "" if evidence.method is UNSET else evidence.method
        route = f"{route_of(method, evidence.url, sign.url, self._patterns)} {answered}".strip()
        return Cause("request", (route, *at.parts), _cut(f"{route} {asker}"), request_route=route)

    def _page(self, sign: Sign) -> Cause:
        host, status = urls.split(sign.url).netloc, sign.finding.evidence.status
        if status is not None and status >= 400:
            return Cause("page", (host, str(status)), f"pages of {host} that answer {status}")
        if sign.finding.grade == dead_end.WORDS:
            return Cause("page", (host, "missing"), f"pages of {host} that call themselves missing or broken")
        return Cause("page", (host, "empty", sign.page_pattern), f"nothing to go on with at {sign.page_pattern}")

    def _form_key(self, sign: Sign) -> str:
        control = sign.finding.control
        if control is None:
            return ""
        around = sign.finding.page.elements.around(control.first)
        form = control if control.tag == "form" else next((c for c in around if c.tag == "form"), None)
        return sign.controls.form_key_of(form) if form is not None else sign.element_key


def _route_cause(failure: str, sign: Sign) -> Cause:
    """A route by itself, whichever page asked."""
    how = "slow" if failure == "slow_route" else status_class(sign.finding.evidence.status)
    route = f"{sign.finding.subject} {how}"
    return Cause(failure, (route,), _cut(route), request_route=route)


def _control_cause(failure: str, sign: Sign, key: str) -> Cause:
    return Cause(failure, (sign.place, key), _cut(f"{failure}: {key} at {sign.place}"))


def _spot(sign: Sign) -> object:
    """What signals of one trouble have in common besides the moment; None for a signal that stands alone."""
    finding = sign.finding
    if finding.control is not None:
        return finding.page, finding.control.first
    if finding.node_id is not None and finding.click_count:
        return finding.page, finding.node_id
    if finding.x is not None and finding.y is not None and finding.click_count:
        return finding.page, finding.x // SPOT_PX, finding.y // SPOT_PX
    return None


def _before(exit_: Sign, incidents: Sequence[Incident]) -> Incident | None:
    """The incident that an exit followed: it begins where its trouble began."""
    for incident in reversed(incidents):
        for sign in incident.signs:
            same = sign.finding.page is exit_.finding.page and sign.finding.started_ms == exit_.finding.started_ms
            if same and sign.finding.kind == exit_.finding.evidence.after:
                return incident
    return None


def _cut(text: str) -> str:
    return text if len(text) <= MAX_CAUSE_CHARS else f"{text[: MAX_CAUSE_CHARS - 1]}…"
