"""Words that pages and browsers use, as data: one TOML file a purpose, read once, so that a language or a message is
added without code. What words decide, and what else it takes, stands where they are used.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TypeVar

import msgspec

T = TypeVar("T")


def words(name: str, shape: type[T]) -> T:
    """The file `name` of this folder in its shape; a file that does not fit is a bug and raises at import."""
    return msgspec.convert(tomllib.loads(files(__name__).joinpath(name).read_text("utf-8")), shape)
