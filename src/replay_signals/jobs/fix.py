"""fix: from a problem to a pull request, or a note of what was tried.

A branch of the user's repository gets the failing test and the brief, an agent works in a worktree of it, and the test
decides. Patch and texts are written to a folder; nothing is pushed unless a remote is named.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from replay_signals.jobs import render
from replay_signals.jobs.brief import Problems
from replay_signals.jobs.exits import ExitCode
from replay_signals.jobs.posting import Source
from replay_signals.jobs.tables import Store
from replay_signals.pipelines.fixing.attempt import TEST, Attempt, Messages, Task, attempt
from replay_signals.pipelines.fixing.programs import FixError, Ran, words_of
from replay_signals.pipelines.fixing.repository import Trial, push
from replay_signals.pipelines.playback.browser import find_chromium
from replay_signals.schemas.briefs import Brief
from replay_signals.schemas.inbox import InboxRecord
from replay_signals.schemas.problem_rows import ProblemRow
from replay_signals.transforms.brief import pull_request
from replay_signals.transforms.brief.markdown import markdown
from replay_signals.transforms.brief.pull_request import Told, Tried
from replay_signals.transforms.inbox.problem_record import is_open_record
from replay_signals.transforms.printable import json_bytes
from replay_signals.transforms.reproduce.steps import NoScript

ID = re.compile(r"[0-9a-z]{4,64}")
"""Of a problem: it names a branch and folders."""
TO_TRY = ("new", "reopened")
"""What a later revision has to say for a problem to be tried again."""
RESULT, LEDGER = "result.json", "above-{:g}.db"


class Request(NamedTuple):
    """What one asks `fix` for; see the options of the command. Commands are as their user wrote them."""

    store: Store
    repository: Path
    agent: str
    test: Path | None
    test_command: str
    serve: str
    base_url: str
    base: str
    timeout_s: float
    test_timeout_s: float
    output: Path
    push: str
    rules: str | None


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it; also written to `result.json`."""

    problem_id: str
    revision: int
    outcome: str
    branch: str
    commit: str
    files: list[str]
    edited_test: bool
    folder: str
    tried_at: datetime
    pushed: str = ""


def run(wanted: str, request: Request, *, json: bool) -> ExitCode:
    """Tries to mend one problem. Raises FixError, InboxError and WarehouseError."""
    result = fixed(wanted, request)
    _tell(result, json)
    return ExitCode.OK if result.outcome == "fixed" else ExitCode.NOTHING


def follow(request: Request, above: float, source: Source, *, json: bool, until_quiet_s: float | None) -> None:
    """Does so for each new problem of an inbox that is at least so severe. Raises FixError and InboxError."""
    from replay_signals import inbox

    _check(request)
    request.output.mkdir(parents=True, exist_ok=True)
    ledger = inbox.SqliteLedger(str(request.output / LEDGER.format(above)))  # what was too mild for another may not be
    try:
        handle = handler(request, above, lambda result: _tell(result, json))
        inbox.consume(handle, ledger=ledger, attempts=1, until_quiet_s=until_quiet_s, **source.options)
    finally:
        ledger.close()


def handler(request: Request, above: float, tell: Callable[[Result], None]) -> Callable[[InboxRecord], None]:
    """Handles a record: a problem that is open, severe enough and was not tried yet, or was and is back."""

    def handle(record: InboxRecord) -> None:
        if not is_open_record(record) or record.severity < above:
            return
        before = _tried_before(request.output / record.id)
        if before and (record.status not in TO_TRY or record.revision <= before):
            return
        try:
            tell(fixed(record.id, request))
        except FixError as error:  # of this problem; what concerns all of them was looked at before
            render.say(f"{record.id}: {error}")

    return handle


