"""What a person would see: compares screenshots taken before and after a click."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""Rows of pixels of four bytes, the last without meaning, as the screen holds them."""
Mask = NDArray[np.bool_]
Box = tuple[float, float, float, float]
TOLERANCE = 24
"""A channel has to change by this much; less is antialiasing and video noise."""
SEEN_PX = 12
"""Fewer changed pixels than this nobody sees."""


def differs(a: Picture, b: Picture) -> Mask:
    """Where two pictures differ; all of it when their sizes do."""
    if a.shape != b.shape:
        return np.ones(b.shape[:2], dtype=np.bool_)
    mask = np.zeros(b.shape[:2], dtype=np.bool_)
    rows = np.flatnonzero((a.view(np.uint32) != b.view(np.uint32)).any(axis=(1, 2)))
    if rows.size:
        part = slice(int(rows[0]), int(rows[-1]) + 1)
        apart = np.abs(a[part, :, :3].astype(np.int16) - b[part, :, :3])
        mask[part] = (apart > TOLERANCE).any(axis=2)
    return mask


def grown(mask: Mask, by: int) -> Mask:
    """The mask with a margin, in blocks."""
    out = mask.copy()
    for axis in (0, 1):
        step = out.copy()
        for shift in range(-by, by + 1, max(1, by // 2)):
            step |= np.roll(out, shift, axis)
        out = step
    return out


def boxed(shape: Sequence[int], boxes: Sequence[Box], margin: float = 0) -> Mask:
    """A mask of boxes (left, top, width, height)."""
    mask = np.zeros((shape[0], shape[1]), dtype=np.bool_)
    for left, top, width, height in boxes:
        x0, y0 = max(0, int(left - margin)), max(0, int(top - margin))
        mask[y0 : max(0, int(top + height + margin) + 1), x0 : max(0, int(left + width + margin) + 1)] = True
    return mask


def ambient(before: Sequence[Picture], boxes: Sequence[Box]) -> Mask:
    """Where the page was changing anyway."""
    mask = boxed(before[0].shape, boxes, 2)
    for a, b in itertools.pairwise(before):
        mask |= differs(a, b)
    return grown(mask, 6)


def changed(before: Picture, after: Sequence[Picture], quiet: Mask) -> list[Mask]:
    """Where each later picture differs from the one right before the click."""
    return [differs(before, a) & ~quiet if a.shape == before.shape else differs(before, a) for a in after]
