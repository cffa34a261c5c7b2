"""Judged: a click with its verdict.

alive    something the click caused was recorded within `clicks.prompt_ms`, or later through a request it sent
slow     as alive, but later than `clicks.slow_ms`
dead     a control that should answer, on a page whose recording would have shown it, and nothing came
unknown  the recording cannot tell: no control, no snapshot, effects outside the page, or the page was left at once
"""

from __future__ import annotations

from dataclasses import dataclass, field

from replay_signals.transforms.session.effects import Effect
from replay_signals.transforms.session.gestures import Click
from replay_signals.transforms.session.timeline import Request

SURVIVED_MS = 1500
"""A document that still records this long after a click on a link was not left by it."""
LINK_LOADING_MS = 30_000
"""A link's own page that comes so late, where no navigation is told and the visitor only reads on, was slow."""
BY_HAND_MS = 300
"""A reload or a step back this much later than the click is the visitor's own."""

SENT = "sent a request and showed nothing"
FOLLOWED = "another page followed soon"
LEFT_BY_LINK = "the page may have been left through the link"
ALIVE, SLOW, DEAD, UNKNOWN = "alive", "slow", "dead", "unknown"

Addresses = dict[str, list[tuple[float, str]]]
"""Window id -> (epoch ms, URL) in order of time, as other sources than the recording tell."""


@dataclass(slots=True, eq=False)
class Judged:
    """A click with its verdict, hashable by identity. `effects` are the answers found, `requests` what the click sent.

    An `ambiguous` tap was followed by a change that may or may not be its answer: of a picture that changes by
    itself, or captured before the finger went up. `alone` is the verdict that priors changed, empty where they did not.
    """

    click: Click
    verdict: str = UNKNOWN
    confidence: float = 0.0
    reaction: str = ""
    reaction_ms: float | None = None
    reason: str = ""
    blocked: bool = False
    ambiguous: bool = False
    alone: str = ""
    effects: list[Effect] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    @property
    def failed(self) -> list[Request]:
        """Requests of the click that came back with an error."""
        return [r for r in self.requests if r.failed]

    @property
    def answered(self) -> bool:
        """Something the visitor can see came of it."""
        return self.verdict in (ALIVE, SLOW)
