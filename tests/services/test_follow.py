"""`inbox follow` on a real broker: each record once, whatever lies between, and an end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from confluent_kafka import Producer
from kit import Topics

from replay_signals.pipelines.inbox.encoding import MARKER, encode, fingerprint
from support.samples import ROOT, record

pytestmark = pytest.mark.slow
COMMAND = [sys.executable, "-c", "from replay_signals.jobs.cli import main; main()", "inbox", "follow"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "100"}
Run = Callable[..., tuple[int, str, str]]


def publish(topics: Topics, *values: bytes | None) -> None:
    producer = Producer({"bootstrap.servers": topics.bootstrap})
    for value in values:
        producer.produce(topics.name("inbox"), value, "key", partition=0)  # a compacted topic wants one
    producer.flush()


def where(topics: Topics) -> list[str]:
    return ["--kafka", topics.bootstrap, "--topic", topics.name("inbox")]


@contextmanager
def following(topics: Topics, *options: str) -> Iterator[Any]:
    """The command as a process."""
    child = subprocess.Popen(
        [*COMMAND, *where(topics), *options],
        env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield child
    finally:
        child.kill()
        child.communicate()


def test_json_prints_each_record_once_and_goes_on_after_poison(topics: Topics, run_cli: Run) -> None:
    one, two = encode(record()), encode(record(revision=2, status="revised"))
    publish(topics, one, b"garbage", MARKER + fingerprint() + b"\xff" * 90, None, one, two, one, two)
    publish(topics, encode(record(signal_id="b" * 32)))
    started = time.monotonic()
    code, out, err = run_cli("inbox", "follow", *where(topics), "--json", "--from-start", "--seconds", "4")
    assert 4 <= time.monotonic() - started < 12
    assert (code, err) == (0, "")
    shown = [json.loads(line) for line in out.splitlines()]
    assert [(r["id"], r["revision"]) for r in shown] == [("a" * 16, 1), ("a" * 16, 2), ("b" * 32, 1)]


def test_the_table_shows_what_is_there(topics: Topics, run_cli: Run) -> None:
    publish(topics, encode(record()), encode(record()), b"garbage")
    code, out, _ = run_cli("inbox", "follow", *where(topics), "--from-start", "--seconds", "3")
    assert code == 0
    assert "1 records" in out
    assert out.count("Dead click on button#pay") == 1


def test_without_from_start_only_what_arrives_is_shown_until_ctrl_c(topics: Topics) -> None:
    publish(topics, encode(record(signal_id="old")))
    with following(topics, "--json") as child:
        os.set_blocking(child.stdout.fileno(), False)
        line, number = "", 0
        while not line and number < 300:  # it does not say when it is ready: so one after the other until one is shown
            number += 1
            publish(topics, encode(record(signal_id=f"new-{number}")))
            time.sleep(0.1)
            line = child.stdout.readline()
        assert json.loads(line)["id"].startswith("new-")
        child.send_signal(signal.SIGINT)
        assert child.wait(60) == 130
        assert child.stderr.read() == "Interrupted.\n"


def test_an_unknown_topic_is_named(topics: Topics, run_cli: Run) -> None:
    code, out, err = run_cli("inbox", "follow", "--kafka", topics.bootstrap, "--topic", "no-such-topic")
    assert (code, out) == (3, "")
    assert err.startswith(f"Error: Topic no-such-topic at {topics.bootstrap} cannot be read: ")


def test_brokers_that_do_not_answer_end_the_command(topics: Topics) -> None:
    nobody = Topics("127.0.0.1:1", "nobody")
    with following(nobody) as child:
        assert child.wait(90) == 3
        assert child.stdout.read() == ""
        assert child.stderr.read().startswith("Error: No broker answers at 127.0.0.1:1.")
