"""A standing canary: marked personal texts at every place where one was ever found, searched in all that leaves.

Here are the functions that `detect`, batch and stream share; tests/pipelines/test_canary_runs.py searches what commands
leave, tests/services/test_canary_stream.py what the stream leaves.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.messages import AnalyticsEvent, DeadLetter, Record, SnapshotMessage, SourcePosition
from replay_signals.schemas.privacy import Privacy
from replay_signals.schemas.rows import DeadLetterRow, EventRow
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.digest.merge import session_of
from replay_signals.transforms.digest.records import records_of
from replay_signals.transforms.evidence.dead_letters import dead_letter_message
from replay_signals.transforms.evidence.extract import evidence_of
from replay_signals.transforms.evidence.kafka import KafkaMessage, evidence_of_kafka
from replay_signals.transforms.judge.judgement import judge
from replay_signals.transforms.privacy.policy import Policy
from replay_signals.transforms.session.event_rows import event_of
from support import canary
from support.canary import SESSION
from support.canary_marks import Marks, decoded
from support.canary_visits import native, web
from support.nodes_and_events import START_MS, element, event, text

POSITION = SourcePosition("canary")


def message(items: list[dict[str, Any]], m: Marks, **fields: Any) -> SnapshotMessage:
    fields = {"distinct_id": m.mail("distinct id of a message"), "snapshot_library": m.mail("library")} | fields
    return SnapshotMessage("team", SESSION, "window", json.dumps(items).encode(), POSITION, **fields)


def analytics(m: Marks) -> AnalyticsEvent:
    a = m.mail
    return AnalyticsEvent(
        "team",
        a("uuid"),
        a("event name"),
        a("distinct id"),
        START_MS + 60,
        POSITION,
        SESSION,
        "window",
        properties=canary.properties(m),
        person_id=a("person id"),
        person_properties=canary.person(m),
        elements_chain=canary.chain(m),
    )


def letters(m: Marks) -> list[Record]:
    w = m.word
    payload = json.dumps({w("payload key"): w("payload")}).encode()
    return [
        DeadLetter(POSITION, "invalid_json", f"bad value '{w('detail')}'", payload),
        DeadLetter(
            POSITION, "invalid_json", "x", payload, team=m.mail("team of a letter"), session_id=m.mail("its session")
        ),
        message([{"type": 2, "timestamp": w("bad timestamp")}], m),
        SnapshotMessage("team", SESSION, "window", f'[{{"type": "{w("broken")}'.encode(), POSITION),
    ]


def leaving(m: Marks, policy: Policy) -> list[Any]:
    """Everything that leaves: rows of all tables, records of digests, inbox records, dead letters as messages."""
    records: list[Record] = [message(items, m) for items in web(m)]
    records += [analytics(m), *letters(m)]
    evidence = [one.body for record in records for one in evidence_of(record, policy=policy)]
    for role, value in canary.kafka_values(m):
        arrived = KafkaMessage(value, {"token": b"team"}, START_MS, POSITION)
        evidence += [one.body for one in evidence_of_kafka(role, arrived, policy=policy)]
    in_app = [one.body for one in evidence_of(message(native(m), m, snapshot_source="mobile"), policy=policy)]
    out: list[Any] = [*evidence, *in_app]
    digests = [body for body in evidence if isinstance(body, MessageDigest)]
    events = [event_of(body) for body in evidence if isinstance(body, EventRow)]
    out += [record for body in out if isinstance(body, MessageDigest) for record in records_of(body)]
    out += [dead_letter_message(body) for body in evidence if isinstance(body, DeadLetterRow)]
    out.append(judge(session_of(digests), events, Rules()))
    out.append(judge(session_of(body for body in in_app if isinstance(body, MessageDigest)), [], Rules()))
    return out


def found(m: Marks, values: list[Any]) -> dict[str, str]:
    return m.found_in(decoded(values))


def test_nothing_that_is_marked_leaves() -> None:
    m = Marks()
    values = leaving(m, Policy(key=b"canary"))
    assert len(m.places) >= 60
    assert sorted(found(m, values).values()) == []


def test_without_rules_most_of_it_would() -> None:
    """Else the marks were not where texts are read, or not searched where they end."""
    m = Marks()
    leaked = found(m, leaving(m, Policy(Privacy(enabled=False))))
    assert len(leaked) >= 60, sorted(set(m.places.values()) - set(leaked.values()))


ROOT = [
    event(
        3,
        {
            "source": 0,
            "texts": [],
            "attributes": [],
            "removes": [],
            "adds": [{"parentId": 7, "node": element(90, "div", class_="rr-mask")}],
        },
        500,
    )
]
CHILD = [
    event(
        3,
        {
            "source": 0,
            "texts": [],
            "attributes": [],
            "removes": [],
            "adds": [{"parentId": 90, "node": element(95, "button", text(96, "Zyxchild Name"))}],
        },
        600,
    )
]


@pytest.mark.parametrize("order", [(ROOT, CHILD), (CHILD, ROOT)])
def test_a_child_of_a_masked_root_that_came_before_or_comes_later(order: tuple[Any, ...]) -> None:
    for parts in ([[*order[0], *order[1]]], list(order)):
        bodies = [one.body for items in parts for one in evidence_of(message(items, Marks()))]
        said = "\n".join(decoded([record for body in bodies for record in records_of(body)]))
        assert "Zyxchild" not in said
