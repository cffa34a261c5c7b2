"""The command `fix`: from a problem to a pull request."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from replay_signals.jobs.exits import guarded
from replay_signals.jobs.links import refuse_outputs
from replay_signals.jobs.options import Catalog, Json, RulesFile, Topic, Warehouse, store_of

DEFAULT_TIMEOUT_S = 1800
DEFAULT_TEST_TIMEOUT_S = 300
TEST_COMMAND = "python {test}"


def add_to(app: typer.Typer) -> None:
    """Registers the command."""
    app.command()(fix)


@guarded
def fix(  # noqa: PLR0913, PLR0917 - one parameter an option
    problem: Annotated[
        str, typer.Argument(help="Id of the problem; its start is enough. None with --follow.", metavar="[PROBLEM]")
    ] = "",
    repo: Annotated[Path, typer.Option("--repo", help="Git repository of the site.", metavar="DIR")] = Path(),
    agent: Annotated[
        str,
        typer.Option("--agent", help="Command that mends: it reads the task on standard input.", show_default=False),
    ] = "",
    warehouse: Warehouse = "warehouse",
    catalog: Catalog = None,
    test: Annotated[
        Path | None,
        typer.Option("--test", help="The failing test; the problem's script when not given.", metavar="FILE"),
    ] = None,
    test_command: Annotated[
        str, typer.Option("--test-command", help="How to run it: 0 passes, 1 fails, else it did not come so far.")
    ] = TEST_COMMAND,
    serve: Annotated[str, typer.Option("--serve", help="Command that serves the site while the test runs.")] = "",
    base_url: Annotated[str, typer.Option("--base-url", help="Where the site answers.", metavar="URL")] = "",
    base: Annotated[str, typer.Option("--base", help="Commit or branch to begin at.", metavar="COMMIT")] = "HEAD",
    timeout: Annotated[float, typer.Option("--timeout", help="Seconds that the agent has.", min=1)] = DEFAULT_TIMEOUT_S,
    test_timeout: Annotated[
        float, typer.Option("--test-timeout", help="Seconds that a run of the test has.", min=1)
    ] = DEFAULT_TEST_TIMEOUT_S,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for patches and texts.", metavar="DIR")] = Path(
        "fixes"
    ),
    push: Annotated[str, typer.Option("--push", help="Push a branch that mends it there.", metavar="REMOTE")] = "",
    follow: Annotated[bool, typer.Option("--follow", help="Do so for new problems of the inbox.")] = False,
    above: Annotated[
        float, typer.Option("--above", help="With --follow: only problems at least this severe.", min=0, max=100)
    ] = 50,
    inbox: Annotated[
        str | None, typer.Option("--inbox", help="Inbox folder; the warehouse's when not given.", metavar="DIR")
    ] = None,
    kafka: Annotated[str | None, typer.Option("--kafka", help="The inbox topic instead.", metavar="HOST:PORT")] = None,
    topic: Topic = "replay_signals",
    group: Annotated[str, typer.Option("--group", help="Consumer group.")] = "replay-signals-fix",
    until_quiet: Annotated[
        float | None, typer.Option("--until-quiet", help="With --follow: end when nothing came for so long.", min=0)
    ] = None,
    rules: RulesFile = None,
    json: Json = False,
) -> int | None:
    """Let an agent mend a problem in a branch of a repository; a test that fails before has to pass after it."""
    from replay_signals.jobs import fix as job
    from replay_signals.jobs.posting import Source

    if not agent:
        raise typer.BadParameter("say what mends it: --agent 'claude -p'", param_hint="--agent")
    if bool(problem) == follow:
        raise typer.BadParameter("name a problem, or give --follow")
    refuse_outputs(output)
    request = job.Request(
        store_of(warehouse, catalog), repo, agent, test, test_command, serve, base_url, base, timeout, test_timeout,
        output, push, rules,
    )  # fmt: skip
    if not follow:
        return job.run(problem, request, json=json)
    source = Source(inbox or str(Path(warehouse) / "inbox"), kafka, topic, group)
    job.follow(request, above, source, json=json, until_quiet_s=until_quiet)
    return None
