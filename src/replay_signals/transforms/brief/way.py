"""The way to a fault, from the landing, as most sessions took it. Pure.

From the fault backwards each step is the one that most sessions took of those that went the same way from there on; of
equals, that of the better example. Each says how many that are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from replay_signals.schemas.briefs import Action, Statement, Step
from replay_signals.transforms.brief.meeting import Meeting

MAX_STEPS = 12
MAX_SESSION_STEPS = 400
"""Of one session, the last ones before its fault."""


class SessionStep(NamedTuple):
    """A step of one session; `key` tells whether two are the same."""

    action: Action
    key: str
    target: str
    page: str
    times: int = 1

    @property
    def identity(self) -> tuple[str, str, str]:
        """Equal for what is one step in any session."""
        return self.action, self.key, self.page


class Way(NamedTuple):
    """Steps in order, and what is to be said of them."""

    steps: list[Step]
    told: list[Statement]


def way_of(meetings: Sequence[Meeting]) -> Way:
    """The way that most of the sessions took; where they part, that of the best example among those left."""
    paths = [steps_of(one) for one in meetings]
    if not paths:
        return Way([], [Statement("No session that met it is in the tables any more.")])
    steps = _common(paths)
    told = [_told(steps, len(paths)), *_landings(paths)]
    if len(steps) > MAX_STEPS:
        left = len(steps) - MAX_STEPS
        told.append(Statement(f"{left} step{'s'[: left != 1]} after the first left out."))
        steps = [steps[0], *steps[1 + left :]]
    return Way(steps, told)


def steps_of(meeting: Meeting) -> list[SessionStep]:
    """Pages and clicks in the window of the fault up to it, equal ones in a row as one."""
    fault = meeting.leading
    until = meeting.fault_at
    marks: list[tuple[object, int, SessionStep]] = []
    for view in meeting.views:
        if view.window_id == fault.window_id and view.started_at <= until:
            action: Action = "land" if view.is_entry else "open"
            marks.append((view.started_at, 0, SessionStep(action, "", "", view.page_pattern)))
    for click in meeting.clicks:
        if click.window_id == fault.window_id and click.occurred_at < until and click.element_key:
            marks.append(
                (click.occurred_at, 1, SessionStep("click", click.element_key, click.element, click.page_pattern))
            )
    marks.sort(key=lambda mark: mark[:2])
    end = SessionStep("fault", fault.element_key, fault.element, fault.page_pattern, max(1, fault.click_count))
    return _run_lengths([*(step for *_, step in marks[-MAX_SESSION_STEPS:]), end])


def _run_lengths(steps: Sequence[SessionStep]) -> list[SessionStep]:
    out: list[SessionStep] = []
    for step in steps:
        if out and out[-1].identity == step.identity:
            out[-1] = out[-1]._replace(times=out[-1].times + step.times)
        else:
            out.append(step)
    return out


def _common(paths: Sequence[Sequence[SessionStep]]) -> list[Step]:
    """Steps in order, each with how many sessions took it and all that follow."""
    still = list(paths)
    steps: list[Step] = []
    while True:
        before = [path[-1 - len(steps)] if len(steps) < len(path) else None for path in still]
        counts = Counter(None if step is None else step.identity for step in before)
        best, sessions = max(counts.items(), key=lambda one: one[1])  # of equals, the first path's
        if best is None:
            return steps[::-1]
        taken = [i for i, step in enumerate(before) if step is not None and step.identity == best]
        still = [still[i] for i in taken]
        shown = before[taken[0]]
        assert shown is not None, "chosen by its identity"
        steps.append(_step(shown, sessions))


def _told(steps: Sequence[Step], of: int) -> Statement:
    if of == 1:
        return Statement("The way of the one session that was looked at.")
    common = sum(2 * step.sessions > of for step in steps)
    if common == len(steps):
        return Statement(f"The way of {steps[0].sessions} of the {of} sessions that were looked at.")
    if not common:
        return Statement(f"No step is common to most of the {of} sessions that were looked at; an example's way:")
    last = "the last step is" if common == 1 else f"the last {common} steps are"
    return Statement(f"Of {of} sessions that were looked at {last} common to most; those before are an example's.")


def _landings(paths: Sequence[Sequence[SessionStep]]) -> list[Statement]:
    """Where they landed, when that was more than one page."""
    pages = Counter(path[0].page for path in paths if path[0].action == "land")
    if len(pages) < 2:
        return []
    (page, sessions), *_ = pages.most_common(1)
    return [Statement(f"Most landed on {{}} ({sessions} of {len(paths)}; {len(pages)} landing pages).", [page])]


def _step(step: SessionStep, sessions: int) -> Step:
    return Step(action=step.action, target=step.target, page=step.page, times=step.times, sessions=sessions)
