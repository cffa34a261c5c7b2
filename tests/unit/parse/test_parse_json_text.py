"""Damaged JSON text: what is kept, what is reported, and that hostile text stays cheap."""

from __future__ import annotations

import pytest

from replay_signals.schemas.messages import Reason
from replay_signals.transforms.parse.json_text import flaw, salvage
from replay_signals.transforms.text import json_utf8


@pytest.mark.parametrize(
    ("text", "kept", "items"),
    [
        (b"[1,2,3", b"[1,2]", [3]),
        (b"[1,tru,3]", b"[1,3]", [2]),
        (b"[1,{]},3]", b"[1]", [2]),
        (b'{"a":1,"events":[1,2', b'{"a":1,"events":[1]}', [2]),
        (b'{"a":1,"eve', b'{"a":1}', [1]),
        (b'{"w":{"a":[1,x],"b":[2,', b'{"w":{"a":[1],"b":[2]}}', [2, 4]),
        (b"[1,2]]", b"[1,2]", [3]),
        (b"[1,,2,]", b"[1,2]", []),
        (b'[{"a":[1,2', b"[]", [1]),
        (b'["a,b]","c', b'["a,b]"]', [2]),
    ],
)
def test_salvage(text: bytes, kept: bytes, items: list[int]) -> None:
    rest = salvage(text)
    assert rest.text == kept
    assert [damage.item for damage in rest.damages] == items


def test_items_with_an_inner_array_are_salvaged_themselves() -> None:
    text = b'[{"k":[1,tru,3]},{"o":[1,tru]},{"k":[4,5'
    rest = salvage(text, lambda item: b'"k"' in item)
    assert rest.text == b'[{"k":[1,3]},{"k":[4]}]'
    assert [damage.text for damage in rest.damages] == [b"tru", b'{"o":[1,tru]}', b"5"]


def test_nested_too_deeply_is_an_item_like_any_other() -> None:
    deep = b"[" * 50_000 + b"]" * 50_000
    rest = salvage(b"[1," + deep + b",2]")
    assert rest.text == b"[1,2]"
    assert [damage.reason for damage in rest.damages] == [Reason.TOO_DEEP]


def test_hostile_text_stays_cheap() -> None:
    many = salvage(b"[" + b"x," * 50_000 + b"1]")
    assert len(many.damages) == 1001
    assert flaw(many.text) is None
    deep = salvage(b"[1," + b"[" * 1_500_000)
    assert deep.text == b"[1]"
    assert len(deep.damages) == 1


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
