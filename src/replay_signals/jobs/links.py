"""Symbolic links: what a command writes, and what it reads below a folder, stays where the user pointed.

A folder that others may write to could lead a read to any file of the user's, and a write over any. `--follow-links`
allows both.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

WAREHOUSE_PARTS = ("catalog.db", "replay", "inbox", "priors.json", "attempts", "reports", "validated.json")
"""What lies in a warehouse folder by a name that is known beforehand."""

_follow = False


class LinkError(Exception):
    """A link that leads out of where the user pointed; the message says what to do."""


def set_follow(on: bool) -> None:
    """With this on, links are followed wherever they lead."""
    global _follow  # noqa: PLW0603 - an option of the whole process, as `--debug` is
    _follow = on


def refuse_outputs(*paths: str | Path | None) -> None:
    """Raises LinkError when something that is to be written is a link, or a warehouse folder has one in it."""
    if _follow:
        return
    for given in paths:
        if given is None or "://" in str(given):
            continue
        path = Path(given)
        for candidate in (path, *(path / name for name in WAREHOUSE_PARTS)):
            if candidate.is_symlink():
                raise LinkError(f"{candidate} is a link to {candidate.readlink()}: name that, or give --follow-links.")


def refuse_inputs(given: Iterable[str], found: Iterable[str]) -> None:
    """Raises LinkError when a file found below a given folder lies, by a link, outside of all that was given."""
    if _follow:
        return
    roots = [Path(path).resolve() for path in given if "://" not in path]
    for name in found:
        path = Path(name)
        if "://" in name or not roots:
            continue
        real = path.resolve()
        if real != path.absolute() and not any(real == root or real.is_relative_to(root) for root in roots):
            raise LinkError(f"{name} leads out of its folder, to {real}: name that too, or give --follow-links.")
