"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from replay_signals.jobs.tables import Store

MAX_EVERY_S = 604_800
"""A week: what is done more seldom is a job of its own."""

Paths = Annotated[
    list[str],
    typer.Argument(help="Files, folders, globs or fsspec URLs (s3://…), plain, .gz or .zst.", show_default=False),
]
Format = Annotated[
    str, typer.Option("--format", help="Format of the files; `replay-signals formats` lists them.", metavar="NAME")
]
RulesFile = Annotated[
    str | None,
    typer.Option("--rules", help="Rules file (TOML); `replay-signals rules` prints the defaults.", metavar="FILE"),
]


def _refuse_unknown(what: str, name: str, known: Collection[str]) -> None:
    """Refuses a name that nothing has, which would give an empty list, with the nearest that there is."""
    if name not in known:
        from difflib import get_close_matches

        near = get_close_matches(name, known, 1)
        meant = f"do you mean {near[0]}?" if near else f"there are {', '.join(known)}"
        raise typer.BadParameter(f"no {what} is called {name}; {meant}")


def _known_kinds(kinds: list[str] | None) -> list[str] | None:
    if kinds:
        from replay_signals.transforms.signals import SIGNALS

        for kind in kinds:
            _refuse_unknown("signal", kind, SIGNALS)
    return kinds


def _known_reason(reason: str | None) -> str | None:
    if reason is not None:
        from replay_signals.schemas.messages import REASONS

        _refuse_unknown("reason", reason, REASONS)
    return reason


Kinds = Annotated[
    list[str] | None,
    typer.Option("--kind", help="Only signals of this kind; may be repeated.", metavar="KIND", callback=_known_kinds),
]
LetterReason = Annotated[
    str | None,
    typer.Option("--reason", help="Only letters of this reason.", metavar="NAME", callback=_known_reason),
]
Where = Annotated[
    str,
    typer.Option(
        "--where",
        help="Only what this condition holds for: severity >= 60 and flag.checkout = 'new' (docs/analysis.md).",
        metavar="CONDITION",
    ),
]
MinConfidence = Annotated[
    float, typer.Option("--min-confidence", help="Only signals at least this sure.", min=0.0, max=1.0)
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of a table.")]
Top = Annotated[int, typer.Option("--top", help="How many problems to list; 0 lists all.", min=0)]
Limit = Annotated[int, typer.Option("--limit", help="How many rows to print; 0 prints all.", min=0)]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 1 when any input was rejected.")]
Warehouse = Annotated[
    str,
    typer.Option(
        "--warehouse", "-w", help="Folder of the warehouse (SQLite catalog and Iceberg tables).", metavar="DIR"
    ),
]
WarehouseArgument = Annotated[
    str, typer.Argument(help="Folder of the warehouse (SQLite catalog and Iceberg tables).", metavar="WAREHOUSE")
]
ProblemArgument = Annotated[
    str, typer.Argument(help="Id of the problem; its start is enough.", metavar="PROBLEM", show_default=False)
]
Catalog = Annotated[
    str | None, typer.Option("--catalog", help="Name of a configured PyIceberg catalog, instead of a folder's own.")
]
FromDay = Annotated[
    datetime | None, typer.Option("--from", help="First day (UTC).", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD")
]
ToDay = Annotated[
    datetime | None, typer.Option("--to", help="Last day (UTC), included.", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD")
]
Inbox = Annotated[
    str | None,
    typer.Option("--inbox", help="Folder to publish to; inbox in the warehouse when not given.", metavar="DIR"),
]
InboxOrTopic = Annotated[
    str | None,
    typer.Option(
        "--inbox",
        help="Folder to publish to; inbox in the warehouse when neither this nor --kafka is given.",
        metavar="DIR",
    ),
]
ToKafka = Annotated[
    str | None, typer.Option("--kafka", help="Publish to the inbox topic of these brokers.", metavar="HOST:PORT")
]
Topic = Annotated[str, typer.Option("--topic", help="Topic of inbox records.")]
Runner = Annotated[
    str | None, typer.Option("--runner", help="Beam runner; without one, this process works.", metavar="NAME")
]
BeamOptions = Annotated[
    list[str] | None,
    typer.Option("--beam", help="An option for Beam: --beam=--direct_num_workers=2.", metavar="OPTION"),
]
SaidBy = Annotated[
    str | None, typer.Option("--by", help="Who says it; REPLAY_SIGNALS_BY or the login when not given.", metavar="NAME")
]
SessionOption = Annotated[str | None, typer.Option("--session", help="Only this session.", metavar="ID")]
PageOption = Annotated[str, typer.Option("--page", help="Only pages whose URL contains this.", metavar="TEXT")]
MinSeverity = Annotated[float, typer.Option("--min-severity", help="Only what is at least this bad.", min=0, max=100)]


def store_of(warehouse: str, catalog: str | None) -> Store:
    """The warehouse that the options name."""
    from replay_signals.jobs.tables import Store

    return Store(None if catalog else warehouse, catalog)


def day_of(when: datetime | None) -> date | None:
    """The day of an option."""
    return None if when is None else when.date()
