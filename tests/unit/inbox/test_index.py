"""The index of a local inbox: publishing reads what it must, small segments become large ones, and no crash matters."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from replay_signals.pipelines.inbox import folder, index, segments
from replay_signals.pipelines.inbox.encoding import InboxError
from replay_signals.schemas.inbox import InboxRecord
from support.samples import record


def numbered(number: int, revision: int = 1) -> InboxRecord:
    status = "new" if revision == 1 else "revised"
    return record(signal_id=f"{number:016x}", revision=revision, status=status)


def stat_of(inbox: Path) -> list[tuple[int, int]]:
    """Records and live ones of every segment that the index knows."""
    with sqlite3.connect(inbox / index.FILE) as db:
        return db.execute("SELECT records, live FROM segments ORDER BY name").fetchall()


def test_publishing_reads_no_segment_that_it_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.publish(tmp_path, [numbered(n) for n in range(20)])
    seen: list[str] = []
    real = segments.frames
    monkeypatch.setattr(index, "frames", lambda path: seen.append(path.name) or real(path))
    assert folder.publish(tmp_path, [numbered(1), numbered(2, revision=2), numbered(30)]) == 2
    assert seen == []
    (tmp_path / index.FILE).unlink()
    assert folder.publish(tmp_path, [numbered(2, revision=2)]) == 0
    assert len(seen) == 2


def test_many_small_segments_become_one_with_what_counts(tmp_path: Path) -> None:
    for n in range(index.MERGE_FROM_SEGMENTS + 5):
        folder.publish(tmp_path, [numbered(n), numbered(0, revision=n + 1)])
        assert len(folder.segment_names(tmp_path)) < index.MERGE_FROM_SEGMENTS
    current = folder.current(tmp_path)
    assert len(current) == index.MERGE_FROM_SEGMENTS + 5
    assert current[numbered(0).id].revision == index.MERGE_FROM_SEGMENTS + 5
    assert sum(live for _, live in stat_of(tmp_path)) == len(current)
    assert len(folder.read(tmp_path).records) < 2 * len(current)


def test_a_segment_of_old_revisions_goes(tmp_path: Path) -> None:
    folder.publish(tmp_path, [numbered(n) for n in range(10)])
    folder.publish(tmp_path, [numbered(n, revision=2) for n in range(9)])
    assert len(folder.read(tmp_path).records) == 10
    assert {r.revision for r in folder.current(tmp_path).values()} == {1, 2}


@pytest.mark.parametrize("moment", ["before the commit", "before the old ones are deleted"])
def test_a_crash_while_merging_loses_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    folder.publish(tmp_path, [numbered(n) for n in range(10)])
    before = folder.current(tmp_path)

    class Power(BaseException):
        pass

    def cut(*_: object, **__: object) -> None:
        raise Power

    with monkeypatch.context() as crash:
        if moment == "before the commit":
            merge = index.Index.merge
            crash.setattr(index.Index, "merge", lambda self: (merge(self), cut()))
        else:
            crash.setattr(Path, "unlink", cut)
        with pytest.raises(Power):
            folder.publish(tmp_path, [numbered(n, revision=2) for n in range(9)])
    assert {r.revision for r in folder.current(tmp_path).values()} == {1, 2}
    assert folder.current(tmp_path).keys() == before.keys()
    assert folder.publish(tmp_path, [numbered(n, revision=2) for n in range(10)]) == 1
    assert {r.revision for r in folder.current(tmp_path).values()} == {2}
    assert len(folder.read(tmp_path).records) == 10


def test_a_damaged_index_is_made_anew_and_a_damaged_segment_stays(tmp_path: Path) -> None:
    folder.publish(tmp_path, [numbered(n) for n in range(4)])
    (tmp_path / index.FILE).write_bytes(b"no database, certainly " * 1000)
    assert folder.publish(tmp_path, [numbered(n) for n in range(4)]) == 0
    (segment,) = tmp_path.glob("*.segment")
    segment.write_bytes(segment.read_bytes()[:-1])
    folder.publish(tmp_path, [numbered(n, revision=2) for n in range(4)])
    assert segment.exists()
    assert [damage.segment for damage in folder.read(tmp_path).damage] == [segment.name]


def test_publishers_take_turns_and_readers_never_miss_a_record(tmp_path: Path) -> None:
    folder.publish(tmp_path, [numbered(0)])
    failures: list[BaseException] = []
    done = threading.Event()

    def writing(first: int) -> None:
        try:
            for n in range(first, first + 40):
                folder.publish(tmp_path, [numbered(n), numbered(0, revision=n)])
        except BaseException as error:  # noqa: BLE001 - shown by the test
            failures.append(error)

    def reading() -> None:
        known = 0
        while not done.is_set():
            try:
                found = len(folder.current(tmp_path))
                assert found >= known
            except BaseException as error:  # noqa: BLE001 - shown by the test
                failures.append(error)
                return
            known = found

    reader = threading.Thread(target=reading)
    writers = [threading.Thread(target=writing, args=(first,)) for first in (100, 200)]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    assert failures == []
    assert len(folder.current(tmp_path)) == 81
    assert folder.current(tmp_path)[numbered(0).id].revision == 239


def test_a_reader_waits_for_a_merge_to_end_and_not_forever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.publish(tmp_path, [numbered(1)])
    pauses: list[float] = []
    monkeypatch.setattr(folder.time, "sleep", pauses.append)
    seen = folder.segments

    def merging(inbox: Path) -> list[Path]:
        return [*seen(inbox), *([inbox / "00000009-gone.segment"] if len(pauses) < merged_after else [])]

    monkeypatch.setattr(folder, "segments", merging)
    merged_after = folder.READ_TRIES - 1
    assert len(folder.current(tmp_path)) == 1
    assert pauses == [folder.FIRST_PAUSE_S * 2**n for n in range(merged_after)]
    merged_after = 1_000
    with pytest.raises(InboxError, match="try again"):
        folder.current(tmp_path)


def test_a_full_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.publish(tmp_path, [numbered(1)])

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(segments.os, "fsync", full)
    with pytest.raises(InboxError, match=r"Cannot write to the inbox .*: No space left on device"):
        folder.publish(tmp_path, [numbered(2)])
    assert not list(tmp_path.glob(".*"))
    monkeypatch.undo()
    assert folder.publish(tmp_path, [numbered(2)]) == 1
