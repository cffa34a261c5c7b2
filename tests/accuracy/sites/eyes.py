"""What a person would say of a click: did the page respond?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pixels

Item = dict[str, Any]
SMALL_PX = 90
"""A focus style may cover the focused element's parent (a button group); a parent taller than this is none."""


def saw(
    item: Item, before: Sequence[Any], later: Sequence[Any], was: Item, here: Item
) -> tuple[bool | None, dict[str, int] | None]:
    """`(responded, changed pixels inside, outside the element)`; None where only focus or passing effects show."""
    pics, shots = [b for b in before if b is not None], [s for s in later if s is not None]
    if len(pics) < 2 or not shots or any(p.shape != pics[-1].shape for p in [*pics, *shots]):
        return None, None
    quiet = pixels.ambient(pics, was["boxes"])
    marks = pixels.boxed(quiet.shape, [*here["marks"], *was["marks"], *_chrome(item, quiet.shape)], 2)
    masks = [m & ~marks for m in pixels.changed(pics[-1], shots, quiet)]
    element = pixels.boxed(quiet.shape, [(item["left"], item["top"], item["width"], item["height"])], 3)
    total = masks[0].copy()
    for mask in masks[1:]:
        total |= mask
    inside, outside = int((total & element).sum()), int((total & ~element).sum())
    visible = {"inside": inside, "outside": outside, "area": int(item["width"] * item["height"])}
    if abs(was["y"] - here["y"]) > 3:
        return True, visible
    focus = pixels.boxed(quiet.shape, _focused(was, here), 8)
    beyond, lasting = total & ~element & ~focus, masks[-1] & element & ~focus
    if max(int(beyond.sum()), int(lasting.sum())) > pixels.SEEN_PX:
        return True, visible
    return (None if inside + outside > pixels.SEEN_PX else False), visible


def _chrome(item: Item, shape: Sequence[int]) -> list[pixels.Box]:
    """What the browser itself draws over the page: the address of a link, the tooltip of a title."""
    status = (0.0, shape[0] - 30.0, 700.0, 30.0)
    return [status, (item["x"] - 20, item["y"] + 8, 460.0, 60.0)] if item.get("titled") else [status]


def _focused(was: Item, here: Item) -> list[pixels.Box]:
    """Places where the focus came or went."""
    if was["key"] == here["key"] and was["active"] == here["active"]:
        return []
    boxes = [b for b in (was["active"], here["active"]) if b]
    return boxes + [b for b in (was["around"], here["around"]) if b and boxes and b[3] < SMALL_PX]
