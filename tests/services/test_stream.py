"""The streaming job on real Kafka: the same rows as a backfill, and an inbox that says what the tables say."""

from __future__ import annotations

import base64
import gzip
import json
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # exported, not declared so
from kit import (
    HOUR_MS,
    Topics,
    batch_of,
    config_of,
    differences,
    expected_inbox,
    inbox_of,
    newest,
    recorded,
    send,
    send_raw,
    send_to,
    shuffled,
    tick,
    unlike,
    wait_until,
)

from replay_signals.jobs.deadletters import letters
from replay_signals.jobs.priors import write_file
from replay_signals.jobs.stack_state import State, end_group
from replay_signals.jobs.stream import run_local
from replay_signals.pipelines.iceberg.warehouse import latest
from replay_signals.schemas.rules import Rules, Session
from support.exhaustive import first_then_exhaustive
from support.problem_sites import prior_row, put
from support.warehouses import ranked

pytestmark = pytest.mark.slow
YEAR_MS = 365 * 24 * HOUR_MS
ROWS_OF = {"message_digests": "snapshots", "events": "events"}
GOOD = json.dumps(
    {
        "distinct_id": "u",
        "data": json.dumps(
            {
                "event": "$snapshot_items",
                "properties": {
                    "$session_id": "s-hostile",
                    "$snapshot_items": [{"type": 4, "timestamp": 1795489900000, "data": {"href": "http://x.test/"}}],
                },
            }
        ),
    }
).encode()


