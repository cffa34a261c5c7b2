"""Known controls: whether what comes into a page stood there before, by what it is, not by ids, which are made anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from replay_signals.transforms.digest.controls import Control

Key = tuple[str, str, str, str]
"""What a control is; ids and classes are often made anew with it."""


def keys_of(controls: Iterable[Control]) -> Iterator[Key]:
    """What each of the controls is; a label's `href` is the id of its field."""
    return ((c.tag, c.type, c.name, c.href if c.tag != "label" else "") for c in controls if not c.is_only_place)


def known_by(controls: Iterable[Control]) -> Iterator[Key]:
    """The same, and each without its name."""
    for key in keys_of(controls):
        yield from (key, nameless(key))


def nameless(key: Key) -> Key:
    """What it is without its name."""
    return key[0], key[1], "", key[3]


def masked(key: Key) -> Key:
    """Stands for all of its like whose names are masked."""
    return key[0], key[1], "[]", key[3]


def stood(key: Key, known: set[Key]) -> bool:
    """Did it stand there? A name that is masked in one of two places is not compared."""
    if key in known or not is_masked(key):
        return key in known or masked(key) in known
    return masked(key) not in known and nameless(key) in known


def is_masked(key: Key) -> bool:
    """Names are masked where it is not known what they stand in, which is so for what is added later."""
    return key[2].startswith("[") and key[2].endswith("]")


def is_told(key: Key) -> bool:
    """Are its tag and its address told? In a message with very many texts they are masked where its budget ends."""
    return not any(part.startswith("[") and part.endswith("]") for part in (key[0], key[3]))
