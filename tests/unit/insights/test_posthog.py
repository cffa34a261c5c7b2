"""PostHog's insights: what becomes of each part, and that nothing is left out in silence."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_signals.pipelines.analysis.funnels import answered
from replay_signals.transforms.filters.condition import FilterError
from replay_signals.transforms.insights.actors import actors_of
from replay_signals.transforms.insights.dates import span_of
from replay_signals.transforms.insights.posthog import Insight, insight_of
from replay_signals.transforms.insights.properties import filter_of
from replay_signals.transforms.insights.questions import Exclusion, Funnel, Retention, Trend
from support.made_rows import holding
from support.visits_asked import event

NEWEST = date(2026, 11, 24)
A, B = {"kind": "EventsNode", "event": "A"}, {"kind": "EventsNode", "event": "B"}
DATES = {"date_from": "2026-11-01", "date_to": "2026-11-20"}
SPAN = (date(2026, 11, 1), date(2026, 11, 20))


def read(**query: Any) -> Insight:
    return insight_of(msgspec.json.encode({"kind": "InsightVizNode", "source": query}), NEWEST)


def test_a_funnel() -> None:
    found, notes = read(
        kind="FunnelsQuery",
        series=[A, B | {"properties": [{"key": "price", "value": 3, "operator": "gt", "type": "event"}]}],
        funnelsFilter={
            "funnelWindowInterval": 2, "funnelWindowIntervalUnit": "hour", "funnelOrderType": "strict",
            "layout": "vertical",
            "exclusions": [{"kind": "EventsNode", "event": "X", "funnelFromStep": 0, "funnelToStep": 1}],
        },
        breakdownFilter={"breakdown": "$feature/checkout", "breakdown_type": "event"},
        dateRange=DATES,
        properties={"type": "AND", "values": [{"type": "OR", "values": [
            {"key": "plan", "value": ["pro", "it's"], "operator": "exact", "type": "person"},
            {"key": "$browser", "operator": "is_not_set", "type": "event"},
        ]}]},
    )  # fmt: skip
    where = """(person."plan" in ('pro', 'it''s') or property."$browser" is null)"""
    steps = ["event = 'A'", "event = 'B' and property.\"price\" > 3"]
    assert found == Funnel(
        steps, timedelta(hours=2), "strict", [Exclusion("event = 'X'", 1, 2)], where, *SPAN, 'flag."checkout"'
    )
    assert notes == ["exclusions end a visitor's way; PostHog takes the visitor out of the funnel"]


def test_a_trend_and_a_retention() -> None:
    found, notes = read(
        kind="TrendsQuery", series=[A, {"kind": "EventsNode", "event": None}], interval="week", dateRange=DATES
    )
    assert found == Trend(["event = 'A'", "event is not null"], "week", "", "", *SPAN)
    assert notes == ["weeks begin on Monday"]
    found, notes = read(
        kind="RetentionQuery",
        retentionFilter={"period": "Day", "totalIntervals": 5, "retentionType": "retention_first_time",
                         "targetEntity": {"id": "signup", "type": "events"}, "returningEntity": {"id": "B"}},
        dateRange=DATES,
    )  # fmt: skip
    assert found == Retention("event = 'signup'", "event = 'B'", "day", 4, True, "", "", *SPAN)
    assert notes == []


NAMED: list[tuple[dict[str, Any], str]] = [
    ({"samplingFactor": 0.1}, "samplingFactor"),
    ({"aggregation_group_type_index": 0}, "aggregation_group_type_index"),
    ({"compareFilter": {"compare": True}}, "compareFilter"),
    ({"filterTestAccounts": True}, "test accounts"),
    ({"interval": "minute"}, "interval minute"),
    ({"trendsFilter": {"formula": "A/B"}}, "formula"),
    ({"trendsFilter": {"smoothingIntervals": 7}}, "smoothingIntervals"),
    ({"series": [A | {"math": "sum", "math_property": "price"}]}, "math_property"),
    ({"series": [A | {"math": "sum"}]}, "measure sum"),
    ({"properties": [{"key": "id", "value": 3, "type": "cohort"}]}, "type cohort"),
    ({"properties": [{"key": "x", "value": "1", "operator": "is_date_before"}]}, "is_date_before"),
    ({"properties": [{"key": "x", "value": "many", "operator": "gt"}]}, "is not a number"),
    ({"properties": [{"key": "x", "value": [], "operator": "exact"}]}, "no value"),
    ({"breakdownFilter": {"breakdowns": [{"property": "a", "type": "event"}, {"property": "b"}]}}, "only a is used"),
    ({"breakdownFilter": {"breakdown": "x", "breakdown_type": "hogql"}}, "type hogql"),
    ({"breakdownFilter": {"breakdown": "x", "breakdown_histogram_bin_count": 5}}, "breakdown_histogram_bin_count"),
    ({"dateRange": {"date_from": "someday"}}, "someday"),
    ({"something_new": {"a": 1}}, "something_new"),
]


@pytest.mark.parametrize(("part", "named"), NAMED)
def test_what_is_not_supported_is_named(part: dict[str, Any], named: str) -> None:
    _, notes = read(**({"kind": "TrendsQuery", "series": [A], "dateRange": DATES} | part))
    assert any(named in note for note in notes), notes


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"kind": "PathsQuery"}, "compare --actors FILE"),
        ({"kind": "TrendsQuery", "series": [{"kind": "ActionsNode", "id": 4, "name": "Paid"}]}, "Paid"),
        ({"kind": "FunnelsQuery", "funnelsFilter": {"funnelOrderType": "sideways"}}, "sideways"),
        ({"kind": "RetentionQuery", "retentionFilter": {"period": "Year"}}, "year"),
        ({}, "no insight"),
    ],
)
def test_what_cannot_be_computed_is_refused(query: dict[str, Any], named: str) -> None:
    with pytest.raises(FilterError, match=named):
        read(**query)
    for data in (b"", b"[]", b"{" * 100_000, b"\xff"):
        with pytest.raises(FilterError):
            insight_of(data, NEWEST)


@pytest.mark.parametrize(
    ("given", "first", "last"),
    [
        ({}, date(2026, 11, 17), NEWEST),
        ({"date_from": "-1m"}, date(2026, 10, 24), NEWEST),
        ({"date_from": "-9m"}, date(2026, 2, 24), NEWEST),
        ({"date_from": "mStart"}, date(2026, 11, 1), NEWEST),
        ({"date_from": "yStart"}, date(2026, 1, 1), NEWEST),
        ({"date_from": "-1mStart"}, date(2026, 10, 1), NEWEST),
        ({"date_from": "all"}, None, NEWEST),
        ({"date_from": "-99999d"}, NEWEST - timedelta(days=36_500), NEWEST),
        (DATES, *SPAN),
    ],
)
def test_dates(given: dict[str, str], first: date | None, last: date) -> None:
    assert span_of(given, NEWEST, []) == (first, last, "")


VALUES = {
    "a": "Pro",
    "b": "a.b*c",
    "c": "it's; DROP TABLE events; --",
    "d": "プロ",
    "e": 'x" or true',
    "f": "",
    "g": None,
}


@pytest.mark.parametrize("operator", ["exact", "is_not", "icontains", "not_icontains", "is_set", "is_not_set"])
@pytest.mark.parametrize("value", ["pro", "Pro", "a.b*c", "it's; DROP TABLE events; --", "プ", 'x" or true', "(a+)+$"])
def test_operators_choose_what_they_say(operator: str, value: str) -> None:
    chosen = {
        "exact": lambda told: told == value,
        "is_not": lambda told: told != value,
        "icontains": lambda told: told is not None and value.lower() in told.lower(),
        "not_icontains": lambda told: told is None or value.lower() not in told.lower(),
        "is_set": lambda told: told is not None,
        "is_not_set": lambda told: told is None,
    }[operator]
    rows = [event(n, (who, 0, "A"), properties=json.dumps({} if told is None else {'k"e/y~': told}))
            for n, (who, told) in enumerate(VALUES.items())]  # fmt: skip
    text = filter_of([{"key": 'k"e/y~', "value": value, "operator": operator, "type": "event"}], [])
    with holding({"events": rows}) as db:
        found = answered(db, Funnel(["A", "A"], where=text))
    assert found[0].visitors == sum(map(chosen, VALUES.values()))


KEYS = ["kind", "source", "series", "event", "properties", "values", "type", "key", "value", "operator", "date_from"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(KEYS), inner),
)


@given(JSON)
def test_any_json_is_an_insight_or_an_error(given: object) -> None:
    for query in (given, {"kind": "TrendsQuery", "series": [A], "properties": given, "dateRange": given}):
        try:
            insight_of(msgspec.json.encode(query), NEWEST)
        except FilterError as error:
            assert str(error)


@pytest.mark.parametrize(
    "text",
    [
        "p1\nd1\n\nd2\n",
        "\ufeffperson,id,distinct_ids\nAnn,p1,\"['d1', 'd2']\"\n",
        '{"results": [{"id": "p1", "distinct_ids": ["d1", "d2"], "properties": {"id": "no"}}]}',
        '[{"actor": {"id": "p1", "distinct_ids": ["d1"]}}, {"distinct_id": "d2"}]',
        '{"id": "p1"}\n{"distinct_ids": ["d1", "d2"]}\n',
        '["p1", "d1", "d2"]',
    ],
)
def test_actors(text: str) -> None:
    assert actors_of(text) == ["p1", "d1", "d2"]


@pytest.mark.parametrize("text", ["", " \n", "{}", "name,age\nAnn,3\n", "[[[", '[{"name": "x"}]'])
def test_no_actors(text: str) -> None:
    with pytest.raises(FilterError):
        actors_of(text)
