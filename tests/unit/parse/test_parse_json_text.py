"""Text that is no UTF-8."""

from __future__ import annotations

import pytest

from replay_signals.transforms.text import json_utf8


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        (rb'"\ud83d\ude00"', rb'"\ud83d\ude00"'),
        (rb'"\ud83d"', rb'"\ufffd"'),
        (rb'"\ude00\ud83d"', rb'"\ufffd\ufffd"'),
        (rb'"\\ud83d"', rb'"\\ud83d"'),
        (b'"\xff"', '"\ufffd"'.encode()),
    ],
)
def test_repair(text: bytes, fixed: bytes) -> None:
    assert json_utf8(text) == fixed
