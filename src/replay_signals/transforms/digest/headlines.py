"""Titles and headings in which a page says that it is missing or broken.

Numbers and words of status pages stand in many headings ("Top 500", "Invoice 404", "Unavailable dates"), so they count
only as the whole of one, or as a whole phrase with little beside it, and not where another headline says more of it
("404" on a page that is called "Peugeot 404"). It stays a hint: what is made of it takes evidence in the page's
structure (`digest/own_content`, `session/error_pages`).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain, islice

import msgspec

from replay_signals.transforms.words import words

MAX_HEADINGS = 2
"""Beside the title; what a page is stands at its top."""
MAX_REST_CHARS = 24
"""Beside a phrase: an interjection, an address, "the page you are looking for" and the like."""
MAX_LINE_CHARS = 120
BARE_TEXTS = 4
"""Of a page or view that has no heading: what happened, a hint, the way home."""
BARE_ELEMENTS = 60
"""Most elements of a page with little more than a message; there a number or a short word alone means the status."""


class _Words(msgspec.Struct, forbid_unknown_fields=True):
    codes: list[int]
    beside_codes: list[str]
    phrases: dict[str, list[str]]
    alone: dict[str, list[str]]
    pages: dict[str, list[str]]
    missing: dict[str, list[str]]


_WORDS = words("error_pages.toml", _Words)
_PHRASES = sorted({*chain(*_WORDS.phrases.values())}, key=len)
_LENGTHS = [len(phrase) for phrase in _PHRASES]
_NEAR_CHARS = 24
"""Between a page and that it is missing: `which you are looking for`, `sadly`, `at this address`."""
_JOINED = frozenset(("zh", "ja", "ko", "th"))
"""Languages that write words without spaces, or endings onto them."""


def _missing(language: str) -> str:
    """A page and that it is not there, in either order."""
    edge = "" if language in _JOINED else r"\b"
    page, gone = (
        f"{edge}(?:{'|'.join(map(re.escape, table[language]))}){edge}" for table in (_WORDS.pages, _WORDS.missing)
    )
    return rf"{page}.{{0,{_NEAR_CHARS}}}?{gone}|{gone}.{{0,{_NEAR_CHARS}}}?{page}"


_MISSING = re.compile("|".join(map(_missing, _WORDS.missing)))
_ALONE = frozenset(chain(*_WORDS.alone.values()))
_BESIDE = re.compile(rf"\b(?:{'|'.join(map(re.escape, _WORDS.beside_codes))})\b")
_CODE = re.compile(rf"(?<!\d)(?:{'|'.join(map(str, _WORDS.codes))})(?!\d)")
_SEPARATORS = re.compile(r"\s[-–—|·•»:/]+\s|[|·•»]")
_LABEL = re.compile(rf"{_CODE.pattern}\s?[^\w\s]")
"""A status that a sentence follows: "404: nobody lives here"."""
_APOSTROPHES = re.compile(r"['’‘`´]")
_SIGNS = re.compile(r"[\W_]+")


def say_error(title: str, headings: Sequence[str], element_count: int) -> bool:
    """Do title and headings of a page with so many elements say that it is missing or broken?

    A title has the site's name in it, a heading is one statement. Below a heading that says something else a number or
    a short word is about what that one names: "Nothing here" below "Inbox".
    """
    lines = [_plain(line) for line in (title, *headings[:MAX_HEADINGS])]
    parts = [*_SEPARATORS.split(lines[0]), *lines[1:]]
    bare_page = element_count <= BARE_ELEMENTS
    said = [part for part in parts if _is_phrase(part)]
    if bare_page:
        first = 1 + (first_statement(headings[:MAX_HEADINGS]) if len(headings) > 1 else 0)
        is_about_it = lines[first : first + 1] != [] and (lines[first] in said or _is_status(lines[first]))
        short = parts if is_about_it else [part for part in parts if part not in lines[first:]]
        said += [part for part in short if part not in said and _is_status(part)]
    others = [_bare(part) for part in parts if part not in said and not _LABEL.match(part)] if said else ()
    return any(not _is_of_name(_bare(part), others) for part in said)


def first_statement(headings: Sequence[str]) -> int:
    """The place of the first heading that is no interjection ("Oops!"); of the last one if all are."""
    said = (i for i, line in enumerate(headings) if _bare(_BESIDE.sub(" ", _plain(line))))
    return next(said, len(headings) - 1)


def _is_of_name(said: str, others: Iterable[str]) -> bool:
    """Is it a piece of a name that another headline has whole?"""
    return any(re.search(rf"\b{re.escape(said)}\b", other) for other in others)


def _plain(line: str) -> str:
    return _APOSTROPHES.sub("", line.casefold())


@lru_cache(maxsize=5_000)
def _is_phrase(part: str) -> bool:
    """Is it a phrase with little beside it? Of whole phrases only those of about its length are looked for."""
    bare = _bare(_CODE.sub(" ", part))
    first, last = bisect_left(_LENGTHS, len(bare) - MAX_REST_CHARS), bisect_right(_LENGTHS, len(bare))
    if any(phrase in bare for phrase in islice(_PHRASES, first, last)):
        return True
    if _BESIDE.search(bare) is not None and _bare(_BESIDE.sub(" ", bare)) in _ALONE:
        return True  # "Error: not found"
    said = _MISSING.search(bare)
    return said is not None and len(bare) - (said.end() - said.start()) <= MAX_REST_CHARS


def _is_status(part: str) -> bool:
    """A status or a short word, and nothing else."""
    rest = _bare(_BESIDE.sub(" ", _CODE.sub(" ", part)))
    return rest in _ALONE or _bare(part) in _ALONE or (not rest and _CODE.search(part) is not None)


def _bare(text: str) -> str:
    return _SIGNS.sub(" ", text).strip()
