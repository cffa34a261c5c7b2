"""Who is one visitor, and what groups of visitors met."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from replay_signals.pipelines.analysis.comparing import Comparison, answered
from replay_signals.pipelines.analysis.people import identify
from replay_signals.transforms.insights.merging import merged
from support.made_rows import holding, made
from support.visits_asked import event, session


def visitors(rows: list[Any], sessions: list[Any] | None = None) -> dict[str, str]:
    with holding({"events": rows, "sessions": sessions or []}) as db:
        identify(db)
        return dict(db.execute("SELECT distinct_id, visitor FROM people").fetchall())


def test_a_merged_person_takes_all_its_ids_along() -> None:
    rows = [
        event(0, ("phone", 0, "A"), person_id="p1"),
        event(1, ("anon", 1, "A"), person_id="p1"),
        event(2, ("anon", 2, "A"), person_id="p2"),  # merged into p2 by an identification
        event(3, ("known", 3, "A"), person_id="p2"),
        event(4, ("other", 3, "A"), person_id="p3"),
    ]
    found = visitors(rows)
    assert found["phone"] == found["anon"] == found["known"] != found["other"]


def test_an_id_without_a_person_is_of_its_session() -> None:
    rows = [event(0, ("anon", 0, "A"), session_id="s"), event(1, ("known", 1, "A"), session_id="s", person_id="p")]
    assert len(set(visitors(rows, [session("x", session_id="s", distinct_id="known")]).values())) == 1
    assert len(set(visitors(rows).values())) == 2


def test_two_people_at_one_computer_stay_two() -> None:
    rows = [event(0, ("ann", 0, "A"), session_id="s", person_id="p"),
            event(1, ("bob", 1, "A"), session_id="s", person_id="q")]  # fmt: skip
    assert visitors(rows, [session("x", session_id="s", distinct_id="bob", person_id="q")]) == {"ann": "p", "bob": "q"}


def test_teams_share_nothing() -> None:
    rows = [event(0, ("a", 0, "A"), person_id="p"), event(1, ("a", 0, "A"), team="other", person_id="q"),
            event(2, ("a", 1, "A"), person_id="r")]  # fmt: skip
    with holding({"events": rows}) as db:
        identify(db)
        found = dict(db.execute("SELECT team, visitor FROM people").fetchall())
    assert found == {"t": "p", "other": "q"}


IDS = st.tuples(st.just("t"), st.sampled_from("abcdefgh"))


@given(st.lists(st.tuples(IDS, IDS)))
def test_merging_is_what_reaches_each_other(pairs: list[tuple[tuple[str, str], tuple[str, str]]]) -> None:
    sets = [{one} for one in {id_ for pair in pairs for id_ in pair}]
    for first, second in pairs:
        both = [one for one in sets if one & {first, second}]
        sets = [one for one in sets if one not in both] + [set().union(*both)]
    assert merged(pairs) == {one: min(of) for of in sets for one in of if one != min(of)}


def test_a_list_of_people_beside_the_others() -> None:
    own = {"team": "t", "problem_id": "bad", "kind": "dead_click", "revision": 1}
    names = [f"u{n}" for n in range(40)]
    rows = {
        "events": [event(0, ("anon", 0, "A"), person_id="p"), event(1, ("u0", 1, "A"), person_id="p")],
        "sessions": [session(who, severity=1.0 + (who == "u3")) for who in names],
        "signals": [made("signals", session_id=f"s-u{n}", signal_id=str(n), **own) for n in range(12)],
    }
    listed = ["anon", "s-u1", *names[2:12], "nobody", "'; DROP TABLE events; --"]
    with holding(rows) as db:
        found = answered(db, Comparison(ids=listed))
        assert (found.visitors, found.others) == (12, 28)
        assert found.sessions[0] == "s-u3"
        assert set(found.sessions) == {f"s-u{n}" for n in range(12)}
        assert found.unknown == ["'; DROP TABLE events; --", "nobody"]
        (trouble,) = found.troubles
        assert (trouble.dropped, trouble.went_on, trouble.low > 0.5) == (12, 0, True)
        assert answered(db, Comparison("severity > 1.5")).sessions == ["s-u3"]
        assert answered(db, Comparison(ids=[])).visitors == 0
        assert answered(db, Comparison("team = 't'")).others == 0
