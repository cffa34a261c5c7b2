"""From a judged session to the plan of a script for one of its signals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from replay_signals.schemas.digests import SessionDigest
from replay_signals.schemas.messages import AnalyticsEvent
from replay_signals.schemas.rows import SignalRow
from replay_signals.schemas.rules import Rules
from replay_signals.transforms import signals
from replay_signals.transforms.clicks.judged import Judged
from replay_signals.transforms.judge.priors import NO_PRIORS, Priors, UsualOf, weigh
from replay_signals.transforms.judge.rows import Rows, View
from replay_signals.transforms.reproduce.checks import check_of
from replay_signals.transforms.reproduce.path import Path, openable
from replay_signals.transforms.reproduce.steps import LeadsOn, NoScript, Plan, no_script
from replay_signals.transforms.signals.context import context_of
from replay_signals.transforms.signals.finding import Finding

DEFAULT_SIZE = (1280, 800)
"""Of a window whose size was not recorded, CSS pixels."""
Wanted = Callable[[SignalRow], bool]


def plans_of(
    session: SessionDigest,
    events: Sequence[AnalyticsEvent],
    rules: Rules,
    wanted: Wanted,
    priors: Priors = NO_PRIORS,
) -> Iterator[tuple[SignalRow, Plan | NoScript]]:
    """Each wanted signal that leads its incident, with its plan or the reason why there is none."""
    context = context_of(session, events, rules, usual=UsualOf(priors, session.team, rules))
    if not context.timeline.windows:
        return
    rows = Rows(context, priors.version)
    weigh(rows, priors)
    found = signals.find(context)
    by_id = {rows.sign_id(finding): finding for finding in found}
    for row in rows.signals(found):
        if row.is_leading and wanted(row):
            yield row, _plan(rows, row, by_id[row.signal_id])


def _plan(rows: Rows, row: SignalRow, finding: Finding[Any]) -> Plan | NoScript:
    path = Path(rows)
    j = _clicked(rows, finding)
    click = None if j is None else path.click(j)
    check = check_of(finding, click, rows.context.rules)
    if isinstance(check, NoScript):
        return check
    if isinstance(check, LeadsOn):
        return _to_the_end(path, row, finding, check)
    if click is not None and not click.target.by and click.target.near is None:
        return no_script("element")
    found = path.to(finding.page, finding.started_ms, None if j is None else j.click.node_id)
    if found is None:
        return no_script("address")
    address, steps = found
    return Plan(row.problem_id, row.session_id, row.kind, row.summary, address, *_size(finding), steps, check)


def _to_the_end(path: Path, row: SignalRow, finding: Finding[Any], check: LeadsOn) -> Plan | NoScript:
    """A page that is missing or broken is reached by the click that led there; without one it is opened."""
    url, led = path.end(finding.page, finding.started_ms)
    size = _size(finding)
    if led is not None:
        found = path.to(led.click.page, led.click.down_ms, led.click.node_id)
        if found is not None:
            check = LeadsOn(path.click(led), check.within_ms)
            return Plan(row.problem_id, row.session_id, row.kind, row.summary, found[0], *size, found[1], check)
    address = openable(url, lossy=True)
    if address is None:
        return no_script("address")
    return Plan(row.problem_id, row.session_id, row.kind, row.summary, address, *size, (), check)


def _clicked(rows: Rows, finding: Finding[Any]) -> Judged | None:
    """The click that a finding is about."""
    if not finding.click_count:
        return None
    clicks = rows.context.by_page.get(finding.page, ())
    return next(
        (j for j in clicks if j.click.down_ms == finding.started_ms and j.click.node_id == finding.node_id), None
    )


def _size(finding: Finding[Any]) -> tuple[int, int]:
    width, height = View(finding.page).viewport(finding.started_ms)
    return (width, height) if width and height else DEFAULT_SIZE
