"""Reports of made-up rows, also of rows whose every text tries to become markup, script or another line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from replay_signals.pipelines.report.building import Built, build
from replay_signals.pipelines.report.playing import Recordings
from replay_signals.pipelines.report.reading import Source
from replay_signals.pipelines.report.writing import replacing
from replay_signals.transforms.inbox.player_link import PlayerLink
from support.made_rows import holding, made

DAY = date(2026, 11, 24)
AT = datetime(2026, 11, 24, 10, tzinfo=UTC)
PROBLEM, OTHER = "0123456789abcdef", "fedcba9876543210"
HOSTILE = (
    "</script><script>window.harmed=1</script><img src=x onerror=window.harmed=2>"
    "\u2028\u2029';window.harmed=3;//\"`${window.harmed=4}\\\u202e<!--<svg onload=window.harmed=5>"
    "javascript:window.harmed=6 {{ 7*7 }} http://outside.test/a.png"
)


def problem(**fields: Any) -> Any:
    """A problem with an effect, two places and an example at 0:19 of session `s0`."""
    return made("problems", **({
        "day": DAY, "team": "t", "problem_id": PROBLEM, "revision": 1, "status": "new", "state": "new",
        "kind": "dead_click_cluster", "failure": "silence", "title": 'Nothing happens: button "Pay" at /cart',
        "summary": "Hits 40 visitors, 1 in 4 of those who use it.", "place": "/cart", "places": ["/cart", "/checkout"],
        "element": 'button "Pay"', "element_key": "#pay", "sessions": 44, "users": 40, "used_sessions": 160,
        "affected_share": 0.25, "comparison": "used", "comparison_reason": "of those who used it",
        "outcome": "purchase",
        "effect": -0.2, "effect_low": -0.26, "effect_high": -0.13, "users_per_day": 8.0,
        "trend": [-1.0, 0.0, 0.1, 0.25],
        "first_seen": AT, "last_seen": AT, "onset": DAY, "onset_low": DAY - timedelta(days=1), "onset_high": DAY,
        "started_with": "release=2.4.0", "severity": 61.5, "components": {"users": 50.0, "effect": 11.5},
        "lifts": json.dumps([{"dimension": "browser", "value": "Safari", "ratio": 3.1, "low": 2.0, "high": 4.7},
                             {"dimension": "os", "value": "iOS", "ratio": None, "low": 5.0, "high": None}]),
        "priority": "P1", "confidence": 0.9, "examples": ["s0@19333", "gone@1"],
    } | fields))  # fmt: skip


def session(name: str, **fields: Any) -> Any:
    """A session of a minute."""
    return made("sessions", **({
        "day": DAY, "team": "t", "session_id": name, "revision": 1, "distinct_id": f"visitor of {name}",
        "started_at": AT, "ended_at": AT + timedelta(minutes=1), "duration_ms": 60_000, "active_ms": 31_000,
        "person_properties": "{}", "first_url": "https://shop.test/cart", "last_url": "https://shop.test/cart",
        "device_type": "Mobile", "browser": "Safari", "release": "2.4.0", "judgeable": "ok", "traffic": "visitor",
    } | fields))  # fmt: skip


def of(table: str, name: str, **fields: Any) -> Any:
    """A row of a session."""
    return made(table, **({"day": DAY, "team": "t", "session_id": name, "revision": 1} | fields))


def visit(name: str = "s0") -> dict[str, list[Any]]:
    """What happened in a session: a page, a click without an answer, its signal, an error, a request, an event."""
    page = {"page": "https://shop.test/cart", "page_pattern": "/cart"}
    at = {seconds: AT + timedelta(seconds=seconds) for seconds in range(60)}
    return {
        "page_views": [of("page_views", name, page_view_id="v", started_at=at[0], is_entry=True, **page)],
        "interactions": [
            of("interactions", name, interaction_id="c", occurred_at=at[19], kind="click", element='button "Pay"',
               verdict="dead", reason="no answer", **page),
        ],
        "signals": [
            of("signals", name, signal_id="g", kind="dead_click", started_at=AT + timedelta(milliseconds=19_333),
               offset_ms=19_333, severity=60.0, confidence=0.9, problem_id=PROBLEM, is_leading=True,
               summary='Click on button "Pay": nothing happened', **page),
        ],
        "exceptions": [
            of("exceptions", name, exception_id="e", occurred_at=at[20], type="TypeError", message="x is undefined",
               **page),
        ],
        "network_requests": [
            of("network_requests", name, request_id="r", started_at=at[21], route="POST /api/pay", status=500,
               duration_ms=120.0, initiator="fetch", page="https://shop.test/cart"),
        ],
        "console_logs": [
            of("console_logs", name, log_id="l", occurred_at=at[22], level="error", message="x is undefined",
               page="https://shop.test/cart"),
        ],
        "events": [
            made("events", day=DAY, team="t", session_id=name, uuid=f"{name}-e", event="$pageview", occurred_at=at[1],
                 page="https://shop.test/cart"),
        ],
    }  # fmt: skip


def shop() -> dict[str, list[Any]]:
    """A problem of ten days, another one that is resolved, and three sessions; two met the problem."""
    rows: dict[str, list[Any]] = {
        "problems": [problem(), problem(problem_id=OTHER, state="resolved", title="Throws: <b>old</b>", severity=12.0,
                                        failure="exception", examples=[])],
        "sessions": [session("s0", severity=60.0, signal_kinds={"dead_click": 1}, signal_count=1, click_count=3),
                     session("s1", severity=20.0, device_type="Desktop", signal_kinds={"dead_click": 1}),
                     session("s2", flags={"checkout": "new"}, person_properties='{"plan": "pro", "seats": 3}')],
        "collections": [made("collections", day=DAY, name="mine", number=1, change="added", sessions=["s2"],
                             note="to look at")],
        "exposure_days": [], "problem_arms": [], "problem_days": [],
        "capture_days": [made("capture_days", day=DAY, team="t", event_sessions=10, recorded_sessions=9, recordings=9,
                              not_judgeable={"canvas": 2})],
        "dead_letters": [made("dead_letters", dead_letter_id="1", reason="not_json", team="t")],
    }  # fmt: skip
    for back in range(10):
        day = DAY - timedelta(days=back)
        unit = {"day": day, "team": "t", "unit": "control", "place": "/cart", "unit_key": "#pay"}
        rows["exposure_days"].append(made("exposure_days", **unit, page_pattern="/cart", sessions=16 + back))
        affected = 4 if back < 3 else 0
        if affected:
            arm = {"problem_id": PROBLEM, "dimension": "stratum", "page_pattern": "/cart"}
            rows["problem_arms"].append(made("problem_arms", **unit, **arm, affected=affected, exposed=16))
            rows["problem_days"].append(
                made(
                    "problem_days",
                    day=day,
                    team="t",
                    problem_id=PROBLEM,
                    sessions=affected,
                    users=affected,
                    incidents=5,
                )
            )
    for table, found in visit().items():
        rows[table] = found
    rows["signals"] += visit("s1")["signals"]
    return rows


def hostile() -> dict[str, list[Any]]:
    """The shop with `HOSTILE` in every text that a recording or an analytics event can set."""
    rows = shop()
    texts = {
        "problems": ("title", "summary", "element", "element_key", "cause", "place", "outcome", "comparison_reason",
                     "started_with", "team", "verdict_reason", "verdict_by", "state"),
        "sessions": ("distinct_id", "first_url", "last_url", "device_type", "browser", "release", "country", "host",
                     "os", "team"),
        "signals": ("summary", "page", "page_pattern", "element", "kind", "team"),
        "interactions": ("element", "page", "reason", "verdict", "team"),
        "page_views": ("page", "page_pattern", "team"),
        "exceptions": ("type", "message", "page", "team"),
        "network_requests": ("route", "url", "page", "team"),
        "console_logs": ("message", "page", "team"),
        "events": ("event", "page", "team"),
        "capture_days": ("team",),
        "dead_letters": ("reason", "team"),
    }  # fmt: skip
    found = {
        table: [replaced(row, dict.fromkeys(names, HOSTILE)) for row in rows[table]] for table, names in texts.items()
    }
    bad = HOSTILE
    found["problems"] = [
        replaced(one, {
            "problem_id": bad if one.problem_id == OTHER else one.problem_id, "places": [bad, f"{bad}2"],
            "lifts": json.dumps([{"dimension": bad, "value": bad, "ratio": 2.0, "low": 1.5, "high": 3.0}]),
            "components": {bad: 61.5}, "examples": [f"{bad}@19333", f"s0@{bad}", "s0@19333"],
            "verdict_at": AT, "verdict": "confirmed", "aliases": [bad], "fix": "fixed", "fix_with": f"release={bad}",
            "fix_on": DAY,
        })
        for one in found["problems"]
    ]  # fmt: skip
    found["sessions"] = [
        replaced(one, {"flags": {bad: bad}, "person_properties": json.dumps({bad: bad, "__proto__": bad}),
                       "signal_kinds": {bad: 2}, "components": {bad: 60.0}})
        for one in found["sessions"]
    ] + [session(bad, team=bad, severity=99.0)]  # fmt: skip
    found["collections"] = [
        made("collections", day=DAY, name=bad, number=1, change="added", sessions=[bad, "s0"], note=bad)
    ]
    found["capture_days"] = [replaced(one, {"not_judgeable": {bad: 2}}) for one in found["capture_days"]]
    return found


def replaced(row: Any, fields: Mapping[str, Any]) -> Any:
    """A row with other values."""
    return type(row)(**({name: getattr(row, name) for name in row.__struct_fields__} | dict(fields)))


def write(
    folder: Path,
    rows: Mapping[str, Sequence[Any]],
    most_sessions: int = 100,
    recordings: Recordings | None = None,
    player: PlayerLink | None = None,
) -> Built:
    """The report of some rows."""
    with replacing(folder) as files, holding(rows) as connection:
        return build(Source(connection, most_sessions), files, AT, recordings, player)
