"""rank: one cause over many sessions, in its first simple form.

A problem is what happens at one place: team, kind, page pattern and element. Its digest is a grow-only map of signals
by id that keeps the highest revision, so merging is associative, commutative and idempotent, and a retraction that
comes before what it retracts still counts.

Score: every affected visitor counts once, with the worst that happened to them here,

    score = sum over visitors of max(severity / 100 x confidence)

so it reads as "this many visitors were hurt for certain and as badly as can be". A visitor who clicks twenty times
weighs as much as one who clicks three times; a sure problem of few outranks a doubtful one of many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import NamedTuple

import msgspec

from replay_signals.schemas.inbox import Impact, InboxRecord
from replay_signals.schemas.page_rules import Pages
from replay_signals.schemas.rows import SessionRow
from replay_signals.transforms.causes.pages import PagePatterns

MAX_EXAMPLES = 3
_PATTERNS = PagePatterns(Pages())


class ProblemKey(NamedTuple):
    """What makes signals one problem."""

    team: str
    kind: str
    page_pattern: str
    element_key: str


class ProblemDigest(msgspec.Struct, frozen=True):
    """Signals of one problem by id, the highest revision of each, retracted ones included."""

    key: ProblemKey
    signals: dict[str, InboxRecord]


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A ranked problem. `severity` (0-100) and `confidence` (0-1) are means over its signals."""

    problem_id: str
    key: ProblemKey
    score: float
    severity: float
    confidence: float
    impact: Impact
    examples: list[InboxRecord]
    """Worst first, each of another session; never empty."""

    @property
    def worst(self) -> InboxRecord:
        """The signal that shows the problem best."""
        return self.examples[0]


def key_of(record: InboxRecord) -> ProblemKey:
    """The problem a signal belongs to."""
    return ProblemKey(record.team, record.kind, record.where.page_pattern, record.where.element_key)


def newer(a: InboxRecord, b: InboxRecord) -> InboxRecord:
    """The record that counts of two with one id: the higher revision, then any total order."""
    return a if a is b else max(a, b, key=lambda r: (r.revision, r.produced_at, msgspec.msgpack.encode(r)))


def latest(records: Iterable[InboxRecord]) -> dict[str, InboxRecord]:
    """What counts of many revisions, by id, in any order and with any repetition; retracted ones included."""
    out: dict[str, InboxRecord] = {}
    for record in records:
        known = out.get(record.id)
        out[record.id] = record if known is None else newer(known, record)
    return out


def digest_problems(records: Iterable[InboxRecord]) -> dict[ProblemKey, ProblemDigest]:
    """One digest a problem of any signals."""
    groups: dict[ProblemKey, dict[str, InboxRecord]] = {}
    for record in latest(r for r in records if r.record_type == "signal").values():
        groups.setdefault(key_of(record), {})[record.id] = record
    return {key: ProblemDigest(key, signals) for key, signals in groups.items()}


def merge_problems(a: ProblemDigest, b: ProblemDigest) -> ProblemDigest:
    """Union of two digests of one problem; raises ValueError when they are of two."""
    if a.key != b.key:
        raise ValueError(f"two problems: {a.key} and {b.key}")
    return ProblemDigest(a.key, latest([*a.signals.values(), *b.signals.values()]))


def problem_of(digest: ProblemDigest, exposed_sessions: int | None = None) -> Problem | None:
    """The problem of a digest; None when all of its signals were retracted."""
    live = sorted((r for r in digest.signals.values() if r.status != "retracted"), key=_worst_first)
    if not live:
        return None
    harm: dict[str, float] = {}
    by_session: dict[str, InboxRecord] = {}
    for record in live:
        user = _user(record)
        harm[user] = max(harm.get(user, 0.0), record.severity / 100 * record.confidence)
        by_session.setdefault(record.who.session_id, record)
    exposed = None if exposed_sessions is None else max(exposed_sessions, len(by_session))
    return Problem(
        problem_id=problem_id(digest.key),
        key=digest.key,
        score=sum(sorted(harm.values())),
        severity=sum(r.severity for r in live) / len(live),
        confidence=sum(r.confidence for r in live) / len(live),
        impact=Impact(sessions=len(by_session), users=len(harm), exposed_sessions=exposed),
        examples=list(by_session.values())[:MAX_EXAMPLES],
    )


def rank(records: Iterable[InboxRecord], exposed: Mapping[tuple[str, str], int] | None = None) -> list[Problem]:
    """Problems of signals, highest score first; equal scores by severity, then by key.

    `exposed` says how many sessions saw a (team, page pattern), where that is known.
    """
    seen = exposed or {}
    found = (problem_of(d, seen.get((d.key.team, d.key.page_pattern))) for d in digest_problems(records).values())
    return sorted((p for p in found if p is not None), key=lambda p: (-p.score, -p.severity, p.key))


def exposure(sessions: Iterable[SessionRow]) -> dict[tuple[str, str], int]:
    """How many sessions saw each (team, page pattern)."""
    seen: Counter[tuple[str, str]] = Counter()
    for session in sessions:
        seen.update({(session.team, _PATTERNS.of(url)) for url in session.urls})
    return dict(seen)


def problem_id(key: ProblemKey) -> str:
    """Deterministic id of a problem (16 hex digits)."""
    text = "\0".join(key).encode("utf-8", "surrogatepass")
    return blake2b(text, digest_size=8, person=b"problem").hexdigest()


def _user(record: InboxRecord) -> str:
    """A person where one is known, else the distinct id, else the session stands for one visitor."""
    return record.who.person_id or record.who.distinct_id or record.who.session_id


def _worst_first(record: InboxRecord) -> tuple[float, str]:
    return (-record.severity * record.confidence, record.id)
