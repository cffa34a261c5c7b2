"""What a damaged JSON text still holds: what is kept, what is reported, and that hostile text stays cheap."""

from __future__ import annotations

import json
import re

import pytest

from replay_signals.schemas.messages import Reason
from replay_signals.transforms.parse.json_text import flaw
from replay_signals.transforms.parse.salvage import salvage
from replay_signals.transforms.parse.shapes import may_hold_list


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


def events(count: int, first: int = 0) -> list[dict[str, object]]:
    return [{"type": 3, "data": {"at": [{"x": n}]}, "timestamp": n} for n in range(first, first + count)]


BREAKS = {
    "without its end": (b'"timestamp": 17}', b'"timestamp": 17'),
    "without a quote": (b'"timestamp": 17}', b'"timestamp: 17}'),
    "with a bracket too many": (b'"timestamp": 17}', b'"timestamp": 17}}'),
    "with a list that ends too early": (b'[{"x": 17}]', b'{"x": 17}]'),
    "over two items": (b'17}]}, "timestamp": 17}, {"type": 3, "data": {"at"', b"17"),
}


@pytest.mark.parametrize("broken", BREAKS)
@pytest.mark.parametrize("around", [b"%s", b'{"a": {"events": %s}, "b": 1}', b'[["w", %s]]'])
def test_items_behind_a_damaged_one_are_kept(broken: str, around: bytes) -> None:
    text = (around % json.dumps(events(40)).encode()).replace(*BREAKS[broken], 1)
    rest = salvage(text, may_hold_list)
    assert flaw(rest.text) is None and len(rest.damages) == 1
    kept = [int(number) for number in re.findall(rb'"timestamp": (\d+)', rest.text)]
    assert [n for n in kept if not 17 <= n <= 18] == [n for n in range(40) if not 17 <= n <= 18]


def test_a_damaged_item_is_not_continued_by_its_own_parts() -> None:
    """Nodes of a page begin as events do, and have other fields."""
    node = {"type": 2, "childNodes": [{"type": 3, "id": 5}, {"type": 3, "id": 6}], "id": 4}
    page = json.dumps({"type": 2, "data": {"node": node}, "timestamp": 3}).replace('{"type": 3, "id": 5}', '{"type": 3')
    before, after = (json.dumps(events(3, first))[1:-1] for first in (0, 4))
    rest = salvage(f"[{before}, {page}, {after}]".encode())
    assert json.loads(rest.text) == [*events(3), *events(3, 4)] and len(rest.damages) == 1


def test_a_list_in_a_list_goes_on_behind_a_damaged_one() -> None:
    text = json.dumps([events(5, 5 * n) for n in range(4)]).encode().replace(b'"timestamp": 7}', b'"timestamp": 7', 1)
    rest = salvage(text, may_hold_list)
    assert [len(row) for row in json.loads(rest.text)] == [5, 4, 5, 5]
    assert [damage.item for damage in rest.damages] == [8]


def test_steps_bound_how_often_a_text_is_taken_apart() -> None:
    """Every item looks like a wrapper around a list, and every list like the beginning of the rest of the text."""
    hostile = salvage(b"[" + b'{"a":[' * 100_000, may_hold_list, max_steps=50_000)
    assert hostile.damages and flaw(hostile.text) is None
