"""Of how many problems a report takes pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from replay_signals.pipelines.playback.stills import Still
from replay_signals.pipelines.report import playing
from replay_signals.pipelines.report.playing import Recordings
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.playback.moment import Moment
from support.reports import PROBLEM, problem, replaced, shop, write
from support.warehouses import TEAM, ms, page, replay, written

WORST = ["c" * 16, "b" * 16, PROBLEM]


@pytest.mark.parametrize("most", [0, 2, 12])
def test_the_worst_problems_have_pictures(most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def drawn(moments: Iterable[Moment]) -> Iterator[Still]:
        return (Still(b"png", 10, 10, True) for _ in moments)

    monkeypatch.setattr(playing, "take_stills", drawn)
    recording = written(tmp_path / "s0.jsonl", [replay("s0", page(ms("2026-11-24T10:00:00"), clicks=20))])
    rows = shop()
    rows["problems"] = [
        problem(problem_id="d" * 16, severity=99.0, examples=["elsewhere@1"]),
        *(problem(problem_id=name, severity=90.0 - n, aliases=[PROBLEM]) for n, name in enumerate(WORST)),
    ]
    rows = {
        table: [replaced(row, {"team": TEAM}) if hasattr(row, "team") else row for row in found]
        for table, found in rows.items()
    }
    rows["signals"] = [replaced(row, {"window_id": "w1", "element_key": "button#pay"}) for row in rows["signals"]]
    built = write(tmp_path / "report", rows, recordings=Recordings([str(recording)], Rules(), most))
    assert [*built.played.stills] == WORST[:most]
    assert {path.stem for path in (tmp_path / "report").glob("stills/*.png")} == set(WORST[:most])
