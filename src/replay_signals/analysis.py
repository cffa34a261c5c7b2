"""One line a question, for notebooks: SQL over the views, funnels, trends, retention and comparisons of a warehouse."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import duckdb

from replay_signals.pipelines.analysis import comparing, funnels, trends
from replay_signals.pipelines.analysis import retention as returning
from replay_signals.pipelines.iceberg import warehouse
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.insights.questions import Funnel, Retention, Trend


class Warehouse:
    """A warehouse: its folder, or the name of a configured catalog. Methods raise WarehouseError and FilterError.

    `rules` say which properties are columns of `session_properties` and `event_properties`; the defaults without them.
    """

    def __init__(self, folder: str | None, catalog: str | None = None, rules: Rules | None = None) -> None:
        self.place = folder, catalog
        self.connection = warehouse.connect(folder, catalog, rules=rules)

    def sql(self, statement: str, *values: object) -> duckdb.DuckDBPyRelation:
        """The rows of a statement over tables and views as they were when the warehouse was opened."""
        return self.connection.sql(statement, params=list(values) or None)

    def columns(self, statement: str, *values: object) -> dict[str, Any]:
        """The result by column, as matplotlib takes it."""
        return self.sql(statement, *values).fetchnumpy()

    def funnel(self, *steps: str, within: timedelta = timedelta(days=14), **options: Any) -> funnels.Answer:
        """A funnel; options as in `transforms.insights.questions.Funnel`."""
        return funnels.funnel(Funnel(steps, within, **options), *self.place)

    def trend(self, *series: str, **options: Any) -> trends.Answer:
        """A trend; options as in `transforms.insights.questions.Trend`."""
        return trends.trend(Trend(series, **options), *self.place)

    def retention(
        self, start: str, back: str = "", *, most_sessions: int = returning.MOST_SESSIONS, **options: Any
    ) -> returning.Answer:
        """Who came back; options as in `transforms.insights.questions.Retention`."""
        return returning.retention(Retention(start, back, **options), *self.place, most_sessions=most_sessions)

    def compare(self, where: str = "", **options: Any) -> comparing.Answer:
        """What some met more often; options as in `pipelines.analysis.comparing.Comparison`."""
        return comparing.compare(comparing.Comparison(where, **options), *self.place)
