"""Commands of streaming: the local cluster, the job, live traffic, dead letters."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from replay_signals.jobs.exits import guarded
from replay_signals.jobs.options import Catalog, LetterReason

stack_app = typer.Typer(name="stack", help="Kafka and a Flink cluster on this machine.", no_args_is_help=True)
letters_app = typer.Typer(name="deadletters", help="What was rejected, and putting it back.", no_args_is_help=True)

Root = Annotated[Path, typer.Option("--stack", help="Folder of the local cluster.", metavar="DIR")]
Broker = Annotated[
    str | None,
    typer.Option("--kafka", help="Brokers; those of the local cluster when not given.", metavar="HOST:PORT"),
]
Paths = Annotated[list[str], typer.Argument(help="Files, folders, globs or fsspec URLs.", show_default=False)]
Topics = Annotated[Path | None, typer.Option("--topics", help="Declaration of topics (TOML).", metavar="FILE")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, one record a line.")]
Config = Annotated[str | None, typer.Option("--config", help="Configuration (TOML).", metavar="FILE")]
Folder = Annotated[str | None, typer.Option("--warehouse", "-w", help="Folder of the warehouse.", metavar="DIR")]
DEFAULT_ROOT = Path(".stack")


def add_to(app: typer.Typer) -> None:
    """Registers the commands."""
    app.add_typer(stack_app)
    app.add_typer(letters_app)
    app.command()(stream)
    app.command()(replay)
    app.command()(maintain)


def bootstrap_of(broker: str | None, root: Path) -> str:
    """The brokers that were named, else those of the local cluster; raises StackError when there is none."""
    from replay_signals.jobs.stack_home import StackError
    from replay_signals.jobs.stack_state import load_state

    if broker:
        return broker
    state = load_state(root.absolute())
    if not state.ports:
        raise StackError("No local cluster has been started here: name the brokers (--kafka) or run `make stack`.")
    return state.bootstrap


def _declaration(topics: Path | None) -> Path:
    from replay_signals.jobs.stack_home import INFRA

    return topics or INFRA / "topics.toml"


@stack_app.command("up")
@guarded
def stack_up(
    root: Root = DEFAULT_ROOT,
    task_managers: Annotated[int, typer.Option("--task-managers", help="How many.", min=1)] = 2,
    metrics: Annotated[
        bool, typer.Option("--metrics", help="Let Flink answer Prometheus, on every address of this machine.")
    ] = False,
) -> None:
    """Start Kafka and Flink, make the topics, and say what runs where."""
    from replay_signals.jobs import render, stack

    state = stack.up(root, task_managers, render.say, metrics=metrics)
    _print_state(state)
    render.say(f"\nNext:\n  {render.command()} stream")


@stack_app.command("down")
@guarded
def stack_down(root: Root = DEFAULT_ROOT) -> None:
    """Stop what `stack up` started, and nothing else."""
    from replay_signals.jobs import render, stack

    ran = stack.down(root)
    render.say(f"Stopped {', '.join(ran)}." if ran else "Nothing ran.")


@stack_app.command("status")
@guarded
def stack_status(root: Root = DEFAULT_ROOT) -> None:
    """Say what runs where, and which jobs."""
    from replay_signals.jobs import render
    from replay_signals.jobs.stack_state import load_state
    from replay_signals.jobs.stream import jobs

    state = load_state(root.absolute())
    if not state.ports:
        render.say("No local cluster has been started here.")
        return
    _print_state(state)
    found = jobs(state)
    if found:
        render.rows(
            [("Job", "left"), ("Name", "left"), ("State", "left")], [(j["jid"], j["name"], j["state"]) for j in found]
        )


@stack_app.command("clear")
@guarded
def stack_clear(root: Root = DEFAULT_ROOT) -> None:
    """Forget topics, checkpoints and jobs of a stopped cluster; jars stay."""
    from replay_signals.jobs import stack

    stack.clear(root)


def _print_state(state: object) -> None:
    from replay_signals.jobs import render
    from replay_signals.jobs.stack_state import State, is_running

    assert isinstance(state, State)
    where = {
        "kafka": state.bootstrap,
        "jobmanager": state.rest,
        "zookeeper": f"127.0.0.1:{state.ports['zookeeper']}",
    }
    render.rows(
        [("What", "left"), ("Where", "left"), ("Process", "right"), ("State", "left"), ("Restarts", "right")],
        [
            (name, where.get(name, ""), proc.pid, "runs" if is_running(proc) else "ended", state.restarts.get(name, 0))
            for name, proc in state.processes.items()
        ],
    )


@guarded
def stream(
    config: Config = None,
    local: Annotated[bool, typer.Option("--local", help="Run embedded instead of on a cluster.")] = False,
    kafka: Broker = None,
    warehouse: Folder = None,
    catalog: Catalog = None,
    savepoint: Annotated[str | None, typer.Option("--from", help="Savepoint or checkpoint.", metavar="PATH")] = None,
    stop: Annotated[bool, typer.Option("--stop", help="Stop the running job at a savepoint.")] = False,
    root: Root = DEFAULT_ROOT,
) -> None:
    """Start the streaming job: Kafka to tables and inbox."""
    from replay_signals.jobs import render
    from replay_signals.jobs import stream as job
    from replay_signals.jobs.stack_home import StackError
    from replay_signals.jobs.stack_state import load_state

    wanted = job.read_config(config, root, bootstrap=kafka, warehouse=warehouse, catalog=catalog)
    if stop:
        state = load_state(root.absolute())
        running = [j["jid"] for j in job.jobs(state) if j["name"] == wanted.name and j["state"] not in job.ENDED]
        if not running:
            raise StackError(f"No job named {wanted.name} runs.")
        render.say(f"Stopped at {job.stop_with_savepoint(state, running[0])}")
    elif local:
        child = job.run_local(wanted, root)
        render.say("Running embedded; Ctrl-C ends it.")
        try:
            child.wait()
        finally:
            from replay_signals.jobs.stack_state import end_group

            end_group(child.pid)
    else:
        where = wanted.warehouse
        place = where.folder if where.is_folder else f"catalog {where.catalog_name}"
        render.say(f"Job {job.submit(wanted, root, savepoint)} runs; tables in {place}")


@guarded
def maintain(
    config: Config = None,
    warehouse: Folder = None,
    catalog: Catalog = None,
    keep_days: Annotated[
        float, typer.Option("--keep-days", help="Snapshots older than this go, the newest 20 stay.", min=0)
    ] = 7,
    orphan_days: Annotated[
        float, typer.Option("--orphan-days", help="Files that no snapshot names go when they are older.", min=1)
    ] = 3,
    only_orphans: Annotated[
        bool, typer.Option("--only-orphans", help="Leave out what needs Java; for tables of backfills.")
    ] = False,
    json: Json = False,
    root: Root = DEFAULT_ROOT,
) -> None:
    """Put the small files of a stream's tables together, and let go what is old: snapshots, files, playback."""
    import msgspec

    from replay_signals.jobs import maintain as job
    from replay_signals.jobs import render
    from replay_signals.jobs.stream import read_config
    from replay_signals.schemas.rows import TABLES
    from replay_signals.transforms.printable import json_bytes

    wanted = read_config(config, root, warehouse=warehouse, catalog=catalog)
    done = {}
    with render.progress("Maintaining tables", len(TABLES) * (1 if only_orphans else 2)) as advance:
        job.run_retention(wanted)
        for table in () if only_orphans else job.run(wanted, root, keep_days):
            advance(table.table)
            done[table.table] = table
        for table in job.run_orphans(wanted, orphan_days):
            advance(table.table)
            shaped = done.get(table.table, table)
            done[table.table] = msgspec.structs.replace(shaped, orphans=table.orphans)
    if json:
        for table in done.values():
            render.write(json_bytes(msgspec.structs.asdict(table)))
        return
    counts = ("files_before", "files_after", "snapshots_before", "snapshots_after", "orphans")
    titles = ("Table", "Files", "now", "Snapshots", "now", "Orphans")
    render.rows(
        list(zip(titles, ("left", *["right"] * 5), strict=True)),
        [(table.table, *(getattr(table, name) for name in counts)) for table in done.values()],
    )


