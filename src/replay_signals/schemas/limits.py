"""Bounds of settings: a number that cannot be meant is named with the nearest one that can."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

NEAR_SHARE = 1e-3
"""How far inside an open bound a suggested number lies, as a share of the bound or of 1."""


def doc(  # one optional word for each kind of bound
    text: str,
    *,
    least: float | None = None,
    most: float | None = None,
    above: float | None = None,
    below: float | None = None,
    min_length: int | None = None,
) -> Meta:
    """Documentation of a field and its bounds: `least` and `most` are valid themselves, `above` and `below` are not."""
    bounds = {"ge": least, "le": most, "gt": above, "lt": below, "min_length": min_length}
    given: dict[str, Any] = {name: bound for name, bound in bounds.items() if bound is not None}
    return Meta(description=text, **given)


def faults(data: object, hint: object, path: str = "") -> Iterator[str]:
    """What is out of bounds in `data`, as a sentence each. Wrong types and unknown keys are left to the decoder."""
    metas: tuple[Any, ...] = ()
    if get_origin(hint) is Annotated:
        hint, *rest = get_args(hint)
        metas = tuple(m for m in rest if isinstance(m, Meta))
    if isinstance(data, (int, float)) and not isinstance(data, bool):
        yield from (fault for meta in metas if (fault := _fault(data, meta, path, hint is int)))
    elif isinstance(data, str):
        yield from (
            f"{path} is empty: it needs at least {meta.min_length} character"
            for meta in metas
            if meta.min_length and len(data) < meta.min_length
        )
    elif isinstance(data, list) and get_origin(hint) in (list, tuple):
        for place, item in enumerate(data):
            yield from faults(item, get_args(hint)[0], f"{path}[{place}]")
    elif isinstance(data, dict) and isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        hints = get_type_hints(hint, include_extras=True)
        for key, value in data.items():
            if key in hints:
                yield from faults(value, hints[key], f"{path}.{key}" if path else str(key))


def nearest(value: float, meta: Meta, whole: bool) -> float:
    """The valid number next to `value`; `whole` where only integers are."""
    low, high = _inside(meta, whole)
    return min(max(value, low), high)


def _fault(value: float, meta: Meta, path: str, whole: bool) -> str:
    if not isfinite(value):
        return f"{path} = {value} is no finite number"
    fits = (
        (meta.ge is None or value >= meta.ge)
        and (meta.gt is None or value > meta.gt)
        and (meta.le is None or value <= meta.le)
        and (meta.lt is None or value < meta.lt)
    )
    if fits:
        return ""
    return f"{path} = {value:g} is not possible; the nearest valid number is {nearest(value, meta, whole):g}"


def _inside(meta: Meta, whole: bool) -> tuple[float, float]:
    """Least and greatest number to suggest: at a closed bound, a little inside an open one."""
    low, high = float("-inf"), float("inf")
    if meta.ge is not None:
        low = meta.ge
    if meta.gt is not None:
        low = meta.gt + (1 if whole else NEAR_SHARE * max(1.0, abs(meta.gt)))
    if meta.le is not None:
        high = meta.le
    if meta.lt is not None:
        high = meta.lt - (1 if whole else NEAR_SHARE * max(1.0, abs(meta.lt)))
    return low, high
