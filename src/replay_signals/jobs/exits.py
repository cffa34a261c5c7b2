"""Exit codes, and how every error becomes one sentence that says what to do next."""

from __future__ import annotations

import functools
import logging
import os
import sys
import traceback
from collections.abc import Callable
from enum import IntEnum
from typing import ParamSpec

import typer

from replay_signals.jobs.render import say
from replay_signals.pipelines.secrets import redacted


class ExitCode(IntEnum):
    """What the exit code of a command means; docs/cli.md lists them."""

    OK = 0
    REJECTED = 1
    USAGE = 2
    STORE = 3
    MISSING_EXTRA = 4
    TOO_MANY_REJECTED = 5
    NOTHING = 6
    NOT_VALID = 7
    INTERNAL = 70
    INTERRUPTED = 130
    BROKEN_PIPE = 141


MEANINGS: dict[ExitCode, str] = {
    ExitCode.OK: "done",
    ExitCode.REJECTED: "done, but some input was rejected and --strict was given",
    ExitCode.USAGE: "wrong option, missing or unusable input, or a rules file that is not valid",
    ExitCode.STORE: "the warehouse, the inbox, a Kafka topic or a disk cannot be read or written",
    ExitCode.MISSING_EXTRA: "the command needs an extra that is not installed",
    ExitCode.TOO_MANY_REJECTED: "stopped, and nothing committed: so much was rejected that the program must be wrong",
    ExitCode.NOTHING: "what was asked for cannot be made of what was recorded; the reason is printed",
    ExitCode.NOT_VALID: "rows do not hold what their tables promise; of a batch nothing is published",
    ExitCode.INTERNAL: "an error that nobody foresaw",
    ExitCode.INTERRUPTED: "interrupted (Ctrl-C)",
    ExitCode.BROKEN_PIPE: "the reader of the output went away",
}

# Import names of the optional extras, so that a missing one is told from a broken installation.
EXTRAS = {
    "apache_beam": "beam", "pyarrow": "beam", "pyiceberg": "beam", "duckdb": "beam", "pyflink": "flink",
    "numpy": "beam", "sqlglot": "beam", "confluent_kafka": "kafka", "psycopg": "postgres",
    "symbolic": "sourcemaps", "jinja2": "browser", "scipy": "analysis", "mcp": "agents",
    "great_expectations": "gate",
}  # fmt: skip

# By name, so that telling errors apart imports no engine.
KNOWN = {
    "InputError": ExitCode.USAGE,
    "FilterError": ExitCode.USAGE,
    "ModelError": ExitCode.USAGE,
    "LinkError": ExitCode.USAGE,
    "FixError": ExitCode.USAGE,
    "NoBrowserError": ExitCode.MISSING_EXTRA,
    "RulesError": ExitCode.USAGE,
    "SourceMapError": ExitCode.USAGE,
    "PriorsError": ExitCode.USAGE,
    "ReportError": ExitCode.USAGE,
    "WarehouseError": ExitCode.STORE,
    "InboxError": ExitCode.STORE,
    "RegistryError": ExitCode.STORE,
    "BrokerError": ExitCode.STORE,
    "TooManyRejected": ExitCode.TOO_MANY_REJECTED,
    "BatchStopped": ExitCode.NOT_VALID,
}

_debug = False


def set_debug(on: bool) -> None:
    """With debug on, errors keep their traceback."""
    global _debug  # noqa: PLW0603 - one process is one command; click's context does not reach the decorator's handler
    _debug = on


class Masking(logging.Formatter):
    """Log lines and their tracebacks without secrets."""

    def format(self, record: logging.LogRecord) -> str:
        """The line as it is printed."""
        return redacted(super().format(record))


P = ParamSpec("P")


def guarded(command: Callable[P, int | None]) -> Callable[P, None]:
    """A command whose known errors end in a sentence and an exit code; its own result is the exit code, None for 0."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            code = command(*args, **kwargs) or ExitCode.OK
            sys.stdout.flush()  # a reader that went away must show here, not when the interpreter ends
        except (typer.Exit, typer.Abort, typer.BadParameter):
            raise
        except BaseException as error:  # noqa: BLE001 - the top of the program: every error gets its sentence here
            if _debug and not isinstance(error, KeyboardInterrupt | BrokenPipeError | SystemExit):
                sys.stderr.write(redacted(traceback.format_exc()))
            code = explain(error)
        raise typer.Exit(code)

    return run


def explain(error: BaseException) -> ExitCode:
    """Says what went wrong on standard error and returns the exit code."""
    if isinstance(error, KeyboardInterrupt):
        say("Interrupted.")
        return ExitCode.INTERRUPTED
    if isinstance(error, BrokenPipeError):
        # Python would complain when it flushes at exit; nobody reads any more, so output goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.BROKEN_PIPE
    if isinstance(error, ModuleNotFoundError) and (error.name or "").split(".")[0] in EXTRAS:
        extra = EXTRAS[(error.name or "").split(".")[0]]
        say(
            f"This command needs the extra `{extra}`, which is not installed. "
            f"Install it: pip install 'replay-signals[{extra}]'"
        )
        return ExitCode.MISSING_EXTRA
    code = next((KNOWN[kind.__name__] for kind in type(error).__mro__ if kind.__name__ in KNOWN), None)
    if code is not None:
        say(redacted(f"Error: {error}"))
        return code
    if isinstance(error, OSError):
        said = error.strerror or str(error)
        say(redacted(f"Error: {said}: {error.filename}" if error.filename else f"Error: {said}"))
        return ExitCode.STORE
    if "surrogate" in str(error) and any("\ud800" <= sign <= "\udfff" for word in sys.argv for sign in word):
        say("Error: what was typed is not valid UTF-8")
        return ExitCode.USAGE
    if not isinstance(error, Exception):
        raise error
    say(
        redacted(f"Unexpected error, please report it: {type(error).__name__}: {error}\n")
        + "Run the same command as `replay-signals --debug …` to see where it happened."
    )
    return ExitCode.INTERNAL
