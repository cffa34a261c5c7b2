"""The descriptor of a signal kind: everything that the rest of the system knows about it.

The registry, the settling of early results in a stream, the inbox record with PostHog's problem type, the exit that
follows trouble, the options of the commands and the reference in the docs read nothing else. So a kind is one module
that ends with its `Signal`, and one line in the registry.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Literal

from replay_signals.schemas.inbox import ProblemType
from replay_signals.transforms.signals.context import SessionContext
from replay_signals.transforms.signals.finding import E, Finding

Gesture = Literal["click", "tap"]
Failure = Literal[
    "request", "exception", "page", "blocked", "form", "slow", "silence", "slow_page", "slow_route", "reading", "exit"
]
"""How things fail, what explains most first: of signals that are one trouble the first of these leads."""


class Scope(StrEnum):
    """What a finding is about, and with it how much of a session it takes to see it again.

    A stream that looks at the last minutes only takes back a finding that it should see and does not. A `PAGE` finding
    begins with the first of its kind on a page, however long ago, so it is looked for as long as the stream holds all
    of the page; any other is looked for as long as its start lies within those minutes.
    """

    CLICK = "click"
    """One click or tap, or a burst of them."""
    MOVEMENT = "movement"
    """A stretch of pointer movement or scrolling."""
    PAGE = "page"
    """All that happened on one page."""
    WINDOW = "window"
    """Pages of one window, one after the other."""
    SESSION = "session"
    """The whole visit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal(Generic[E]):
    """A kind. No field has a default: one that is forgotten is a type error, not a signal that is published too early.

    `kind` is the name in tables and records, `title` says in one line what happened. `detect` is pure and total; its
    findings carry `kind` and `evidence`. `gesture` limits a kind to clicks or taps. A kind that is `after_others` gets
    the findings that count as trouble in `context.troubles`; `is_trouble` says which do. `settled_ms` is a rule of
    `settling` or one of the kind's own. `problem_type` is PostHog's, `failure` how what happened
    failed.
    """

    kind: str
    title: str
    detect: Callable[[SessionContext], list[Finding[E]]]
    scope: Scope
    gesture: Gesture | None
    after_others: bool
    settled_ms: Callable[[SessionContext, Finding[E]], float | None]
    problem_type: ProblemType
    failure: Failure
    is_trouble: bool
    evidence: type[E]
