"""The check of a kind: what holds once a fault is mended, and does not as long as it is there."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from msgspec import UNSET

from replay_signals.schemas.rules import Rules
from replay_signals.transforms.privacy.texts import MARK
from replay_signals.transforms.reproduce.steps import (
    Answered,
    Check,
    Click,
    LeadsOn,
    NoScript,
    RaisesNothing,
    Reacts,
    TakesClicks,
    no_script,
)
from replay_signals.transforms.session import urls
from replay_signals.transforms.signals.finding import Finding

ERROR_MS = 3_000
"""An error that comes later than this after its click was waited for as long as it took, and half as long again."""
PAGE_ERROR_MS = 10_000
LONGEST_MS = 30_000
MARGIN = 1.5
ENABLED_MS = 4_000
MIN_PIECE_CHARS = 3
_THROWN = re.compile(r"^\s*(?:Uncaught\s+)?(?:\(in promise\)\s*)?(?:[A-Z]\w*(?:Error|Exception):\s*)?")
_STACK = re.compile(r"\n|\\n")
"""What follows is the stack; recorders write the arguments of a console line as JSON."""
_CHANGES = re.compile(rf'{MARK.pattern}|[0-9]+|…|"')
_ID = re.compile(r"[0-9]+|[0-9a-f]{8,}|[0-9a-f-]{32,}", re.I)
MANY_VALUES = "*"

Make = Callable[[Finding[Any], Click | None, Rules], Check | NoScript]


def check_of(finding: Finding[Any], click: Click | None, rules: Rules) -> Check | NoScript:
    """The check for a finding; `click` is the click it is about, None for a finding that is about none."""
    make = _CHECKS.get(finding.kind)
    if finding.page.elements.mobile:
        return no_script("native")
    return no_script("kind") if make is None else make(finding, click, rules)


def _reacts(finding: Finding[Any], click: Click | None, rules: Rules) -> Check | NoScript:
    return no_script("element") if click is None else Reacts(click, round(rules.clicks.window_ms))


def _in_time(finding: Finding[Any], click: Click | None, rules: Rules) -> Check | NoScript:
    return no_script("element") if click is None else Reacts(click, round(rules.clicks.slow_ms))


def _takes(finding: Finding[Any], click: Click | None, rules: Rules) -> Check | NoScript:
    return no_script("element") if click is None else TakesClicks(click.target, ENABLED_MS)


def _raises(finding: Finding[Any], click: Click | None, rules: Rules) -> Check | NoScript:
    pieces = pieces_of(finding.evidence.message)
    if click is None:
        since_open_ms = (finding.started_ms - finding.page.opened_ms) * MARGIN
        return RaisesNothing(None, pieces, round(min(max(PAGE_ERROR_MS, since_open_ms), LONGEST_MS)))
    after_ms = getattr(finding.evidence, "after_ms", 0.0) * MARGIN
    return RaisesNothing(click, pieces, round(min(max(ERROR_MS, after_ms), LONGEST_MS)))


def _answered(finding: Finding[Any], click: Click | None, rules: Rules) -> Check | NoScript:
    if click is None:
        return no_script("element")
    evidence = finding.evidence
    took = sum(ms for ms in (evidence.after_ms, evidence.duration_ms) if isinstance(ms, (int, float)))
    within_ms = round(min(max(rules.clicks.window_ms, took * MARGIN), LONGEST_MS))
    if evidence.url is UNSET:
        return Answered(click, "", (), within_ms)
    return Answered(click, evidence.method.upper(), segments_of(evidence.url), within_ms)


def _leads(finding: Finding[Any], click: Click | None, rules: Rules) -> Check | NoScript:
    return LeadsOn(click, round(rules.clicks.window_ms))


_CHECKS: dict[str, Make] = {
    "dead_click": _reacts,
    "rage_click": _reacts,
    "slow_response": _in_time,
    "blocked_click": _takes,
    "error_click": _raises,
    "blocking_exception": _raises,
    "console_error": _raises,
    "failed_request": _answered,
    "dead_end": _leads,
    "form_abandonment": lambda finding, click, rules: no_script("values"),
    "input_struggle": lambda finding, click, rules: no_script("values"),
}
"""Every other kind says how a visitor behaved."""


def pieces_of(message: str) -> tuple[str, ...]:
    """What of an error's message stays the same, in order: no type, stack, figures, quotes, and nothing masked."""
    bare = _THROWN.sub("", _STACK.split(message, maxsplit=1)[0])
    pieces = (piece.strip() for piece in _CHANGES.split(bare))
    return tuple(piece for piece in pieces if len(piece) >= MIN_PIECE_CHARS)


def segments_of(url: str) -> tuple[str, ...]:
    """Segments of the path of a request, ids and what privacy masked as `*`."""
    path = urls.split(url).path
    return tuple(
        MANY_VALUES if MARK.search(segment) or _ID.fullmatch(segment) else segment
        for segment in path.strip("/").split("/")
    )
