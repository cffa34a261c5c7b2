"""Style sheets that were written to be slow to read, and whose element they speak of."""

from __future__ import annotations

import time

import msgspec
import pytest

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest.element_facts import ElementFacts
from replay_signals.transforms.digest.style_rules import MAX_SHEET_BYTES
from replay_signals.transforms.digest.style_sheets import StyleSheets


def node(text: str) -> rrweb.Node:
    return rrweb.Node(1, 2, "style", msgspec.Raw(msgspec.json.encode({"_cssText": text})))


LONG = 900_000
HOSTILE = {
    "comments": "/*" * LONG,
    "names": ".a" * LONG,
    "opened": "{cursor:" * (LONG // 4),
    "selectors": ",".join(".a .b" for _ in range(LONG // 6)) + "{cursor:pointer}",
    "deep": " ".join(".a" for _ in range(LONG // 3)) + "{cursor:pointer}",
    "rules": ".a{cursor:pointer}" * (LONG // 18),
    "values": ".a{position:fixed;background:rgba(" + "0," * LONG + "}",
    "colons": ".a{cursor" + ":" * LONG + "}",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_sheets_that_are_slow_to_read_are_not(what: str) -> None:
    sheets = StyleSheets()
    started = time.process_time()
    sheets.read(node(HOSTILE[what]))
    around = [ElementFacts("div", b'{"class":"a"}')] * 400
    for _ in range(500):
        box = ElementFacts("div", b'{"class":"a b c"}')
        sheets.pointer(box, around)
    sheets.is_veil(box, around)
    assert time.process_time() - started < 3


def test_a_sheet_that_is_too_long_is_passed_over() -> None:
    sheets = StyleSheets()
    sheets.read(node(".a { cursor: pointer }" + " " * MAX_SHEET_BYTES))
    assert sheets.pointer(ElementFacts("p", b'{"class":"a"}'), []) == {}


@pytest.mark.parametrize("bad", [1, None, ["x"], {"a": 1}, True])
def test_rules_that_are_no_text(bad: object) -> None:
    sheets = StyleSheets()
    raw = msgspec.Raw(msgspec.json.encode({"_cssText": bad}))
    sheets.read(rrweb.Node(1, 2, "style", raw))
    assert sheets.pointer(ElementFacts("p", b""), []) == {}
