"""One recording that cannot be shown costs a report nothing but itself, and is listed with its reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from replay_signals.pipelines.playback.recordings import each_opened
from replay_signals.pipelines.playback.stills import Still
from replay_signals.pipelines.report import playing
from replay_signals.pipelines.report.playing import Recordings
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.playback.session import PlaybackSession
from replay_signals.transforms.report.names import session_key
from support.reports import problem, replaced, shop, write
from support.warehouses import TEAM, ms, page, replay, written

EXAMPLES = ["s0@19333", "s1@19333", "s2@19333", "gone@1"]


def rows() -> dict[str, list[Any]]:
    found = shop() | {"problems": [problem(examples=EXAMPLES)]}
    return {
        table: [replaced(row, {"team": TEAM}) if hasattr(row, "team") else row for row in rows]
        for table, rows in found.items()
    }


def test_it_is_listed_and_all_else_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = playing.player_data

    def fails_for_one(session: PlaybackSession, rows: Any) -> Any:
        if session.session_id == "s1":
            raise RecursionError("Maria")
        return shown(session, rows)

    monkeypatch.setattr(playing, "player_data", fails_for_one)
    start_ms = ms("2026-11-24T10:00:00")
    unread = [{"type": 2, "timestamp": start_ms, "data": {"node": 5}}]
    requests = [replay("s0", page(start_ms)), replay("s1", page(start_ms)), replay("s2", unread)]
    recording = written(tmp_path / "all.jsonl", requests)
    built = write(tmp_path / "report", rows(), recordings=Recordings([str(recording)], Rules()))
    assert built.played.sessions == {session_key(TEAM, "s0")}
    assert {key[1] for key in built.played.unplayable} == {"s1", "s2"}
    assert built.played.absent == 1
    capture = (tmp_path / "report/capture.html").read_text()
    assert "RecursionError at test_bad_recordings.py" in capture and "no event that can be read" in capture
    assert f"session.html#{session_key(TEAM, 's1')}" in capture
    assert "Maria" not in capture
    timelines = "".join(path.read_text() for path in (tmp_path / "report/data/timelines").iterdir())
    said = json.loads("[" + timelines.removeprefix("report.page(").removesuffix(");\n") + "]")[1]
    assert [said[session_key(TEAM, name)]["session"]["unplayable"] != "" for name in ("s0", "s1", "s2")] == [
        False,
        True,
        True,
    ]


def test_a_session_that_fails_to_open_costs_no_other() -> None:
    def fail() -> PlaybackSession:
        raise ValueError("Maria")

    def empty() -> PlaybackSession:
        return PlaybackSession("t", "b", [])

    sessions, unplayable = each_opened([(("t", "a"), fail), (("t", "b"), empty)])
    assert sessions == {}
    assert unplayable["t", "a"].startswith("its recording cannot be read (ValueError at test_bad_recordings.py:")
    assert unplayable["t", "b"] == "its recording holds no event that can be read"


def test_a_picture_leads_to_the_session_it_was_taken_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def drawn(moments: Any) -> Any:
        return (Still(b"png", 10, 10, True) for _ in moments)

    monkeypatch.setattr(playing, "take_stills", drawn)
    recording = written(tmp_path / "s1.jsonl", [replay("s1", page(ms("2026-11-24T10:00:00")))])
    found = rows()
    found["signals"] = [replaced(row, {"window_id": "w1", "element_key": "button#pay"}) for row in found["signals"]]
    write(tmp_path / "report", found, recordings=Recordings([str(recording)], Rules(), most_stills=1))
    (shown,) = (tmp_path / "report/problems").iterdir()
    figure = shown.read_text().partition("<figure")[2].partition("</figure>")[0]
    assert f"session.html#{session_key(TEAM, 's1')}@19333" in figure
