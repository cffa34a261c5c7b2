"""Stacks: the frames of an exception as its events and console lines tell them, and what of a frame lasts.

A frame's place in a built file changes with every build, and so do hashes in the names of files and the one-letter
names that minifiers give to functions. What lasts is the file without its hash, and a function's own name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from replay_signals.transforms.causes.pages import PagePatterns
from replay_signals.transforms.session import urls

MAX_FRAMES = 20
_POSITION = re.compile(r":(\d{1,9})(?::\d{1,9})?$")
_HASH = r"(?=[A-Za-z0-9_-]*\d)[A-Za-z0-9_-]{7,20}|[0-9a-f]{6,64}"
_HASHED_NAME = re.compile(rf"[.\-~](?:{_HASH})(?=(?:\.[a-z]+)*\.[a-z]+$)")
_ONLY_HASH = re.compile(rf"^(?:\d+\.)?(?:{_HASH})(?=(?:\.[a-z]+)*\.[a-z]+$)")
_BUILD_FOLDER = re.compile(r"^(?:v?\d+(?:\.\d+)+|(?=[0-9a-f]*\d)[0-9a-f]{7,40})$")
_FOREIGN = re.compile(
    r"node_modules|webpack/bootstrap|(?:^|/)(?:vendors?|polyfills?|runtime|framework)[.~\-/]|(?:^|/)(?:jquery|react|react-dom|vue|"
    r"angular|lodash|moment|d3|bootstrap|zone|core-js|posthog|sentry|array|gtm|gtag|analytics|fbevents|hotjar)[\w.-]*\.js|"
    r"\bcdn\b|cdnjs|unpkg|jsdelivr|googleapis|-extension://"
)
_NO_FILE = frozenset(("", "<anonymous>", "[native code]", "native code", "eval code", "unknown", "?"))
_NO_FUNCTION = frozenset(("", "?", "<anonymous>", "anonymous", "<unknown>", "eval", "Object.<anonymous>"))
_MIN_FUNCTION_CHARS = 3
"""Shorter names are a minifier's."""


class Frame(msgspec.Struct, frozen=True):
    """One frame, innermost first in a stack. `file` is without host and hash."""

    file: str
    function: str
    line: int | None
    in_app: bool

    @property
    def lasting(self) -> str:
        """File and function, as far as a build leaves them alone."""
        return f"{self.file}:{self.function}" if self.function else self.file


def frames_told(frames: object, patterns: PagePatterns) -> list[Frame]:
    """Frames of an entry of `$exception_list`, outermost first there."""
    if not isinstance(frames, list):
        return []
    return [_frame_told(frame, patterns) for frame in frames[-MAX_FRAMES:][::-1] if isinstance(frame, dict)]


def frames_of_lines(lines: Iterable[str], patterns: PagePatterns) -> list[Frame]:
    """Frames of a stack as browsers write it: V8, SpiderMonkey, JavaScriptCore."""
    found = (_frame_of_line(line.strip(), patterns) for line in list(lines)[:MAX_FRAMES])
    return [frame for frame in found if frame is not None]


def _frame_of_line(text: str, patterns: PagePatterns) -> Frame | None:
    """`at name (file:line:column)`, `at file:line:column` or `name@file:line:column`; None for what is no frame."""
    place = text.removesuffix(")")
    position = _POSITION.search(place)
    if position is None:
        return None
    told = place[: position.start()]
    if "(" in told:
        function, _, file = told.rpartition("(")
    elif "@" in told and "/" not in told.partition("@")[0]:
        function, _, file = told.partition("@")
    else:
        function, _, file = told.rpartition(" ")
    name = f"{function.strip()} ".removeprefix("at ").strip()
    return _frame(file.strip(), name, int(position[1]), None, patterns)


def in_app(frames: Sequence[Frame]) -> list[Frame]:
    """The frames of the site's own code."""
    return [frame for frame in frames if frame.in_app]


def _frame_told(frame: dict[str, Any], patterns: PagePatterns) -> Frame:
    file = next((frame[name] for name in ("filename", "source", "abs_path", "module") if _is_text(frame.get(name))), "")
    line = next((frame[name] for name in ("lineno", "line") if type(frame.get(name)) is int), None)
    function = frame.get("function")
    own = frame.get("in_app")
    return _frame(file, function if isinstance(function, str) else "", line, own if own is False else None, patterns)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _frame(file: str, function: str, line: int | None, own: bool | None, patterns: PagePatterns) -> Frame:
    known = file not in _NO_FILE and ("/" in file or "." in file)
    own_code = own is not False and known and _FOREIGN.search(file) is None
    return Frame(_lasting_file(file, patterns) if known else "", _lasting_function(function), line, own_code)


def _lasting_file(file: str, patterns: PagePatterns) -> str:
    path = urls.split(file).path or file
    folders, _, name = path.rpartition("/")
    if "." not in name or name.endswith((".html", ".htm", ".php")):
        return patterns.of(path)  # code of the document itself
    name = _ONLY_HASH.sub(":hash", name) if _ONLY_HASH.match(name) else _HASHED_NAME.sub("", name)
    kept = [folder for folder in folders.split("/") if not _BUILD_FOLDER.match(folder)]
    return "/".join([*kept, name])


def _lasting_function(function: str) -> str:
    name = function.removeprefix("async ").removeprefix("new ").strip()
    own = name.rpartition(".")[2].strip("<>[]()")
    return "" if name in _NO_FUNCTION or own in _NO_FUNCTION or len(own) < _MIN_FUNCTION_CHARS else own
