"""Trends against a plain count, and the filters that they print against their own sessions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay_signals.pipelines.analysis.filtering import condition
from replay_signals.pipelines.analysis.periods import start_of
from replay_signals.pipelines.analysis.trends import MAX_SERIES, Line, Point, answered, trend
from replay_signals.transforms.filters.condition import FilterError
from replay_signals.transforms.insights.questions import Period, Trend
from support.made_rows import holding, made, put
from support.visits_asked import AT, Hit, event, events, session

CART = "https://shop.test/cart?x=1"
ROWS = {
    "events": [
        event(0, ("ann", -3600, "buy"), properties='{"price": 3, "$feature/cart": "new"}'),
        event(1, ("ann", 30, "buy"), properties='{"price": 3}'),
        event(2, ("bob", 30, "buy"), page=CART),
        event(3, ("cid", 90, "look"), properties='{"$feature/cart": "it\'s"}'),
        event(4, ("cid", 90, "buy"), session_id=""),
        event(5, ("dee", 86_400, "buy"), properties='{"price": "9"}'),
    ],
    "sessions": [
        session("ann", device_type="Mobile", severity=10.0, flags={"cart": "old"}, person_properties='{"plan": "pro"}'),
        session("bob", device_type="Desktop", severity=50.0),
        session("cid"),
    ],
    "page_views": [
        made("page_views", team="t", session_id="s-bob", revision=1, page=CART, page_pattern="/cart")
    ],
    "signals": [
        made(
            "signals", team="t", session_id="s-bob", signal_id="1", kind="rage_click", started_at=AT
        )
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def tables() -> Iterator[duckdb.DuckDBPyConnection]:
    with holding(ROWS) as db:
        yield db


@pytest.fixture(scope="module")
def empty() -> Iterator[duckdb.DuckDBPyConnection]:
    with holding({}) as db:
        yield db


def lines(asked: Trend, rows: dict[str, Any] = ROWS) -> list[Line]:
    with holding(rows) as db:
        return answered(db, asked)


def counted(found: list[Line]) -> dict[tuple[str | None, datetime], tuple[int, int, int]]:
    return {(line.group, p.start): (p.rows, p.visitors, p.visitors_there) for line in found for p in line.points}


def day(n: int) -> datetime:
    return datetime(2026, 11, n, tzinfo=AT.tzinfo)


def test_by_day() -> None:
    found = lines(Trend(["buy"]))
    assert counted(found) == {(None, day(24)): (3, 2, 2), (None, day(25)): (2, 2, 2)}
    assert [p.sessions for p in found[0].points] == [["s-bob", "s-ann"], []]  # dee has no recording
    assert found[0].points[0].low == pytest.approx(1.02, abs=0.01)
    assert found[0].points[0].high == pytest.approx(8.82, abs=0.01)


def test_periods_without_rows_are_there() -> None:
    found = lines(Trend(["buy"], "hour", to_day=date(2026, 11, 24), from_day=date(2026, 11, 24)))
    points = found[0].points
    assert [p.rows for p in points] == [0] * 22 + [1, 2]
    assert points[0].share is None


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("flag.cart", ["new", "old", None]),
        ("person.plan", ["pro", None]),
        ("property.price", ["3", "9", None]),
        ("device", ["Mobile", "Desktop", None]),
        ("page", ["/cart", None]),
        ("severity", ["10.0", "50.0", None]),
        ("severity >= 20", ["no", "yes"]),
        ("signal = 'rage_click'", ["no", "yes"]),
    ],
)
def test_groups(by: str, groups: list[str | None]) -> None:
    found = lines(Trend(["buy"], by=by))
    assert sorted(line.group or "~" for line in found) == sorted(group or "~" for group in groups)
    assert sum(p.rows for line in found for p in line.points) == 5


SERIES = ["buy", "event <> 'look'", "signal: rage_click", "view: /cart", "session: severity > 1"]
BYS = ["", "flag.cart", "person.plan", "property.price", "device", "page", "severity >= 20", "country", "severity"]


@pytest.mark.parametrize("by", BYS)
@pytest.mark.parametrize(("interval", "max_groups"), [("day", 9), ("week", 1)])
def test_the_filter_of_a_point_chooses_its_sessions(
    tables: duckdb.DuckDBPyConnection, by: str, interval: Period, max_groups: int
) -> None:
    series = SERIES[:2] if by in {"page", "property.price"} else SERIES
    asked = Trend(series, interval, by, "team = 't'", date(2026, 11, 24), None, max_groups)
    for line in answered(tables, asked):
        for point in line.points:
            assert chosen(tables, point) == sorted(point.sessions), point


def chosen(db: duckdb.DuckDBPyConnection, point: Point) -> list[str]:
    found = condition(point.filter, "session", "s")
    sql = f"SELECT session_id FROM latest_sessions AS s WHERE {found.sql} ORDER BY 1"
    return [one for (one,) in db.execute(sql, found.values).fetchall()]


def test_a_signal_is_a_share_of_the_sessions() -> None:
    sessions = [session(who, started_at=AT) for who in ("ann", "bob", "cid")]
    (line,) = lines(Trend(["signal: rage_click"]), ROWS | {"sessions": sessions})
    (point,) = line.points
    assert (point.rows, point.visitors, point.visitors_there) == (1, 1, 3)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (Trend([]), "needs an event"),
        (Trend(["buy"], by="devise"), "do you mean device"),
        (Trend(["buy"], by="signal"), "several"),
        (Trend(["signal: rage_clik"]), "do you mean rage_click"),
        (Trend(["buy"], "hour", from_day=date(2020, 1, 1)), "choose longer ones"),
        (Trend(["buy"], from_day=date(2026, 2, 2), to_day=date(2026, 2, 1)), "is after the last"),
    ],
)
def test_what_is_no_trend(asked: Trend, message: str) -> None:
    with pytest.raises(FilterError, match=message):
        lines(asked)


@settings(deadline=None, max_examples=25)
@given(
    hits=st.lists(
        st.tuples(st.sampled_from("uvw"), st.integers(-90_000, 200_000), st.sampled_from(["A", "B"])),
        min_size=1,
        max_size=12,
    ),
    interval=st.sampled_from(["hour", "day", "week", "month"]),
)
def test_like_a_plain_count(empty: duckdb.DuckDBPyConnection, hits: list[Hit], interval: Period) -> None:
    put(empty, "events", events(hits))
    rows: Counter[datetime] = Counter()
    did: dict[datetime, set[str]] = defaultdict(set)
    there: dict[datetime, set[str]] = defaultdict(set)
    for who, seconds, name in hits:
        start = start_of(AT + timedelta(seconds=seconds), interval)
        there[start].add(who)
        if name == "A":
            rows[start] += 1
            did[start].add(who)
    found = counted(answered(empty, Trend(["A"], interval)))
    assert {start: found[None, start] for _, start in found} == {
        start: (rows[start], len(did[start]), len(there[start])) for _, start in found
    }
    assert sum(one for one, _, _ in found.values()) == sum(rows.values())


def test_series_are_bounded() -> None:
    with pytest.raises(FilterError, match="at most 26 series"):
        trend(Trend(["a"] * (MAX_SERIES + 1)), None)
