"""assemble: a problem and sessions that met it to its brief. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from replay_signals.schemas.briefs import Brief, Element, Example
from replay_signals.schemas.problem_rows import ProblemRow
from replay_signals.transforms.brief.around import console_lines, failed_requests, thrown
from replay_signals.transforms.brief.doubts import questions, ruled_out
from replay_signals.transforms.brief.element import Found
from replay_signals.transforms.brief.facts import began, effect, happens, sure
from replay_signals.transforms.brief.meeting import Meeting
from replay_signals.transforms.brief.quoting import MAX_TEXT_CHARS, shown
from replay_signals.transforms.brief.selectors import MAX_HTML_CHARS, html_of, selectors_of, selectors_of_key
from replay_signals.transforms.brief.way import way_of
from replay_signals.transforms.problems.kinds import kind_of

MAX_EXAMPLES = 3
LONGER = {"html": MAX_HTML_CHARS, "words": 400, "next_step": 400, "value": 240, "title": 240}
"""Characters of fields that may be longer than a recorded text; `words` are this program's."""


def brief_of(
    row: ProblemRow, meetings: Sequence[Meeting], found: Found | None = None, script: str = "", still_url: str = ""
) -> Brief:
    """The brief, not yet cut to a size (`budget.fitted`).

    `meetings` have the best example first; `found` is its element as the digests hold it, where they are at hand.
    """
    requests, exceptions = failed_requests(meetings), thrown(meetings)
    element = element_of(row, found)
    way = way_of(meetings)
    brief = Brief(
        problem_id=row.problem_id,
        revision=row.revision,
        kind=row.kind,
        state=row.state,
        priority=row.priority,
        severity=row.severity,
        confidence=row.confidence,
        title=row.title,
        happens=happens(row),
        sure=sure(row),
        effect=effect(row),
        began=began(row),
        looked_at=len(meetings),
        way=way.steps,
        way_told=way.told,
        element=element,
        requests=requests,
        exceptions=exceptions,
        console=console_lines(meetings),
        ruled_out=ruled_out(row, meetings, requests, exceptions),
        questions=questions(row, meetings, exceptions, element),
        examples=[_example(one) for one in meetings[:MAX_EXAMPLES]],
        next_step=kind_of(row.failure).next_step,
    )
    return msgspec.structs.replace(quotable(brief), script=script, still_url=still_url)


def quotable(brief: Brief) -> Brief:
    """The brief with every text of it on one line, cut, and without hidden characters (`quoting.shown`)."""
    return msgspec.convert(_shown(msgspec.to_builtins(brief)), Brief)


def element_of(row: ProblemRow, found: Found | None) -> Element | None:
    """The element, from its digest, else from what the tables call it; None where the problem has none."""
    if found is not None:
        return Element(
            name=row.element, key=row.element_key, html=html_of(found.control), selectors=selectors_of(*found)
        )
    if not row.element:
        return None
    return Element(name=row.element, key=row.element_key, html="", selectors=selectors_of_key(row.element_key))


def _example(meeting: Meeting) -> Example:
    leading = meeting.leading
    return Example(session_id=meeting.session.session_id, offset_ms=leading.offset_ms, happened=leading.summary)


def _shown(value: Any, limit: int = MAX_TEXT_CHARS) -> Any:
    if isinstance(value, str):
        return shown(value, limit)
    if isinstance(value, list):
        return [_shown(one, limit) for one in value]
    if isinstance(value, dict):
        return {name: _shown(one, LONGER.get(name, limit)) for name, one in value.items()}
    return value
