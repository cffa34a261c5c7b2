"""Programs of others, run with a time limit; whatever they started ends with them.

A command is what its user wrote, cut into words as a shell would and given to no shell: nothing that was recorded is
ever part of one.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

GRACE_S = 5.0
"""From the request to end to the end by force."""
TAIL_BYTES = 4_000
POLL_S = 0.2


class FixError(Exception):
    """A fix that cannot be tried; the message says what to do."""


class Ran(NamedTuple):
    """How a program ended: `code` is None when its time was over; `tail` is the end of what it printed."""

    code: int | None
    seconds: float
    tail: str


def words_of(command: str) -> list[str]:
    """The words of a command. Raises FixError for one that is empty, or whose quotes do not match."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise FixError(f"The command {command!r} cannot be read: {error}.") from error
    if not words:
        raise FixError("The command is empty.")
    return words


def run(
    words: Sequence[str],
    folder: Path,
    log: Path,
    *,
    timeout_s: float,
    given: str = "",
    variables: Mapping[str, str] | None = None,
) -> Ran:
    """Runs a program to its end or to the end of its time, then ends what is left of its process group.

    It gets `given` on its standard input; what it prints goes to the end of `log`. Raises FixError when it cannot be
    started.
    """
    started = time.monotonic()
    with log.open("ab") as out:
        begin = out.tell()
        process = _start(words, folder, out, subprocess.PIPE, variables)
        try:
            with suppress(BrokenPipeError):
                process.communicate(given.encode(), timeout_s)
            code: int | None = process.returncode
        except subprocess.TimeoutExpired:
            code = None
        finally:
            end_group(process)
    return Ran(code, time.monotonic() - started, _tail(log, begin))


@contextmanager
def served(words: Sequence[str], folder: Path, log: Path, url: str, timeout_s: float) -> Iterator[None]:
    """A site that is served while the block runs. Raises FixError when it does not answer in time."""
    if not words:
        yield
        return
    with log.open("ab") as out:
        if _answers(url):
            raise FixError(f"Something answers at {url} already: end it, or name a free address with --base-url.")
        process = _start(words, folder, out, subprocess.DEVNULL, None)
        try:
            until = time.monotonic() + timeout_s
            while not _answers(url):
                if process.poll() is not None or time.monotonic() > until:
                    raise FixError(f"The site did not answer at {url}: see {log}, --serve and --base-url.")
                time.sleep(POLL_S)
            yield
        finally:
            end_group(process)


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Ends a process and all that it started in its group: asked first, then by force."""
    for sign, wait_s in ((signal.SIGTERM, GRACE_S), (signal.SIGKILL, GRACE_S)):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, sign)
        until = time.monotonic() + wait_s
        while _lives(process) and time.monotonic() < until:
            time.sleep(POLL_S / 10)
        if not _lives(process):
            return


def _lives(process: subprocess.Popen[bytes]) -> bool:
    process.poll()  # a child that ended and was not waited for would count
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS says so of a group of zombies
        return process.returncode is None
    return True


def _start(
    words: Sequence[str], folder: Path, out: IO[bytes], stdin: int, variables: Mapping[str, str] | None
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            words,
            cwd=folder,
            stdin=stdin,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=own_environment() | dict(variables or {}),
            start_new_session=True,
        )
    except OSError as error:
        raise FixError(f"{words[0]} cannot be started: {error.strerror or error}.") from error


def own_environment() -> dict[str, str]:
    """The environment without what would lead git to another repository."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=1):
            return True
    except HTTPError:
        return True
    except (URLError, OSError, ValueError):
        return False


def _tail(log: Path, begin: int) -> str:
    with log.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(begin, size - TAIL_BYTES))
        return file.read().decode(errors="replace")
