"""What an inbox lacks of what the tables say."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from replay_signals.pipelines.inbox import folder
from replay_signals.schemas.inbox import InboxRecord, Recording
from replay_signals.transforms.inbox.changes import announcements, retractions
from replay_signals.transforms.inbox.newest import latest
from support.samples import PRODUCED, START, record

DAY = START.date()


def _inbox(*records: InboxRecord) -> dict[str, InboxRecord]:
    return {r.id: r for r in records}


def test_new_signals_are_announced_and_known_ones_are_not() -> None:
    assert announcements([record()], {}.get) == [record()]
    later = msgspec.structs.replace(record(), produced_at=PRODUCED + timedelta(days=1), rules_version="2-x")
    assert announcements([later], _inbox(record()).get) == []


def test_a_revision_of_the_tables_keeps_its_number() -> None:
    changed = record(revision=3, status="revised", severity=80.0)
    assert announcements([changed], _inbox(record()).get) == [changed]


def test_an_inbox_that_is_ahead_of_new_tables_gets_its_own_next_revision() -> None:
    known = record(revision=4, status="revised", severity=80.0)
    (sent,) = announcements([record(severity=20.0)], _inbox(known).get)
    assert (sent.revision, sent.status, sent.severity) == (5, "revised", 20.0)


def test_retractions_are_announced_once_and_only_of_what_was_known() -> None:
    gone = record(revision=2, status="retracted")
    assert announcements([gone], _inbox(record()).get) == [gone]
    assert announcements([gone], _inbox(gone).get) == []
    assert announcements([gone], {}.get) == []
    (back,) = announcements([record()], _inbox(gone).get)
    assert (back.revision, back.status) == (3, "revised")


def test_replaced_days_retract_what_the_tables_no_longer_hold_and_other_days_nothing(tmp_path: Path) -> None:
    span = Recording(started_at=START - timedelta(days=1), ended_at=START, active_ms=0)
    today = record()
    day_before = msgspec.structs.replace(record(signal_id="b" * 16), recording=span)
    folder.publish(tmp_path, [today, day_before])
    with folder.publisher(tmp_path) as inbox:
        assert announcements([], inbox.get) == []
        (sent,) = retractions(inbox.standing(DAY, DAY), set())
        assert (sent.id, sent.revision, sent.status) == (today.id, 2, "retracted")
        assert retractions(inbox.standing(DAY, DAY), {today.id}) == []
        assert len(retractions(inbox.standing(DAY - timedelta(days=1), DAY), set())) == 2
        inbox.publish([sent])
        assert list(inbox.standing(DAY, DAY)) == []


_rows = st.lists(
    st.builds(
        lambda n, revision, status: record(
            signal_id=f"{n:016x}", revision=revision, status=status, severity=float(revision)
        ),
        st.integers(0, 3),
        st.integers(1, 3),
        st.sampled_from(["new", "revised", "retracted"]),
    ),
    max_size=5,
).map(lambda rows: list({row.id: row for row in rows}.values()))


@given(states=st.lists(_rows, min_size=1, max_size=4))
def test_after_every_announcement_the_inbox_says_what_the_tables_say(states: list[list[InboxRecord]]) -> None:
    known: dict[str, InboxRecord] = {}
    for state in states:
        sent = announcements(state, known.get)
        sent += retractions(known.values(), {r.id for r in state})
        known = latest([*known.values(), *sent])
        live = {r.id: r.severity for r in known.values() if r.status != "retracted"}
        assert live == {r.id: r.severity for r in state if r.status != "retracted"}
        assert announcements(state, known.get) == []
        assert retractions(known.values(), {r.id for r in state}) == []


def test_announced_records_are_new_to_the_folder(tmp_path: Path) -> None:
    folder.publish(tmp_path, announcements([record()], {}.get))
    again = announcements([record(severity=1.0)], folder.current(tmp_path).get)
    assert folder.publish(tmp_path, again) == 1
    assert folder.current(tmp_path)[record().id].severity == 1.0
