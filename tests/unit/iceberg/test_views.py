"""The documented views: their columns, and what they say of a few visits that one can count by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb
import pytest
import sqlglot

from replay_signals.pipelines.iceberg.dialects import DIALECTS, translated
from replay_signals.pipelines.iceberg.views import BEGIN, END, all_views, described, views
from replay_signals.schemas.rows import TABLES
from support.made_rows import holding, made
from support.samples import ROOT

AT = datetime(2026, 11, 24, 10, tzinfo=UTC)
DAY = date(2026, 11, 24)


def at(seconds: int) -> datetime:
    return AT + timedelta(seconds=seconds)


def of(table: str, session: str, **fields: object) -> Any:
    return made(table, **({"team": "t", "day": DAY, "session_id": session, "revision": 1} | fields))


@pytest.fixture(scope="module")
def tables() -> duckdb.DuckDBPyConnection:
    """Ann twice (she raged in the first), Bob once, and a bot; Ann's first visit was judged twice."""
    return holding({
        "sessions": [
            of("sessions", "a1", distinct_id="ann", release="1"),
            of("sessions", "a1", distinct_id="ann", release="1", revision=2),
            of("sessions", "a2", distinct_id="x", person_id="ann", release="2"),
            of("sessions", "b1", distinct_id="bob", release="2", traffic="visitor"),
            of("sessions", "bot", distinct_id="bot", release="2", traffic="bot"),
        ],
        "page_views": [
            of("page_views", "a1", page_view_id="old", page_pattern="/gone", lcp_ms=9000.0),
            *(
                of("page_views", session, page_view_id=f"{session}{n}", page_pattern="/cart", revision=revision, **told)
                for session, revision, n, told in (
                    ("a1", 2, 0, {"lcp_ms": 1000.0, "cls": 0.1, "long_task_ms": 80.0}),
                    ("a1", 2, 1, {"lcp_ms": 5000.0, "inp_ms": 40.0, "long_task_ms": 0.0}),
                    ("a2", 1, 0, {"inp_ms": 300.0}),
                    ("b1", 1, 0, {"load_ms": 800.0}),
                    ("bot", 1, 0, {"lcp_ms": 9000.0}),
                )
            ),
        ],
        "signals": [
            of("signals", "a1", signal_id="1", kind="rage_click", page_pattern="/cart", severity=40.0, problem_id="p",
               offset_ms=5000, confidence=0.7, started_at=at(5)),
            of("signals", "a1", signal_id="2", kind="dead_click", page_pattern="/cart", severity=60.0, problem_id="p",
               offset_ms=2000, confidence=0.9, started_at=at(2)),
            of("signals", "b1", signal_id="3", kind="dead_click", page_pattern="/cart", problem_id="p"),
            of("signals", "b1", signal_id="3", kind="dead_click", page_pattern="/cart", problem_id="p", revision=2,
               status="retracted"),
            of("signals", "bot", signal_id="4", kind="dead_click", page_pattern="/cart", problem_id="p"),
        ],
        "interactions": [
            of("interactions", session, interaction_id=str(n), kind="click", page_pattern="/cart", element="Pay",
               element_key=key,
               page_x_px=x, page_y_px=10.0, viewport_width_px=width, verdict=verdict, occurred_at=at(n),
               revision=2 if session == "a1" else 1)
            for n, (session, key, x, width, verdict) in enumerate([
                ("a1", "pay", 10.0, 1250, "dead"), ("a1", "pay", 20.0, 1250, "alive"),
                ("a2", "pay", 30.0, 1399, "alive"), ("b1", "help", 5.0, 1200, "alive"),
                ("b1", "pay", 5.0, 390, "alive"),
            ])
        ],
        "network_requests": [
            of("network_requests", "a1", request_id=str(n), route="GET /api", status=status, duration_ms=float(n),
               started_at=at(n))
            for n, status in enumerate([200, 200, 500, None])
        ],
        "exceptions": [
            of("exceptions", "a1", exception_id="1", type="TypeError", interaction_id="0", revision=2,
               occurred_at=at(3)),
            of("exceptions", "bot", exception_id="2", type="TypeError"),
        ],
        "events": [made("events", team="t", day=DAY, session_id="a1", uuid="1", event="purchase", occurred_at=at(9))],
        "problems": [
            made("problems", team="t", problem_id="p", day=day, state=state, severity=severity, used_sessions=4)
            for day, state, severity in ((DAY - timedelta(1), "new", 10.0), (DAY, "ongoing", 20.0))
        ] + [made("problems", team="t", problem_id="q", day=DAY - timedelta(1), state="new")]
        + [made("problems", team="t", problem_id="r", day=DAY, state="resolved")],
    })  # fmt: skip


