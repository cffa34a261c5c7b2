"""The command line. Commands import what they need when they run, so that `--help` answers at once."""

from __future__ import annotations

import logging
import os
from datetime import date, datetime
from importlib.metadata import version as package_version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from replay_signals.jobs import cli_inbox, cli_priors, cli_privacy, cli_rank, cli_simulate, cli_stream, cli_verdicts
from replay_signals.jobs.cli_priors import PriorsOption
from replay_signals.jobs.exits import MEANINGS, ExitCode, Masking, guarded, set_debug
from replay_signals.jobs.links import refuse_outputs, set_follow

if TYPE_CHECKING:
    from replay_signals.jobs.tables import Store

OWNER_ONLY = 0o077
"""What is written locally is about people: files for their owner alone (0600), folders too (0700)."""
EXIT_CODES = "Exit codes: " + "; ".join(f"{code.value} {MEANINGS[code]}" for code in ExitCode) + "."

app = typer.Typer(
    name="replay-signals",
    help="Finds what went wrong in session replays: signals with evidence, Iceberg tables and a ranked inbox.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

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


def _known_kinds(kinds: list[str] | None) -> list[str] | None:
    """Refuses kinds that no detector finds: a misspelt one would give an empty list."""
    if kinds:
        from replay_signals.transforms.signals import SIGNALS

        for kind in kinds:
            if kind not in SIGNALS:
                raise typer.BadParameter(f"no signal is called {kind}; there are {', '.join(SIGNALS)}")
    return kinds


Kinds = Annotated[
    list[str] | None,
    typer.Option("--kind", help="Only signals of this kind; may be repeated.", metavar="KIND", callback=_known_kinds),
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
Runner = Annotated[
    str | None, typer.Option("--runner", help="Beam runner; without one, this process works.", metavar="NAME")
]
BeamOptions = Annotated[
    list[str] | None,
    typer.Option("--beam", help="An option for Beam: --beam=--direct_num_workers=2.", metavar="OPTION"),
]
SessionOption = Annotated[str | None, typer.Option("--session", help="Only this session.", metavar="ID")]
PageOption = Annotated[str, typer.Option("--page", help="Only pages whose URL contains this.", metavar="TEXT")]
MinSeverity = Annotated[float, typer.Option("--min-severity", help="Only what is at least this bad.", min=0, max=100)]


def _store(warehouse: str, catalog: str | None) -> Store:
    from replay_signals.jobs.tables import Store

    return Store(None if catalog else warehouse, catalog)


def _day(when: datetime | None) -> date | None:
    return None if when is None else when.date()


def _version(show: bool) -> None:
    if show:
        typer.echo(f"replay-signals {package_version('replay-signals')}")
        raise typer.Exit


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    follow_links: Annotated[
        bool, typer.Option("--follow-links", help="Read and write through symbolic links, wherever they lead.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Options of every command."""
    set_debug(debug)
    set_follow(follow_links)
    os.umask(OWNER_ONLY)
    # Libraries warn of things that concern nobody here (Beam: "apitools not found"); --debug shows them.
    handler = logging.StreamHandler()
    handler.setFormatter(Masking(logging.BASIC_FORMAT))
    logging.basicConfig(level=logging.INFO if debug else logging.ERROR, handlers=[handler])
    if not debug:  # a step that fails is explained by the command
        logging.getLogger("apache_beam").setLevel(logging.CRITICAL)


@app.command()
@guarded
def detect(  # noqa: PLR0913, PLR0917 - one parameter an option
    paths: Paths,
    file_format: Format = "auto",
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Print one signal a line as JSON.")] = False,
    json: Json = False,
    rules: RulesFile = None,
    kind: Kinds = None,
    min_confidence: MinConfidence = 0.0,
    top: Top = 20,
    dead_letters: Annotated[
        Path | None, typer.Option("--dead-letters", help="Write rejected input here, one JSON object a line.")
    ] = None,
    strict: Strict = False,
) -> int:
    """Find the signals in recordings, without a warehouse."""
    from replay_signals.jobs import detect as job

    refuse_outputs(dead_letters)
    request = job.Request(paths, file_format, rules, kind or [], min_confidence, top, dead_letters, strict)
    return job.run(request, "jsonl" if jsonl else "json" if json else "table")


@app.command()
@guarded
def backfill(  # noqa: PLR0913, PLR0917 - one parameter an option
    paths: Paths,
    warehouse: Warehouse = "warehouse",
    catalog: Catalog = None,
    inbox: Inbox = None,
    from_day: FromDay = None,
    to_day: ToDay = None,
    runner: Runner = None,
    beam: BeamOptions = None,
    file_format: Format = "auto",
    rules: RulesFile = None,
    priors: PriorsOption = "newest",
    json: Json = False,
    strict: Strict = False,
) -> int:
    """Read recordings into the tables of a warehouse, and publish what is new to its inbox.

    With --from or --to exactly those days are replaced.
    """
    from replay_signals.jobs import ingest

    refuse_outputs(None if catalog else warehouse, inbox)
    where = ingest.Where(warehouse, catalog, inbox)
    how = ingest.RunOptions(file_format, rules, _day(from_day), _day(to_day), runner, beam or [], priors)
    return ingest.run(paths, where, how, json=json, strict=strict)


@app.command()
@guarded
def sessions(  # noqa: PLR0913, PLR0917 - one parameter an option
    warehouse: Warehouse = "warehouse",
    catalog: Catalog = None,
    session: SessionOption = None,
    page: PageOption = "",
    min_severity: MinSeverity = 0.0,
    from_day: FromDay = None,
    to_day: ToDay = None,
    limit: Limit = 20,
    json: Json = False,
) -> None:
    """List the sessions of a warehouse, most severe first."""
    from replay_signals.jobs import tables

    wanted = tables.Filter(session, _day(from_day), _day(to_day), min_severity, page=page)
    tables.show_sessions(_store(warehouse, catalog).worst("sessions", wanted, limit), json)


@app.command()
@guarded
def signals(  # noqa: PLR0913, PLR0917 - one parameter an option
    warehouse: Warehouse = "warehouse",
    catalog: Catalog = None,
    kind: Kinds = None,
    session: SessionOption = None,
    page: PageOption = "",
    min_severity: MinSeverity = 0.0,
    min_confidence: MinConfidence = 0.0,
    from_day: FromDay = None,
    to_day: ToDay = None,
    limit: Limit = 20,
    json: Json = False,
) -> None:
    """List the signals of a warehouse, worst first."""
    from replay_signals.jobs import tables

    days = _day(from_day), _day(to_day)
    wanted = tables.Filter(session, *days, min_severity, kind or [], min_confidence, page)
    tables.show_signals(_store(warehouse, catalog).worst("signals", wanted, limit), json)


@app.command()
@guarded
def rejudge(  # noqa: PLR0913, PLR0917 - one parameter an option
    warehouse: Warehouse = "warehouse",
    catalog: Catalog = None,
    inbox: Inbox = None,
    from_day: FromDay = None,
    to_day: ToDay = None,
    session: Annotated[
        list[str] | None, typer.Option("--session", help="Only this session; may be repeated.", metavar="ID")
    ] = None,
    rules: RulesFile = None,
    priors: PriorsOption = "newest",
    runner: Runner = None,
    beam: BeamOptions = None,
    json: Json = False,
) -> None:
    """Judge stored sessions again, with late evidence or other rules, and say what moved.

    Sessions with messages on the days from --from to --to; all without. Recordings are not needed.
    """
    from replay_signals.jobs import rejudge as job
    from replay_signals.jobs.backfill import RejudgeOptions

    where = None if catalog else warehouse
    folder = inbox or str(Path(warehouse) / "inbox")
    refuse_outputs(where, folder)
    options = RejudgeOptions(
        where,
        catalog,
        from_day=_day(from_day),
        to_day=_day(to_day),
        sessions=session or [],
        runner=runner,
        beam_args=beam or [],
        priors=priors,
    )
    job.run(options, rules, folder, json=json)


@app.command()
@guarded
def repair(warehouse: Warehouse = "warehouse", catalog: Catalog = None, json: Json = False) -> None:
    """Register tables again whose catalog was lost, from the metadata files beside their data."""
    from replay_signals.jobs import repair as job

    refuse_outputs(None if catalog else warehouse)
    job.run(_store(warehouse, catalog), json=json)


app.command()(cli_simulate.simulate)
cli_rank.add_to(app)
cli_verdicts.add_to(cli_inbox.inbox_app)
app.command()(cli_priors.priors)
app.add_typer(cli_inbox.inbox_app)
app.add_typer(cli_privacy.privacy_app)


@app.command()
@guarded
def rules(
    check: Annotated[str | None, typer.Option("--check", help="Check a rules file.", metavar="FILE")] = None,
    toml: Annotated[bool, typer.Option("--toml", help="Print the defaults as a rules file.")] = False,
) -> None:
    """Print every setting of a rules file with meaning, unit and default."""
    from replay_signals.jobs import rules as job

    job.run(check, toml)


@app.command()
@guarded
def formats() -> None:
    """List the file formats that can be read."""
    from replay_signals.jobs import render
    from replay_signals.pipelines.files.reading import FORMATS

    render.rows([("Format", "left"), ("What it is", "fold")], FORMATS)


cli_stream.add_to(app)


def main() -> None:
    """Entry point of the command `replay-signals`."""
    app(prog_name="replay-signals")
