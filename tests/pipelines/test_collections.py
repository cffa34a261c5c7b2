"""Collections and playlists over a warehouse, by the command line."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from replay_signals.jobs.collections import Wanted, change
from replay_signals.jobs.tables import Store
from replay_signals.pipelines.analysis.playlists import READY, ready, stored
from replay_signals.pipelines.iceberg import commit
from replay_signals.pipelines.iceberg.warehouse import connect
from support.made_rows import holding, made
from support.warehouses import SMALL, backfill, rows

pytestmark = pytest.mark.slow
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("collections") / "warehouse"
    backfill(folder, *SMALL)
    return folder


def shown(run_cli: Run, warehouse: Path, name: str) -> list[str]:
    code, out, err = run_cli("collections", "show", name, "-w", str(warehouse), "--json")
    assert (code, err) == (0, "")
    return [one["session_id"] for one in json.loads(out)["sessions"]]


def test_a_playlist_fills_itself_and_a_collection_holds_what_was_put_in(warehouse: Path, run_cli: Run) -> None:
    at = ("-w", str(warehouse))
    sessions = {row.session_id: row for row in rows(warehouse, "sessions")}
    worst = max(row.severity for row in sessions.values())
    bad = {name for name, row in sessions.items() if row.severity >= worst}
    assert 0 < len(bad) < len(sessions)
    assert run_cli("collections", "save", "bad", "--where", f"severity >= {worst}", "--note", "why", *at)[0] == 0
    assert set(shown(run_cli, warehouse, "bad")) == bad
    first, *others = sorted(sessions)
    assert run_cli("collections", "add", "mine", first, *others, *at)[0] == 0
    assert run_cli("collections", "remove", "mine", *others, *at)[0] == 0
    assert shown(run_cli, warehouse, "mine") == [first]
    _, out, _ = run_cli("collections", "list", "--json", *at)
    assert [(one["name"], one["kind"]) for one in json.loads(out)] == [
        ("bad", "playlist"), ("mine", "collection"), *((name, "ready") for name in READY),
    ]  # fmt: skip
    assert f"severity >= {worst}" in run_cli("collections", "list", *at)[1]
    assert first in run_cli("collections", "show", "mine", *at)[1]
    assert run_cli("collections", "delete", "mine", *at)[0] == 0
    assert "no collection is called mine" in run_cli("collections", "show", "mine", *at)[2]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("save", "x", "--where", "sevrity > 1"), "do you mean severity?"),
        (("save", "x", "--where", " "), "an empty filter chooses everything"),
        (("save", "new-problems", "--where", "severity > 1"), "comes ready and stays as it is"),
        (("save", "'; drop", "--where", "severity > 1"), "a name has 1 to 80"),
        (("save", "x", "--where", "distinct_id = 'jane.doe@example.com'"), "it says who somebody is"),
        (("add", "x", "nobody"), "no session nobody in the warehouse"),
        (("add", "kept", "SESSION"), "kept is a playlist"),
        (("remove", "own", "nobody"), "session nobody is not in own"),
        (("save", "own", "--where", "severity > 1"), "own is a collection of 1 sessions"),
        (("delete", "wn"), "do you mean own?"),
        (("show", "kep"), "do you mean kept?"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_by_name(
    warehouse: Path, run_cli: Run, arguments: tuple[str, ...], said: str
) -> None:
    at = ("-w", str(warehouse))
    session = rows(warehouse, "sessions")[0].session_id
    run_cli("collections", "save", "kept", "--where", "severity > 1", *at)
    run_cli("collections", "add", "own", session, *at)
    before = len(rows(warehouse, "collections"))
    given = [session if one == "SESSION" else one for one in arguments]
    code, _, err = run_cli("collections", *given, *at)
    assert (code, said in " ".join(err.replace("│", " ").split())) == (2, True), err
    assert len(rows(warehouse, "collections")) == before


def test_changes_of_several_at_once_are_all_kept(warehouse: Path) -> None:
    sessions = [row.session_id for row in rows(warehouse, "sessions")]
    store, now = Store(str(warehouse)), datetime.now(UTC)
    threads = [
        threading.Thread(target=change, args=(store, Wanted("race", "added", sessions=[one]), now)) for one in sessions
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with connect(str(warehouse), names=("collections",)) as db:
        assert sorted(stored(db)["race"].sessions) == sorted(sessions)


def test_a_change_that_another_one_came_before_is_tried_again(warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = rows(warehouse, "sessions")[0].session_id
    store, now, stage = Store(str(warehouse)), datetime.now(UTC), commit._stage_once
    change(store, Wanted("first", "added", sessions=[session]), now)
    others = [Wanted("meanwhile", "added", sessions=[session])]

    def late(*given: Any) -> Any:
        """Another writer comes between the look at the table and the commit."""
        while others:
            change(store, others.pop(), now)
        return stage(*given)

    monkeypatch.setattr(commit, "_stage_once", late)

    change(store, Wanted("overtaken", "added", sessions=[session]), now)

    with connect(str(warehouse), names=("collections",)) as db:
        assert {"first", "meanwhile", "overtaken"} <= stored(db).keys()


def test_playlists_that_come_ready() -> None:
    day = datetime(2026, 11, 24, tzinfo=UTC)
    common = {"team": "t", "day": day.date(), "started_at": day, "revision": 1}
    session = {**common, "signal_count": 1}
    later = session | {"started_at": day.replace(hour=1)}
    old = session | {"day": day.replace(day=1).date()}
    signal = {**common, "status": "new", "confidence": 1.0, "cause": "it breaks", "severity": 10.0}
    left = {**signal, "kind": "unexpected_exit", "page_pattern": "/pay"}
    problem = {"day": day.date(), "team": "t", "title": "It breaks"}
    db = holding({
        "sessions": [
            made("sessions", session_id="a", severity=20.0, release="1", **session),
            made("sessions", session_id="b", severity=30.0, release="2", **later),
            made("sessions", session_id="bot", severity=90.0, release="3", traffic="bot", **session),
            made("sessions", session_id="old", severity=90.0, **old),
        ],
        "signals": [
            made("signals", session_id="a", signal_id="1", problem_id="new", **left),
            made("signals", session_id="b", signal_id="2", kind="dead_click", problem_id="old", **signal),
        ],
        "problems": [
            made("problems", problem_id="new", state="new", **problem),
            made("problems", problem_id="old", state="ongoing", **problem),
        ],
    })  # fmt: skip
    found = {name: [one.session_id for one in ready(db, name, 10).sessions] for name in READY}
    assert found == {
        "new-problems": ["a"],
        "worst-of-the-week": ["b", "a"],
        "exits-at-key-page": ["a"],
        "first-of-release": ["b"],
    }
    assert ready(db, "new-problems", 1).sessions[0].first_seen == ["It breaks"]
    empty = holding({})
    assert [ready(empty, name, 10).sessions for name in READY] == [[]] * len(READY)
