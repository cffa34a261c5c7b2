"""Problems out of signals: grouping, score, retraction, merging."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_signals.schemas.inbox import Impact, InboxRecord
from replay_signals.transforms.inbox.problems import (
    digest_problems,
    key_of,
    latest,
    merge_problems,
    problem_id,
    problem_of,
    rank,
)
from support.samples import record


def _signal(number: int, **changes: object) -> InboxRecord:
    own = {"signal_id": f"{number:016x}", "session_id": f"session-{number}", "distinct_id": f"user-{number}"}
    return record(**(own | changes))


def test_signals_of_one_place_are_one_problem() -> None:
    (problem,) = rank([_signal(1, page="http://site.test/orders/1"), _signal(2, page="http://site.test/orders/2")])
    assert problem.impact == Impact(sessions=2, users=2)
    assert problem.key == key_of(record())
    assert problem.problem_id == problem_id(problem.key)
    assert (
        len(rank([_signal(1), _signal(2, kind="rage_click"), _signal(3, element_key="x"), _signal(4, team="t")])) == 4
    )


def test_a_visitor_counts_once_with_the_worst_that_happened() -> None:
    many = [_signal(n, distinct_id="user-1", severity=10.0 + n, confidence=0.5) for n in range(20)]
    (problem,) = rank(many)
    assert problem.score == pytest.approx(0.29 * 0.5)
    assert problem.impact == Impact(sessions=20, users=1)
    assert problem.severity == pytest.approx(19.5)


def test_a_person_is_one_visitor_over_devices_and_no_id_means_one_per_session() -> None:
    (one,) = rank([_signal(1, person_id="p"), _signal(2, person_id="p")])
    (two,) = rank([_signal(1, distinct_id=""), _signal(2, distinct_id="")])
    assert (one.impact.users, two.impact.users) == (1, 2)


def test_more_visitors_and_surer_and_worse_rank_higher() -> None:
    wide = [_signal(n, kind="rage_click", severity=40.0) for n in range(5)]
    doubtful = [_signal(n, kind="dead_click", severity=90.0, confidence=0.1) for n in range(10, 15)]
    deep = [_signal(20, kind="error_click", severity=95.0)]
    assert [p.key.kind for p in rank([*deep, *doubtful, *wide])] == ["rage_click", "error_click", "dead_click"]


def test_retracted_signals_vanish_whatever_order_they_came_in() -> None:
    gone = _signal(1, revision=2, status="retracted")
    assert rank([gone, _signal(1)]) == rank([_signal(1), gone]) == []
    (left,) = rank([gone, _signal(2), _signal(1)])
    assert left.impact.sessions == 1


def test_a_signal_that_a_revision_moved_elsewhere_leaves_its_old_problem() -> None:
    (problem,) = rank([_signal(1), _signal(1, revision=2, status="revised", element_key="a#new")])
    assert problem.key.element_key == "a#new"


def test_examples_are_worst_first_and_of_different_sessions() -> None:
    signals = [_signal(n, session_id=f"s{n // 2}", severity=float(n)) for n in range(10)]
    (problem,) = rank(signals)
    assert [(r.who.session_id, r.severity) for r in problem.examples] == [("s4", 9.0), ("s3", 7.0), ("s2", 5.0)]
    assert problem.worst is problem.examples[0]


def test_exposure_is_shown_where_known_and_never_below_those_affected() -> None:
    place = ("phc_test", "/orders/:id")
    assert [p.impact.exposed_sessions for p in rank([_signal(1)], {place: 8})] == [8]
    assert [p.impact.exposed_sessions for p in rank([_signal(1), _signal(2)], {place: 1})] == [2]
    assert [p.impact.exposed_sessions for p in rank([_signal(1)], {("phc_test", "/"): 8})] == [None]


def test_digests_of_two_problems_do_not_merge() -> None:
    a, b = digest_problems([_signal(1), _signal(2, kind="rage_click")]).values()
    with pytest.raises(ValueError, match="two problems"):
        merge_problems(a, b)


_revisions = st.builds(
    lambda number, revision, status: _signal(number, revision=revision, status=status, severity=float(revision)),
    st.integers(0, 3),
    st.integers(1, 3),
    st.sampled_from(["new", "revised", "retracted"]),
)


@given(a=st.lists(_revisions, min_size=1), b=st.lists(_revisions, min_size=1), c=st.lists(_revisions, min_size=1))
def test_merging_is_associative_commutative_and_idempotent(
    a: list[InboxRecord], b: list[InboxRecord], c: list[InboxRecord]
) -> None:
    x, y, z = (digest_problems(signals)[key_of(record())] for signals in (a, b, c))
    assert merge_problems(merge_problems(x, y), z) == merge_problems(x, merge_problems(y, z))
    assert merge_problems(x, y).signals == merge_problems(y, x).signals
    assert merge_problems(x, x) == x
    whole = merge_problems(merge_problems(x, y), z)
    assert whole.signals == latest([*a, *b, *c])
    assert rank([*c, *b, *a]) == [problem for problem in [problem_of(whole)] if problem is not None]
