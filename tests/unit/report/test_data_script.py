"""Data as a script: it says the same, and no text of it can leave its string."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from replay_signals.transforms.report.data_script import data_script
from support.reports import HOSTILE

BEFORE, AFTER = "report.page(", ");\n"


def read(script: bytes) -> list[object]:
    text = script.decode()
    assert text.startswith(BEFORE) and text.endswith(AFTER)
    found: list[object] = json.loads(f"[{text.removeprefix(BEFORE).removesuffix(AFTER)}]")
    return found


def test_nothing_in_it_ends_the_script_or_begins_markup() -> None:
    script = data_script(HOSTILE, {HOSTILE: [HOSTILE]}).decode()
    assert not set("<>&\u2028\u2029\u202e") & set(script)
    assert script.count("\n") == 1


@given(st.text(), st.recursive(st.text() | st.integers(-9, 9) | st.none(), st.lists, max_leaves=5))
def test_it_says_what_it_was_given(name: str, value: object) -> None:
    def whole(one: object) -> object:
        if isinstance(one, str):  # lone surrogates are no text that a file can hold
            return one.encode("utf-8", "replace").decode()
        return [whole(item) for item in one] if isinstance(one, list) else one

    assert [whole(one) for one in read(data_script(name, value))] == [whole(name), whole(value)]
