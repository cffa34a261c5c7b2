"""Questions out of PostHog's insights, and people out of exported lists."""

from __future__ import annotations

from typing import TypeVar

from replay_signals.jobs import render
from replay_signals.jobs.tables import Store
from replay_signals.pipelines.analysis.filtering import given_file
from replay_signals.pipelines.iceberg.warehouse import connect, reading
from replay_signals.transforms.filters.condition import FilterError
from replay_signals.transforms.insights.actors import actors_of
from replay_signals.transforms.insights.posthog import insight_of
from replay_signals.transforms.insights.questions import Funnel, Retention, Trend

COMMANDS = {Funnel: "funnel", Trend: "trend", Retention: "retention"}
Q = TypeVar("Q", Funnel, Trend, Retention)


def asked(kind: type[Q], file: str, store: Store) -> Q:
    """The question of an insight, what of it is not supported told on standard error.

    Raises FilterError for an insight of another kind, and WarehouseError.
    """
    with connect(store.warehouse, store.catalog, names=("events",)) as db, reading():
        ((newest,),) = db.execute("SELECT max(day) FROM events").fetchall()
    if newest is None:
        raise FilterError("the warehouse has no events: an insight counts events")
    question, notes = insight_of(given_file(file), newest)
    if not isinstance(question, kind):
        command = COMMANDS[type(question)]
        raise FilterError(f"this is an insight of another kind: replay-signals {command} --insight {file}")
    render.say(f"Note: the insight counts from {question.from_day or 'the first day'} to {question.to_day}")
    for note in notes:
        render.say(f"Not as in PostHog: {note}")
    return question


def people(file: str) -> list[str]:
    """Ids of an exported list. Raises FilterError."""
    try:
        return actors_of(given_file(file).decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise FilterError(f"{file} is not a text in UTF-8") from error
