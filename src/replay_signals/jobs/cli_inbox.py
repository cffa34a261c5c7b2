"""The command `inbox`: an inbox folder, one record of it, or the inbox topic live."""

from __future__ import annotations

from typing import Annotated

import typer
from typer.core import TyperGroup

from replay_signals.jobs.cli_stream import DEFAULT_ROOT, Broker, Root
from replay_signals.jobs.exits import guarded
from replay_signals.jobs.links import refuse_outputs
from replay_signals.jobs.options import RulesFile, Topic

FOLDER = "[FOLDER]"
"""Name of the command that runs when no other is named; no name of a folder, and it reads well in a usage line."""
HELP = {"-h", "--help"}


class FolderOrCommand(TyperGroup):
    """A group whose first word may be a folder instead of a command. Its help shows the options for folders too."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # typer vendors click
        """Puts the folder's command in front where none is named."""
        is_named = bool(args) and args[0] in {*self.commands, *HELP}
        return super().parse_args(ctx, args if is_named else [FOLDER, *args])

    def format_help(self, ctx: typer.Context, formatter: object) -> None:  # type: ignore[override]  # as above
        """Help of the folder's command and of the group in one."""
        shown = TyperGroup(
            name=self.name,
            help=self.help,
            params=self.commands[FOLDER].params,
            commands=dict(self.commands),
            subcommand_metavar="",
        )
        shown.format_help(ctx, formatter)  # type: ignore[arg-type]  # as above


inbox_app = typer.Typer(
    name="inbox",
    cls=FolderOrCommand,
    help="""Show a local inbox, ranked by how many visitors are hurt how badly; `inbox show ID` shows one record.

    `inbox follow` shows the records of the stream's inbox topic as they are published.""",
)
Top = Annotated[int, typer.Option("--top", help="How many problems to list; 0 lists all.", min=0)]


@inbox_app.command(FOLDER, hidden=True)
@guarded
def folder(
    target: Annotated[
        list[str] | None,
        typer.Argument(help="[FOLDER] for the ranked view, or `show ID [FOLDER]` for one record.", show_default=False),
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Keep running and print what arrives in the folder.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of a table.")] = False,
    top: Top = 20,
    rules: RulesFile = None,
) -> None:
    """Show a local inbox, ranked by how many visitors are hurt how badly; `inbox show ID` shows one record."""
    from replay_signals.jobs import inbox as job
    from replay_signals.jobs.player_links import player_of

    job.run(target or [], follow=follow, json=json, top=top, player=player_of(rules))


@inbox_app.command("follow")
@guarded
def follow_topic(
    kafka: Broker = None,
    topic: Topic = "replay_signals",
    json: Annotated[bool, typer.Option("--json", help="Print JSON, one record a line.")] = False,
    from_start: Annotated[bool, typer.Option("--from-start", help="Show what is there already.")] = False,
    seconds: Annotated[float | None, typer.Option("--seconds", help="End after so long.", min=0)] = None,
    root: Root = DEFAULT_ROOT,
) -> None:
    """Show inbox records as the stream publishes them, until Ctrl-C."""
    from replay_signals.jobs import follow as job
    from replay_signals.jobs.cli_stream import bootstrap_of

    job.run(bootstrap_of(kafka, root), topic, json=json, from_start=from_start, seconds=seconds)


@inbox_app.command("post")
@guarded
def post(
    url: Annotated[str, typer.Argument(help="Endpoint, http:// or https://.", metavar="URL")],
    folder: Annotated[str, typer.Option("--folder", help="Inbox folder to read.", metavar="DIR")] = "warehouse/inbox",
    kafka: Annotated[
        str | None, typer.Option("--kafka", help="Read the inbox topic of these brokers instead.", metavar="HOST:PORT")
    ] = None,
    topic: Topic = "replay_signals",
    group: Annotated[str, typer.Option("--group", help="Consumer group.")] = "replay-signals-post",
    ledger: Annotated[
        str, typer.Option("--ledger", help="SQLite file that remembers what was posted.", metavar="FILE")
    ] = "posted.db",
    header: Annotated[
        list[str] | None, typer.Option("--header", help="A header of each request: 'Name: value'.", metavar="HEADER")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option("--until-quiet", help="End when nothing came for so long.", min=0)
    ] = None,
) -> None:
    """Post problems to an HTTP endpoint as JSON, each revision once, until Ctrl-C."""
    from replay_signals.jobs import posting

    refuse_outputs(ledger)
    where = posting.Source(folder, kafka, topic, group)
    posting.run(url, where, ledger, header or [], until_quiet_s=seconds)
