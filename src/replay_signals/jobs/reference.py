"""The tables of the docs that are written from the descriptors of the signals.

`python -m replay_signals.jobs.reference README.md docs/signals.md docs/inbox.md` writes the pages' marked parts anew; a
test keeps them true. A part lies between `<!-- signals: NAME -->` and `<!-- end -->`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from inspect import cleandoc
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import msgspec
from msgspec import UnsetType

from replay_signals.schemas.inbox import ProblemType
from replay_signals.transforms.signals import SIGNALS
from replay_signals.transforms.signals.descriptor import Signal

Signals = Mapping[str, Signal[Any]]
PART = re.compile(r"(<!-- signals: ([\w ]+) -->\n).*?(<!-- end -->)", re.DOTALL)
_NAMES = {int: "integer", float: "number", str: "text", bool: "boolean"}


def written(page: str, signals: Signals = SIGNALS) -> str:
    """A page with its marked parts written anew. Raises KeyError for a part that nobody knows how to write."""
    return PART.sub(lambda m: f"{m[1]}\n{part(m[2], signals)}\n\n{m[3]}", page)


def part(name: str, signals: Signals = SIGNALS) -> str:
    """The table of this name: `list`, `overview`, `problem types` or `evidence KIND`."""
    if name.startswith("evidence "):
        return evidence(signals[name.removeprefix("evidence ")])
    return {"list": names, "overview": overview, "problem types": problem_types}[name](signals)


def names(signals: Signals) -> str:
    """Every kind with what happened."""
    return _table(("signal", "what happened"), ((f"`{s.kind}`", s.title) for s in signals.values()))


def overview(signals: Signals) -> str:
    """Every kind with what the stream and the inbox do with it."""
    rows = ((f"`{s.kind}`", str(s.scope), _settled(s), f"`{s.problem_type}`") for s in signals.values())
    return _table(("signal", "about", "published while the session goes on", "problem type"), rows)


def problem_types(signals: Signals) -> str:
    """Every problem type of PostHog with its kinds."""
    rows = (
        (f"`{one}`", ", ".join(f"`{s.kind}`" for s in signals.values() if s.problem_type == one))
        for one in get_args(ProblemType)
    )
    return _table(("problem_type", "kinds"), rows)


def evidence(signal: Signal[Any]) -> str:
    """The fields of a kind's evidence."""
    hints = get_type_hints(signal.evidence, include_extras=True)
    rows = [(f.encode_name, *_field(hints[f.name])) for f in msgspec.structs.fields(signal.evidence)]
    return _table(("evidence", "type", "meaning"), ((f"`{name}`", kind, meaning) for name, kind, meaning in rows))


def _settled(signal: Signal[Any]) -> str:
    text = cleandoc(signal.settled_ms.__doc__ or "").split("\n\n")[0].replace("\n", " ").rstrip(".")
    return text[:1].lower() + text[1:] if text[:1] != "`" else text


def _field(hint: object) -> tuple[str, str]:
    """Type and meaning. Raises TypeError when a field does not say what it means."""
    if get_origin(hint) is not Annotated:
        raise TypeError(f"{hint} has no meaning: Annotated[…, doc(…)]")
    own, meta = get_args(hint)
    options = get_args(own) if isinstance(own, UnionType) else (own,)
    text = " or ".join(_type(one) for one in options if one not in (NoneType, UnsetType))
    text += ", may be null" if NoneType in options else ""
    text += ", may be missing" if UnsetType in options else ""
    return text, meta.description


def _type(kind: Any) -> str:
    return f"list of {_type(get_args(kind)[0])}" if get_origin(kind) is list else _NAMES[kind]


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    body = [f"| {' | '.join(row)} |" for row in (head, *rows)]
    return "\n".join([body[0], "|---" * len(head) + "|", *body[1:]])


if __name__ == "__main__":
    for path in map(Path, sys.argv[1:]):
        path.write_text(written(path.read_text()))
