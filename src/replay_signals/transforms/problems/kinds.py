"""Kinds of problems: what many visitors met, beside the signal kinds of what one visitor did.

One line a kind: how a cause fails decides it, so a control that some click once and others in rage is one problem.
"""

from __future__ import annotations

from typing import NamedTuple

from replay_signals.schemas.inbox import ProblemType


class Kind(NamedTuple):
    """A kind of problem: its name, PostHog's class of it, how a title begins, and what to look at first."""

    name: str
    problem_type: ProblemType
    words: str
    next_step: str


KINDS: dict[str, Kind] = {
    "silence": Kind(
        "dead_click_cluster",
        "confusion",
        "Nothing happens",
        "Find the handler of the control and try it as the examples do; a new release or variant may have lost it.",
    ),
    "blocked": Kind(
        "blocked_control",
        "confusion",
        "Disabled, yet tried",
        "See in the examples what visitors believed to have done; say beside the control what is missing.",
    ),
    "slow": Kind(
        "slow_control",
        "failure",
        "Answers late",
        "Measure what the control waits for, and show at once that it was taken.",
    ),
    "slow_page": Kind(
        "slow_page",
        "failure",
        "Page is slow",
        "Compare the examples with visits before it began: first byte, size and number of requests, long tasks; "
        "then the release that it came with.",
    ),
    "slow_route": Kind(
        "slow_route",
        "failure",
        "Request is slow",
        "Look for the route in the server's traces at the time of the examples, and for what went out when it began.",
    ),
    "exception": Kind(
        "recurring_exception",
        "blocking_exception",
        "Throws",
        "Open the stack in Error Tracking or the examples' console, and mend the innermost frame of your own code.",
    ),
    "request": Kind(
        "failing_request",
        "failure",
        "Request fails",
        "Look for the route and status in the server's log at the time of the examples.",
    ),
    "form": Kind(
        "repeated_form_abandonment",
        "abandonment",
        "Form is given up",
        "See in the examples at which field visitors stop, and what its message says.",
    ),
    "page": Kind(
        "broken_page",
        "failure",
        "Page is missing or broken",
        "Find the links that lead here: mend them, or redirect the address.",
    ),
    "reading": Kind(
        "confusing_page",
        "confusion",
        "Visitors search in vain",
        "See in the examples what visitors look for on the page, and whether it is there.",
    ),
    "exit": Kind(
        "exit_point",
        "abandonment",
        "Visitors leave at once",
        "See in the examples what visitors saw last before they left.",
    ),
    "capture": Kind(
        "capture_gap",
        "failure",
        "Recordings are missing",
        "See what changed that day where they are missing: the SDK's version and settings, sampling, consent, a "
        "content security policy or proxy that blocks the recorder; then the dead letters.",
    ),
}
OF_SPEED = ("slow_page", "slow_route")
"""Failures that are the edge of how fast things are on a day."""
OTHER = Kind("other", "confusion", "Trouble", "See the examples.")


def kind_of(failure: str) -> Kind:
    """The kind of problem of a failure."""
    return KINDS.get(failure, OTHER)
