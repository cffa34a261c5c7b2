"""One repair of text: every way answers the same for the same surrogates."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_signals.schemas.messages import SourcePosition
from replay_signals.transforms.evidence.dead_letters import dead_letter_row
from replay_signals.transforms.parse.values import dead, dead_of_bug, text_of
from replay_signals.transforms.printable import json_bytes
from replay_signals.transforms.table_rows import canonical
from replay_signals.transforms.text import MAX_ERROR_CHARS, bounded_id, json_utf8, text_of_utf8, utf8, well_formed
from support.samples import signal_row

HALVES = "\ud83d\ude00"
"""Two halves that belong together, as two code points."""
EMOJI = "\U0001f600"


@pytest.mark.parametrize(
    ("text", "expected"), [(HALVES, EMOJI), (f"a{HALVES}b", f"a{EMOJI}b"), ("\ud83d", "\ufffd"), ("\ude00x", "\ufffdx")]
)
def test_halves_become_the_character_they_mean_everywhere(text: str, expected: str) -> None:
    assert well_formed(text) == expected
    assert utf8(text).decode() == expected
    assert text_of_utf8(text.encode("utf-8", "surrogatepass")) == expected
    assert json.loads(json_utf8(json.dumps(text).encode())) == expected
    assert text_of(text) == expected
    assert canonical("signals", [signal_row(summary=text)])[0].summary == expected
    assert json.loads(json_bytes({"a": text}))["a"] == expected
    assert dead_letter_row(dead(SourcePosition("f"), "r", text)).detail == expected


@given(st.text(st.characters(exclude_categories=())))
def test_what_is_repaired_can_be_written_and_stays(text: str) -> None:
    fixed = well_formed(text)
    assert utf8(text) == fixed.encode()
    assert well_formed(fixed) == fixed
    assert msgspec.json.decode(msgspec.json.encode(fixed)) == fixed


def test_words_of_errors_have_one_length() -> None:
    position = SourcePosition("f")
    long = "x" * 5000
    assert len(dead(position, "r", long).detail) == MAX_ERROR_CHARS
    assert len(dead_of_bug(ValueError(long), position, what="judge failed").detail) == MAX_ERROR_CHARS


def test_ids_hold_no_nul_and_are_cut() -> None:
    assert bounded_id("a\0b") == "a\ufffdb"
    assert len(bounded_id("x" * 5000)) == 200


@pytest.mark.parametrize(
    ("text", "repaired"),
    [
        (rb'"\ud83d"', rb'"\ufffd"'),
        (rb'"\ud83d\ude00"', rb'"\ud83d\ude00"'),
        (rb'"\ude00\ud83d"', rb'"\ufffd\ufffd"'),
        (rb'"\\ud83d"', rb'"\\ud83d"'),
        (rb'"\\ud83d\ude00"', rb'"\\ud83d\ufffd"'),
        (rb'"\\\ud83d"', rb'"\\\ufffd"'),
        (rb'"\n\ud83dx\uDE00"', rb'"\n\ufffdx\ufffd"'),
        (rb'"\ud83d\ud83d\ude00"', rb'"\ufffd\ud83d\ude00"'),
    ],
)
def test_only_escapes_of_lone_surrogates_are_repaired(text: bytes, repaired: bytes) -> None:
    assert json_utf8(text) == repaired
