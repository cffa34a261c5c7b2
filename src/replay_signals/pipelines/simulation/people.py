"""Visitors: their attributes are hashes of their number, so they are the same on every day."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from replay_signals.pipelines.simulation.arrays import Floats, Ints
from replay_signals.pipelines.simulation.site import BROWSERS, FLAGS

PHONE = 1
"""Place in the site's list of devices."""


def uniform(user: Ints, team: Ints, salt: int) -> Floats:
    """A uniform number in [0, 1) that belongs to a visitor (SplitMix64 of their number)."""
    with np.errstate(over="ignore"):
        x = (user.astype(np.uint64) * np.uint64(1_000_003) + team.astype(np.uint64)) * np.uint64(64) + np.uint64(salt)
        x = (x + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        x ^= x >> np.uint64(31)
    share: Floats = (x >> np.uint64(11)).astype(np.float64) / float(1 << 53)
    return share


def pick(share: Floats, count: int) -> Ints:
    """Numbers below `count`, each half as likely as the one before."""
    places: Ints = np.minimum((-np.log2(1 - share * (1 - 0.5**count))).astype(np.int64), count - 1)
    return places


def flags_of(user: Ints, team: Ints) -> Ints:
    """Variants of all flags as one number, each flag a digit to the base of its variants."""
    code = np.zeros(len(user), np.int64)
    for salt, variants in enumerate(FLAGS.values(), start=10):
        code = code * len(variants) + (uniform(user, team, salt) * len(variants)).astype(np.int64)
    return code


def variants_of(code: int) -> dict[str, str]:
    """Flags of a visitor's number."""
    found = {}
    for flag, variants in reversed(FLAGS.items()):
        code, place = divmod(code, len(variants))
        found[flag] = variants[place]
    return found


def variant(codes: Ints, flag: str) -> NDArray[np.str_]:
    """Variant of one flag for each visitor's number."""
    known, back = np.unique(codes, return_inverse=True)
    return np.array([variants_of(int(code))[flag] for code in known])[back]


def systems_of(device: Ints, browser: Ints) -> Ints:
    """Systems, as places in the site's list: Safari's are Apple's."""
    is_phone, is_safari = device == PHONE, browser == BROWSERS.index("Safari")
    found: Ints = np.where(is_phone, np.where(is_safari, 1, 2), np.where(is_safari, 3, 0))
    return found
