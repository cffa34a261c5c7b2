"""What an attempt to mend a problem is told as: an agent's task, commits, a pull request, a note of what was tried.

Pure. Recorded text, and what programs printed, stands in quotations only; the subjects of commits hold neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from replay_signals.schemas.briefs import NOTICE, Brief
from replay_signals.transforms.brief.markdown import FAULT_WORDS, markdown, part, steps_of
from replay_signals.transforms.brief.quoting import fenced, shown, span

MAX_FILES = 30
MAX_LINES = 40
MAX_LINE_CHARS = 200


class Told(NamedTuple):
    """One run of a program: how it ended, and the end of what it printed."""

    code: int | None
    seconds: float
    tail: str


class Tried(NamedTuple):
    """An attempt. `test` is the path of the test in the repository."""

    outcome: str
    branch: str
    test: str
    files: Sequence[str]
    edited_test: bool
    before: Told
    agent: Told | None
    after: Told | None


OUTCOMES = {
    "fixed": "The test failed before and passes now.",
    "not_fixed": "The test still fails.",
    "timed_out": "The agent's time was over, and the test still fails.",
    "not_reproduced": "The test passes without any change: the fault is not in this code, or does not show there.",
    "test_failed_to_run": "The test did not come as far as its check.",
}


def task_text(brief: Brief, test: str) -> str:
    """What an agent is told: the task, and the brief below it."""
    return (
        "Mend the problem below in this repository.\n\n"
        f"- The test `{test}` fails while the problem is there, and has to pass. Do not change it: the original is run."
        "\n"
        "- Remove the cause, with the smallest change that does. Keep to the style of the code around it.\n"
        "- Leave the change in the working tree. Do not push.\n"
        f"- {NOTICE}\n\n"
        f"{markdown(_without_script(brief))}"
    )


def test_subject(brief: Brief) -> str:
    """Of the commit with the failing test."""
    return f"Reproduce problem {brief.problem_id}: {_words(brief)}\n\nThe test fails as long as the problem is there.\n"


def fix_subject(brief: Brief) -> str:
    """Of the commit with the change."""
    return f"Mend problem {brief.problem_id}: {_words(brief)}\n\nThe test that reproduces it passes with this change.\n"


def pull_request(brief: Brief, tried: Tried) -> str:
    """Title and text of a pull request: what it mends, the evidence, what was tested, and how to see that it holds."""
    parts = [
        f"# Mend problem {brief.problem_id}: {_words(brief)}",
        span(brief.title),
        f"> {NOTICE} They stand in `code` or in fenced blocks.",
        part("Why", [*brief.happens, *brief.effect, *brief.began]),
        f"## What changed\n\n{_files(tried.files)}",
        f"## Tested\n\n{_tests(tried)}",
        steps_of(brief),
        part("Ruled out", brief.ruled_out),
        part("Left to ask", brief.questions),
        _after(brief),
    ]
    return "\n\n".join(one for one in parts if one) + "\n"


def note(brief: Brief, tried: Tried) -> str:
    """What was tried, for whoever goes on."""
    parts = [
        f"# Problem {brief.problem_id} is not mended: {_words(brief)}",
        span(brief.title),
        OUTCOMES[tried.outcome],
        f"The failing test is on the branch {span(shown(tried.branch))}.",
        f"## What the agent changed\n\n{_files(tried.files)}" if tried.agent else "",
        f"## Tested\n\n{_tests(tried)}",
        _printed("test", tried.after or tried.before),
        _printed("agent", tried.agent),
    ]
    return "\n\n".join(one for one in parts if one) + "\n"


def _words(brief: Brief) -> str:
    return FAULT_WORDS.get(brief.kind, brief.kind).lower()


def _without_script(brief: Brief) -> Brief:
    """The script is in the repository."""
    return msgspec.structs.replace(brief, script="")


def _files(files: Sequence[str]) -> str:
    if not files:
        return "Nothing."
    more = f"\n- and {len(files) - MAX_FILES} more" if len(files) > MAX_FILES else ""
    return "\n".join(f"- {span(shown(name))}" for name in files[:MAX_FILES]) + more


def _tests(tried: Tried) -> str:
    lines = [f"- Before: {_ended(tried.before)}"]
    if tried.after is not None:
        lines.append(f"- After: {_ended(tried.after)}")
    if tried.agent is not None:
        how = "was ended when its time was over" if tried.agent.code is None else f"ended with {tried.agent.code}"
        lines.append(f"- The agent {how} after {tried.agent.seconds:.0f} s.")
    if tried.edited_test:
        lines.append("- **The agent changed or removed the test.** The original was run and is what is committed.")
    return f"{span(shown(tried.test))}: {OUTCOMES[tried.outcome]}\n\n" + "\n".join(lines)


def _ended(run: Told) -> str:
    if run.code is None:
        return f"the test's time was over after {run.seconds:.0f} s"
    words = {0: "passed, the fault is not there", 1: "failed, the fault is there"}
    return f"{words.get(run.code, f'ended with {run.code}, before its check')} ({run.seconds:.0f} s)"


def _printed(who: str, run: Told | None) -> str:
    lines = [shown(line, MAX_LINE_CHARS) for line in (run.tail if run else "").splitlines()[-MAX_LINES:]]
    return f"## What the {who} printed last\n\n{fenced(lines)}" if lines else ""


def _after(brief: Brief) -> str:
    return (
        "## After it went out\n\n"
        f"Say so: `replay-signals inbox fixed {brief.problem_id} --release NAME`. The days after it show whether the "
        "share of visitors who meet the problem fell; then it is resolved, or open again."
    )
