"""What is known of elements that are written alike."""

from __future__ import annotations

import pytest
from msgspec import Raw

from replay_signals.schemas.rrweb import Node
from replay_signals.transforms.digest.element_facts import MAX_KNOWN_BYTES, facts_of


def element(tag: str, attributes: bytes) -> Node:
    return Node(1, 2, tag, Raw(attributes))


def test_elements_of_the_same_tag_and_attributes_are_one() -> None:
    button = facts_of(element("button", b'{"title":"a"}'))
    assert facts_of(element("button", b'{"title":"a"}')) is button
    assert facts_of(element("div", b'{"title":"a"}')).is_kept != button.is_kept


def test_long_attributes_are_not_kept_in_memory() -> None:
    long = b'{"id":"%s"}' % (b"a" * MAX_KNOWN_BYTES)
    assert facts_of(element("div", long)) is not facts_of(element("div", long))


@pytest.mark.parametrize("wrong", [b"[]", b'{"class":"\xff"}', b'{"class":1e999}', b"1"])
def test_attributes_that_cannot_be_read(wrong: bytes) -> None:
    with pytest.raises(ValueError):
        facts_of(element("div", wrong))


@pytest.mark.parametrize("value", [b"1", b"[1]", b'{"a":1}', b"true", b"null"])
def test_values_of_other_types_are_no_classes_and_no_style(value: bytes) -> None:
    told = facts_of(element("div", b'{"class":%s,"style":%s,"role":%s,"id":%s}' % ((value,) * 4)))
    assert told.classes == ""
    assert told.inline == {}
    assert not told.is_kept
    assert told.control_flags(False, False, "") == ("nP", False)
