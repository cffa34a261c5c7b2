"""What a collection holds after everything that was done to it."""

from __future__ import annotations

from replay_signals.schemas.collection_rows import CollectionRow
from replay_signals.transforms.playlists.contents import Contents, contents
from support.made_rows import made


def row(
    number: int, change: str, *sessions: str, condition: str = "", note: str = "", name: str = "n"
) -> CollectionRow:
    found: CollectionRow = made(
        "collections", name=name, number=number, change=change, sessions=list(sessions), condition=condition, note=note
    )
    return found


def test_sessions_keep_the_order_in_which_they_were_put_in_once_each() -> None:
    rows = [row(2, "added", "b", "c"), row(1, "added", "a", "b", note="why"), row(3, "removed", "a")]
    assert contents(rows) == {"n": Contents("n", sessions=("b", "c"), note="why", number=3)}


def test_a_filter_that_is_saved_again_is_another_one() -> None:
    rows = [row(1, "saved", condition="severity > 1", note="old"), row(2, "saved", condition="severity > 2")]
    found = contents(rows)["n"]
    assert (found.condition, found.note, found.is_playlist) == ("severity > 2", "old", True)


def test_what_was_deleted_is_empty_and_its_numbers_go_on() -> None:
    rows = [row(1, "saved", condition="severity > 1", note="old"), row(2, "deleted")]
    assert contents(rows) == {"n": Contents("n", number=2, is_deleted=True)}
    again = contents([*rows, row(3, "added", "a")])["n"]
    assert again == Contents("n", sessions=("a",), number=3)


def test_names_are_apart() -> None:
    assert set(contents([row(1, "added", "a", name="one"), row(1, "added", "b", name="two")])) == {"one", "two"}
