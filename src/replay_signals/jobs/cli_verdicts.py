"""The commands `inbox confirm`, `dismiss`, `snooze` and `fixed`: what people say of a problem."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from replay_signals.jobs.exits import guarded
from replay_signals.jobs.links import refuse_outputs
from replay_signals.jobs.options import (
    Catalog,
    InboxOrTopic,
    ProblemArgument,
    RulesFile,
    SaidBy,
    ToKafka,
    Topic,
    Warehouse,
    day_of,
    store_of,
)

if TYPE_CHECKING:
    from replay_signals.jobs.verdicts import Words

Reason = Annotated[str, typer.Option("--reason", help="Why, in a sentence.", show_default=False)]
DAY = ["%Y-%m-%d"]


def add_to(app: typer.Typer) -> None:
    """Registers the commands."""
    for command in (confirm, dismiss, snooze, fixed):
        app.command()(command)


@guarded
def confirm(  # noqa: PLR0913, PLR0917 - one parameter an option
    problem: ProblemArgument,
    reason: Reason = "",
    by: SaidBy = None,
    warehouse: Warehouse = "warehouse",
    catalog: Catalog = None,
    inbox: InboxOrTopic = None,
    kafka: ToKafka = None,
    topic: Topic = "replay_signals",
    rules: RulesFile = None,
) -> None:
    """Say that a problem is right: it stays open, and others of its kind and place are believed more."""
    from replay_signals.jobs.verdicts import Words

    _say(problem, Words("confirmed", reason, by), (warehouse, catalog, inbox, kafka, topic, rules))


@guarded
def dismiss(  # noqa: PLR0913, PLR0917 - as above
    problem: ProblemArgument,
    reason: Reason = "",
    meant: Annotated[
        bool,
        typer.Option("--meant", help="It is as found and meant to be so: quiet, and nothing against the finding."),
    ] = False,
    by: SaidBy = None,
    warehouse: Warehouse = "warehouse",
    catalog: Catalog = None,
    inbox: InboxOrTopic = None,
    kafka: ToKafka = None,
    topic: Topic = "replay_signals",
    rules: RulesFile = None,
) -> None:
    """Say that a problem is none: it is quiet until its effect changes for the worse."""
    from replay_signals.jobs.verdicts import Words

    words = Words("dismissed", reason, by, is_meant=meant)
    _say(problem, words, (warehouse, catalog, inbox, kafka, topic, rules))


@guarded
def snooze(  # noqa: PLR0913, PLR0917 - as above
    problem: ProblemArgument,
    until: Annotated[
        datetime,
        typer.Option(
            "--until", help="The first counted day (UTC) on which it is open again.", formats=DAY, metavar="YYYY-MM-DD"
        ),
    ],
    reason: Reason = "",
    by: SaidBy = None,
    warehouse: Warehouse = "warehouse",
    catalog: Catalog = None,
    inbox: InboxOrTopic = None,
    kafka: ToKafka = None,
    topic: Topic = "replay_signals",
    rules: RulesFile = None,
) -> None:
    """Say that a problem can wait: it is quiet until a day."""
    from replay_signals.jobs.verdicts import Words

    words = Words("snoozed", reason, by, until=until.date())
    _say(problem, words, (warehouse, catalog, inbox, kafka, topic, rules))


@guarded
def fixed(  # noqa: PLR0913, PLR0917 - as above
    problem: ProblemArgument,
    release: Annotated[str, typer.Option("--release", help="The release that holds the fix.", metavar="NAME")] = "",
    on: Annotated[
        datetime | None,
        typer.Option(
            "--on",
            help="The day it went out (UTC), without a release; today when not given.",
            formats=DAY,
            metavar="YYYY-MM-DD",
        ),
    ] = None,
    reason: Reason = "",
    by: SaidBy = None,
    warehouse: Warehouse = "warehouse",
    catalog: Catalog = None,
    inbox: InboxOrTopic = None,
    kafka: ToKafka = None,
    topic: Topic = "replay_signals",
    rules: RulesFile = None,
) -> None:
    """Say that a problem is mended: it is quiet until the days after it show whether it is."""
    from replay_signals.jobs.verdicts import Words

    words = Words("fixed", reason, by, release=release, fixed_on=day_of(on))
    _say(problem, words, (warehouse, catalog, inbox, kafka, topic, rules))


Where = tuple[str, str | None, str | None, str | None, str, str | None]
"""Warehouse, catalog, inbox, brokers, topic and rules as they were given."""


def _say(problem: str, words: Words, where: Where) -> None:
    from replay_signals.jobs import verdicts as job
    from replay_signals.jobs.rank import inbox_of

    warehouse, catalog, inbox, kafka, topic, rules = where
    folder = inbox_of(warehouse, inbox, kafka)
    refuse_outputs(None if catalog else warehouse, folder or None)
    job.run(
        problem, words, job.Target(store_of(warehouse, catalog), folder, kafka or "", topic, rules), datetime.now(UTC)
    )