def asked(tables: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return tables.execute(sql).fetchall()


@pytest.mark.parametrize("view", views(), ids=lambda view: view.name)
def test_every_column_is_described(tables: duckdb.DuckDBPyConnection, view: Any) -> None:
    own = [name for name in view.columns if name != "PROPERTY"]
    columns = tables.sql(f"SELECT * FROM {view.name}").columns
    assert columns[: len(own)] == own
    assert (len(columns) > len(own)) == ("PROPERTY" in view.columns)


def test_who_is_hurt_on_a_page(tables: duckdb.DuckDBPyConnection) -> None:
    found = asked(
        tables,
        "SELECT page_pattern, sessions, visitors, hurt_sessions, hurt_visitors, hurt_share, severity "
        "FROM page_friction",
    )
    assert found == [("/cart", 3, 2, 1, 1, 0.5, 60.0)]


def test_who_met_a_problem(tables: duckdb.DuckDBPyConnection) -> None:
    found = asked(
        tables,
        "SELECT session_id, visitor, is_visitor, offset_ms, signals, severity, confidence "
        "FROM problem_sessions ORDER BY 1",
    )
    assert found == [("a1", "ann", True, 2000, 2, 60.0, 0.9), ("bot", "bot", False, 0, 1, 0.0, 0.0)]
    assert asked(tables, "SELECT problem_id, state, severity, exposed_sessions FROM problems_today") == [
        ("p", "ongoing", 20.0, 4)
    ]


def test_where_a_page_was_clicked(tables: duckdb.DuckDBPyConnection) -> None:
    found = asked(
        tables,
        "SELECT width_px, element_key, x_px, clicks, dead_clicks, sessions, share FROM page_clicks ORDER BY 1 DESC, 2",
    )
    assert found == [
        (1200, "help", 5.0, 1, 0, 1, pytest.approx(1 / 3)),
        (1200, "pay", 20.0, 3, 1, 2, pytest.approx(2 / 3)),
        (200, "pay", 5.0, 1, 0, 1, 1.0),
    ]


def test_what_a_release_brought(tables: duckdb.DuckDBPyConnection) -> None:
    found = asked(tables, "SELECT release, kind, sessions, with_signal, share FROM release_signals ORDER BY 1, 2")
    assert found == [
        ("1", "dead_click", 1, 1, 1.0),
        ("1", "rage_click", 1, 1, 1.0),
        ("2", "dead_click", 2, 0, 0.0),
        ("2", "rage_click", 2, 0, 0.0),
    ]


def test_how_routes_do_and_what_broke(tables: duckdb.DuckDBPyConnection) -> None:
    found = asked(tables, "SELECT requests, sessions, failed, failed_share, p50_ms, p95_ms FROM routes")
    assert found == [(4, 1, 1, pytest.approx(1 / 3), 1.5, pytest.approx(2.85))]
    assert asked(tables, "SELECT session_id, visitor, is_after_click FROM session_errors") == [("a1", "ann", True)]


def test_how_fast_pages_are(tables: duckdb.DuckDBPyConnection) -> None:
    """Of three measured views one is good and one poor; a bot's does not count, nor what is no longer held."""
    found = asked(
        tables,
        "SELECT views, measured_views, sessions, lcp_p75_ms, inp_p75_ms, cls_p75, load_p75_ms, good_share, poor_share, "
        "long_task_ms FROM page_vitals",
    )
    third = pytest.approx(1 / 3)
    assert found == [(4, 3, 3, 4000.0, 235.0, 0.1, 800.0, third, third, 40.0)]


def test_a_session_in_order(tables: duckdb.DuckDBPyConnection) -> None:
    found = asked(
        tables,
        "SELECT what FROM session_timeline WHERE session_id = 'a1' AND occurred_at > '2026-01-01' "
        "ORDER BY occurred_at, what",
    )
    assert [one for (one,) in found] == ["click", "click", "request", "signal", "error", "signal", "event"]


@pytest.mark.parametrize("engine", DIALECTS)
def test_other_engines_take_them(engine: str) -> None:
    """As far as sqlglot knows their dialects; Flink runs them in tests/services."""
    for name, query in all_views(TABLES):
        assert sqlglot.parse_one(translated(query, engine), read=DIALECTS[engine]), name


def test_the_docs_list_them() -> None:
    page = (ROOT / "docs" / "analysis.md").read_text("utf-8")
    assert page.partition(BEGIN)[2].partition(END)[0].strip() == described().strip()
