"""JSON text as it really arrives: decoding with repair, and keeping what a damaged array still holds.

The hot path is one `Decoder.decode`. Only when it fails does anything here look closer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TypeVar

import msgspec
from msgspec import Raw

from replay_signals.schemas.messages import Reason
from replay_signals.transforms.text import json_utf8

T = TypeVar("T")

MALFORMED = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What a decoder raises for text that is not JSON, not UTF-8, not of the expected type, or nested too deeply."""

_RAW = msgspec.json.Decoder(Raw)
_RAWS = msgspec.json.Decoder(list[Raw])
# Possessive quantifiers: a string of 100 MB must not leave a backtracking point per escape.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["\[\]{},]', re.DOTALL)
# A hostile text may not cost more dead letters, or brackets to remember, than this.
_MAX_DAMAGES = 1000
_MAX_OPEN_BRACKETS = 1_000_000
MAX_STEPS, MAX_MESSAGE_STEPS = 5_000_000, 40_000
"""Brackets, commas and strings that are looked at to mend a document, and to mend a message: 8 s, and a tenth of one.
A sound item of an array is two steps, whatever is in it."""
_OPEN = {ord("["): ord("]"), ord("{"): ord("}")}


class Damage(msgspec.Struct, frozen=True):
    """A part that could not be kept: which item of the outermost array, why, and its text."""

    item: int
    reason: str
    detail: str
    text: bytes
    cut: bool = False  # the text ends here, so this is the part at the break


class Salvage(msgspec.Struct, frozen=True):
    """The text without its damaged items, and those items."""

    text: bytes
    damages: list[Damage]


def utf8(text: bytes) -> bytes:
    """The text itself when it is UTF-8, else repaired. Decoders do not look into parts that they skip."""
    if not text.isascii():
        try:
            text.decode()
        except UnicodeDecodeError:
            return json_utf8(text)
    return text


def decode(decoder: msgspec.json.Decoder[T], text: bytes | Raw) -> T:
    """Decodes, and once more after repair; raises one of MALFORMED."""
    try:
        return decoder.decode(text)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError):
        return decoder.decode(json_utf8(bytes(text)))


def array_items(text: bytes | Raw) -> list[Raw]:
    """Items of a JSON array, undecoded; raises one of MALFORMED."""
    return decode(_RAWS, text)


def problem(error: BaseException) -> tuple[str, str]:
    """Reason and words for one of MALFORMED; JSON that parses but has the wrong shape is an invalid payload."""
    if isinstance(error, RecursionError):
        return Reason.TOO_DEEP, "nested too deeply to be parsed"
    if isinstance(error, msgspec.ValidationError):
        return Reason.INVALID_PAYLOAD, str(error)
    return Reason.INVALID_JSON, str(error)


def flaw(text: bytes) -> tuple[str, str] | None:
    """What is wrong with a JSON text, or None."""
    try:
        _RAW.decode(text)
    except MALFORMED as error:
        return problem(error)
    return None


_TRAILING = re.compile(r"trailing characters \(byte (\d+)\)")
_BETWEEN = b" \t\r\n,\x1e"  # what stands between values of a file: nothing, lines, commas, RFC 7464's separator


def values_in(text: bytes) -> Iterator[bytes]:
    """The values of a text that holds several, one after the other; the last may be damaged."""
    rest = memoryview(text)
    while rest:
        place = _end_of_first(rest)
        if place is None:
            yield bytes(rest)
            return
        yield bytes(rest[:place])
        while place < len(rest) and rest[place] in _BETWEEN:
            place += 1
        rest = rest[place:]


def _end_of_first(text: memoryview) -> int | None:
    """Where the first value ends and something else follows: the decoder says so, and looks no further."""
    try:
        _RAW.decode(text)
    except MALFORMED as error:
        found = _TRAILING.search(str(error))
        return int(found[1]) - 1 if found else None  # counted from 1
    return None


def first_items(array: bytes | Raw, most: int) -> list[bytes]:
    """The first items of a JSON array, without looking at the rest of it."""
    rest = memoryview(array)[1:]
    items: list[bytes] = []
    while len(items) < most:
        end = _end_of_first(rest)
        if end is None:
            break
        items.append(bytes(rest[:end]).strip())
        if bytes(rest[end : end + 1]) != b",":
            break
        rest = rest[end + 1 :]
    return items


def has_several(text: bytes) -> bool:
    """Whether a text begins with a whole array or object, and something follows it."""
    found = flaw(text) if text[:1] in (b"{", b"[") else None
    return found is not None and _TRAILING.search(found[1]) is not None


Holds = Callable[[bytes], bool]
"""Whether a damaged item is to be salvaged itself."""
_MAX_SALVAGED_LEVELS = 3


def salvage(text: bytes, inner: Holds | None = None, max_steps: int = MAX_STEPS) -> Salvage:
    """Keeps the sound items of the outermost arrays of a damaged JSON text, also when it breaks off.

    A damaged item of which `inner` says so is salvaged itself: a capture event with one bad rrweb event keeps the
    others. The result may still be no JSON (damage outside of any array); whoever decodes it will see. After so many
    steps the text counts as broken off.
    """
    return _Salvager(json_utf8(text), inner, _Steps(max_steps)).run()


