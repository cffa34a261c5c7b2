"""A message that kills whoever reads it, on a real cluster: two deaths, one dead letter, and the job goes on."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest
from kit import HOUR_MS, Topics, config_of, differences, dump, duplicates, recorded, send, send_raw, tick, wait_until

from replay_signals.jobs.deadletters import letters
from replay_signals.jobs.stack_home import PROJECT
from replay_signals.jobs.stack_state import State
from replay_signals.jobs.stream import make_tables, renew_workers, run_module, with_attempts, with_offsets
from replay_signals.pipelines.stream.config import to_json
from support.exhaustive import first_then_exhaustive
from support.warehouses import backfill

pytestmark = pytest.mark.slow
JOB = Path(__file__).with_name("deadly.py")
WORD = "kill-the-reader"


@pytest.mark.parametrize("mode", first_then_exhaustive(["thread", "process"]))
def test_a_message_that_kills_its_reader_is_met_twice(
    mode: str, cluster: tuple[Path, State], topics: Topics, tmp_path: Path
) -> None:
    root, _ = cluster
    stream, attempts = tmp_path / "stream", tmp_path / "attempts"
    config = config_of(topics, stream, execution_mode=mode, attempts=str(attempts))
    config = with_attempts(with_offsets(config), root)
    make_tables(config)
    renew_workers(root)
    folder = tmp_path / "job"
    folder.mkdir()
    shutil.copy(JOB, folder)
    run_module(root, JOB.stem, to_json(config), [folder, PROJECT / "src"])
    messages = recorded(3)
    end = messages[-1].timestamp_ms

    send(topics, messages[:10])
    send_raw(topics, "snapshots", WORD.encode(), partition=1, headers=[("token", b"phc_test")], timestamp=end)
    send(topics, messages[10:])
    tick(topics, end + HOUR_MS)

    everything, harmless = tmp_path / "dump.jsonl", tmp_path / "harmless.jsonl"
    dump(topics, everything)
    wanted = [line for line in everything.read_text().splitlines() if "a2lsbC10aGUtcmVhZGVy" not in line]
    harmless.write_text("\n".join(wanted) + "\n")
    batch = tmp_path / "batch"
    backfill(batch, harmless)
    assert wait_until(lambda: differences(stream, batch) == {"dead_letters": (1, 0)}, 420, 3), differences(
        stream, batch
    )
    assert not duplicates(stream)
    name = topics.name("snapshots")
    (letter,) = {
        (row.source, row.partition, row.detail, row.payload)
        for row in letters(topics.bootstrap, topics.name("dead_letters"))
        if row.reason == "reader_died_twice"
    }
    assert letter == (name, 1, "the process that read it died each time", b"")
    left = Counter(path.read_bytes() for path in attempts.glob("*.at"))
    assert 2 in (count for mark, count in left.items() if any(mark)), left
