"""The fixed parts of scripts (`runtime/`): what stands in every script, and what its check needs."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from replay_signals.transforms.reproduce.steps import (
    Answered,
    Check,
    LeadsOn,
    RaisesNothing,
    Reacts,
    TakesClicks,
)

PART_OF: dict[type[Check], str] = {
    Reacts: "reacts",
    RaisesNothing: "raises",
    Answered: "answered",
    TakesClicks: "takes",
    LeadsOn: "leads",
}
MARK = "from here on it is in"
"""Of the line after which a part's text goes into scripts."""
WATCH = "watch.js"


@cache
def source(name: str) -> str:
    """The text of a file of the runtime."""
    return files(f"{__package__}.runtime").joinpath(name).read_text(encoding="utf-8")


def body(name: str) -> str:
    """What of a file goes into scripts."""
    lines = source(name).splitlines()
    first = next(i for i, line in enumerate(lines) if MARK in line)
    return "\n".join(lines[first + 1 :]).strip()


def imports(names: Iterable[str], more: Iterable[str]) -> str:
    """The import statements of Python parts and more modules, each module once."""
    plain, chosen = set(more), dict[str, set[str]]()
    for name in names:
        for node in ast.parse(source(name)).body:
            if isinstance(node, ast.Import):
                plain.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.module.startswith(("replay", "__")):
                chosen.setdefault(node.module, set()).update(alias.name for alias in node.names)
    lines = [f"import {name}" for name in sorted(plain)]
    own = [f"from {name} import {', '.join(sorted(chosen[name]))}" for name in sorted(chosen)]
    foreign = [line for line in own if line.startswith("from playwright")]
    return "\n".join([*lines, *(line for line in own if line not in foreign), "", *foreign])
