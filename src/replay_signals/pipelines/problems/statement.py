"""The grouping statement: its steps in order, as `grouping.sql` states them.

Each step is a view over those before it. Its comment may mark it `materialised` (worth keeping, since later steps read
it more than once) and `result: table NAME` (what a day's counts are).
"""

from __future__ import annotations

import re
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from typing import NamedTuple

_STEP = re.compile(r"((?:^--[^\n]*\n)+)CREATE VIEW (\w+) AS\n(.*?);$", re.DOTALL | re.MULTILINE)
_RESULT = re.compile(r"result: table (\w+)")


class Step(NamedTuple):
    """One named query; `result` is the table whose rows it makes, empty for a step on the way."""

    name: str
    query: str
    is_kept: bool
    result: str


@cache
def text() -> str:
    """The whole statement in DuckDB's dialect."""
    return files(__package__).joinpath("grouping.sql").read_text("utf-8")


@cache
def steps() -> tuple[Step, ...]:
    """Its steps in order."""
    found = _STEP.findall(text())
    return tuple(Step(name, query, "materialised" in head, _result(head)) for head, name, query in found)


@cache
def results() -> dict[str, str]:
    """The step that makes the rows of each counted table."""
    return {step.result: step.name for step in steps() if step.result}


@cache
def fingerprint() -> str:
    """Changes when the statement does, so that days which an older one counted are counted again."""
    return blake2b(text().encode(), digest_size=8).hexdigest()


def _result(head: str) -> str:
    found = _RESULT.search(head)
    return found[1] if found else ""
