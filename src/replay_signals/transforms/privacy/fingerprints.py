"""Fingerprints: keyed hashes that tell two texts apart without saying either.

A short one (20 bits) stands where only "the same or another" matters: many texts share it, so a list of guesses does
not give the text back even to who holds the key. A long one (128 bits) stands for people, who must still count.
"""

from __future__ import annotations

import re
from hashlib import blake2b

LETTERS = "bcdfghjkmnpqrstv"
"""Hexadecimal digits written without vowels and digits: they spell no word, and no rule takes them for a number."""
SHORT_CHARS = 5
_TO_LETTERS = str.maketrans("0123456789abcdef", LETTERS)
HASHED = "h_"
IS_HASHED = re.compile(rf"{HASHED}[0-9a-f]{{32}}")
"""A long fingerprint; what arrives as one is not hashed again."""


class Fingerprints:
    """Fingerprints under one key. Without a key a list of guesses can be tried against the long ones."""

    def __init__(self, key: bytes) -> None:
        self.told_people_apart = False
        """A long one was made."""
        self._key = blake2b(key, digest_size=32, person=b"replay-privacy").digest()

    def short(self, text: str) -> str:
        """Five letters."""
        digest = blake2b(_utf8(text), digest_size=4, key=self._key, person=b"short").hexdigest()
        return digest[:SHORT_CHARS].translate(_TO_LETTERS)

    def checksum(self, data: bytes) -> int:
        """32 bits that tell whether something is as it was."""
        return int.from_bytes(blake2b(data, digest_size=4, key=self._key, person=b"checksum").digest(), "big")

    def long(self, text: str) -> str:
        """`h_` and 32 hexadecimal digits."""
        self.told_people_apart = True
        return HASHED + blake2b(_utf8(text), digest_size=16, key=self._key, person=b"long").hexdigest()


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
