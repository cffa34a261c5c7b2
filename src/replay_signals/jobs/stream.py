"""stream: the streaming job, submitted to a Flink cluster or run embedded in this process tree.

The job itself runs in PyFlink's environment; this module only needs the tables to exist (made here by PyIceberg, so
that Flink never decides on a schema) and Flink's own client.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from pyiceberg.table import Table

from replay_signals.jobs.brokers import end_offsets
from replay_signals.jobs.stack import DEFAULT_ROOT, rest
from replay_signals.jobs.stack_home import (
    PROJECT,
    StackError,
    fetch_jars,
    flink_environment,
    flink_python,
    java_command,
    java_options,
    make_flink_home,
)
from replay_signals.jobs.stack_state import State, load_state, stop, wait_for
from replay_signals.pipelines import secrets
from replay_signals.pipelines.iceberg.catalog import configured, open_catalog, open_tables
from replay_signals.pipelines.stream import catalog
from replay_signals.pipelines.stream.config import ConfigError, Kafka, StreamConfig, Warehouse, load_config, to_json

MODULE = "replay_signals.pipelines.stream.main"
ENDED = {"FINISHED", "CANCELED", "FAILED"}
STOP_S = 120
SLOTS = 4
"""Of an embedded cluster."""


def read_config(path: str | None, root: Path, **changes: str | None) -> StreamConfig:
    """The configuration of a file (defaults without one), with the local stack's broker when none is named.

    `changes` are bootstrap, warehouse and catalog; a warehouse's folder stands for its own catalog. Raises StackError
    for a file that cannot be used.
    """
    try:
        config = load_config(Path(path).read_text() if path else "")
    except OSError as error:
        raise StackError(f"Cannot read {path}: {error.strerror}.") from None
    except ConfigError as error:
        raise StackError(f"{path}: {error}") from None
    state = load_state(root.absolute())
    is_named = config.kafka.bootstrap != Kafka().bootstrap
    bootstrap = state.bootstrap if state.ports and not is_named else config.kafka.bootstrap
    bootstrap = changes.get("bootstrap") or bootstrap
    secrets.remember(config.kafka.properties | config.warehouse.flink_catalog)
    return msgspec.structs.replace(
        config,
        kafka=msgspec.structs.replace(config.kafka, bootstrap=bootstrap),
        warehouse=_warehouse(config.warehouse, changes.get("warehouse"), changes.get("catalog")),
    )


def _warehouse(own: Warehouse, folder: str | None, name: str | None) -> Warehouse:
    if folder or name:
        own = Warehouse(folder or own.folder, name)
    return msgspec.structs.replace(own, folder=str(Path(own.folder).absolute()))


def make_tables(config: StreamConfig, *, create: bool = True) -> None:
    """Makes the tables, or the columns they lack; without `create` looks whether they are there.

    Raises WarehouseError, and StackError when Flink could not use them. A catalog that is configured for Flink alone
    must have them already: a backfill into it makes them.
    """
    if config.warehouse.catalog:
        _for_flink(config.warehouse, config.warehouse.catalog)
    tables_of(config, create=create)


def tables_of(config: StreamConfig, *, create: bool) -> dict[str, Table]:
    """The tables by name; none of a catalog that is configured for Flink alone. Raises WarehouseError."""
    where = config.warehouse
    if where.flink_catalog and not where.catalog:
        return {}
    return open_tables(
        open_catalog(None if where.catalog else where.folder, where.catalog, create=create), create=create
    )


def hand_over_catalog(where: Warehouse, folder: Path) -> dict[str, str]:
    """Leaves a configured catalog in a folder for the job; variables that tell the job where. Raises StackError."""
    if where.catalog is None or where.flink_catalog:
        return {}
    catalog.write_properties(folder, where.catalog, _for_flink(where, where.catalog))
    return {catalog.HOME: str(folder)}


def _for_flink(where: Warehouse, name: str) -> dict[str, Any]:
    """Properties of a configured catalog that has a translation for Flink, or options of Flink's own beside it."""
    properties = configured(name)
    try:
        catalog.flink_options(where, properties)
    except ConfigError as error:
        raise StackError(str(error)) from None
    return properties


def with_offsets(config: StreamConfig) -> StreamConfig:
    """The configuration with the end of the inbox as it is now: a job that starts over reads from there again.

    Raises BrokerError when nobody answers.
    """
    kafka = config.kafka
    if kafka.properties:  # of the Java client, which this one cannot use to get past a broker's door
        return config
    return msgspec.structs.replace(config, inbox_offsets=end_offsets(kafka.bootstrap, kafka.inbox))


def with_attempts(config: StreamConfig, root: Path) -> StreamConfig:
    """The configuration with a folder of the cluster's for what readers are at, unless it names one."""
    return msgspec.structs.replace(config, attempts=config.attempts or str(root.absolute() / "attempts" / config.name))


def submit(config: StreamConfig, root: Path = DEFAULT_ROOT, savepoint: str | None = None) -> str:
    """Submits the job to the cluster of `root` and returns its id; raises StackError when it does not start."""
    root = root.absolute()
    running = [job["jid"] for job in jobs(load_state(root)) if job["name"] == config.name and job["state"] not in ENDED]
    if running:
        raise StackError(f"A job named {config.name} runs already ({running[0]}): stop it first.")
    config = with_attempts(with_offsets(config), root)
    make_tables(config)
    renew_workers(root)
    with tempfile.TemporaryDirectory() as folder:
        more = hand_over_catalog(config.warehouse, Path(folder))
        return run_module(root, MODULE, to_json(config), [PROJECT / "src"], savepoint, more)


