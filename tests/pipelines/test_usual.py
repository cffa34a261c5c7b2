"""What is usual at pages and routes: learned from many sessions, remembered, and what visits are held against."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from replay_signals.jobs.backfill import RejudgeOptions, run_rejudge
from replay_signals.jobs.priors import learn
from replay_signals.jobs.tables import Store
from replay_signals.schemas.prior_rows import PAGE, ROUTE, PriorRow
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.judge.priors import priors_of
from support.problem_sites import DAY, Rows, prior_row, put, request, together, visit
from support.warehouses import backfill, ms, page, replay, rows, written

pytestmark = pytest.mark.slow
RULES = Rules()
CART, ME = "POST /api/cart", "GET /api/me"


def day_of(
    number: int, visitors: int = 12, *, lcp_ms: float = 1000.0, failing: int = 0, took_ms: float = 200.0
) -> Rows:
    """Visitors of a day, each with one view of the shop and one request, `failing` of which fail."""
    found: list[Rows] = []
    for n in range(visitors):
        day = DAY + timedelta(number)
        own = visit(f"s{number}-{n}", day)
        own["page_views"] = [
            msgspec.structs.replace(row, lcp_ms=lcp_ms + n) for row in own["page_views"] if row.page_pattern == "/shop"
        ]
        asked = request(f"s{number}-{n}", day, CART, 5)
        status = 500 if n < failing else 200
        own["network_requests"] = [msgspec.structs.replace(asked, status=status, duration_ms=took_ms + n)]
        found.append(own)
    made = together(*found)
    made["sessions"] = [msgspec.structs.replace(row, rules_version=RULES.version) for row in made["sessions"]]
    return made


def usual(found: list[PriorRow], unit: str) -> dict[str, PriorRow]:
    return {row.place or row.element_key: row for row in found if row.unit == unit}


def test_a_median_day_is_usual_and_one_bad_day_changes_nothing(tmp_path: Path) -> None:
    days = [day_of(n) for n in range(4)]
    bad = day_of(4, lcp_ms=9000.0, failing=6, took_ms=20_000.0)
    few = day_of(5, visitors=9, lcp_ms=1.0, took_ms=1.0)
    put(tmp_path, together(*days, bad, few))
    found = learn(Store(str(tmp_path)), RULES, 28).rows
    (shop,), (cart,) = usual(found, PAGE).values(), usual(found, ROUTE).values()
    assert (shop.place, shop.lcp_ms, shop.inp_ms, shop.usual_days, shop.usual_visitors) == (
        "/shop",
        1000.0,
        None,
        5,
        60,
    )
    assert (cart.element_key, cart.p95_ms, cart.failed_share) == (CART, 210.0, 0.0)
    told = priors_of(found)
    assert told.pages[shop.team, "/shop"].lcp_ms == 1000.0
    assert told.routes[cart.team, CART].name == CART


def test_two_days_or_few_visitors_are_no_history(tmp_path: Path) -> None:
    put(tmp_path, together(day_of(0), day_of(1), day_of(2, visitors=9)))
    assert [row for row in learn(Store(str(tmp_path)), RULES, 28).rows if row.unit in (PAGE, ROUTE)] == []


def test_a_route_that_keeps_failing_is_not_forgotten_to_have_worked(tmp_path: Path) -> None:
    put(tmp_path, together(*(day_of(n) for n in range(3))))
    store = Store(str(tmp_path))
    assert usual(learn(store, RULES, 28).rows, ROUTE)[CART].failed_share == 0.0
    put(tmp_path, together(*(day_of(10 + n, failing=6, took_ms=900.0) for n in range(3))))
    second = learn(store, RULES, 3)
    cart = usual(second.rows, ROUTE)[CART]
    assert (cart.number, cart.failed_share, cart.p95_ms) == (2, 0.0, 910.0)


def test_a_stored_visit_is_judged_again_with_what_is_usual(tmp_path: Path) -> None:
    start = ms("2026-03-02T10:00:00")
    lines = [replay("visit", [*page(start, clicks=1), failed(start + 12_000)])]
    backfill(tmp_path, written(tmp_path / "visit.jsonl", lines))
    assert "failing_route" not in {row.kind for row in rows(tmp_path, "signals")}
    (day,) = {row.day for row in rows(tmp_path, "sessions")}
    (team,) = {row.team for row in rows(tmp_path, "sessions")}
    known = msgspec.structs.replace(prior_row(day, team, "", ME, says=""), unit=ROUTE, p95_ms=300.0, failed_share=0.002)
    put(tmp_path, {"priors": [known]})
    assert run_rejudge(RejudgeOptions(str(tmp_path))).added["signals"] >= 1
    (signal,) = [row for row in rows(tmp_path, "signals") if row.kind == "failing_route"]
    assert (signal.request_route, signal.status, signal.priors_version) == (f"{ME} 5xx", "new", "v1")
    run_rejudge(RejudgeOptions(str(tmp_path), priors="none"))
    last = max((row for row in rows(tmp_path, "signals") if row.kind == "failing_route"), key=lambda row: row.revision)
    assert last.status == "retracted"


def failed(at_ms: int) -> dict[str, Any]:
    asked = {"name": "http://site.test/api/me", "entryType": "resource", "initiatorType": "fetch", "method": "GET"}
    timed = {"duration": 80, "responseStatus": 503, "timestamp": at_ms}
    return {
        "type": 6,
        "timestamp": at_ms + 80,
        "data": {"plugin": "rrweb/network@1", "payload": {"requests": [asked | timed]}},
    }
