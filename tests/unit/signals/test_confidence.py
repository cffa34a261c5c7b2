"""The table of confidences: every kind is in it, and weaker evidence never counts for more."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from replay_signals.pipelines.files.reading import read
from replay_signals.schemas.confidence import CLICK_GRADES, MIN_LABELS, TABLE, UNKNOWN, grade_of
from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.messages import SnapshotMessage
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.digest.merge import session_of
from replay_signals.transforms.digest.message import digest
from replay_signals.transforms.signals import SIGNALS, find
from replay_signals.transforms.signals.context import context_of

EXAMPLES = sorted(Path("examples").glob("*.posts.jsonl*"))


def test_the_table_has_every_kind() -> None:
    assert set(TABLE.kinds) == set(SIGNALS)


@pytest.mark.parametrize("kind", sorted(TABLE.kinds))
def test_weaker_evidence_never_counts_for_more(kind: str) -> None:
    cells = list(TABLE.kinds[kind].values())
    for stronger, weaker in pairwise(cells):
        assert stronger.confidence >= weaker.confidence
        assert stronger.prior >= weaker.prior
    for cell in cells:
        assert 0 < cell.confidence < 1
        assert cell.right <= cell.labels
        assert cell.too_few == (cell.labels < MIN_LABELS)


@pytest.mark.parametrize(
    ("score", "grade"),
    [(1.0, "certain"), (0.9, "certain"), (0.85, "likely"), (0.7, "fair"), (0.5, "weak"), (0.0, "doubtful")],
)
def test_the_grade_of_a_clicks_verdict(score: float, grade: str) -> None:
    assert grade_of(score) == grade
    assert grade in dict(CLICK_GRADES)


def test_of_what_the_table_does_not_have_nothing_is_known() -> None:
    assert TABLE.confidence("a_kind_of_ones_own", "x") == TABLE.confidence("dead_click", "x") == UNKNOWN


@pytest.mark.parametrize("example", EXAMPLES[:12], ids=lambda path: path.name)
def test_findings_have_grades_of_the_table(example: Path) -> None:
    digests = [digest(record) for record in read(str(example)) if isinstance(record, SnapshotMessage)]
    session = session_of([one for one in digests if isinstance(one, MessageDigest)])
    for finding in find(context_of(session, [], Rules())):
        assert finding.grade in TABLE.kinds[finding.kind]
