"""What is kept where: every column of text says what it holds, and the words for it name settings that exist."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from msgspec import Struct, defstruct

from replay_signals.jobs.rules import settings
from replay_signals.schemas.inbox import InboxRecord
from replay_signals.schemas.kept import KEPT, Holds, text_columns
from replay_signals.schemas.rows import TABLES, doc


@pytest.mark.parametrize("struct", [*TABLES.values(), InboxRecord], ids=lambda struct: struct.__name__)
def test_every_column_of_text_has_a_class(struct: type[Struct]) -> None:
    columns = list(text_columns(struct))
    assert {column.name.partition(".")[0] for column in columns} <= set(struct.__struct_fields__)
    assert all(column.doc for column in columns)


class Inner(Struct):
    word: Annotated[str, doc("A word"), Holds.OWN_WORD]


class Known(Struct):
    number: Annotated[int, doc("A number")]
    shares: Annotated[list[float] | None, doc("Shares")]
    words: Annotated[dict[str, int] | None, doc("Words"), Holds.OWN_WORD]
    inner: Annotated[Inner | None, doc("More")]


def test_text_is_found_in_maps_and_below() -> None:
    assert [(column.name, column.holds) for column in text_columns(Known)] == [
        ("words", Holds.OWN_WORD),
        ("inner.word", Holds.OWN_WORD),
    ]


@pytest.mark.parametrize("kind", [str, bytes, str | None, list[str], dict[str, int], Literal["a"], Any, object])
def test_a_column_that_may_hold_text_needs_a_class(kind: Any) -> None:
    new = defstruct("New", [("column", Annotated[kind, doc("What may be said")])])
    with pytest.raises(TypeError, match=r"New\.column"):
        list(text_columns(new))


def test_words_for_it_name_settings_of_the_rules() -> None:
    known = {one.key for one in settings()} | {one.table for one in settings()}
    assert set(KEPT) == set(Holds)
    for kept in KEPT.values():
        assert set(kept.settings) <= known