class _Steps:
    """How much more is looked at, in a text and its damaged items together."""

    def __init__(self, left: int) -> None:
        self.left = left


class _Salvager:
    """One pass over the brackets. Iterative: an item nested too deeply for a decoder is skipped like any other."""

    def __init__(self, text: bytes, inner: Holds | None, steps: _Steps, level: int = 0) -> None:
        self.text = text
        self.steps = steps
        self.view = memoryview(text)
        self.inner = inner if level < _MAX_SALVAGED_LEVELS else None
        self.level = level
        self.parts: list[bytes] = []
        self.damages: list[Damage] = []
        self.stack: list[int] = []  # closing brackets still expected
        self.array = 0  # depth of the outermost array we are in, 0 outside
        self.start = 0  # where the current item began
        self.done = 0  # text before this is in `parts`
        self.boundary = 0  # last place outside of arrays where the text may be cut
        self.count = 0  # items of the outermost arrays; of a list in a list, its own
        self.first = True

    def run(self) -> Salvage:
        place = 0
        while token := _TOKEN.search(self.text, place):
            char, place = self.text[token.start()], token.end()
            if not self._step(char, token.start(), place):
                return self._broken()
            if not self.stack and char in b"]}":
                return self._complete(place)
            if char in b"[," and self.array == len(self.stack) > 0:
                place += _end_of_first(self.view[place:]) or 0  # a sound item, at the decoder's speed
        return self._broken()

    def _step(self, char: int, start: int, end: int) -> bool:
        """Takes one token; False when nothing behind it can be kept: brackets do not match, a string does not end."""
        self.steps.left -= 1
        if self.steps.left < 0:
            return False
        if char == ord('"'):
            return end - start > 1
        if len(self.stack) > _MAX_OPEN_BRACKETS or len(self.damages) >= _MAX_DAMAGES:
            return False
        if char in _OPEN:
            self._open(char, end)
        elif char == ord(","):
            self._comma(start, end)
        else:
            return self._close(char, start, end)
        return True

    def _open(self, char: int, end: int) -> None:
        self.stack.append(_OPEN[char])
        if not self.array:
            self.boundary = end
            if char == ord("["):
                self.array, self.start, self.first = len(self.stack), end, True
                self.parts.append(self.text[self.done : end])
                self.done = end

    def _comma(self, start: int, end: int) -> None:
        if not self.array:
            self.boundary = start
        elif len(self.stack) == self.array:
            self._item(start)
            self.start = end

    def _close(self, char: int, start: int, end: int) -> bool:
        if not self.stack or self.stack[-1] != char:
            return False
        if len(self.stack) == self.array:
            self._item(start)
            self.array, self.done = 0, start
        self.stack.pop()
        if not self.array:
            self.boundary = end
        return True

    def _item(self, end: int) -> None:
        """Keeps the item that ends here, or notes why not."""
        item = self.text[self.start : end].strip()
        if not item:
            return
        self.count += 1
        found = flaw(item)
        if found is None:
            self._keep(item)
            if self.inner and item.startswith(b"["):
                self.count += max(len(array_items(item)) - 1, 0)
            return
        inside = self._part(item) if self.inner and self.inner(item) else []
        self.damages += inside or [Damage(self.count, *found, item)]

    def _complete(self, end: int) -> Salvage:
        self.parts.append(self.text[self.done : end])
        rest = self.text[end:].strip()
        if rest:
            self.damages.append(Damage(self.count + 1, Reason.INVALID_JSON, "text after the end of the JSON", rest))
        return Salvage(b"".join(self.parts), self.damages)

    def _broken(self) -> Salvage:
        """The text breaks off, or its brackets stop matching: keeps what stands before, closes what is open."""
        place = self.start if self.array else max(self.boundary, self.done)
        rest = self.text[place:].strip()
        detail = "the JSON breaks off or its brackets do not match"
        if self.steps.left < 0:
            detail = "too damaged to be mended"
        self.count += 1
        damages = [Damage(self.count, Reason.INVALID_JSON, detail, rest, cut=True)]
        if self.array:
            self.stack = self.stack[: self.array]
            if self.inner and self.inner(rest):
                damages = self._part(rest) or damages
        else:
            self.parts.append(self.text[self.done : place])
        self.damages += damages
        return Salvage(b"".join(self.parts) + bytes(reversed(self.stack)), self.damages)

    def _part(self, item: bytes) -> list[Damage]:
        """Keeps what a damaged item holds in its own array; the damages inside, none when nothing could be kept."""
        salvager = _Salvager(item, self.inner, self.steps, self.level + 1)
        inside = salvager.run()
        if not inside.damages or flaw(inside.text) is not None:
            return []
        self._keep(inside.text)
        if not item.startswith(b"["):
            return inside.damages
        before = self.count - 1
        self.count = before + max(salvager.count, 1)
        return [msgspec.structs.replace(one, item=before + one.item) for one in inside.damages]

    def _keep(self, item: bytes) -> None:
        self.parts.append(item if self.first else b"," + item)
        self.first = False