def fixed(wanted: str, request: Request) -> Result:
    """One attempt, and what is written of it. Raises FixError, InboxError and WarehouseError."""
    _check(request)
    problems = Problems(request.store, request.rules)
    brief = problems.brief(wanted)
    if not ID.fullmatch(brief.problem_id):
        raise FixError(f"{brief.problem_id!r} is no id that can name a branch.")
    test = _test_of(problems.row(brief.problem_id), problems, request)
    task = _task(brief, test, request)
    folder = request.output / brief.problem_id
    folder.mkdir(parents=True, exist_ok=True)
    messages = Messages(pull_request.test_subject(brief), pull_request.fix_subject(brief))
    made = attempt(task, request.repository, messages, folder)
    tried = _tried(made, f"{task.folder}/{TEST}")
    is_fixed = made.outcome == "fixed"
    _write(folder, "fix.patch" if is_fixed else "tried.patch", made.patch)
    _write(folder, "pull-request.md" if is_fixed else "note.md", _text(brief, tried))
    pushed = ""
    if is_fixed and request.push:
        push(Trial(request.repository, folder, made.branch, request.base), request.push)
        pushed = request.push
    result = Result(
        problem_id=brief.problem_id,
        revision=brief.revision,
        outcome=made.outcome,
        branch=made.branch,
        commit=made.commit,
        files=made.files,
        edited_test=made.edited_test,
        folder=str(folder),
        tried_at=datetime.now(UTC),
        pushed=pushed,
    )
    (folder / RESULT).write_bytes(json_bytes(result, indent=2) + b"\n")
    return result


def _tried_before(folder: Path) -> int:
    """The revision of a problem that was tried last; 0 for none."""
    try:
        return msgspec.json.decode((folder / RESULT).read_bytes(), type=Result).revision
    except (FileNotFoundError, msgspec.MsgspecError):
        return 0


def _check(request: Request) -> None:
    """What can be told to be wrong before anything is tried."""
    words_of(request.agent)
    if "{test}" not in words_of(request.test_command):
        raise FixError("--test-command needs {test} where the path of the test belongs: 'python {test}'.")
    if request.serve:
        words_of(request.serve)
        if not request.base_url:
            raise FixError("Say where the site answers that --serve starts: --base-url http://127.0.0.1:PORT.")


def _task(brief: Brief, test: str, request: Request) -> Task:
    task = Task(
        problem_id=brief.problem_id,
        brief=markdown(msgspec.structs.replace(brief, script="")),
        prompt="",
        test=test,
        test_command=words_of(request.test_command),
        agent=words_of(request.agent),
        serve=words_of(request.serve) if request.serve else (),
        base_url=request.base_url,
        timeout_s=request.timeout_s,
        test_timeout_s=request.test_timeout_s,
        base=request.base,
        chromium=os.environ.get("CHROMIUM_PATH") or find_chromium() or "",
    )
    return task._replace(prompt=pull_request.task_text(brief, f"{task.folder}/{TEST}"))


def _test_of(row: ProblemRow, problems: Problems, request: Request) -> str:
    """The test that the user named, else the script of the problem. Raises FixError when there is none."""
    if request.test is not None:
        return request.test.read_text("utf-8")
    script = problems.script(row, request.base_url)
    if isinstance(script, NoScript):
        raise FixError(f"No script reproduces {row.problem_id}: {script.reason}. Name a failing test with --test FILE.")
    return script.text


def _tried(made: Attempt, test: str) -> Tried:
    def told(ran: Ran | None) -> Told | None:
        return None if ran is None else Told(*ran)

    return Tried(
        made.outcome, made.branch, test, made.files, made.edited_test, Told(*made.before), told(made.agent),
        told(made.after),
    )  # fmt: skip


def _text(brief: Brief, tried: Tried) -> str:
    return pull_request.pull_request(brief, tried) if tried.outcome == "fixed" else pull_request.note(brief, tried)


def _write(folder: Path, name: str, text: str) -> None:
    for other in ("fix.patch", "tried.patch") if name.endswith(".patch") else ("pull-request.md", "note.md"):
        (folder / other).unlink(missing_ok=True)
    (folder / name).write_text(text, encoding="utf-8", errors="surrogateescape")


def _tell(result: Result, json: bool) -> None:
    if json:
        render.write(json_bytes(result), flush=True)
        return
    out = render.out()
    out.print(render.text(f"{result.problem_id}: {pull_request.OUTCOMES[result.outcome]}"))
    if result.edited_test:
        out.print("The agent changed the test; the original was run.")
    name = "pull-request.md" if result.outcome == "fixed" else "note.md"
    out.print(render.text(f"Branch {result.branch}; {result.folder}/{name}"))
    if result.outcome == "fixed" and not result.pushed:
        out.print(render.text(f"Nothing is pushed: git push origin {result.branch}"))
