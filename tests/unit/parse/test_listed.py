"""Very many dead letters of one reason: the first are listed, the rest is counted with its range."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from replay_signals.pipelines.files.reading import read
from replay_signals.schemas.messages import DeadLetter, Reason, SourcePosition
from replay_signals.transforms.parse.cut import RecordedEvent
from replay_signals.transforms.parse.listed import MAX_LISTED, listed


def letter(offset: int, reason: str = Reason.INVALID_EVENT) -> DeadLetter:
    return DeadLetter(SourcePosition("f", offset), reason, f"number {offset}")


def test_as_many_as_may_be_listed_stay_as_they_are() -> None:
    letters = [letter(i) for i in range(1, 4)]
    assert list(listed(letters, most=3)) == letters
    assert list(listed([*letters, letter(4)], most=3)) == [*letters, letter(4)]


def test_of_more_one_says_how_many_and_where() -> None:
    event = RecordedEvent("s", "w", b"{}", SourcePosition("f", 1))
    found = list(listed([*(letter(i) for i in range(1, 5)), event, letter(1200), letter(3400)], most=3))
    assert found[:4] == [letter(1), letter(2), letter(3), event]
    assert [one.position for one in found[4:] if isinstance(one, DeadLetter)] == [SourcePosition("f", 4)]
    assert [one.detail for one in found[4:] if isinstance(one, DeadLetter)] == [
        "3 of this reason from here to 3,400, not listed one by one; the first: number 4"
    ]


def test_reasons_are_counted_apart() -> None:
    rare = letter(9000, Reason.TOO_LARGE)
    found = list(listed([*(letter(i) for i in range(1, 50)), rare], most=3))
    assert rare in found
    assert [one.reason for one in found if isinstance(one, DeadLetter)].count(Reason.INVALID_EVENT) == 4


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('["w-1",{}]', Reason.INVALID_EVENT),
        ('{"window_id":"w","data":[{}]}', Reason.NO_VALID_EVENTS),
        ('{"event":"$pageview","properties":{}}', Reason.MISSING_DISTINCT_ID),
        ('{"topic":"t","value":"{}","offset":1}', Reason.INVALID_PAYLOAD),
    ],
)
def test_a_file_of_lines_that_are_nothing(tmp_path: Path, line: str, reason: str) -> None:
    """A file of 200,000 such lines was 200,000 dead letters, and took a minute."""
    path = tmp_path / "f.jsonl"
    path.write_text(f"{line}\n" * (MAX_LISTED + 500))
    letters = [one for one in read(str(path)) if isinstance(one, DeadLetter)]
    assert [one.reason for one in letters] == [reason] * (MAX_LISTED + 1)
    assert letters[-1].detail.startswith("500 of this reason from here to ")


def test_good_lines_between_them_are_read(tmp_path: Path) -> None:
    event = {"type": 3, "data": {"source": 1}, "timestamp": 1795489863447}
    path = tmp_path / "f.jsonl"
    path.write_text(f"{json.dumps(event)}\n{{}}\n" * (MAX_LISTED + 5))
    records = list(read(str(path)))
    assert len([one for one in records if isinstance(one, DeadLetter)]) == MAX_LISTED + 1
    assert len(records) > MAX_LISTED + 1
