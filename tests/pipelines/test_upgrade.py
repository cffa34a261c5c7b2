"""A warehouse and an inbox that an older version wrote: read as they are, added to, judged again.

`v1` was written before digests had a version: two sessions whole, the first half of a third, one broken file. To keep
one of the present version when a format changes, backfill into /kept/warehouse and pack it as v2.tar.gz beside it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from replay_signals.jobs.backfill import RejudgeOptions, run_rejudge
from replay_signals.pipelines.inbox import folder
from replay_signals.schemas.rows import TABLES
from replay_signals.transforms.revisions.revise import latest
from support.kept import unpacked
from support.samples import EXAMPLES
from support.warehouses import backfill, contents, lines, newest, rows, written

pytestmark = pytest.mark.slow
Run = Callable[..., tuple[int, str, str]]
COUNTS = {
    "message_digests": 10, "sessions": 3, "signals": 14, "interactions": 17, "console_logs": 3,
    "network_requests": 35, "events": 54, "dead_letters": 1,
}  # fmt: skip
LATER_TABLES = {name: 0 for name in TABLES if name not in COUNTS}
"""Tables that this warehouse does not have: views show them empty, the next run makes them."""
HALF = EXAMPLES / "s0008.posts.jsonl.gz"
HALF_LINES = 8


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return unpacked("v1", tmp_path)


def test_every_row_and_record_is_read(kept: Path, run_cli: Run) -> None:
    assert {table: len(found) for table, found in contents(kept).items()} == COUNTS
    assert {table: len(found) for table, found in newest(kept).items()} == COUNTS | LATER_TABLES
    code, out, _ = run_cli("signals", "-w", str(kept), "--json", "--limit", "0")
    shown = json.loads(out)
    assert (code, len(shown)) == (0, COUNTS["signals"])
    assert (shown[0]["kind"], shown[0]["element"]) == ("rage_click", 'button#slow "Get shipping quote"')
    assert set(folder.current(kept / "inbox")) == {signal["signal_id"] for signal in shown}


def test_the_other_half_of_a_session_joins_the_first(kept: Path, tmp_path: Path, run_cli: Run) -> None:
    rest = written(tmp_path / "rest.jsonl", lines(HALF)[HALF_LINES:])
    assert run_cli("backfill", str(rest), "-w", str(kept))[0] == 0
    backfill(tmp_path / "new", HALF)
    (wanted,) = rows(tmp_path / "new", "sessions")
    found = latest("sessions", rows(kept, "sessions"))[wanted.team, wanted.session_id]
    assert (found.event_count, found.click_count, found.event_row_count) == (
        wanted.event_count, wanted.click_count, wanted.event_row_count,
    )  # fmt: skip
    assert found.revision == 2
    inbox = folder.current(kept / "inbox")
    live = {row.signal_id for row in latest("signals", rows(kept, "signals")).values() if row.status != "retracted"}
    assert {record.id for record in inbox.values() if record.status != "retracted"} == live
    assert {record.id for record in inbox.values() if record.who.session_id == wanted.session_id}


def test_old_sessions_are_judged_again_and_then_nothing_moves(kept: Path) -> None:
    result = run_rejudge(RejudgeOptions(str(kept)))
    assert (result.sessions, result.dead_letters) == (COUNTS["sessions"], {})
    assert contents(kept).keys() == (COUNTS | LATER_TABLES).keys()
    assert run_rejudge(RejudgeOptions(str(kept))).added == {}
    assert backfill(kept, EXAMPLES / "s0003.posts.jsonl.gz").dead_letters == {}
