"""What a script does, as data: ways to find an element, steps to the fault, and the check that tells it.

All texts in it may be recorded, so written by strangers; only the writers (`python`, `typescript`) turn them into code,
and each only into a string literal.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Language = Literal["python", "typescript"]


class By(msgspec.Struct, frozen=True):
    """One way to find an element, as Playwright names it. `name` is the accessible name with a role.

    `is_pattern`: the name is a regular expression, for names with figures in them, which change.
    """

    how: Literal["css", "role", "label", "text"]
    value: str
    name: str = ""
    is_pattern: bool = False


class Target(msgspec.Struct, frozen=True):
    """An element: what people call it, ways to find it from the most stable on, and its place on the recorded page.

    `near` is in CSS pixels of the whole page; of several matches the nearest one counts. Without any way to find it,
    what lies at the place is meant.
    """

    what: str
    by: tuple[By, ...]
    near: tuple[int, int] | None = None


class Click(msgspec.Struct, frozen=True, tag=True):
    """A click, or with `by_key` the Enter key on the focused element."""

    target: Target
    by_key: bool = False


class Fill(msgspec.Struct, frozen=True, tag=True):
    """A field gets a made-up value; recordings hold none. `how` is chosen by what the field is."""

    target: Target
    value: str
    how: Literal["fill", "select", "check", "uncheck"] = "fill"


Step = Click | Fill


class Reacts(msgspec.Struct, frozen=True, tag=True):
    """A click is answered by something that can be seen, within a time."""

    click: Click
    within_ms: int


class RaisesNothing(msgspec.Struct, frozen=True, tag=True):
    """No error that says all `pieces` (any uncaught one when there are none) comes within a time.

    After the click, or without one after the page was opened.
    """

    click: Click | None
    pieces: tuple[str, ...]
    within_ms: int


class Answered(msgspec.Struct, frozen=True, tag=True):
    """The request that a click sends is not answered with an error.

    `segments` of its path, `*` for one that changes; an empty method or path is any.
    """

    click: Click
    method: str
    segments: tuple[str, ...]
    within_ms: int


class TakesClicks(msgspec.Struct, frozen=True, tag=True):
    """An element is enabled and nothing lies over it."""

    target: Target
    within_ms: int


class LeadsOn(msgspec.Struct, frozen=True, tag=True):
    """The page that a click leads to, or without one the opened page, is there and shows something."""

    click: Click | None
    within_ms: int


Check = Reacts | RaisesNothing | Answered | TakesClicks | LeadsOn


class Plan(msgspec.Struct, frozen=True):
    """All of a script: the address to open (path, query and route), the steps, the check, and where they are from."""

    problem_id: str
    session_id: str
    kind: str
    title: str
    open: str
    width_px: int
    height_px: int
    steps: tuple[Step, ...]
    check: Check


class NoScript(msgspec.Struct, frozen=True):
    """Why there is no script: `code` is one of `REASONS`, `reason` says it to people."""

    code: str
    reason: str


REASONS = {
    "native": "It was recorded in a native app, and Playwright drives browsers.",
    "kind": "What was found is how a visitor behaved, not a fault that a script could meet.",
    "values": "Whether it fails depends on what visitors typed, and recordings hold no typed values.",
    "address": "No address that can be opened leads to the page: parts of it were masked.",
    "element": "The recording does not tell which element it was.",
    "evidence": "None of its sessions is in the warehouse any more, or none shows it when it is judged again.",
    "nothing": "No signal was found in the session.",
    "many": "It is about the recordings, not about one page.",
}


def no_script(code: str) -> NoScript:
    """The reason of a code of `REASONS`."""
    return NoScript(code, REASONS[code])


class Script(msgspec.Struct, frozen=True):
    """A script to run, and what it was made from."""

    language: Language
    text: str
    plan: Plan
