"""Values of a wrong type, anywhere in real recordings, cost at most the record they stand in."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay_signals.pipelines.packing import pack, unpack
from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.messages import SourcePosition
from replay_signals.schemas.rows import DeadLetterRow, EventRow
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.digest.records import records_of
from replay_signals.transforms.evidence.extract import Evidence, evidence_in
from replay_signals.transforms.expectations.rows import unexpected
from replay_signals.transforms.judge.session import JudgedSession, judge_session
from replay_signals.transforms.parse.capture import parse_capture_request
from support.samples import EXAMPLES
from support.weird import NUMBERS, paths, replaced

RULES = Rules()
FILES = ("s0003", "s0008", "s0043", "s0054")
WRONG: list[list[object]] = [[True, False], [None], list(NUMBERS), ["", "x", "1", "1.5", "NaN"], [[], {}, [True]]]
"""By type, each drawn as often."""
Place = tuple[int, tuple[Any, ...]]
"""Line, and where in the body of its request."""


@cache
def requests(file: str) -> list[dict[str, Any]]:
    lines = gzip.decompress((EXAMPLES / f"{file}.posts.jsonl.gz").read_bytes()).splitlines()
    return [request | {"body": json.loads(request["body"])} for request in map(json.loads, lines)]


def extracted(request: dict[str, Any], number: int) -> list[Evidence]:
    """What is kept of a request; all of it survives a shuffle."""
    body = json.dumps(request["body"]).encode()
    position = SourcePosition("posts", number)
    found = list(
        evidence_in(
            lambda: parse_capture_request(
                body, path=request["path"], received_ms=request["t"], user_agent=request["ua"], position=position
            ),
            body,
            position,
        )
    )
    for one in found:
        assert unpack(*pack(one.body)) == one.body
        if isinstance(one.body, MessageDigest):
            records_of(one.body)
        assert not (isinstance(one.body, DeadLetterRow) and one.body.reason == "internal_error"), one.body.detail
    return found


@cache
def kept(file: str) -> list[list[Evidence]]:
    return [extracted(request, number) for number, request in enumerate(requests(file))]


def judged(evidence: Iterable[list[Evidence]]) -> JudgedSession:
    """The recorded session: a message or an event with a wrong id or team is another's."""
    bodies = [one.body for own in evidence for one in own if isinstance(one.body, MessageDigest | EventRow)]
    ids = Counter((one.team, one.session_id) for one in bodies if isinstance(one, MessageDigest)).most_common(1)[0][0]
    own = [one for one in bodies if (one.team, one.session_id) == ids]
    made = judge_session(
        [one for one in own if isinstance(one, MessageDigest)],
        [one for one in own if isinstance(one, EventRow)],
        RULES,
    )
    assert not made.letters, made.letters
    assert len(made.rows["sessions"]) == 1
    told = [(table, what) for table, rows in made.rows.items() for row in rows if (what := unexpected(table, row))]
    assert not told, told
    return made


@cache
def signals(file: str) -> frozenset[str]:
    """Ids of the session's signals."""
    return frozenset(row.signal_id for row in judged(kept(file)).rows["signals"])


def with_bodies(file: str, bodies: dict[int, Any]) -> set[str]:
    """The same with other bodies of some requests."""
    evidence = list(kept(file))
    for line, body in bodies.items():
        evidence[line] = extracted(requests(file)[line] | {"body": body}, line)
    return {row.signal_id for row in judged(evidence).rows["signals"]}


def without(value: Any, path: tuple[Any, ...]) -> Any:
    holder = value
    for key in path[:-1]:
        holder = holder[key]
    return replaced(value, path[:-1], [one for i, one in enumerate(holder) if i != path[-1]])


def record_of(path: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """Where the record begins that a place is in: an rrweb event, else an analytics event; None around them."""
    numbers = [i for i, key in enumerate(path) if isinstance(key, int)]
    if not numbers or len(path) == 1:
        return None
    if "$snapshot_data" not in path:
        return path[: numbers[0] + 1]
    inner = next((i for i in numbers if i > path.index("$snapshot_data")), None)
    return path[: inner + 1] if inner is not None and inner + 1 < len(path) else None


@cache
def fields(file: str) -> tuple[list[list[Place]], list[list[Place]]]:
    """Places by the names on the way to them, so that rare fields are drawn as often as others: numbers, and all."""
    numbers: dict[tuple[Any, ...], list[Place]] = {}
    every: dict[tuple[Any, ...], list[Place]] = {}
    for line, request in enumerate(requests(file)):
        for path in paths(request["body"]):
            if record_of(path) is None:
                continue
            name = tuple(key for key in path if isinstance(key, str))[-3:]
            every.setdefault(name, []).append((line, path))
            if isinstance(at(request["body"], path), int | float):
                numbers.setdefault(name, []).append((line, path))
    return list(numbers.values()), list(every.values())


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


@settings(max_examples=25, deadline=None)
@given(st.data(), st.sampled_from(FILES), st.sampled_from(WRONG))
def test_wrong_values_cost_no_more_than_their_records(data: st.DataObject, file: str, values: list[object]) -> None:
    """Nothing raises, and nothing is lost but what hangs on the records.

    A signal that is found with the records and without them does not hang on them: it is found with broken ones.
    """
    own = data.draw(st.sampled_from(fields(file)))
    value = data.draw(st.sampled_from(values))
    chosen = data.draw(st.lists(st.sampled_from(own).flatmap(st.sampled_from), min_size=1, max_size=6))
    spoiled = {line: requests(file)[line]["body"] for line, _ in chosen}
    gone = dict(spoiled)
    records = set()
    for line, path in chosen:
        record = record_of(path)
        assert record is not None
        if (line, record) not in records:
            spoiled[line] = replaced(spoiled[line], path, value)
            records.add((line, record))
    for line, record in sorted(records, reverse=True):
        gone[line] = without(gone[line], record)
    assert signals(file) & with_bodies(file, gone) <= with_bodies(file, spoiled)


@pytest.mark.parametrize("value", [True, 1.5, 2**63, 1e308, "1"], ids=repr)
def test_any_number_may_be_none(value: object) -> None:
    """What is kept of its request can be read: none of the neighbours is lost with it."""
    numbers, _ = fields("s0003")
    for line, path in (places[0] for places in numbers):
        request = requests("s0003")[line]
        extracted(request | {"body": replaced(request["body"], path, value)}, line)
