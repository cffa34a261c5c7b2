"""Commands that go from a graph to its sessions: `funnel`, `trend`, `retention` and `compare`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from replay_signals.jobs.exits import guarded
from replay_signals.jobs.options import Catalog, FromDay, Json, ToDay, Warehouse, day_of, store_of

Rows = Annotated[
    str, typer.Option("--where", help="Only rows for which a condition holds (docs/analysis.md).", metavar="CONDITION")
]
By = Annotated[
    str,
    typer.Option(
        "--by",
        help="Groups: flag.KEY, person.KEY, property.KEY, release, device, page …, or a condition (yes and no).",
        metavar="NAME",
    ),
]
Group = Annotated[str | None, typer.Option("--group", help="Of which group, with --by.", metavar="VALUE")]
Insight = Annotated[
    str | None,
    typer.Option("--insight", help="A PostHog insight's JSON, instead of what is asked for here.", metavar="FILE"),
]
STEP = "Name of an event, a condition on one, or a row of another scope: `view: /cart`, `signal: rage_click`."


def add_to(app: typer.Typer) -> None:
    """Registers the commands."""
    for command in (funnel, trend, retention, compare):
        app.command()(command)


@guarded
def funnel(  # noqa: PLR0913, PLR0917 - one parameter an option
    steps: Annotated[list[str] | None, typer.Argument(help=STEP, metavar="STEP STEP …", show_default=False)] = None,
    warehouse: Warehouse = "warehouse",
    catalog: Catalog = None,
    within: Annotated[str, typer.Option("--within", help="From the first step to the last: 30m, 1h, 14d.")] = "14d",
    is_strict: Annotated[bool, typer.Option("--strict", help="No other event between two steps.")] = False,
    is_unordered: Annotated[bool, typer.Option("--unordered", help="Steps in any order.")] = False,
    exclude: Annotated[
        list[str] | None,
        typer.Option("--exclude", help="Row between two steps that ends the way; may be repeated.", metavar="STEP"),
    ] = None,
    by: By = "",
    where: Rows = "",
    from_day: FromDay = None,
    to_day: ToDay = None,
    drop: Annotated[
        int | None, typer.Option("--drop", help="List the sessions of those who stopped after this step.", metavar="N")
    ] = None,
    group: Group = None,
    insight: Insight = None,
    json: Json = False,
) -> None:
    """Who took steps in order, who dropped after each, in which sessions, and what trouble those met more often."""
    from replay_signals.jobs import answers
    from replay_signals.jobs import funnel as job
    from replay_signals.transforms.insights.questions import Funnel, Order

    if is_strict and is_unordered:
        raise typer.BadParameter("a funnel is --strict or --unordered, not both")
    order: Order = "strict" if is_strict else "unordered" if is_unordered else "ordered"
    days = day_of(from_day), day_of(to_day)
    store = store_of(warehouse, catalog)
    asked = Funnel(steps or [], answers.span(within), order, exclude or [], where, *days, by)
    if insight:
        from replay_signals.jobs import insights

        asked = insights.asked(Funnel, insight, store)
    job.run(store, asked, None if drop is None else job.Drop(drop, group), json=json)


@guarded
def trend(  # noqa: PLR0913, PLR0917 - one parameter an option
    series: Annotated[list[str] | None, typer.Argument(help=STEP, metavar="EVENT …", show_default=False)] = None,
    warehouse: Warehouse = "warehouse",
    catalog: Catalog = None,
    interval: Annotated[str, typer.Option("--interval", help="hour, day, week or month (UTC).")] = "day",
    by: By = "",
    where: Rows = "",
    from_day: FromDay = None,
    to_day: ToDay = None,
    groups: Annotated[int, typer.Option("--groups", help="Groups beside all others.", min=1, max=100)] = 10,
    insight: Insight = None,
    json: Json = False,
) -> None:
    """How often something happened over time, to what share of the visitors, and in which sessions."""
    from replay_signals.jobs import trend as job
    from replay_signals.pipelines.analysis.periods import period_of
    from replay_signals.transforms.insights.questions import Trend

    store = store_of(warehouse, catalog)
    asked = Trend(series or [], period_of(interval), by, where, day_of(from_day), day_of(to_day), groups)
    if insight:
        from replay_signals.jobs import insights

        asked = insights.asked(Trend, insight, store)
    job.run(store, asked, json=json)


@guarded
def retention(  # noqa: PLR0913, PLR0917 - one parameter an option
    start: Annotated[str, typer.Argument(help=STEP, metavar="START", show_default=False)] = "",
    back: Annotated[str, typer.Argument(help="What they come back for; START when not given.", metavar="RETURN")] = "",
    warehouse: Warehouse = "warehouse",
    catalog: Catalog = None,
    period: Annotated[str, typer.Option("--period", help="hour, day, week or month (UTC).")] = "day",
    periods: Annotated[int, typer.Option("--periods", help="Periods after the first.", min=1, max=100)] = 7,
    is_first: Annotated[bool, typer.Option("--first-time", help="Only those who never began before.")] = False,
    by: By = "",
    where: Rows = "",
    from_day: FromDay = None,
    to_day: ToDay = None,
    cohort: Annotated[
        datetime | None,
        typer.Option(
            "--cohort", help="List the sessions of those who began then.", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"]
        ),
    ] = None,
    period_in: Annotated[int, typer.Option("--in", help="With --cohort: who were not back in this period.", min=1)] = 1,
    is_back: Annotated[bool, typer.Option("--back", help="With --cohort: who were back.")] = False,
    group: Group = None,
    insight: Insight = None,
    json: Json = False,
) -> None:
    """Who came back in later periods, who did not, in which sessions, and what trouble those met more often."""
    from datetime import UTC

    from replay_signals.jobs import retention as job
    from replay_signals.pipelines.analysis.periods import period_of
    from replay_signals.transforms.insights.questions import Retention

    days = day_of(from_day), day_of(to_day)
    store = store_of(warehouse, catalog)
    asked = Retention(start, back, period_of(period), periods, is_first, by, where, *days)
    if insight:
        from replay_signals.jobs import insights

        asked = insights.asked(Retention, insight, store)
    wanted = None if cohort is None else job.Wanted(cohort.replace(tzinfo=UTC), period_in, group, is_back)
    job.run(store, asked, wanted, json=json)


@guarded
def compare(  # noqa: PLR0913, PLR0917 - one parameter an option
    warehouse: Warehouse = "warehouse",
    catalog: Catalog = None,
    where: Annotated[str, typer.Option("--where", help="Sessions that are compared.", metavar="CONDITION")] = "",
    beside: Annotated[
        str, typer.Option("--with", help="Sessions of the others; all of theirs when not given.", metavar="CONDITION")
    ] = "",
    from_day: FromDay = None,
    to_day: ToDay = None,
    actors: Annotated[
        str | None,
        typer.Option("--actors", help="People of any insight: an export as CSV, JSON or lines of ids.", metavar="FILE"),
    ] = None,
    is_listing: Annotated[bool, typer.Option("--sessions", help="List the sessions instead.")] = False,
    json: Json = False,
) -> None:
    """Which problems some visitors met more often than the others, with effect and interval."""
    from replay_signals.jobs import compare as job
    from replay_signals.pipelines.analysis.comparing import Comparison

    ids = None
    if actors:
        from replay_signals.jobs import insights

        ids = insights.people(actors)
    asked = Comparison(where, beside, ids, day_of(from_day), day_of(to_day))
    job.run(store_of(warehouse, catalog), asked, is_listing=is_listing, json=json)
