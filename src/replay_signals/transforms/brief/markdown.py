"""A brief as Markdown, for people and for agents. Pure.

Recorded text stands in code spans and fenced blocks only, see `quoting`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from replay_signals.schemas.briefs import NOTICE, Brief, Element, Example, Statement, Step
from replay_signals.transforms.brief.quoting import fenced, span
from replay_signals.transforms.problems.kinds import KINDS

MS_PER_S = 1000
FAULT_WORDS = {kind.name: kind.words for kind in KINDS.values()}


def markdown(brief: Brief) -> str:
    """The brief; every part that has nothing to say is left out."""
    state = f"{brief.priority}, {brief.state}, severity {brief.severity:.0f} of 100, {brief.confidence:.0%} sure"
    parts = [
        f"# Problem {brief.problem_id}: {FAULT_WORDS.get(brief.kind, brief.kind).lower()}",
        span(brief.title),
        f"{state}. Revision {brief.revision}.",
        f"> {NOTICE} They stand in `code` or in fenced blocks.",
        f"Picture of that moment: <{brief.still_url}>" if brief.still_url else "",
        part("What happens, to whom", brief.happens),
        part("What it costs", brief.effect),
        part("Since when", brief.began),
        part("How sure", brief.sure),
        steps_of(brief),
        _element(brief.element),
        _requests(brief),
        _exceptions(brief),
        _console(brief),
        part("Ruled out", brief.ruled_out),
        part("Questions left", brief.questions),
        _examples(brief.examples),
        f"## First step\n\n{brief.next_step}",
        _script(brief.script),
        _left_out(brief),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def statement(said: Statement) -> str:
    """A sentence with its recorded texts as quotations."""
    return said.words.format(*map(span, said.recorded)) if said.recorded else said.words


def part(title: str, said: Sequence[Statement]) -> str:
    """A chapter of sentences; empty when there are none."""
    return f"## {title}\n\n{_list(map(statement, said))}" if said else ""


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def steps_of(brief: Brief) -> str:
    """The chapter with the steps; empty when there are none."""
    if not brief.way:
        return ""
    numbered = "\n".join(f"{n}. {_step(step, brief)}" for n, step in enumerate(brief.way, start=1))
    return f"## Steps from landing to fault\n\n{' '.join(map(statement, brief.way_told))}\n\n{numbered}"


def _step(step: Step, brief: Brief) -> str:
    page, target = span(step.page or "?"), span(step.target)
    taken = f" ({step.sessions} of {brief.looked_at} sessions)" if brief.looked_at > 1 else ""
    times = f" {step.times} times" if step.times > 1 else ""
    if step.action == "land":
        return f"Land on {page}.{taken}"
    if step.action == "open":
        return f"{page} opens.{taken}"
    if step.action == "click":
        return f"Click {target}{times} on {page}.{taken}"
    words = FAULT_WORDS.get(brief.kind, "trouble").lower()
    did = f"Click {target}{times}" if step.target else "The fault"
    return f"{did} on {page}: **{words}**.{taken}"


def _element(element: Element | None) -> str:
    if element is None:
        return ""
    names = f"{span(element.name)}, known as {span(element.key)}" if element.key else span(element.name)
    parts = ["## Element", names]
    if element.html:
        parts += ["As far as it is kept (its text may be its label):", fenced([element.html], "html")]
    if element.selectors:
        parts += [
            "Selectors, the most stable first:",
            _list(f"{one.by}: {span(one.value)}" for one in element.selectors),
        ]
    return "\n\n".join(parts)


def _requests(brief: Brief) -> str:
    lines = [f"{span(one.route)} answered {one.status}: {_count(one.times, one.sessions)}" for one in brief.requests]
    return f"## Failed requests around it\n\n{_list(lines)}" if lines else ""


def _exceptions(brief: Brief) -> str:
    if not brief.exceptions:
        return ""
    parts = ["## Exceptions around it"]
    for one in brief.exceptions:
        parts.append(f"{span(f'{one.type}: {one.message}')}: {_count(one.times, one.sessions)}")
        if one.frames:
            parts.append(fenced(one.frames))
    return "\n\n".join(parts)


def _console(brief: Brief) -> str:
    lines = [
        f"{one.level} {span(one.message)}{f' at {span(one.source)}' if one.source else ''}: "
        f"{_count(one.times, one.sessions)}"
        for one in brief.console
    ]
    return f"## Console around it\n\n{_list(lines)}" if lines else ""


def _examples(examples: Sequence[Example]) -> str:
    lines = [f"session {span(one.session_id)} at {_clock(one.offset_ms)}: {span(one.happened)}" for one in examples]
    return f"## Example sessions\n\n{_list(lines)}" if lines else ""


def _script(script: str) -> str:
    if not script:
        return ""
    words = (
        "A test for Playwright that fails while the fault is there; `replay-signals script` writes it whole. Its part:"
    )
    return f"## Reproduce it\n\n{words}\n\n{fenced(script.splitlines(), 'python')}"


def _left_out(brief: Brief) -> str:
    if not brief.left_out:
        return ""
    cut = ", ".join(f"{count} of {part.replace('_', ' ')}" for part, count in brief.left_out.items())
    return f"Left out to keep this short: {cut}."


def _count(times: int, sessions: int) -> str:
    return f"{times} time{'s'[: times != 1]} in {sessions} session{'s'[: sessions != 1]}"


def _clock(offset_ms: int) -> str:
    seconds = offset_ms // MS_PER_S
    return f"{seconds // 60}:{seconds % 60:02}"
