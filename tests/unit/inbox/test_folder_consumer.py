"""Consuming an inbox folder, and posting its problems to an endpoint."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from replay_signals import inbox
from replay_signals.jobs import posting
from replay_signals.pipelines.inbox import folder as store
from replay_signals.pipelines.inbox.encoding import InboxError
from replay_signals.transforms.inbox.problem_record import problem_record
from support.samples import PRODUCED, problem_row, record
from support.tracker import Tracker, tracking

Calls = list[tuple[str, int]]


@pytest.fixture
def ledger(tmp_path: Path) -> inbox.SqliteLedger:
    return inbox.SqliteLedger(tmp_path / "ledger.db")


def consume(folder: Path, ledger: inbox.SqliteLedger, handler: Any, **options: Any) -> inbox.Consumed:
    return inbox.consume(handler, folder=folder, ledger=ledger, until_quiet_s=0.0, retry_s=0.001, **options)


def test_each_revision_once_over_runs_and_merged_segments(tmp_path: Path, ledger: inbox.SqliteLedger) -> None:
    calls: Calls = []
    folder = tmp_path / "inbox"

    def note(one: inbox.InboxRecord) -> None:
        calls.append((one.id, one.revision))

    for number in range(40):  # more small segments than are left alone
        store.publish(folder, [record(signal_id=f"{number:016x}")])
        if number % 7 == 0:
            consume(folder, ledger, note)
    consume(folder, ledger, note)
    assert len(list(folder.glob("*.segment"))) < 40
    assert sorted(calls) == [(f"{number:016x}", 1) for number in range(40)]
    store.publish(folder, [record(signal_id=f"{3:016x}", revision=2, status="retracted")])
    assert consume(folder, ledger, note).handled == 1
    assert calls[-1] == (f"{3:016x}", 2)


def test_what_fails_is_tried_again_and_parked_and_the_rest_goes_on(tmp_path: Path, ledger: inbox.SqliteLedger) -> None:
    calls: list[str] = []
    store.publish(tmp_path / "inbox", [record(signal_id=letter * 16) for letter in "abc"])

    def handle(one: inbox.InboxRecord) -> None:
        calls.append(one.id[0])
        if one.id[0] == "b":
            raise OSError("the tracker is away")

    assert consume(tmp_path / "inbox", ledger, handle) == inbox.Consumed(handled=2, parked=1)
    assert calls == ["a", "b", "b", "b", "c"]
    (parked,) = ledger.parked()
    assert parked.reason == "handler failed: OSError: the tracker is away"


def test_a_stop_ends_it_and_the_next_run_goes_on(tmp_path: Path, ledger: inbox.SqliteLedger) -> None:
    store.publish(tmp_path / "inbox", [record(signal_id=letter * 16) for letter in "abc"])
    stop, calls = threading.Event(), []

    def handle(one: inbox.InboxRecord) -> None:
        calls.append(one.id)
        stop.set()

    assert consume(tmp_path / "inbox", ledger, handle, stop=stop).handled == 1
    assert consume(tmp_path / "inbox", ledger, lambda one: calls.append(one.id)).handled == 2


def test_no_folder(tmp_path: Path, ledger: inbox.SqliteLedger) -> None:
    with pytest.raises(InboxError, match="No inbox at"):
        consume(tmp_path / "none", ledger, print)


@pytest.fixture
def tracker() -> Iterator[Tracker]:
    with tracking() as started:
        yield started


def test_problems_are_posted_once_and_again_when_the_endpoint_was_away(
    tmp_path: Path, ledger: inbox.SqliteLedger, tracker: Tracker
) -> None:
    folder = tmp_path / "inbox"
    store.publish(folder, [record(), problem_record(problem_row(), produced_at=PRODUCED)])
    tracker.answers.extend([503, 500, 200])
    assert consume(folder, ledger, inbox.poster(tracker.url)) == inbox.Consumed(handled=2)
    assert consume(folder, ledger, inbox.poster(tracker.url)) == inbox.Consumed(repeated=2)
    assert [(path, key) for path, key, _ in tracker.tickets] == [("/tickets?board=web", f"{'p' * 16}:1")] * 3
    body = tracker.tickets[-1].body
    assert (body["record_type"], body["problem"]["priority"]) == ("problem", "P2")
    assert body["problem"]["effect"] == -0.6


def test_an_endpoint_that_refuses_for_good_leaves_the_record_parked(
    tmp_path: Path, ledger: inbox.SqliteLedger, tracker: Tracker
) -> None:
    store.publish(tmp_path / "inbox", [problem_record(problem_row(), produced_at=PRODUCED)])
    tracker.answers.extend([422] * 3)
    assert consume(tmp_path / "inbox", ledger, inbox.poster(tracker.url)).parked == 1
    (parked,) = ledger.parked()
    assert parked.reason == "handler failed: Refused: 127.0.0.1 answered 422"


def test_the_command_posts_what_is_new(tmp_path: Path, tracker: Tracker) -> None:
    folder, kept = str(tmp_path / "inbox"), str(tmp_path / "posted.db")
    store.publish(folder, [problem_record(problem_row(), produced_at=PRODUCED)])
    for _ in range(2):
        posting.run(tracker.url, posting.Source(folder, None, "", ""), kept, ["X-Board: web"], until_quiet_s=0.0)
    assert len(tracker.tickets) == 1
    with pytest.raises(InboxError, match="Name: value"):
        posting.run(tracker.url, posting.Source(folder, None, "", ""), kept, ["no header"], until_quiet_s=0.0)


@pytest.mark.parametrize(
    "url", ["ftp://tracker.test/x", "tracker.test", "http://", "file:///etc/passwd", "http://[", "http://a:b/"]
)
def test_only_http_is_posted_to(url: str) -> None:
    with pytest.raises(InboxError, match="http"):
        inbox.poster(url)


@pytest.mark.parametrize("value", ["Bearer s3cr3t\nX: y", "s3cr3t\x00", "s3cr3t\u2028"])
def test_a_header_that_nobody_can_send_is_refused_before_anything_quotes_it(value: str) -> None:
    with pytest.raises(InboxError, match="'Authorization' has characters") as refused:
        inbox.poster("http://tracker.test/", {"Authorization": value})
    assert "s3cr3t" not in str(refused.value)
