"""The table `snapshots`: messages for playback, kept by backfills where the rules say so, for as long as they say."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from replay_signals.pipelines.playback import snapshots
from replay_signals.pipelines.playback.sources import sessions_to_play
from replay_signals.schemas.playback_rules import Playback
from replay_signals.schemas.rules import Rules
from support.canary import requests
from support.canary_marks import PLAYED, Marks, decoded
from support.leftovers import texts_in
from support.samples import EXAMPLES
from support.warehouses import SMALL, backfill, contents, rows, written

pytestmark = pytest.mark.slow
RULES = Rules(playback=Playback(enabled=True, retention_days=10))
ANDROID = EXAMPLES / "mobile" / "android.posts.jsonl.gz"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kept")
    assert backfill(folder, SMALL[0], ANDROID, rules=RULES).added["snapshots"] > 0
    return folder


def keys(folder: Path) -> list[tuple[str, str]]:
    return [(row.team, row.session_id) for row in rows(folder, "sessions")]


def test_what_is_stored_plays_as_the_recordings_do(kept: Path) -> None:
    wanted = keys(kept)
    stored = sessions_to_play(wanted, RULES, warehouse=str(kept)).sessions
    files = sessions_to_play(wanted, RULES, [str(SMALL[0]), str(ANDROID)], str(kept)).sessions
    assert stored.keys() == files.keys() == set(wanted)
    for key in wanted:
        assert [w.window_id for w in stored[key].windows] == [w.window_id for w in files[key].windows]
        assert [w.is_native for w in stored[key].windows] == [w.is_native for w in files[key].windows]
        assert stored[key].windows[0].events == files[key].windows[0].events


def test_a_report_plays_from_the_table(
    kept: Path, tmp_path: Path, run_cli: Callable[..., tuple[int, str, str]]
) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text("[playback]\nenabled = true\n[traffic]\nbots = false\n")
    assert run_cli("rejudge", "-w", str(kept), "--rules", str(rules))[0] == 0
    assert run_cli("rank", str(kept), "--rules", str(rules))[0] == 0
    asked = ("report", str(kept), "-o", str(tmp_path / "report"), "--rules", str(rules), "--stills", "0", "--json")
    code, out, err = run_cli(*asked)
    assert code == 0, err
    assert json.loads(out)["played"] > 0


def test_a_row_is_a_message(kept: Path) -> None:
    found = rows(kept, "snapshots")
    digests = {row.message_id: row for row in rows(kept, "message_digests")}
    assert {row.message_id for row in found} == digests.keys()
    for row in found:
        assert row.day == digests[row.message_id].day
        assert row.first_event_at >= digests[row.message_id].first_event_at
        assert row.kept_until == datetime.now(UTC).date() + timedelta(days=10)


def test_doing_it_twice_changes_nothing(kept: Path) -> None:
    before = rows(kept, "snapshots")
    again = backfill(kept, SMALL[0], rules=RULES)
    assert "snapshots" not in again.added
    assert again.unchanged["snapshots"] > 0
    assert rows(kept, "snapshots") == before


def test_without_being_asked_nothing_is_kept(tmp_path: Path) -> None:
    backfill(tmp_path, SMALL[0])
    assert rows(tmp_path, "snapshots") == []
    assert sessions_to_play(keys(tmp_path), Rules(), warehouse=str(tmp_path)).sessions == {}


def test_what_is_over_its_time_goes(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    later = datetime.now(UTC) + timedelta(days=11)

    class Later(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return later

    backfill(tmp_path, SMALL[0], rules=RULES)
    first = {row.message_id for row in rows(tmp_path, "snapshots")}
    monkeypatch.setattr(snapshots, "datetime", Later)
    backfill(tmp_path, SMALL[1], rules=RULES)
    left = {row.message_id for row in rows(tmp_path, "snapshots")}
    assert left
    assert not left & first


def test_maintaining_lets_go_what_is_over_its_time_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run_cli: Callable[..., tuple[int, str, str]]
) -> None:
    maintain = ("maintain", "--only-orphans", "-w", str(tmp_path))
    later = datetime.now(UTC) + timedelta(days=11)
    backfill(tmp_path, SMALL[0], rules=RULES)
    backfill(tmp_path, SMALL[1], rules=Rules(playback=Playback(enabled=True, retention_days=20)))
    every = contents(tmp_path)
    assert run_cli(*maintain)[0] == 0
    assert contents(tmp_path) == every

    class Later(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return later

    monkeypatch.setattr(snapshots, "datetime", Later)
    assert run_cli(*maintain)[0] == 0
    left = rows(tmp_path, "snapshots")
    assert left and len(left) < len(every["snapshots"])
    assert all(row.kept_until >= later.date() for row in left)
    assert contents(tmp_path) | {"snapshots": []} == every | {"snapshots": []}


def test_days_that_are_not_asked_for_are_not_kept(tmp_path: Path) -> None:
    backfill(tmp_path, SMALL[0], rules=RULES, from_day=date(2030, 1, 1))
    assert rows(tmp_path, "snapshots") == []


def test_nothing_marked_but_names_of_controls_is_kept(tmp_path: Path) -> None:
    m = Marks()
    recording = written(tmp_path / "visit.jsonl", requests(m))
    backfill(tmp_path / "warehouse", recording, rules=RULES)
    texts = list(texts_in(tmp_path / "warehouse" / "replay" / "snapshots"))
    assert any("tagName" in text for text in decoded(texts))
    assert set(m.found_in(texts).values()) <= PLAYED