@pytest.fixture(params=first_then_exhaustive(["thread", "process"]))
def job(cluster: tuple[Path, State], topics: Topics, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """The job in an embedded cluster, with rules of the test's own if it names any; gives its warehouse."""
    warehouse = tmp_path / "stream"
    own = request.node.get_closest_marker("rules")
    changes = {"rules": own.args[0]} if own else {}
    child = run_local(config_of(topics, warehouse, execution_mode=request.param, **changes), cluster[0])
    try:
        yield warehouse
    finally:
        end_group(child.pid)
        child.wait()


def test_new_topics_are_found_and_idle_partitions_hold_nothing_back(
    cluster: tuple[Path, State], topics: Topics, tmp_path: Path
) -> None:
    """Sessions of the old and of a new topic close by one message on one partition, with everything else idle."""
    old, new = recorded(3), recorded(8)
    more = f"{topics.prefix}.session_recording_more"
    kafka = msgspec.structs.replace(topics.kafka(), snapshots=f"/{re.escape(topics.prefix)}\\.session_recording_.*/")
    config = config_of(topics, tmp_path / "stream", kafka=kafka, discovery_ms=2_000, idle_after_ms=1_000)
    child = run_local(config, cluster[0])
    try:
        send(topics, [m for m in old if m.topic == "snapshots"])
        assert wait_until(lambda: newest(tmp_path / "stream")["message_digests"] != [])

        admin = AdminClient({"bootstrap.servers": topics.bootstrap})  # a client that is collected answers nobody
        admin.create_topics([NewTopic(more, 2, 1)])[more].result(20)
        for m in new:
            if m.topic == "snapshots":
                send_to(topics.bootstrap, more, m.value, headers=list(m.headers), timestamp=m.timestamp_ms)
        time.sleep(3)
        end = max(m.timestamp_ms for m in old + new)
        send_to(topics.bootstrap, more, b"tick", partition=0, timestamp=end + HOUR_MS)

        assert wait_until(lambda: len(newest(tmp_path / "stream")["sessions"]) == 2)
    finally:
        end_group(child.pid)
        child.wait()


HOSTILE: list[tuple[str, bytes | None, dict[str, bytes | None], str]] = [
    ("tombstone", None, {"token": b"phc_test"}, "message_value_or_timestamp_is_empty"),
    ("empty", b"", {"token": b"phc_test"}, "message_value_or_timestamp_is_empty"),
    ("no JSON", b"\xff\xfe{", {"token": b"phc_test"}, "invalid_json"),
    ("no object", b"[1, 2]", {"token": b"phc_test"}, "invalid_message_payload"),
    ("cut gzip", gzip.compress(b"{}" * 1000)[:20], {"token": b"phc_test"}, "invalid_gzip_data"),
    ("no lz4", b"nonsense", {"token": b"phc_test", "content-encoding": b"lz4"}, "too_large"),
    ("deep", b'{"distinct_id":"u","data":' + b"[" * 100_000, {"token": b"phc_test"}, "invalid_message_payload"),
    ("no token", GOOD, {}, "no_token_in_header"),
    ("null token", GOOD, {"token": None}, "no_token_in_header"),
    ("bad session", GOOD.replace(b"s-hostile", b"s\\\\u0000"), {"token": b"phc_test"}, "invalid_session_id"),
    ("cut", GOOD[:-40], {"token": b"phc_test"}, "invalid_json"),
]


def _huge() -> bytes:
    """A valid message of about 50 MB: page changes of a megabyte each, which do not compress."""
    dice = random.Random(50)
    texts = [base64.b64encode(dice.randbytes(750_000)).decode() for _ in range(48)]
    changes = [
        {"type": 3, "timestamp": 1795489900100 + i, "data": {"source": 0, "texts": [{"id": 5, "value": text}]}}
        for i, text in enumerate(texts)
    ]
    items = [{"type": 4, "timestamp": 1795489900000, "data": {"href": "http://x.test/"}}, *changes]
    properties = {"$session_id": "s-huge", "$snapshot_items": items}
    return json.dumps(
        {"distinct_id": "u", "data": json.dumps({"event": "$snapshot_items", "properties": properties})}
    ).encode()


# In 2100 the broker's clock stands: this machine's counts. Where a message of today's takes long, the recorded visit of
# days ago closes before its end is read, and must not be let go meanwhile.
@pytest.mark.rules(Rules(session=Session(close_after_ms=20_000, keep_closed_ms=100 * YEAR_MS)))
def test_hostile_input_costs_itself_alone(job: Path, topics: Topics, tmp_path: Path) -> None:
    messages = recorded(3)
    end = messages[-1].timestamp_ms
    send(topics, messages[:10])
    for name, value, headers, _ in HOSTILE:
        send_raw(topics, "snapshots", value, key=name, headers=list(headers.items()), timestamp=end)
    clocks = {"past": 1_000, "future": 4_102_444_800_000}
    for name, when in clocks.items():
        value = GOOD.replace(b"s-hostile", name.encode()).replace(b"1795489900000", str(when).encode())
        send_raw(topics, "snapshots", value, headers=[("token", b"phc_test")], timestamp=when)
    send_raw(topics, "snapshots", _huge(), headers=[("token", b"phc_test")], timestamp=end)
    send(topics, messages[10:])
    tick(topics, end + HOUR_MS)

    batch = batch_of(topics, tmp_path)

    assert wait_until(lambda: not differences(job, batch), step_s=3), differences(job, batch)
    sessions = {dict(row)["session_id"] for row in newest(job)["sessions"]}
    assert {repr(name) for name in ("s-huge", *clocks)} <= sessions
    found = Counter(row.reason for row in letters(topics.bootstrap, topics.name("dead_letters")))
    for name, _, _, reason in HOSTILE:
        assert found[reason], name
    assert found == Counter(row["reason"] for row in latest("dead_letters", str(job)).to_pylist())


def test_stream_and_backfill_agree(job: Path, topics: Topics, tmp_path: Path) -> None:
    messages = recorded(3, 8, 43)
    end = messages[-1].timestamp_ms
    late = messages[::9]
    send(topics, shuffled([m for m in messages if m not in late], seed=7))
    tick(topics, end + HOUR_MS)
    assert wait_until(lambda: len(newest(job)["sessions"]) == 3)
    send(topics, shuffled(late, seed=8))  # after the sessions closed, and read before their evidence expires
    rows = {name: len({m.value for m in messages if m.topic == topic}) for name, topic in ROWS_OF.items()}
    assert wait_until(lambda: all(len(newest(job)[name]) == count for name, count in rows.items()))
    tick(topics, end + 3 * HOUR_MS)

    batch = batch_of(topics, tmp_path)

    assert wait_until(lambda: not differences(job, batch), step_s=3), differences(job, batch)
    inbox = inbox_of(topics, tmp_path)
    assert inbox
    assert not unlike(inbox, expected_inbox(batch, inbox))
    assert ranked(job) == ranked(batch) != []


def test_with_priors_that_come_while_it_runs_they_agree_too(
    cluster: tuple[Path, State], topics: Topics, tmp_path: Path
) -> None:
    """A click that the stream called dead before the version was there is unknown at the close, as in a backfill."""
    stream, batch = tmp_path / "stream", tmp_path / "batch"
    messages = recorded(20, 27)
    child = run_local(config_of(topics, stream, priors_every_ms=500), cluster[0])
    try:
        send(topics, messages)
        alone = latest("interactions", str(batch_of(topics, tmp_path, tmp_path / "alone"))).to_pylist()
        (of,) = (row for row in alone if row["element_key"] == "button#save" and row["verdict"] == "dead")
        assert wait_until(lambda: newest(stream)["signals"] != [])
        priors = [prior_row(of["day"], of["team"], of["place"], of["element_key"])]
        put(batch, {"priors": priors})
        write_file(str(stream / "priors.json"), priors)
        time.sleep(2)
        tick(topics, messages[-1].timestamp_ms + HOUR_MS)
        batch_of(topics, tmp_path, batch)
        assert wait_until(lambda: differences(stream, batch).keys() <= {"priors"}, step_s=3), differences(stream, batch)
        rows = latest("interactions", str(stream)).to_pylist()
        (row,) = (row for row in rows if row["interaction_id"] == of["interaction_id"])
        assert (row["verdict"], row["verdict_alone"], row["priors_version"]) == ("unknown", "dead", "v1")
        assert ranked(stream) == ranked(batch) != []
    finally:
        end_group(child.pid)
        child.wait()
