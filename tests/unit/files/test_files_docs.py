"""docs/formats.md shows inputs that work, and names every format and reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from replay_signals.pipelines.files.reading import FORMATS, read
from replay_signals.schemas.messages import AnalyticsEvent, DeadLetter
from replay_signals.schemas.wire import LIMITS
from support.samples import ROOT

DOCS = (ROOT / "docs" / "formats.md").read_text()
BLOCKS = re.findall(r"```json ([a-z-]+)\n(.*?)```", DOCS, re.DOTALL)


@pytest.mark.parametrize(("name", "text"), BLOCKS, ids=[name for name, _ in BLOCKS])
def test_examples_are_recognised_as_what_they_are(name: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / "s-1.json"
    path.write_text(text)
    records = list(read(str(path)))
    assert records == list(read(str(path), name))
    assert not any(isinstance(record, DeadLetter) for record in records)
    assert {record.session_id for record in records} == {"s-1"}
    kinds = {isinstance(record, AnalyticsEvent) for record in records}
    assert kinds == ({True, False} if name in ("requests", "kafka") else {False})


def test_every_format_has_an_example_and_a_row() -> None:
    names = [name for name, _ in FORMATS[1:]]
    assert [name for name, _ in BLOCKS] == names
    assert re.findall(r"^\| `([a-z-]+)` \|", DOCS, re.MULTILINE)[: len(names)] == names


def test_the_limits_are_the_ones_in_force() -> None:
    assert (LIMITS.event_bytes, LIMITS.text_bytes) == (100_000_000, 512 * 2**20)
    assert LIMITS.value_bytes == 64 * 2**20
    assert (LIMITS.ratio, LIMITS.ratio_from_bytes, LIMITS.decompressed_bytes) == (300, 64 * 2**20, 64 * 2**30)
    assert (LIMITS.message_bytes, LIMITS.message_events) == (1_000_000, 2000)
