"""One attempt to mend a problem: the failing test, the agent, the test again, and what is kept of it.

The test that counts lies outside of the worktree, so an agent that edits its copy gains nothing: it is told of, and the
copy is put back before the change is committed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from replay_signals.pipelines.fixing.programs import FixError, Ran, run, served
from replay_signals.pipelines.fixing.repository import Trial, trial_of

Outcome = Literal["fixed", "not_fixed", "timed_out", "not_reproduced", "test_failed_to_run"]
FAULT, ABSENT, UNKNOWN = 1, 0, 2
"""Exit codes of a test: the fault is there, or it is not; any other says that it did not come as far."""
PASSES = 2
"""Runs that have to pass: one may be luck."""
FOLDER = "replay-signals"
BRIEF, TEST = "brief.md", "reproduce.py"


class Task(NamedTuple):
    """What is to be tried, and with what."""

    problem_id: str
    brief: str
    prompt: str
    """What the agent is told: the task and the brief."""
    test: str
    test_command: Sequence[str]
    """Words of the command that runs the test, `{test}` in the place of its path."""
    agent: Sequence[str]
    serve: Sequence[str] = ()
    base_url: str = ""
    timeout_s: float = 1800
    test_timeout_s: float = 300
    base: str = "HEAD"
    chromium: str = ""
    """Path of the browser that the test may use; empty: it finds one."""

    @property
    def folder(self) -> str:
        """Of the brief and the test, in the repository."""
        return f"{FOLDER}/{self.problem_id}"


class Messages(NamedTuple):
    """Of the two commits."""

    test: str
    fix: str


class Attempt(NamedTuple):
    """What came of it. `patch` is the agent's change with the test; `files` are those that the agent changed."""

    outcome: Outcome
    branch: str
    commit: str
    patch: str
    files: list[str]
    edited_test: bool
    before: Ran
    agent: Ran | None = None
    after: Ran | None = None


def attempt(task: Task, repository: Path, messages: Messages, logs: Path) -> Attempt:
    """Tries it in a branch of the repository; logs of agent and tests go to the folder `logs`. Raises FixError."""
    with tempfile.TemporaryDirectory(prefix="replay-signals-fix-") as place:
        test = Path(place) / TEST
        test.write_text(task.test, encoding="utf-8")
        trial = trial_of(repository, f"{FOLDER}/{task.problem_id}", Path(place) / "repository", task.base)
        try:
            return _tried(task, trial, test, messages, logs)
        finally:
            trial.remove()


def _tried(task: Task, trial: Trial, test: Path, messages: Messages, logs: Path) -> Attempt:
    _write(task, trial)
    first = trial.commit(messages.test, task.folder)
    trial.clean(first)
    before = _run_test(task, trial, test, logs)
    trial.clean(first)
    if before.code != FAULT:
        outcome: Outcome = "not_reproduced" if before.code == ABSENT else "test_failed_to_run"
        return Attempt(outcome, trial.branch, first, trial.changes(trial.base, first), [], False, before)
    agent = _run_agent(task, trial, logs)
    copy = trial.folder / task.folder / TEST
    edited = not copy.is_file() or copy.is_symlink() or copy.read_text("utf-8", "replace") != task.test
    _write(task, trial)
    last = trial.commit(messages.fix, task.folder)
    files = trial.files(first, last)
    after = _passes(task, trial, test, logs) if files else before
    patch = trial.changes(trial.base, last)
    if after.code == ABSENT and files:
        return Attempt("fixed", trial.branch, last, patch, files, edited, before, agent, after)
    trial.back_to(first)
    outcome = "timed_out" if agent.code is None else "not_fixed"
    return Attempt(outcome, trial.branch, first, patch, files, edited, before, agent, after)


def _write(task: Task, trial: Trial) -> None:
    """Puts the brief and the test into the worktree, whatever stands there in their place."""
    folder = trial.folder
    for part in task.folder.split("/"):
        folder /= part
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            folder.unlink()
        folder.mkdir(exist_ok=True)
    for name, text in ((BRIEF, task.brief), (TEST, task.test)):
        file = folder / name
        if file.is_symlink() or file.exists():
            file.unlink()
        file.write_text(text, encoding="utf-8")


def _passes(task: Task, trial: Trial, test: Path, logs: Path) -> Ran:
    """The last run of a test that has to pass several times."""
    for _ in range(PASSES):
        ran = _run_test(task, trial, test, logs)
        if ran.code != ABSENT:
            return ran
    return ran


def _run_test(task: Task, trial: Trial, test: Path, logs: Path) -> Ran:
    words = [str(test) if word == "{test}" else word for word in task.test_command]
    given = {"BASE_URL": task.base_url, "CHROMIUM_PATH": task.chromium}
    variables = {name: value for name, value in given.items() if value}
    try:
        with served(task.serve, trial.folder, logs / "site.log", task.base_url, task.test_timeout_s):
            return run(words, trial.folder, logs / "test.log", timeout_s=task.test_timeout_s, variables=variables)
    except FixError as error:
        return Ran(UNKNOWN, 0.0, str(error))


def _run_agent(task: Task, trial: Trial, logs: Path) -> Ran:
    variables = {
        "REPLAY_SIGNALS_PROBLEM": task.problem_id,
        "REPLAY_SIGNALS_BRIEF": str(trial.folder / task.folder / BRIEF),
        "REPLAY_SIGNALS_TEST": str(trial.folder / task.folder / TEST),
    }
    return run(
        task.agent, trial.folder, logs / "agent.log", timeout_s=task.timeout_s, given=task.prompt, variables=variables
    )