def run_module(
    root: Path,
    module: str,
    config: str,
    folders: Sequence[Path],
    savepoint: str | None = None,
    variables: Mapping[str, str] | None = None,
) -> str:
    """Hands a Python module to Flink's client; returns the job's id. Raises StackError when it does not start."""
    python = flink_python()
    environment = {**flink_environment(root / "flink", python), **(variables or {})}
    start = ["-s", savepoint] if savepoint else []
    command = [
        str(root / "flink" / "bin" / "flink"), "run", "-d", *start,
        "-pyexec", str(python), "-pyclientexec", str(python),
        "-pyfs", ",".join(map(str, folders)), "-pym", module, "--config", config,
    ]  # fmt: skip
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    words = done.stdout.split("JobID ")
    if done.returncode or len(words) < 2:
        raise StackError(f"Flink did not take the job: {cause_of(done.stderr + done.stdout)}")
    return words[-1].split()[0]


def renew_workers(root: Path) -> None:
    """Ends the local TaskManagers, so that the supervisor starts new ones, unless another job uses them.

    All jobs of a TaskManager share one Python interpreter, which would go on with the modules of the version that it
    imported first.
    """
    state = load_state(root)
    if any(job["state"] not in ENDED for job in jobs(state)):
        return
    workers = {name: proc for name, proc in state.processes.items() if name.startswith("taskmanager")}
    for proc in workers.values():
        stop(proc)

    def renewed() -> bool:
        now = load_state(root)
        overview: Any = rest(now, "/overview")
        fresh = all(now.processes.get(name) not in (None, proc) for name, proc in workers.items())
        return fresh and bool(overview) and overview.get("slots-available", 0) >= overview.get("slots-total", 0) > 0

    if workers and not wait_for(renewed, STOP_S, 0.5):
        raise StackError("The TaskManagers did not come back: see `replay-signals stack status` and .stack/logs.")


def run_local(config: StreamConfig, root: Path = DEFAULT_ROOT) -> subprocess.Popen[bytes]:
    """Starts the job in an embedded cluster (one JVM); the process ends when it is asked to."""
    config = with_attempts(with_offsets(config), root)
    make_tables(config)
    conf, environment = embedded(root, config)
    with (conf / "job.log").open("ab") as log:
        return subprocess.Popen(
            [str(flink_python()), "-m", MODULE, "--config", to_json(config)],
            env=environment, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip


def embedded(root: Path, config: StreamConfig) -> tuple[Path, dict[str, str]]:
    """A folder for an embedded cluster, and the environment for Python to start it with. Raises StackError."""
    root = root.absolute()
    java_command()
    python = flink_python()
    home = root / "flink"
    if not (home / "lib").is_dir():
        home = make_flink_home(root, fetch_jars(root)["flink"], python)
    conf = root / "local" / config.name
    conf.mkdir(parents=True, exist_ok=True)
    for file in (home / "conf").glob("log*"):
        (conf / file.name).write_bytes(file.read_bytes())
    own = {
        "env.java.opts.all": java_options(python),
        "python.executable": python,
        "python.client.executable": python,
        "state.backend.type": "rocksdb",
        "execution.checkpointing.incremental": "true",
        "execution.checkpointing.dir": f"file://{conf / 'checkpoints'}",
        "taskmanager.numberOfTaskSlots": SLOTS,
        "taskmanager.memory.managed.size": "256m",
        "taskmanager.memory.network.max": "128m",
        "classloader.parent-first-patterns.additional": "pemja.",
        "classloader.check-leaked-classloader": "false",
        "restart-strategy.type": "exponential-delay",
        "rest.port": 0,
    }
    (conf / "config.yaml").write_text("".join(f"{key}: {value}\n" for key, value in own.items()))
    folders = {"FLINK_CONF_DIR": str(conf), "FLINK_LOG_DIR": str(conf)}
    return conf, flink_environment(home, python) | folders | hand_over_catalog(config.warehouse, conf)


def jobs(state: State) -> list[dict[str, Any]]:
    """Jobs the JobManager knows: jid, name, state."""
    answer: Any = rest(state, "/jobs/overview") if state.ports else None
    return list(answer["jobs"]) if answer else []


def stop_with_savepoint(state: State, job: str) -> str:
    """Stops a job at a savepoint and returns its place; raises StackError when it does not come about."""
    answer: Any = rest(state, f"/jobs/{job}/stop", "POST", {"drain": False})
    end = time.monotonic() + STOP_S
    while answer and time.monotonic() < end:
        status: Any = rest(state, f"/jobs/{job}/savepoints/{answer['request-id']}")
        if status and status["status"]["id"] == "COMPLETED":
            operation = status["operation"]
            if "location" in operation:
                return str(operation["location"])
            raise StackError(f"No savepoint: {cause_of(str(operation.get('failure-cause', operation)))}")
        time.sleep(0.5)
    raise StackError(f"The job {job} could not be stopped with a savepoint.")


def newest_checkpoint(root: Path, job: str) -> str | None:
    """The newest complete checkpoint of a job: the newest folder may be incomplete and then lacks `_metadata`."""
    found = list((root.absolute() / "checkpoints" / job).glob("chk-*/_metadata"))
    newest = max(found, key=lambda path: int(path.parent.name[4:]), default=None)
    return None if newest is None else f"file://{newest.parent}"


def cause_of(text: str) -> str:
    """The innermost cause in what Flink's client or a Python traceback printed."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    python = [line for line in lines if re.match(r"[\w.]*(Error|Exception): ", line) and not line.startswith("java.")]
    java = [line for line in lines if line.startswith("Caused by:")]
    return (python or java or lines or ["no message"])[-1][:500]
