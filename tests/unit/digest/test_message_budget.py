"""What one message may keep and search, and that it depends on the message alone."""

from __future__ import annotations

import time
from typing import Any

import msgspec
import pytest

from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.messages import DeadLetter, Reason, SnapshotMessage, SourcePosition
from replay_signals.schemas.privacy import Elements, Privacy
from replay_signals.transforms.digest.message import digest
from replay_signals.transforms.digest.place_rules import place_rules
from replay_signals.transforms.digest.records import Console, FullSnapshot, records_of
from replay_signals.transforms.parse.budget import MAX_CLASS_CHARS, MAX_ITEMS
from replay_signals.transforms.privacy.policy import Policy
from replay_signals.transforms.privacy.steps import MAX_STEPS, steps_of

TIME = 1_790_000_000_000


def of(*events: dict[str, Any]) -> MessageDigest | DeadLetter:
    return digest(SnapshotMessage("t", "s", "w", msgspec.json.encode(events), SourcePosition("x", 0, 0)))


def console(text: str) -> dict[str, Any]:
    payload = {"level": "error", "payload": [text]}
    return {"type": 6, "timestamp": TIME, "data": {"plugin": "rrweb/console@1", "payload": payload}}


def page(*nodes: dict[str, Any]) -> dict[str, Any]:
    return {"type": 2, "timestamp": TIME, "data": {"node": {"id": 1, "type": 0, "childNodes": nodes}}}


def test_texts_behind_the_budget_are_fingerprints_whatever_was_seen_before() -> None:
    line = "Error: no price for " + "article " * 100
    lines = [console(f"{line}{i}") for i in range(2 * MAX_STEPS // steps_of(line))]
    place_rules.cache_clear()
    fresh = of(*lines)
    assert isinstance(fresh, MessageDigest)
    messages = [record.message for record in records_of(fresh) if isinstance(record, Console)]
    hidden = [text.startswith("[text:") for text in messages]
    assert hidden == sorted(hidden)
    assert 0.3 < sum(hidden) / len(lines) < 0.7
    assert fresh.removed["console_message/message_budget"] == sum(hidden)
    assert of(*lines) == fresh
    assert of(*lines[::-1][: len(lines) // 3])  # now others are known
    assert of(*lines) == fresh


def test_a_repeated_text_is_taken_once() -> None:
    found = of(*[console("Error: no price for " + "article " * 100)] * 3000)
    assert isinstance(found, MessageDigest)
    assert "console_message/message_budget" not in found.removed


def test_names_of_controls_behind_the_budget_are_fingerprints() -> None:
    names = [f"{i} " + "name " * 30 for i in range(2000)]
    nodes = [{"id": i, "type": 2, "tagName": "a", "attributes": {"title": name}} for i, name in enumerate(names, 2)]
    found = of(page(*nodes))
    assert isinstance(found, MessageDigest)
    (record,) = records_of(found)
    assert isinstance(record, FullSnapshot)
    assert record.controls[0].name == names[0][:40]
    assert record.controls[-1].name.startswith("[text:")
    assert record.controls[-1].tag == "a"


@pytest.mark.parametrize(
    "events",
    [
        [{"type": 1, "timestamp": TIME}] * (MAX_ITEMS + 1),
        [{"type": 1}] * (MAX_ITEMS + 1),
        [page(*({"id": i, "type": 2, "tagName": "a"} for i in range(2, 2500)))] * 7,
        [page({"id": 2, "type": 2, "tagName": "i", "attributes": {"class": "c" * MAX_CLASS_CHARS + "d"}})],
        [{"type": 3, "timestamp": TIME, "data": {"source": 1, "positions": [{"x": 1}] * 6 * MAX_ITEMS}}],
    ],
)
def test_what_keeps_too_much_is_a_dead_letter(events: list[dict[str, Any]]) -> None:
    found = of(*events)
    assert isinstance(found, DeadLetter)
    assert found.reason == Reason.TOO_LARGE


def test_rules_that_look_around_elements_are_bounded_too() -> None:
    policy = Policy(Privacy(elements=Elements(mask=("div div div div div > p a", "p a"))))
    links = [{"id": i, "type": 2, "tagName": "a", "childNodes": []} for i in range(1000, 7000)]
    for i in range(400, 1, -1):
        links = [{"id": i, "type": 2, "tagName": "div", "childNodes": links}]
    message = SnapshotMessage("t", "s", "w", msgspec.json.encode([page(*links)]), SourcePosition("x", 0, 0))
    started = time.process_time()
    assert isinstance(digest(message, policy), MessageDigest)
    assert time.process_time() - started < 2