@guarded
def replay(
    paths: Paths,
    to: Annotated[
        str | None,
        typer.Option("--to", help="Brokers; those of the local cluster when not given.", metavar="HOST:PORT"),
    ] = None,
    speed: Annotated[float, typer.Option("--speed", help="Times faster than recorded; 0: no pauses.", min=0)] = 1.0,
    sessions: Annotated[int, typer.Option("--sessions", help="Send so many sessions: copies with new ids.", min=0)] = 0,
    now: Annotated[bool, typer.Option("--now", help="Move all clocks so that the first message arrives now.")] = False,
    file_format: Annotated[str, typer.Option("--format", help="Format of the files.", metavar="NAME")] = "auto",
    topics: Topics = None,
    root: Root = DEFAULT_ROOT,
) -> None:
    """Send recordings to Kafka as live traffic, with their own timing."""
    from replay_signals.jobs import render
    from replay_signals.jobs import replay as job

    options = job.Options(paths, bootstrap_of(to, root), _declaration(topics), speed, sessions, now, file_format)
    sent = job.run(options, render.say)
    render.say(
        f"Sent {render.count(sent.messages, 'message')} of {render.count(sent.sessions, 'session')}, "
        f"{sent.value_bytes / 1e6:.1f} MB in {sent.seconds:.1f} s"
    )


LettersTopic = Annotated[str, typer.Option("--topic", help="Topic of dead letters.")]


@letters_app.command("list")
@guarded
def letters_list(
    kafka: Broker = None,
    topic: LettersTopic = "replay_signals_dead_letters",
    reason: LetterReason = None,
    json: Json = False,
    root: Root = DEFAULT_ROOT,
) -> None:
    """Count dead letters by topic and reason."""
    from replay_signals.jobs import deadletters, render
    from replay_signals.transforms.printable import json_bytes

    found = deadletters.count(bootstrap_of(kafka, root), topic, reason)
    rows = [(source, why, number) for (source, why), number in sorted(found.items())]
    if json:
        for source, why, number in rows:
            render.write(json_bytes({"source": source, "reason": why, "letters": number}))
    else:
        render.rows([("From", "left"), ("Reason", "left"), ("Letters", "right")], rows)


@letters_app.command("replay")
@guarded
def letters_replay(
    kafka: Broker = None,
    topic: LettersTopic = "replay_signals_dead_letters",
    reason: LetterReason = None,
    json: Json = False,
    root: Root = DEFAULT_ROOT,
) -> None:
    """Send the original messages again, each once, after what rejected them was mended."""
    import msgspec

    from replay_signals.jobs import deadletters, render
    from replay_signals.transforms.printable import json_bytes

    done = deadletters.replay(bootstrap_of(kafka, root), topic, reason)
    if json:
        render.write(json_bytes(msgspec.structs.asdict(done)))
    else:
        render.say(
            f"Sent {render.count(done.sent, 'message')} again; {done.repeated} were copies of these, {done.gone} are "
            f"no longer there, {done.without_message} letters had no message; the broker refused {done.refused}."
        )
