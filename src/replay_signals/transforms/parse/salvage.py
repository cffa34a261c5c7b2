"""Salvage: what a damaged array still holds, so that one bad item does not cost its neighbours.

Sound items are passed at the decoder's speed, stretch by stretch. Only where it stops are brackets counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec
from msgspec import Raw

from replay_signals.schemas.messages import Reason
from replay_signals.transforms.parse.json_text import MALFORMED, array_items, end_of_first, first_items, flaw, shape_of
from replay_signals.transforms.text import json_utf8

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
_STRETCH_BYTES = 256 * 1024
"""Sound items are decoded together up to so many bytes."""
_BEGINNING = re.compile(rb"\s*+([\[{][^:,{}]{0,60}[:,])")
"""How an item begins: `{"type":`, `["window-1",`."""
_BLANK = re.compile(rb"\s*+")
_SAMPLES = 50
_SIBLING_BYTES = 2 * 1024 * 1024
"""How far behind a damaged item the next sound one is looked for, and how long that may be."""
_BYTES_PER_STEP = 1000
"""What it costs to take a text apart once more."""
_FAILED_STEPS = 1000
"""What it costs to find that something is no sound item."""


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
        self.sibling: int | None = None  # the comma behind a damaged item that a sound one follows
        self.end = len(text)  # where the JSON ends
        self.slow_until = 0  # items before this are not decoded together again
        self.samples: list[bytes] = []  # the last that was kept

    def run(self, *, is_alone: bool = True) -> Salvage:
        """Salvages the text; one that does not stand alone may go on behind its end."""
        place = 0
        while token := _TOKEN.search(self.text, place):
            char, start, place = self.text[token.start()], token.start(), token.end()
            lost = self.sibling is not None and place > self.sibling
            if lost or not self._step(char, start, place):
                comma = self._sibling(start) if self.sibling is None else self.sibling
                if comma is None:
                    return self._broken()
                place = self._skip_to(comma)
            elif not self.stack and char in b"]}":
                return self._complete(place, is_alone=is_alone)
            elif char in b"[," and self.array == len(self.stack) > 0:
                place = self._items(place)
        return self._broken()

    def _items(self, place: int) -> int:
        """Takes sound items from there on; where to look on for brackets."""
        place = self._stretches(place)
        size = end_of_first(self.view[place:])
        self.sibling = self._sibling(place) if size is None else None
        return self._inside(place) if size is None and self.sibling is None else place + (size or 0)

    def _inside(self, place: int) -> int:
        """Salvages a damaged item that holds a list without looking for its end first: it may be all of the text."""
        begin = _BLANK.match(self.text, place).end()  # type: ignore[union-attr]  # matches anywhere
        ahead = self.text[begin : self.text.find(b"[", begin + 1, begin + _SIBLING_BYTES) + 1]
        if not (self.inner and self.inner(ahead)):
            return place
        self.steps.left -= (len(self.text) - begin) // _BYTES_PER_STEP
        salvager = _Salvager(self.text[begin:], self.inner, self.steps, self.level + 1)
        inside = salvager.run(is_alone=False)
        if not inside.damages or flaw(inside.text) is not None:
            return place
        self.count += 1
        self.damages += self._taken(inside, salvager)
        self.start = begin + salvager.end
        return self.start

    def _skip_to(self, comma: int) -> int:
        """Gives up a damaged item of which no end was found before the next sound one."""
        self.stack = self.stack[: self.array]
        self._item(comma)
        self.start = comma + 1
        return self._items(self.start)

    def _stretches(self, place: int) -> int:
        """Keeps items that begin alike, many at a time, as long as a decoder takes them."""
        while place >= self.slow_until and (found := _BEGINNING.match(self.text, place)):
            beginning = found[1]
            if self.inner and beginning.startswith(b"["):
                break  # their own items count
            last = self.text.rfind(beginning, found.end(), place + _STRETCH_BYTES)
            stretch = self.text[place:last].rstrip() if last > 0 else b""
            self.slow_until = last
            try:
                items = _RAWS.decode(b"[" + stretch[:-1] + b"]") if stretch.endswith(b",") else []
            except MALFORMED:
                break
            if not items:
                break
            self._keep(stretch[:-1].strip())
            self.count += len(items)
            self.start = self.slow_until = place = place + len(stretch)
        return place

    def _sibling(self, place: int) -> int | None:
        """The comma behind a damaged item that a sound item follows, of a shape that items before it had."""
        if not self.array or len(self.damages) >= _MAX_DAMAGES:
            return None
        before = [item for sample in self.samples for item in first_items(b"[" + sample + b"]", _SAMPLES)]
        shapes = {shape_of(item) for item in before} - {None}
        beginnings = {found[1] for item in before if (found := _BEGINNING.match(item))}
        if not shapes or not beginnings:
            return None
        pattern = re.compile(rb",\s*+(?=" + b"|".join(re.escape(one) for one in sorted(beginnings)) + b")")
        for found in pattern.finditer(self.text, place, place + _SIBLING_BYTES):
            size = end_of_first(self.view[found.end() : found.end() + _SIBLING_BYTES])
            self.steps.left -= _FAILED_STEPS if size is None else 1
            if self.steps.left < 0:
                break
            if size is not None and shape_of(self.text[found.end() : found.end() + size]) in shapes:
                return found.start()
        self.steps.left -= _FAILED_STEPS
        return None

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
                self.array, self.start, self.first, self.samples = len(self.stack), end, True, []
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
            self.array, self.done, self.sibling = 0, start, None
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

    def _complete(self, end: int, *, is_alone: bool) -> Salvage:
        self.parts.append(self.text[self.done : end])
        self.end = end
        rest = self.text[end:].strip() if is_alone else b""
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
        damages = [Damage(self.count + 1, Reason.INVALID_JSON, detail, rest, cut=True)]
        if not rest and self.damages and self.damages[-1].cut:
            damages = []  # the break is inside of the last item
        self.count += 1
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
        return self._taken(inside, salvager)

    def _taken(self, inside: Salvage, salvager: _Salvager) -> list[Damage]:
        """Keeps what is left of an item; the damages in it, counted as this array counts."""
        self._keep(inside.text)
        if not inside.text.startswith(b"["):
            return inside.damages
        before = self.count - 1
        self.count = before + max(salvager.count, 1)
        return [msgspec.structs.replace(one, item=before + one.item) for one in inside.damages]

    def _keep(self, item: bytes) -> None:
        self.parts.append(item if self.first else b"," + item)
        self.first = False
        self.samples = [*self.samples[-1:], item]
