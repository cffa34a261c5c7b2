"""Cost grows with the size of the input and not with its square.

Function calls are counted exactly, so they tell the same on every machine; what C loops do inside of one call is seen
by CPU time only, which gets a limit between linear (1) and quadratic (8 for an eightfold size).
"""

import cProfile
import pstats
from collections.abc import Callable, Iterable, Sequence

import orjson
import pytest
from bench.synthetic import checkouts, failures, page_message, session_messages, tabs, throws
from bench.tasks import digests_of
from bench.timing import cpu_seconds

from replay_signals.schemas.messages import SnapshotMessage, SourcePosition
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.digest.merge import session_of
from replay_signals.transforms.judge.judgement import judge

FACTOR = 8
MAX_CALLS_GROWTH = 1.15
MAX_TIME_GROWTH = 3.0

Work = Callable[[], object]


def calls(work: Work) -> int:
    profile = cProfile.Profile()
    profile.runcall(work)
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]  # missing in typeshed


def growth(small: Work, large: Work, cost: Callable[[Work], float]) -> float:
    """Cost per unit of the large input over that of the small one."""
    return cost(large) / cost(small) / FACTOR


def assert_linear(small: Work, large: Work) -> None:
    for work in (small, large):  # first calls fill caches of texts: a page met before costs less than a new one
        work()
    assert growth(small, large, calls) < MAX_CALLS_GROWTH
    assert growth(small, large, lambda timed: min(cpu_seconds(timed) for _ in range(3))) < MAX_TIME_GROWTH


def digesting(messages: Sequence[SnapshotMessage]) -> Work:
    return lambda: digests_of(messages)


def judging(messages: Sequence[SnapshotMessage]) -> Work:
    session = session_of(digests_of(messages))
    return lambda: judge(session, [], Rules())


@pytest.mark.parametrize("work", [digesting, judging])
def test_twice_as_long_a_session_costs_twice_as_much(work: Callable[[Sequence[SnapshotMessage]], Work]) -> None:
    assert_linear(work(session_messages(500)), work(session_messages(500 * FACTOR)))


@pytest.mark.parametrize("made", [tabs, checkouts, failures, throws])
def test_judging_each_click_does_not_look_through_all_of_the_session(
    made: Callable[[int], Iterable[SnapshotMessage]],
) -> None:
    assert_linear(judging(list(made(100))), judging(list(made(100 * FACTOR))))


def test_twice_as_large_a_page_costs_twice_as_much() -> None:
    links = 1_000  # the larger page fits into the caches of texts, too, which are bounded
    assert_linear(digesting([page_message(links)]), digesting([page_message(links * FACTOR)]))


def message(*events: dict[str, object]) -> SnapshotMessage:
    return SnapshotMessage("t", "s", "w", orjson.dumps(events), SourcePosition("made up"))


def nodes_added(parents: dict[int, int]) -> SnapshotMessage:
    """A mutation that adds elements, each below the parent it names."""
    element = {"type": 2, "tagName": "div", "attributes": {}, "childNodes": []}
    adds = [{"parentId": parent, "nextId": None, "node": element | {"id": node}} for node, parent in parents.items()]
    change = {"source": 0, "texts": [], "attributes": [], "removes": [], "adds": adds}
    return message({"type": 3, "timestamp": 1_750_000_000_000, "data": change})


def test_nodes_added_one_inside_the_other_cost_no_more_than_side_by_side() -> None:
    small, large = ({i: i - 1 for i in range(2, n)} for n in (1_000, 1_000 * FACTOR))
    assert_linear(digesting([nodes_added(small)]), digesting([nodes_added(large)]))


@pytest.mark.parametrize("parents", [{5: 5}, {5: 6, 6: 5}, {5: 6, 6: 7, 7: 6, 8: 5}])
def test_new_nodes_whose_parents_form_a_circle_end(parents: dict[int, int]) -> None:
    (digest,) = digests_of([nodes_added(parents)])
    assert digest.event_count == 1
    assert judge(session_of([digest]), [], Rules()).session.event_count == 1
