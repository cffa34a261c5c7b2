"""Records: their encoding."""

from __future__ import annotations

import zlib

import msgspec
import pytest

from replay_signals.transforms.digest import records


def test_the_codes_are_part_of_the_stored_format() -> None:
    """Renumbering would make every stored digest mean something else."""
    names = ("LOAD", "META", "FULL", "MUTATION", "MOVE", "INTERACTION", "SCROLL", "INPUT", "RESIZE", "MEDIA", "STYLE")
    names += ("CANVAS", "SELECTION", "CUSTOM", "CONSOLE", "NETWORK", "OTHER")
    assert [getattr(records, name) for name in names] == list(range(17))


@pytest.mark.parametrize(
    "data", [b"", b"x", zlib.compress(b""), zlib.compress(b"\xc1"), zlib.compress(msgspec.msgpack.encode({"a": 1}))]
)
def test_what_is_no_encoding_is_named_corrupt(data: bytes) -> None:
    with pytest.raises(records.CorruptDigest):
        records.decode(data)


@pytest.mark.parametrize(
    ("value", "fits"), [(2**64 - 1, True), (2**64, False), (-(2**63), True), (-(2**63) - 1, False)]
)
def test_numbers_beyond_64_bits_do_not_fit(value: int, fits: bool) -> None:
    assert records.encodable([0, records.OTHER, value]) is fits
