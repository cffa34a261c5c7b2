"""The command line. Commands import what they need when they run, so that `--help` answers at once."""

from __future__ import annotations

import logging
import os
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Annotated

import typer

from replay_signals.jobs import (
    cli_agents,
    cli_analysis,
    cli_brief,
    cli_collections,
    cli_fix,
    cli_groups,
    cli_heatmap,
    cli_inbox,
    cli_priors,
    cli_privacy,
    cli_rank,
    cli_report,
    cli_script,
    cli_session,
    cli_simulate,
    cli_stream,
    cli_tables,
    cli_validate,
    cli_verdicts,
)
from replay_signals.jobs.cli_priors import PriorsOption
from replay_signals.jobs.exits import MEANINGS, ExitCode, Masking, guarded, set_debug
from replay_signals.jobs.links import refuse_outputs, set_follow
from replay_signals.jobs.options import (
    BeamOptions,
    Catalog,
    Format,
    FromDay,
    Inbox,
    Json,
    Kinds,
    MinConfidence,
    Paths,
    RulesFile,
    Runner,
    Strict,
    ToDay,
    Top,
    Warehouse,
    day_of,
    store_of,
)

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
    attempts: Annotated[
        str | None,
        typer.Option("--attempts", help="Where workers note what they are at, should they die.", metavar="DIR"),
    ] = None,
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

    refuse_outputs(None if catalog else warehouse, inbox, attempts)
    where = ingest.Where(warehouse, catalog, inbox)
    how = ingest.RunOptions(file_format, rules, day_of(from_day), day_of(to_day), runner, beam or [], priors, attempts)
    return ingest.run(paths, where, how, json=json, strict=strict)


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
        from_day=day_of(from_day),
        to_day=day_of(to_day),
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
    job.run(store_of(warehouse, catalog), json=json)


app.command()(cli_simulate.simulate)
cli_heatmap.add_to(app)
cli_rank.add_to(app)
cli_script.add_to(app)
cli_brief.add_to(app)
cli_agents.add_to(app)
cli_fix.add_to(app)
cli_tables.add_to(app)
cli_analysis.add_to(app)
cli_verdicts.add_to(cli_inbox.inbox_app)
app.command()(cli_priors.priors)
app.command()(cli_report.report)
app.command()(cli_session.session)
app.command()(cli_report.serve)
app.command()(cli_groups.groups)
app.command()(cli_validate.validate)
app.add_typer(cli_inbox.inbox_app)
app.add_typer(cli_collections.collections_app)
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
