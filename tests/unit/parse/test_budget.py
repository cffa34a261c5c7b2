"""budget: what a text costs once decoded is told from the text alone, and never told too low by much."""

from __future__ import annotations

import tracemalloc
import zlib
from typing import Any

import msgspec
import pytest

from replay_signals.schemas import rrweb
from replay_signals.transforms.parse.budget import (
    FREE_BYTES,
    MAX_RATIO,
    Budget,
    CompressedEndsEarly,
    TooLarge,
    cost_bytes,
)

GZIP = 31
LARGE = 1 << 60


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (b"[" + b",".join([b"[]"] * 100_000) + b"]", Any),
        (b"[" + b",".join([b"{}"] * 100_000) + b"]", Any),
        (b"[" + b",".join([b"1.5"] * 100_000) + b"]", Any),
        (b"[" + b",".join(b'{"a":%d}' % i for i in range(100_000)) + b"]", Any),
        (b"{" + b",".join(b'"%d":1' % i for i in range(100_000)) + b"}", dict[str, Any]),
        (b"[" + b",".join([b'{"id":1,"attributes":{}}'] * 100_000) + b"]", list[rrweb.Node]),
    ],
)
def test_values_cost_what_is_said(text: bytes, kind: Any) -> None:
    decoder = msgspec.json.Decoder(kind)
    tracemalloc.start()
    value = decoder.decode(text)
    real_bytes = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert value
    assert 0.5 * real_bytes < cost_bytes(text, LARGE) < 5 * real_bytes


def test_small_texts_are_free_and_large_ones_are_not() -> None:
    lists = b"[" + b"[]," * (FREE_BYTES // 4)
    Budget().spend(lists)
    with pytest.raises(TooLarge):
        Budget().spend(lists * 4)
    Budget().spend(b'"' + b"x" * 10 * FREE_BYTES + b'"')


def test_many_small_texts_are_one_large_one() -> None:
    budget, lists = Budget(), b"[" + b"[]," * (FREE_BYTES // 4)
    with pytest.raises(TooLarge):
        for _ in range(10):
            budget.spend(lists)


def test_what_inflates_too_well_is_refused_and_what_compresses_well_is_not() -> None:
    well = zlib.compress(b"[" + bytes(str(list(range(1_500_000))), "ascii") + b"]", 9, GZIP)
    assert Budget().inflated(well, GZIP)[0].startswith(b"[[0, 1")
    small = zlib.compress(b" " * 8_000_000, 9, GZIP)
    assert len(small) * MAX_RATIO < 8_000_000
    assert len(Budget().inflated(small, GZIP)[0]) == 8_000_000
    with pytest.raises(TooLarge, match="100 times"):
        Budget().inflated(zlib.compress(b" " * 9_000_000, 9, GZIP), GZIP)


def test_what_breaks_off_is_told_from_what_is_too_large() -> None:
    with pytest.raises(CompressedEndsEarly):
        Budget().inflated(zlib.compress(b"[1,2,3]", 9, GZIP)[:-9], GZIP)
    assert Budget().inflated(zlib.compress(b"[]", 9, GZIP) + b"more", GZIP) == (b"[]", b"more")
