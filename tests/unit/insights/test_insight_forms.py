"""Insights and lists of people of any form are a question, ids or a FilterError: nothing else comes out."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay_signals.transforms.filters.condition import FilterError
from replay_signals.transforms.insights.actors import actors_of
from replay_signals.transforms.insights.posthog import insight_of

TODAY = date(2026, 11, 24)
SCALAR = st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False) | st.text(max_size=5)
JSON = st.recursive(
    SCALAR, lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=5), one, max_size=3)
)
KEYS = {
    "FunnelsQuery": ["series", "funnelsFilter", "properties", "dateRange", "breakdownFilter", "filterTestAccounts"],
    "TrendsQuery": ["series", "trendsFilter", "interval", "properties", "dateRange", "breakdownFilter"],
    "RetentionQuery": ["retentionFilter", "properties", "dateRange", "breakdownFilter"],
}
INNER = [
    "kind", "event", "funnelWindowInterval", "funnelWindowIntervalUnit", "funnelOrderType", "exclusions", "math", "key",
    "type", "operator", "value", "values", "date_from", "date_to", "breakdown", "breakdowns", "breakdown_limit",
    "period", "totalIntervals", "targetEntity", "returningEntity", "funnelFromStep", "properties",
]  # fmt: skip
FORMS = st.recursive(
    JSON
    | st.sampled_from(["EventsNode", "AND", "OR", "-9999y", "-1h", "0001-01-01T00:00:00+14:00", "person", "regex"]),
    lambda one: st.lists(one, max_size=3) | st.dictionaries(st.sampled_from(INNER), one, max_size=5),
    max_leaves=12,
)


@st.composite
def insights(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(sorted(KEYS)))
    return {"kind": kind} | {key: draw(FORMS) for key in draw(st.lists(st.sampled_from(KEYS[kind]), unique=True))}


@settings(deadline=None, max_examples=300)
@given(insights())
def test_any_form_is_a_question_or_an_error(query: dict[str, Any]) -> None:
    try:
        found = insight_of(msgspec.json.encode({"source": query}), TODAY)
    except FilterError:
        return
    assert found.question


@pytest.mark.parametrize(
    "query",
    [
        {"kind": "FunnelsQuery", "series": "x"},
        {"kind": "FunnelsQuery", "series": [1, 2]},
        {"kind": "FunnelsQuery", "series": [{"kind": "WeirdNode", "name": "x"}]},
        {"kind": "FunnelsQuery", "series": [], "funnelsFilter": {"exclusions": 5}},
        {"kind": "FunnelsQuery", "series": [], "funnelsFilter": {"funnelWindowInterval": 10**18}},
        {"kind": "FunnelsQuery", "series": [], "funnelsFilter": {"funnelWindowIntervalUnit": ["day"]}},
        {"kind": "FunnelsQuery", "series": [], "breakdownFilter": {"breakdowns": [1]}},
        {"kind": "FunnelsQuery", "dateRange": {"date_from": "0001-01-01T00:00:00+14:00"}},
        {"kind": ["FunnelsQuery"]},
    ],
)
def test_what_is_no_insight(query: dict[str, Any]) -> None:
    with pytest.raises(FilterError):
        insight_of(msgspec.json.encode(query), TODAY)


def test_nesting_is_no_crash() -> None:
    for text in ('{"source":' * 50_000 + "1" + "}" * 50_000, "[" * 100_000):
        with pytest.raises(FilterError):
            insight_of(text.encode(), TODAY)
        with pytest.raises(FilterError):
            actors_of(text)


def test_a_list_that_is_no_csv() -> None:
    for text in ('id\n"' + "a" * 20_000_000, "id," + "x" * 20_000_000 + "\n1,2"):
        with pytest.raises(FilterError, match="not CSV"):
            actors_of(text)


@given(st.text(max_size=60) | JSON.map(lambda one: msgspec.json.encode(one).decode()))
def test_any_text_is_ids_or_an_error(text: str) -> None:
    try:
        found = actors_of(text)
    except FilterError:
        return
    assert found
    assert all(found)


def test_a_limit_below_one_is_one() -> None:
    query = {"kind": "TrendsQuery", "series": [{"event": "a"}],
             "breakdownFilter": {"breakdown": "x", "breakdown_limit": -1}}  # fmt: skip
    assert insight_of(msgspec.json.encode(query), TODAY).question.max_groups == 1  # type: ignore[union-attr]
