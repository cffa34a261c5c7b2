"""PostHog's insights as questions: funnels, trends and retention, and by name all that is not done as PostHog does it.

The forms are those of PostHog's `frontend/src/queries/schema`. Every key of the JSON is either used, known to concern
only how the insight is drawn, or named in the notes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any, NamedTuple, get_args

import msgspec

from replay_signals.transforms.filters.condition import FilterError, quoted
from replay_signals.transforms.insights.dates import span_of
from replay_signals.transforms.insights.properties import Notes, filter_of, name_of
from replay_signals.transforms.insights.questions import Exclusion, Funnel, Order, Period, Question, Retention, Trend

Json = dict[str, Any]
_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800, "month": 2_592_000}
_DRAWN = frozenset((
    "kind", "version", "tags", "modifiers", "response", "display", "layout", "showLegend", "showValuesOnSeries",
    "showPercentStackView", "showAlertThresholdLines", "yAxisScaleType", "hiddenLegendIndexes", "resultCustomizations",
    "resultCustomizationBy", "hiddenLegendBreakdowns", "aggregationAxisFormat", "aggregationAxisPrefix",
    "aggregationAxisPostfix", "decimalPlaces", "minDecimalPlaces", "showMultipleYAxes", "showLabelsOnSeries", "full",
    "showLastComputation", "showCorrelationTable", "showFilters", "showHeader", "showTable", "embedded",
    "vizSpecificOptions",
    "funnelStepReference", "funnelVizType", "dashboardDisplay", "meanRetentionCalculation", "retentionReference",
    "showMean", "name", "custom_name", "id", "order", "uuid", "type", "selectedInterval",
))  # fmt: skip
"""Keys that change how an insight looks and not what it counts; `funnelVizType` is looked at on its own."""
_TESTERS = "not session(traffic in ('bot', 'internal', 'test'))"


class Insight(NamedTuple):
    """A question and what of the insight it is not."""

    question: Question
    notes: list[str]


def insight_of(data: bytes, newest: date) -> Insight:
    """An insight from its JSON, with `newest` for today. Raises FilterError for what cannot be computed at all."""
    try:
        given = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError) as error:
        raise FilterError(f"an insight is a JSON object: {error}") from error
    try:
        return _insight(given, newest)
    except (AttributeError, TypeError, ValueError, LookupError, OverflowError, RecursionError) as error:
        if isinstance(error, FilterError):
            raise
        raise FilterError("the insight's JSON has another form than PostHog's queries") from error


def _insight(given: object, newest: date) -> Insight:
    notes: Notes = []
    query = _source(given)
    kind = query.get("kind")
    makers: dict[Any, Callable[[Json, date, Notes], Question]] = {
        "FunnelsQuery": _funnel,
        "TrendsQuery": _trend,
        "RetentionQuery": _retention,
    }
    if kind not in makers:
        raise FilterError(
            f"insights of the kind {kind} are not supported; there are {', '.join(makers)}. "
            "Export its people and ask `compare --actors FILE`"
        )
    question: Question = makers[kind](query, newest, notes)
    return Insight(question, list(dict.fromkeys(notes)))


def _source(given: object) -> Json:
    """The query itself, out of the nodes and API answers that wrap it."""
    for _ in range(5):
        if not isinstance(given, dict):
            break
        if str(given.get("kind", "")).endswith("Query"):
            return given
        given = given.get("source") or given.get("query")
    raise FilterError("no insight: there is no query with a kind such as TrendsQuery in it")


def _funnel(query: Json, newest: date, notes: Notes) -> Funnel:
    options = _object(query, "funnelsFilter")
    order: Order = options.get("funnelOrderType") or "ordered"
    if order not in get_args(Order):
        raise FilterError(f"funnels of the order {order} are not supported")
    unit = str(options.get("funnelWindowIntervalUnit") or "day")
    if unit not in _UNITS:
        raise FilterError(f"a funnel's window of {unit}s is not supported")
    window = _count(options.get("funnelWindowInterval"), 14) * _UNITS[unit]
    if (drawn := options.get("funnelVizType") or "steps") != "steps":
        notes.append(f"the form {drawn}: the steps are counted instead")
    if options.get("breakdownAttributionType") not in (None, "first_touch"):
        notes.append(f"attribution by {options['breakdownAttributionType']}: groups are those of the first step")
    exclusions = [_exclusion(one, notes) for one in options.get("exclusions") or []]
    if exclusions:
        notes.append("exclusions end a visitor's way; PostHog takes the visitor out of the funnel")
    _rest(options, ("funnelOrderType", "funnelWindowInterval", "funnelWindowIntervalUnit", "exclusions",
                    "breakdownAttributionType"), "funnelsFilter", notes)  # fmt: skip
    steps = [_step(one, notes) for one in query.get("series") or []]
    where, first, last = _rows(query, newest, notes, ("series", "funnelsFilter", "interval"))
    by = _breakdown(query.get("breakdownFilter"), notes)
    return Funnel(steps, timedelta(seconds=window), order, exclusions, where, first, last, by)


def _trend(query: Json, newest: date, notes: Notes) -> Trend:
    options = _object(query, "trendsFilter")
    _rest(options, (), "trendsFilter", notes)
    for one in query.get("series") or []:
        if (math := one.get("math") or "total") not in {"total", "dau", "unique_session"}:
            notes.append(f"the measure {math}: rows, visitors and sessions are counted")
    interval: Period = query.get("interval") or "day"
    if interval not in get_args(Period):
        notes.append(f"the interval {interval}: hours are counted")
        interval = "hour"
    if interval == "week":
        notes.append("weeks begin on Monday")
    series = [_step(one, notes) for one in query.get("series") or []]
    where, first, last = _rows(query, newest, notes, ("series", "trendsFilter", "interval"))
    by = query.get("breakdownFilter")
    limit = _count(_object(query, "breakdownFilter").get("breakdown_limit"), 25) if by else 10
    return Trend(series, interval, _breakdown(by, notes), where, first, last, max(1, min(limit, 100)))


def _retention(query: Json, newest: date, notes: Notes) -> Retention:
    options = _object(query, "retentionFilter")
    period = str(options.get("period") or "Day").lower()
    if period not in get_args(Period):
        raise FilterError(f"retention by {period} is not supported; there are {', '.join(get_args(Period))}")
    if period == "week":
        notes.append("weeks begin on Monday")
    kind = options.get("retentionType") or "retention_recurring"
    if kind not in {"retention_recurring", "retention_first_time", "retention_first_ever_occurrence"}:
        notes.append(f"the retention type {kind}: the first time is counted")
    if (mode := options.get("timeWindowMode") or "strict_calendar_dates") != "strict_calendar_dates":
        notes.append(f"windows by {mode}: periods of the calendar are counted")
    _rest(options, ("period", "retentionType", "targetEntity", "returningEntity", "totalIntervals", "timeWindowMode"),
          "retentionFilter", notes)  # fmt: skip
    start = _step(_entity(options.get("targetEntity")), notes)
    back = _step(_entity(options.get("returningEntity")), notes)
    periods = min(max(1, _count(options.get("totalIntervals"), 8) - 1), 100)
    by = _breakdown(query.get("breakdownFilter"), notes)
    where, first, last = _rows(query, newest, notes, ("retentionFilter",))
    return Retention(start, back, period, periods, kind != "retention_recurring", by, where, first, last)  # type: ignore[arg-type]


def _entity(given: object) -> Json:
    """What began or returned, as a node of a series: page views when the insight names nothing."""
    one = given if isinstance(given, dict) else {"id": "$pageview"}
    node = {"kind": "ActionsNode" if one.get("type") == "actions" else "EventsNode", "event": one.get("id")}
    return node | {"properties": one.get("properties"), "name": one.get("name")}


def _step(node: Json, notes: Notes) -> str:
    """A node of a series as a step. Raises FilterError: a series cannot be left out."""
    kind, name = node.get("kind", "EventsNode"), node.get("custom_name") or node.get("name") or node.get("id")
    if kind != "EventsNode":
        raise FilterError(f"{name}: a series of the kind {kind} is not supported; make it an event with filters")
    _rest(node, ("kind", "event", "properties", "fixedProperties", "math", "funnelFromStep", "funnelToStep"),
          f"series {name}", notes)  # fmt: skip
    event = node.get("event")
    parts = [f"event = {quoted(str(event))}"] if event else []
    parts += [filter_of(node.get("properties"), notes), filter_of(node.get("fixedProperties"), notes)]
    return " and ".join(part for part in parts if part) or "event is not null"


def _exclusion(node: Json, notes: Notes) -> Exclusion:
    """PostHog numbers steps from 0, and the last one is where it ends."""
    first, last = _count(node.get("funnelFromStep"), 0) + 1, _count(node.get("funnelToStep"), -1) + 1
    return Exclusion(_step(node, notes), first, last)


def _rows(query: Json, newest: date, notes: Notes, used: Iterable[str]) -> tuple[str, date | None, date | None]:
    """What holds for all rows: filters and days; and the keys of the query that nothing looks at."""
    span = span_of(query.get("dateRange"), newest, notes)
    parts = [filter_of(query.get("properties"), notes), span.where]
    if query.get("filterTestAccounts"):
        notes.append("the project's filter of test accounts is not in the insight: bots, colleagues and tests by the "
                     "rules of this warehouse are left out")  # fmt: skip
        parts.append(_TESTERS)
    _rest(query, (*used, "dateRange", "properties", "filterTestAccounts", "breakdownFilter"), "the insight", notes)
    return " and ".join(part for part in parts if part), span.from_day, span.to_day


def _breakdown(given: object, notes: Notes) -> str:
    options = given if isinstance(given, dict) else {}
    several = [(one.get("property"), one.get("type")) for one in options.get("breakdowns") or []]
    keys = options.get("breakdown")
    single = keys if isinstance(keys, list) else [keys]
    given_keys = several or [(key, options.get("breakdown_type")) for key in single if key is not None]
    _rest(options, ("breakdowns", "breakdown", "breakdown_type", "breakdown_limit"), "breakdownFilter", notes)
    if not given_keys:
        return ""
    (key, kind), *others = given_keys
    if others:
        notes.append(f"groups by several properties: only {key} is used")
    name = name_of(str(key), str(kind or "event"))
    if name is None:
        notes.append(f"groups by {key} of the type {kind}: not supported, so there are none")
    return name or ""


def _rest(given: Json, used: Iterable[str], where: str, notes: Notes) -> None:
    """Names what is set and nothing looks at."""
    for key in sorted(given.keys() - _DRAWN - set(used)):
        if not _is_unset(given[key]):
            notes.append(f"{key} of {where} is not supported")


def _is_unset(value: object) -> bool:
    if isinstance(value, dict):
        return all(map(_is_unset, value.values()))
    return value is None or value is False or value in ([], "")


def _object(given: Json, key: str) -> Json:
    found = given.get(key)
    return found if isinstance(found, dict) else {}


def _count(value: object, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else default
