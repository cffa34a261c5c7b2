"""Budget: what one message may ask for, all its compressed parts together, held against before values are built.

Gzip makes 1,000 bytes of one, and a decoder 24 bytes of each byte of `[[],[],...]`: so a message of half a megabyte can
ask for gigabytes. Anyone who knows a project's public token can send it.
"""

from __future__ import annotations

import zlib

from replay_signals.transforms.privacy.steps import Steps

MIB = 1024 * 1024

MAX_RATIO = 100
"""Inflated to compressed, of one part. Real ones stay below 60, gzip ends at 1032."""
RATIO_FROM_BYTES = 8 * MIB
"""Smaller parts may inflate as well as they like: long tables of equal rows do."""
MAX_DECODED_BYTES = 96 * MIB
"""Memory of decoded values, as `cost_bytes` estimates it: a document of 130,000 elements with attributes."""
FREE_BYTES = 2 * MIB
"""Texts of a message that are not looked at: whatever they hold decodes to less than 64 MiB. Few messages have more."""

MAX_ITEMS = 10_000
"""Events, controls, views and requests that are kept of one message; each takes 10 to 30 microseconds. Recorders send
every few seconds: the largest messages known have 3,000."""
MAX_CLASS_CHARS = 1_000_000
"""Class attributes of one message that are looked at, each text once; a character takes 0.3 microseconds. Frameworks of
utility classes write 100 a node, and repeat them: the largest pages known have 60,000."""
MAX_PIXELS = 24_000_000
"""Pixels of screenshots that are decoded for one message: ten looks at a phone's screen in full (1080 x 2160, as
posthog-android sends them, twenty events a message), 70 in points. WebP takes 0.02 microseconds for each."""
JPEG_SHARE = 3
"""A pixel of a JPEG, read at an eighth of its size, takes a third of that at most."""
PIXELS_PER_BYTE = 4
"""What a byte of a WebP costs on top, as a number of pixels; screenshots have few bytes, noise has many."""

_CHUNK_BYTES = 4 * MIB
# CPython on 64 bits: bytes of a node with attributes (a dict of one entry has as many), of an empty list and its slot,
# of a number and its slot, and of an entry of a large dict with its name.
_OBJECT_BYTES, _LIST_BYTES, _VALUE_BYTES, _ENTRY_BYTES = 232, 72, 40, 180
_USUAL_ENTRIES = 8  # names in an object; rrweb's nodes have five. Of more, each costs an entry
_QUOTES_PER_ENTRY = 4  # two around the name, two around the value


class CompressedEndsEarly(ValueError):
    """Compressed data that breaks off."""


class TooLarge(Exception):
    """The message asks for more than its budget."""


class Budget:
    """The budget of one message, spent text by text."""

    MAX_INFLATED_BYTES = 64 * MIB
    """Of all compressed parts of a message. Capture takes no request above 20 MB, inflated."""

    def __init__(self, max_inflated_bytes: int | None = None) -> None:
        self._inflated_left_bytes = self.MAX_INFLATED_BYTES if max_inflated_bytes is None else max_inflated_bytes
        self._text_bytes = 0
        self._decoded_bytes = 0
        self._items_left = MAX_ITEMS
        self.text_steps = Steps()
        self._class_chars_left = MAX_CLASS_CHARS
        self._pixels_left = MAX_PIXELS

    @property
    def has_pixels(self) -> bool:
        """Whether there is budget left for pictures."""
        return self._pixels_left > 0

    @classmethod
    def for_checks(cls) -> Budget:
        """A budget for whoever only asks whether something can be read: no text is searched, no picture decoded."""
        budget = cls()
        budget.text_steps = Steps(0)
        budget._pixels_left = 0
        return budget

    def spend(self, text: bytes) -> None:
        """Takes a JSON text that is to be decoded; raises TooLarge."""
        self._text_bytes += len(text)
        if self._text_bytes > FREE_BYTES:
            self._decoded_bytes += cost_bytes(text, MAX_DECODED_BYTES - self._decoded_bytes)
            if self._decoded_bytes > MAX_DECODED_BYTES:
                raise TooLarge(f"more values than {MAX_DECODED_BYTES // MIB} MiB hold")

    def keep(self, items: int) -> None:
        """Takes things that are to be kept; raises TooLarge."""
        self._items_left -= items
        if self._items_left < 0:
            raise TooLarge(f"more than {MAX_ITEMS} events, controls, views and requests")

    def look_at_classes(self, chars: int) -> None:
        """Takes a class attribute; raises TooLarge."""
        self._class_chars_left -= chars
        if self._class_chars_left < 0:
            raise TooLarge(f"more than {MAX_CLASS_CHARS} characters of class attributes")

    def decode_picture(self, pixels: int, size_bytes: int, format: str) -> bool:
        """Takes a picture that is to be decoded, of so many bytes. False when the budget is spent."""
        pixels = pixels // JPEG_SHARE if format == "JPEG" else pixels
        self._pixels_left -= pixels + (PIXELS_PER_BYTE * size_bytes if format == "WEBP" else size_bytes)
        return self._pixels_left >= 0

    def inflated(self, packed: bytes, wbits: int) -> tuple[bytes, bytes]:
        """The JSON in gzip or zlib (`wbits` as zlib has it), and what stands behind the compressed data.

        Raises TooLarge as soon as the budget is spent, CompressedEndsEarly, and zlib.error.
        """
        stream = zlib.decompressobj(wbits)
        most = max(RATIO_FROM_BYTES, MAX_RATIO * len(packed))
        parts: list[bytes] = []
        size = 0
        while not stream.eof:
            part = stream.decompress(packed, _CHUNK_BYTES)
            packed = stream.unconsumed_tail
            if not part and not packed and not stream.eof:
                raise CompressedEndsEarly("the compressed data ends too early")
            parts.append(part)
            size += len(part)
            self._inflated_left_bytes -= len(part)
            if self._inflated_left_bytes < 0:
                raise TooLarge("decompresses to more bytes than a message may have")
            if size > most:
                raise TooLarge(f"decompresses to more than {MAX_RATIO} times its size")
            self.spend(part)
        return b"".join(parts), stream.unused_data


def cost_bytes(text: bytes, most: int) -> int:
    """About how much memory the values of a JSON text take once decoded; counting ends where it is more than `most`.

    Strings are counted as if they were JSON: the braces of a style sheet and the commas of a path cost what values do.
    """
    objects = text.count(b"{")
    cost = objects * _OBJECT_BYTES
    if cost <= most:
        cost += text.count(b"[") * _LIST_BYTES
    if cost <= most:
        cost += text.count(b",") * _VALUE_BYTES
    if cost <= most:
        entries = text.count(b'"') // _QUOTES_PER_ENTRY - objects * _USUAL_ENTRIES
        cost += max(0, entries) * _ENTRY_BYTES
    return cost
