"""Values of a wrong type, anywhere in real recordings, cost at most the record they stand in."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from replay_signals.pipelines.packing import pack, unpack
from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.messages import SourcePosition
from replay_signals.schemas.rows import DeadLetterRow, EventRow
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.evidence.extract import Evidence, evidence_in
from replay_signals.transforms.judge.session import JudgedSession, judge_session
from replay_signals.transforms.parse.capture import parse_capture_request
from support.samples import EXAMPLES
from support.weird import NUMBERS, paths, replaced

RULES = Rules()
FILES = ("s0003", "s0008", "s0043", "s0054")
WRONG = [True, False, None, *NUMBERS, "", "x", "1", "1.5", "NaN", [], {}, [True], {"id": True}]
Place = tuple[str, int, tuple[Any, ...]]
"""File, line, and where in the body of its request."""


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
    return made


@cache
def signals(file: str, line: int = -1, record: tuple[Any, ...] = ()) -> frozenset[str]:
    """Ids of the session's signals; without the record at a place."""
    evidence = list(kept(file))
    if line >= 0:
        request = requests(file)[line]
        evidence[line] = extracted(request | {"body": without(request["body"], record)}, line)
    return frozenset(row.signal_id for row in judged(evidence).rows["signals"])


def without(value: Any, path: tuple[Any, ...]) -> Any:
    holder = value
    for key in path[:-1]:
        holder = holder[key]
    return replaced(value, path[:-1], [one for i, one in enumerate(holder) if i != path[-1]])


def record_of(path: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """Where the record begins that a place is in: an rrweb event, else an analytics event; None around them."""
    numbers = [i for i, key in enumerate(path) if isinstance(key, int)]
    if not numbers or len(numbers) == len(path) == 1:
        return None
    if "$snapshot_data" not in path:
        return path[: numbers[0] + 1]
    inner = next((i for i in numbers if i > path.index("$snapshot_data")), None)
    return path[: inner + 1] if inner is not None and inner + 1 < len(path) else None


@cache
def fields(file: str) -> dict[tuple[Any, ...], list[Place]]:
    """Places of values that stand in a record, by the names on the way: rare fields are drawn as often as others."""
    found: dict[tuple[Any, ...], list[Place]] = {}
    for line, request in enumerate(requests(file)):
        for path in paths(request["body"]):
            if record_of(path) is not None:
                name = tuple(key for key in path if isinstance(key, str))[-4:]
                found.setdefault(name, []).append((file, line, path))
    return found


@st.composite
def place(draw: st.DrawFn) -> Place:
    own = fields(draw(st.sampled_from(FILES)))
    return draw(st.sampled_from(own[draw(st.sampled_from(sorted(own)))]))


@settings(max_examples=60, deadline=None)
@given(place(), st.sampled_from(WRONG))
def test_a_wrong_value_costs_no_more_than_its_record(where: Place, value: object) -> None:
    """Nothing raises, and nothing is lost but what hangs on the record.

    A signal that is found with the record and without it does not hang on it: it is found with a broken one.
    """
    file, line, path = where
    request = requests(file)[line]
    evidence = list(kept(file))
    evidence[line] = extracted(request | {"body": replaced(request["body"], path, value)}, line)
    record = record_of(path)
    assert record is not None
    found = {row.signal_id for row in judged(evidence).rows["signals"]}
    assert signals(file) & signals(file, line, record) <= found
