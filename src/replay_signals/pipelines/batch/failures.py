"""Why a pipeline failed: a fault of its surroundings, or a bug in one of its steps.

Runners give a step's error as the exception itself, as an exception of their own with the worker's stack as text, or
as the last line of that text; those of remote workers only ever as text. Beam adds the step to the message.
"""

from __future__ import annotations

import builtins
import re

from replay_signals.pipelines.iceberg.errors import WarehouseError

_LINE = re.compile(r"^(?P<kind>[A-Za-z_][\w.]*?(?:Error|Exception|Conflict|Interrupt)): ?(?P<words>.*)$")
_STEP = re.compile(r" ?\[while running '(?P<step>.*?)'\]")

CLIENTS = (
    "adlfs", "aiobotocore", "aiohttp", "azure", "botocore", "gcsfs", "google", "grpc", "psycopg", "pyiceberg",
    "requests", "s3fs", "socket", "sqlalchemy", "sqlite3", "ssl", "urllib3",
)  # fmt: skip
"""Packages whose exceptions tell of a store, a catalog or a network."""
OWN = ("WarehouseError", "InputError", "InboxError")
"""Our own errors, whose message is a sentence for the user."""
BUGS = (
    ArithmeticError, AssertionError, AttributeError, BufferError, EOFError, ImportError, LookupError, NameError,
    RecursionError, ReferenceError, TypeError, UnicodeError,
)  # fmt: skip


class PipelineBug(Exception):
    """A step of the pipeline broke on its own; `__cause__` has the worker's stack."""


def explained(error: BaseException) -> Exception:
    """A WarehouseError when the surroundings failed (storage, catalog, network, runner), else a PipelineBug."""
    kind, words, step = _parts(error)
    if kind.rpartition(".")[2] in OWN:
        return WarehouseError(words)
    where = f" in step {step}" if step else ""
    if _is_outside(kind) or not (step or _is_bug(kind)):
        return WarehouseError(f"the pipeline failed{where}: {words or kind}")
    return PipelineBug(f"{kind}{where}: {words}")


def _parts(error: BaseException) -> tuple[str, str, str]:
    """Qualified name of the deepest exception, what it says in one line, and the step."""
    while error.__cause__ is not None:
        error = error.__cause__
    text = str(error)
    found = _STEP.search(text)
    step = found["step"] if found else ""
    text = _STEP.sub("", text)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    quoted = [match for line in lines if (match := _LINE.match(line))]
    if quoted and isinstance(error, RuntimeError):
        return quoted[-1]["kind"], quoted[-1]["words"], step
    module = type(error).__module__
    name = type(error).__qualname__
    words = (lines[-1] if isinstance(error, RuntimeError) else lines[0]) if lines else ""
    return (name if module == "builtins" else f"{module}.{name}"), words, step


def _is_outside(kind: str) -> bool:
    known = getattr(builtins, kind, None)
    if isinstance(known, type):
        return issubclass(known, OSError | MemoryError)
    return kind.partition(".")[0] in CLIENTS


def _is_bug(kind: str) -> bool:
    known = getattr(builtins, kind, None)
    return isinstance(known, type) and issubclass(known, BUGS)
