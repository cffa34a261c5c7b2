"""Filters: what they choose, what they refuse, and that no text of theirs is ever SQL."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay_signals.pipelines.analysis.filtering import asking, condition
from replay_signals.transforms.filters.condition import FilterError
from support.made_rows import holding, made

AT = datetime(2026, 11, 24, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def tables() -> duckdb.DuckDBPyConnection:
    """Three visits: a paying one that raged, a free one that bought, and one with nothing known."""
    own = {"team": "t"}
    return holding({
        "sessions": [
            made("sessions", **own, session_id="a", distinct_id="ann", person_id="p1", severity=80.0, identified=True,
                 device_type="Mobile", release="2.0", flags={"checkout": "new"}, started_at=AT,
                 signal_kinds={"rage_click": 2},
                 person_properties='{"plan": "pro", "seats": 12, "a.b": "x", "vip": true}'),
            made("sessions", **own, session_id="b", distinct_id="bob", severity=10.0, release="1.9",
                 flags={"checkout": "old"}, person_properties='{"plan": "free", "seats": 2}'),
            made("sessions", **own, session_id="c"),
            made("sessions", team="other", session_id="a", severity=99.0),
        ],
        "signals": [
            made("signals", **own, session_id="a", signal_id="1", kind="rage_click", severity=50.0, confidence=0.9,
                 page_pattern="/cart", problem_id="feed"),
            made("signals", **own, session_id="b", signal_id="2", kind="dead_click", severity=20.0, page_pattern="/"),
        ],
        "page_views": [
            made("page_views", **own, session_id="a", page_pattern="/cart"),
            made("page_views", **own, session_id="b", page_pattern="/"),
            made("page_views", **own, session_id="b", page_pattern="/заказы/:id"),
        ],
        "events": [
            made("events", **own, session_id="b", uuid="1", event="purchase",
                 properties='{"price": 30, "sku": "it\'s"}'),
            made("events", **own, session_id="a", uuid="2", event="$pageview", properties="{}"),
        ],
        "network_requests": [made("network_requests", **own, session_id="a", status=502, route="POST /api/cart")],
    })  # fmt: skip


def chosen(tables: duckdb.DuckDBPyConnection, where: str) -> str:
    """Session ids of the first team that a filter chooses."""
    found = condition(where, "session", "s")
    sql = f"SELECT session_id FROM latest_sessions AS s WHERE team = 't' AND {found.sql} ORDER BY 1"
    with asking():
        return "".join(one for (one,) in tables.execute(sql, found.values).fetchall())


@pytest.mark.parametrize(
    ("where", "sessions"),
    [
        ("", "abc"),
        ("severity >= 10", "ab"),
        ("severity between 5 and 20", "b"),
        ("severity > -1 and not identified", "bc"),
        ("identified is true", "a"),
        ("release <> '2.0'", "bc"),
        ("not release = '2.0'", "bc"),
        ("release in ('2.0', '1.9')", "ab"),
        ("release not in ('2.0')", "bc"),
        ("device = 'Mobile' or device_type = 'Tablet'", "a"),
        ("person_id is null", "bc"),
        ("person_id is not null", "a"),
        ("user = 'p1'", "a"),
        ("user = 'bob'", "b"),
        ("started_at >= '2026-11-24T11:00:00+01:00' and started_at < '2026-11-24T10:00:01'", "a"),
        ("flag.checkout = 'new'", "a"),
        ("flag.checkout <> 'new'", "bc"),
        ("flag.checkout is null", "c"),
        ("signals.rage_click >= 2", "a"),
        ("person.plan = 'pro'", "a"),
        ("person.seats > 5", "a"),
        ("person.seats between 1 and 5", "b"),
        ("person.\"a.b\" = 'x'", "a"),
        ("person.vip = true", "a"),
        ("person.plan ilike 'PR_'", "a"),
        ("person.plan ~ '^(pro|free)$'", "ab"),
        ("signal = 'rage_click'", "a"),
        ("signal <> 'rage_click'", "bc"),
        ("signal not in ('rage_click', 'dead_click')", "c"),
        ("signal(kind = 'rage_click' and page_pattern = '/')", ""),
        ("signal = 'dead_click' and page = '/'", "b"),
        ("signal.severity > 30", "a"),
        ("signal(session.severity > 50)", "a"),
        ("problem = 'feed'", "a"),
        ("page like '/cart%'", "a"),
        ("page not like '/%'", "c"),
        ("page = '/заказы/:id'", "b"),
        ("event = 'purchase'", "b"),
        ("event(event = 'purchase' and property.price > 20 and property.sku = 'it''s')", "b"),
        ("event(event = 'purchase' and property.price > 40)", ""),
        ("request(status >= 500)", "a"),
        ("view(page_pattern = '/' or page_pattern like '/з%')", "b"),
        ("not VIEW(page_pattern = '/')", "ac"),
        ("session(severity > 50 and (release = '2.0'))", "a"),
        ("event(event = 'purchase' and device is not null and session(severity < 20))", "b"),
        ("event(person.plan = 'pro' and flag.checkout = 'new')", "a"),
        ("signal(device = 'Mobile')", "a"),
        ('person."a""b" is null', "abc"),
        ("person.\"a\\\" = 'x'", ""),
        ('person."" is null', "abc"),
        ("route like 'POST %'", "a"),
    ],
)
def test_what_is_chosen(tables: duckdb.DuckDBPyConnection, where: str, sessions: str) -> None:
    assert chosen(tables, where) == sessions


def test_a_cohort_is_a_file_of_ids(tables: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    file = tmp_path / "people.txt"
    file.write_text("p1\n\n  bob  \nnobody\n")
    assert chosen(tables, f"cohort('{file}')") == "ab"
    assert chosen(tables, f"not cohort('{file}')") == "c"
    assert chosen(tables, f"signal(cohort('{file}') and kind = 'dead_click')") == "b"


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("severty > 3", "do you mean severity"),
        ("signal = 'rage_clik'", "do you mean rage_click"),
        ("signal in ('dead_click', 'ragequit')", "kind is never 'ragequit'"),
        ("sgnal(kind = 'dead_click')", r"do you mean signal\(…\)"),
        ("flg.checkout = 'new'", r"do you mean flag\.checkout"),
        ("signal(plan = 'pro')", "a filter of a signal knows no such name"),
        ("severity > 'high'", "severity is a number"),
        ("release = 2", "release is a text"),
        ("identified = 1", "identified is true or false"),
        ("started_at > '0001-01-01T00:00:00+14:00'", "not a time"),
        ("severity > 1e", "1e is not a number"),
        ("event = '\udcff'", "not valid UTF-8"),
        ("started_at > 'yesterday'", "not a time"),
        ("severity like '8%'", "not a text"),
        ("severity", "alone says nothing"),
        ("severity > severity", "not a value"),
        ("severity > null", "not a value"),
        ("3 > severity", "begins with a name"),
        ("release is 'x'", "is null"),
        ("person.a.b = 'x'", "one dot at most"),
        ("signal(kind = 'dead_click', page_pattern = '/')", "takes one condition"),
        ("cohort('/nowhere/ids.txt')", "cannot be read"),
        ("severity >", "not a condition"),
        ("severity > 1; DROP TABLE sessions", "one condition"),
        ("severity > (SELECT max(severity) FROM sessions)", "not a value"),
        ("release in (SELECT release FROM sessions)", "in needs a list"),
        ("read_text('/etc/passwd') = 'x'", "begins with a name"),
        ("read_text('/etc/passwd')", "knows no such name"),
        ("user ~ '('", "missing"),
        ("person.plan ~ '(a{1000}){1000}'", "."),
        ("(" * 3_000 + "severity > 1" + ")" * 3_000, "nested too deep"),
        ("severity > 1 or " * 2_000, "at most 10,000 characters"),
    ],
)
def test_what_is_refused(tables: duckdb.DuckDBPyConnection, where: str, message: str) -> None:
    with pytest.raises(FilterError, match=message):
        chosen(tables, where)


@pytest.mark.parametrize("column", ["release", "person.plan", "flag.checkout", "user", "page", "event"])
@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_any_text_is_a_value(tables: duckdb.DuckDBPyConnection, column: str, value: str) -> None:
    quoted = value.replace("'", "''")
    found = condition(f"{column} = '{quoted}'", "session", "s")
    assert value in found.values
    assert found.sql == condition(f"{column} = 'other'", "session", "s").sql
    assert chosen(tables, f"{column} = '{quoted}' and not {column} = '{quoted}'") == ""


@settings(deadline=None)
@given(st.text())
def test_any_filter_is_a_condition_or_an_error(tables: duckdb.DuckDBPyConnection, where: str) -> None:
    try:
        chosen(tables, where)
    except FilterError as error:
        assert str(error)


@pytest.mark.parametrize(
    ("where", "message"),
    [
        (" or ".join(["signal = 'rage_click'"] * 200), "at most 30 times"),
        ("signal(" * 60 + "severity > 1" + ")" * 60, "at most 30 times|nested too deep"),
        (" or ".join(f"event(flag.k{n} = 'x')" for n in range(200)), "at most 30 times"),
        ("not " * 950 + "identified", "nested too deep"),
        ("(" * 2_000 + "identified" + ")" * 2_000, "nested too deep|not a condition"),
    ],
)
def test_what_would_cost_gigabytes(tables: duckdb.DuckDBPyConnection, where: str, message: str) -> None:
    with pytest.raises(FilterError, match=message):
        chosen(tables, where)


def test_many_conditions_are_fine(tables: duckdb.DuckDBPyConnection) -> None:
    assert chosen(tables, " or ".join(["severity > 50"] * 500)) == "a"
    assert chosen(tables, " or ".join(f"signal = {kind!r}" for kind in ["rage_click", "dead_click"] * 10)) == "ab"
