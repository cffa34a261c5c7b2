"""`python -m bench [PATH]`: measures and prints.

Exit codes: 0, 1 when a budget is broken and `--strict` is given, 2 when there is nothing to measure.
"""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.console import Console

from bench import budgets, growth, questions, report, spoiler, tasks
from bench.recordings import NoRequests, Session, sessions_of
from bench.timing import Task, least_seconds
from replay_signals.pipelines.files.paths import InputError

EXAMPLES = Path(__file__).parent.parent / "examples"
GROWTH_REPEATS = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the benchmarks; returns the exit code."""
    options = _options(arguments)
    try:
        sessions = sessions_of(options.path)
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            run, measured = measure(options, sessions, Path(folder))
    except (InputError, NoRequests, spoiler.SpoilerError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(report.as_json(run).decode())
    else:
        report.show(run, measured, _console())
    return 1 if options.strict and run.broken else 0


def measure(options: argparse.Namespace, sessions: list[Session], folder: Path) -> tuple[report.Run, list[Task]]:
    """Everything that is measured, and the tasks in the order of the table."""
    command = spoiler.find(options.spoiler)
    todo = tasks.tasks_of(sessions)
    if command is not None:
        todo += _spoiler_tasks(command, sessions, folder)
    seconds = least_seconds(todo, options.repeat, collect_garbage=not options.no_gc)
    found = _input(options.path, sessions)
    sizes = [] if options.no_growth else growth.measured(GROWTH_REPEATS, command, folder)
    message_bytes = sum(len(m.items) for s in sessions for m in s.messages)
    checked = budgets.of_recordings(seconds, found.digest_bytes, message_bytes)
    if sizes:
        checked += [*budgets.of_growth(growth.growths(sizes)), questions.of_start()]
    named = spoiler.version(command) if command else spoiler.HOW_TO_GET_IT
    run = report.Run(_machine(), named, options.repeat, not options.no_gc, found, seconds, sizes, checked)
    return run, todo


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description="Speed of digest and judge beside parsers and a peer.")
    parser.add_argument("path", nargs="?", default=str(EXAMPLES), help="folder or file of recorded capture requests")
    parser.add_argument("--repeat", type=int, default=7, help="rounds that count; the least time of each unit is taken")
    parser.add_argument("--no-gc", action="store_true", help="garbage collection off while measuring")
    parser.add_argument("--no-growth", action="store_true", help="leave out large pages, long sessions and questions")
    parser.add_argument("--spoiler", help="the peer's command, if it is not on PATH")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of tables")
    parser.add_argument("--strict", action="store_true", help="exit code 1 when a budget is broken")
    return parser.parse_args(arguments)


def _spoiler_tasks(command: str, sessions: Sequence[Session], folder: Path) -> list[Task]:
    sent, inflated = spoiler.SPOILER_SENT, spoiler.SPOILER_INFLATED
    note = "decode and compile by its own clock (wall time)"
    return [
        spoiler.task_of(command, sent, note, [s.messages for s in sessions], folder),
        spoiler.task_of(
            command,
            inflated,
            "the same, of rrweb events without compressed fields",
            [s.inflated for s in sessions],
            folder,
        ),
    ]


def _input(path: str, sessions: Sequence[Session]) -> report.Input:
    digests = [one for session in sessions for one in tasks.digests_of(session.messages)]
    return report.Input(
        path=path,
        sessions=len(sessions),
        messages=len(digests),
        body_bytes=sum(len(body.body) for session in sessions for body in session.bodies),
        inflated_bytes=sum(len(message.items) for session in sessions for message in session.inflated),
        digest_bytes=sum(len(msgspec.msgpack.encode(one)) for one in digests),
    )


def _console() -> Console:
    """As wide as the terminal, and wide enough for the tables where there is none."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=120)


def _machine() -> str:
    return f"{platform.python_implementation()} {platform.python_version()}, {platform.machine()}, {_processor()}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown processor"
    )


if __name__ == "__main__":
    sys.exit(main())
