"""Groups are the same for the same rows, and a session that starts later changes neither groups nor names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from replay_signals.pipelines.analysis import grouping
from replay_signals.pipelines.analysis.grouping import Group, grouped, groups
from replay_signals.transforms.summary.group_names import Features, group_id, group_name
from support.made_rows import holding, made

START = datetime(2026, 11, 24, tzinfo=UTC)
PROBLEMS = [("p1", "rage_click", "/pay"), ("p2", "dead_click", "/"), ("p3", "failed_request", "/pay")]
FEATURES = st.builds(
    Features,
    st.lists(st.sampled_from(["/", "/a", "/b", "/pay"]), unique=True, max_size=4),
    st.lists(st.sampled_from(PROBLEMS), unique=True, max_size=3),
    st.lists(st.sampled_from(["bought", "added"]), unique=True, max_size=2),
    st.booleans(),
)


@settings(max_examples=30, deadline=None)
@given(st.lists(FEATURES, max_size=12), st.integers(1, 5))
def test_a_session_that_comes_later_moves_none_before_it(features: list[Features], block: int) -> None:
    whole = grouped(features)
    before, grouping.BLOCK = grouping.BLOCK, block
    try:
        assert grouped(features) == whole
        for count in range(len(features)):
            assert grouped(features[:count]) == whole[:count]
    finally:
        grouping.BLOCK = before
    assert all(whole[first] == first <= place for place, first in enumerate(whole))


def test_sessions_that_met_the_same_are_one_group_and_others_are_not() -> None:
    paid = Features(["/", "/pay"], [PROBLEMS[0]], [], True)
    also = Features(["/", "/a", "/pay"], [PROBLEMS[0]], [], True)
    bought = Features(["/", "/pay"], [], ["bought"])
    assert grouped([paid, bought, also, bought]) == [0, 1, 0, 1]


def test_names_say_trouble_way_events_and_end() -> None:
    assert group_name(Features()) == "no trouble"
    hurt = Features(["/", "/a", "/pay"], PROBLEMS, ["added", "bought"], True)
    assert group_name(hurt) == (
        "rage_click at /pay + dead_click at / + 1 more, / → … → /pay, reached added + bought, left in trouble"
    )
    assert len(group_name(Features(["x" * 500]))) < 100
    assert group_id(hurt) == group_id(hurt._replace(pages=["/pay", "/a", "/"]))
    assert group_id(hurt) != group_id(hurt._replace(left_in_trouble=False))


def session(number: int, **more: object) -> dict[str, Any]:
    at = START + timedelta(minutes=number)
    own = {"team": "t", "session_id": f"s{number}", "day": START.date(), "revision": 1}
    return {"own": own, "session": made("sessions", started_at=at, severity=float(number), **own, **more)}


def found(count: int, where: str = "") -> list[Group]:
    """Every third session buys, the others rage; the last one is a bot's."""
    made_up = [session(n, traffic="bot" if n == 9 else "") for n in range(10)]
    raging = [one["own"] for n, one in enumerate(made_up) if n % 3]
    signal = {"kind": "rage_click", "problem_id": "p1", "page_pattern": "/pay", "status": "new", "severity": 50.0}
    rows = {
        "sessions": [one["session"] for one in made_up[:count]],
        "page_views": [made("page_views", page_pattern="/pay", started_at=START, **one["own"]) for one in made_up],
        "signals": [made("signals", signal_id="1", **signal, **own) for own in raging]
        + [made("signals", signal_id="2", **signal | {"kind": "unexpected_exit"}, **own) for own in raging[:2]],
        "events": [
            made("events", uuid=str(n), event=event, occurred_at=START, **one["own"])
            for n, one in enumerate(made_up) if n % 3 == 0 for event in ("bought", "$pageview")
        ],
        "problems": [made("problems", team="t", problem_id="p1", title="Pay fails", day=START.date())],
    }  # fmt: skip
    with holding(rows) as db:
        return groups(db, where)


def test_groups_of_a_warehouse() -> None:
    raging, bought = found(10)
    assert (raging.sessions, raging.name) == (6, "rage_click at /pay, /pay, left in trouble")
    assert raging.left_in_trouble == 2 / 6
    assert (bought.sessions, bought.name, bought.problems) == (3, "no trouble, /pay, reached bought", [])
    assert raging.problems == [("Pay fails", 1.0)]
    assert raging.examples == ["s8", "s7", "s5"]
    assert raging.share + bought.share == 1.0
    assert [one.sessions for one in found(10, "severity >= 7")] == [2]
    assert found(0) == []
    names = {one.group_id: one.name for one in found(4)}
    assert names.items() <= {one.group_id: one.name for one in (raging, bought)}.items()
