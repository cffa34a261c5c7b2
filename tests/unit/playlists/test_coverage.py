"""Ten sessions show as many different problems as possible."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from replay_signals.transforms.playlists.coverage import Candidate, by_coverage

SETS = st.lists(st.frozensets(st.sampled_from("abcdefgh"), max_size=4), max_size=8)


def candidate(name: str, problems: str, severity: float = 50.0, duration_ms: int = 1000) -> Candidate:
    return Candidate(name, severity, duration_ms, frozenset(problems))


def names(candidates: list[Candidate], limit: int = 0) -> list[str]:
    return [one.session_id for one in by_coverage(candidates, limit)]


def test_what_shows_most_new_problems_is_next() -> None:
    given_ = [candidate("1", "ab", 90), candidate("2", "abc", 40), candidate("3", "de", 10), candidate("4", "d", 99)]
    chosen = by_coverage(given_, 2)
    assert [(one.session_id, one.first_seen) for one in chosen] == [("2", frozenset("abc")), ("3", frozenset("de"))]


def test_of_equal_ones_the_worse_then_the_shorter_then_by_id() -> None:
    assert names([candidate("1", "a", 50), candidate("2", "b", 60)]) == ["2", "1"]
    assert names([candidate("1", "a", 50, 2000), candidate("2", "b", 50, 1000)]) == ["2", "1"]
    assert names([candidate("2", "b"), candidate("1", "a")]) == ["1", "2"]


def test_when_nothing_is_new_it_is_counted_anew_and_sessions_without_a_problem_come_last() -> None:
    given_ = [candidate("1", "ab", 90), candidate("2", "a", 95), candidate("3", "", 100), candidate("4", "ab", 80)]
    assert names(given_) == ["1", "4", "2", "3"]
    assert [one.first_seen for one in by_coverage(given_, 0)][1:] == [frozenset()] * 3


@given(SETS)
def test_every_session_comes_once_and_a_smaller_limit_is_the_beginning(sets: list[frozenset[str]]) -> None:
    given_ = [Candidate(str(n), float(len(one)), n, one) for n, one in enumerate(sets)]
    everything = by_coverage(given_, 0)
    assert sorted(one.session_id for one in everything) == sorted(one.session_id for one in given_)
    assert by_coverage(given_, 3) == everything[:3]
    assert by_coverage(reversed(given_), 0) == everything


@given(SETS)
def test_three_show_at_least_63_percent_of_what_the_best_three_do(sets: list[frozenset[str]]) -> None:
    given_ = [Candidate(str(n), 0.0, 0, one) for n, one in enumerate(sets)]
    shown = frozenset().union(*(one.first_seen for one in by_coverage(given_, 3)))
    best = max((len(frozenset().union(*three)) for three in combinations(sets, min(3, len(sets)))), default=0)
    assert len(shown) >= 0.63 * best
