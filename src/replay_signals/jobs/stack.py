"""stack: Kafka and a Flink cluster on this machine, kept alive by a supervisor. See docs/streaming.md.

The supervisor starts ZooKeeper (Flink's own, for high availability), the broker, a JobManager and TaskManagers as
processes, and starts again whichever dies. A killed JobManager takes its jobs up from the newest complete checkpoint
because their graphs and checkpoints are registered in ZooKeeper.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import msgspec

from replay_signals.jobs.stack_home import (
    INFRA,
    StackError,
    fetch_jars,
    flink_environment,
    flink_python,
    java_command,
    java_options,
    make_flink_home,
    shared_settings,
)
from replay_signals.jobs.stack_state import (
    State,
    accepts,
    end_group,
    free_ports,
    is_running,
    load_state,
    proc_of,
    save_state,
    stop,
    wait_for,
)

DEFAULT_ROOT = Path(".stack")
PORTS = ["kafka", "kafka-controller", "zookeeper", "flink-rest", "flink-rpc", "flink-blob"]
BROKER_JAVA = ["-Xms64m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
START_S = 90.0
RESTART_PAUSE_S = 1.0


class Service(msgspec.Struct, frozen=True):
    """A process of the cluster and how to start it."""

    name: str
    command: list[str]
    environment: dict[str, str]


def up(
    root: Path = DEFAULT_ROOT, task_managers: int = 2, say: Callable[[str], None] = print, *, metrics: bool = False
) -> State:
    """Starts what does not run yet, makes the topics and returns what runs where; without TaskManagers, Kafka alone.

    With `metrics` Flink answers Prometheus, on every address; all else listens on loopback. Raises StackError.
    """
    root = root.absolute()
    root.mkdir(parents=True, exist_ok=True)
    state = load_state(root)
    if not is_running(state.supervisor):
        services = prepare(root, state, task_managers, say, metrics=metrics)
        say("Starting ZooKeeper, Kafka, a JobManager and TaskManagers" if task_managers else "Starting Kafka")
        _start_supervisor(root, services)
    if not wait_for(lambda: _is_ready(load_state(root), task_managers), START_S, 0.3):
        raise StackError(f"The cluster did not come up within {START_S:.0f} s; its logs are in {root / 'logs'}.")
    from replay_signals.pipelines.kafka.topics import create_topics

    state = load_state(root)
    create_topics(state.bootstrap, INFRA / "topics.toml")
    return state


def down(root: Path = DEFAULT_ROOT) -> list[str]:
    """Stops exactly what `up` started; returns the names of what ran."""
    root = root.absolute()
    state = load_state(root)
    ran = [name for name, proc in state.processes.items() if is_running(proc)]
    if state.supervisor is not None:
        stop(state.supervisor, wait_s=60)
    for proc in load_state(root).processes.values():
        if is_running(proc):
            stop(proc)
    state = load_state(root)
    state.supervisor, state.processes = None, {}
    save_state(root, state)
    return ran


def prepare(
    root: Path, state: State, task_managers: int, say: Callable[[str], None] = print, *, metrics: bool = False
) -> list[Service]:
    """Fetches, checks and configures everything; the services in the order of their start."""
    java = java_command()
    say("Checking jars")
    jars = fetch_jars(root)
    if not state.ports:
        state.ports = free_ports(PORTS)
    save_state(root, state)
    broker = _broker(root, java, jars["broker"], state.ports)
    if not task_managers:
        return [broker]
    python = flink_python()
    home = make_flink_home(root, jars["flink"], python)
    _configure_flink(root, home, python, state.ports, shared_settings(metrics=metrics))
    return [_zookeeper(root, java, home, state.ports), broker, *_flink(home, python, task_managers)]


def _zookeeper(root: Path, java: str, home: Path, ports: dict[str, int]) -> Service:
    data, conf = root / "zookeeper", home / "conf" / "zoo.cfg"
    data.mkdir(exist_ok=True)
    conf.write_text(
        f"tickTime=2000\ndataDir={data}\nclientPort={ports['zookeeper']}\nclientPortAddress=127.0.0.1\n"
        "admin.enableServer=false\nautopurge.purgeInterval=1\n"
    )
    logging = f"-Dlog4j.configurationFile=file:{home / 'conf' / 'log4j-console.properties'}"
    log_file = f"-Dlog.file={home / 'log' / 'zookeeper.log'}"
    command = [java, "-Xmx96m", "-XX:+UseSerialGC", logging, log_file, "-cp", f"{home / 'lib'}/*"]
    peer = "org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.server.ZooKeeperServerMain"
    return Service("zookeeper", [*command, peer, str(conf)], dict(os.environ))


def _broker(root: Path, java: str, jars: Path, ports: dict[str, int]) -> Service:
    """The broker; its storage is formatted when it has none."""
    data, conf = root / "kafka", root / "server.properties"
    listeners = f"PLAINTEXT://127.0.0.1:{ports['kafka']}", f"CONTROLLER://127.0.0.1:{ports['kafka-controller']}"
    conf.write_text(
        (INFRA / "kafka" / "server.properties").read_text()
        + f"log.dirs={data}\nlisteners={','.join(listeners)}\nadvertised.listeners={listeners[0]}\n"
        + f"controller.quorum.voters=1@127.0.0.1:{ports['kafka-controller']}\n"
    )
    base = [java, *BROKER_JAVA, "-cp", f"{jars}/*"]
    if not (data / "meta.properties").is_file():
        tool = [*base, "kafka.tools.StorageTool"]
        node = subprocess.run([*tool, "random-uuid"], capture_output=True, text=True, check=True).stdout.split()[-1]
        done = subprocess.run(
            [*tool, "format", "-t", node, "-c", str(conf)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise StackError(f"Kafka's storage could not be formatted: {done.stderr.strip()[-400:]}")
    return Service("kafka", [*base, "kafka.Kafka", str(conf)], dict(os.environ))


def _configure_flink(root: Path, home: Path, python: Path, ports: dict[str, int], shared: str) -> None:
    for folder in ("checkpoints", "savepoints", "ha", "tmp"):
        (root / folder).mkdir(exist_ok=True)
    own = {
        "env.java.opts.all": java_options(python),
        "jobmanager.rpc.address": "127.0.0.1",
        "jobmanager.rpc.port": ports["flink-rpc"],
        "high-availability.jobmanager.port": ports["flink-rpc"],
        "high-availability.zookeeper.quorum": f"127.0.0.1:{ports['zookeeper']}",
        "high-availability.storageDir": f"file://{root / 'ha'}",
        "high-availability.cluster-id": "/replay-signals",
        "blob.server.port": ports["flink-blob"],
        "rest.address": "127.0.0.1",
        "rest.port": ports["flink-rest"],
        "execution.checkpointing.dir": f"file://{root / 'checkpoints'}",
        "execution.checkpointing.savepoint-dir": f"file://{root / 'savepoints'}",
        "io.tmp.dirs": root / "tmp",
        "python.executable": python,
        "python.client.executable": python,
    }
    lines = (f"{key}: {value}\n" for key, value in own.items())
    (home / "conf" / "config.yaml").write_text(shared + "".join(lines))


def _flink(home: Path, python: Path, task_managers: int) -> list[Service]:
    environment = flink_environment(home, python)
    manager = Service("jobmanager", [str(home / "bin" / "jobmanager.sh"), "start-foreground"], environment)
    worker = [str(home / "bin" / "taskmanager.sh"), "start-foreground"]
    return [manager, *(Service(f"taskmanager-{i + 1}", worker, environment) for i in range(task_managers))]


def _start_supervisor(root: Path, services: list[Service]) -> None:
    """A process of its own that outlives this one."""
    (root / "logs").mkdir(exist_ok=True)
    (root / "services.json").write_bytes(msgspec.json.encode(services))
    with (root / "logs" / "supervisor.log").open("ab") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "replay_signals.jobs.stack", str(root)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    save_state(root, msgspec.structs.replace(load_state(root), supervisor=proc_of(child.pid), restarts={}))


def _is_ready(state: State, task_managers: int) -> bool:
    if not state.processes or not accepts(state.ports["kafka"]):
        return False
    if not task_managers:
        return True
    overview: Any = rest(state, "/overview")
    return bool(overview) and overview.get("taskmanagers", 0) >= task_managers


def rest(state: State, path: str, method: str = "GET", body: object = None) -> dict[str, object] | None:
    """An answer of the JobManager, None when there is none."""
    data = None if body is None else msgspec.json.encode(body)
    request = urllib.request.Request(state.rest + path, data, {"Content-Type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return msgspec.json.decode(answer.read() or b"{}", type=dict[str, object])
    except (OSError, urllib.error.URLError, msgspec.DecodeError):
        return None


class Supervisor:
    """Starts the services, starts again what dies, and stops all when it is asked to end."""

    def __init__(self, root: Path, services: list[Service]) -> None:
        self.root, self.services = root, services
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.restarts: dict[str, int] = {}
        self.ending = False

    def run(self) -> None:
        """Until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        try:
            while not self.ending:
                for service in self.services:
                    child = self.children.get(service.name)
                    if child is None or child.poll() is not None:
                        self._start(service, child)
                time.sleep(0.3)
        finally:  # also when the folder was deleted under it: nothing may be left running
            for service in reversed(self.services):
                self._stop(self.children.get(service.name))

    def _end(self, number: int, frame: FrameType | None) -> None:
        self.ending = True

    def _start(self, service: Service, dead: subprocess.Popen[bytes] | None) -> None:
        if dead is not None:
            end_group(dead.pid)
            self.restarts[service.name] = self.restarts.get(service.name, 0) + 1
            print(
                f"{time.strftime('%H:%M:%S')} {service.name} ended with {dead.returncode}: starting it again",
                flush=True,
            )
            time.sleep(RESTART_PAUSE_S)
        with (self.root / "logs" / f"{service.name}.log").open("ab") as log:
            self.children[service.name] = subprocess.Popen(
                service.command, env=service.environment, cwd=self.root,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        state = load_state(self.root)
        state.processes = {name: found for name, c in self.children.items() if (found := proc_of(c.pid))}
        state.restarts = self.restarts
        save_state(self.root, state)
        if service.name in ("zookeeper", "kafka"):
            port = state.ports[service.name]
            wait_for(lambda: self.ending or accepts(port) or self.children[service.name].poll() is not None, 30)

    def _stop(self, child: subprocess.Popen[bytes] | None) -> None:
        if child is None:
            return
        child.terminate()
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        end_group(child.pid)


def clear(root: Path = DEFAULT_ROOT) -> None:
    """Forgets topics, checkpoints, jobs and what their readers died of, of a stopped cluster; jars stay."""
    state = load_state(root.absolute())
    if is_running(state.supervisor):
        raise StackError("The cluster runs: stop it first (replay-signals stack down).")
    for name in ("kafka", "zookeeper", "ha", "checkpoints", "savepoints", "tmp", "attempts", "state.json"):
        path = root / name
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def supervise(folder: str) -> None:
    """The body of the supervisor's process."""
    root = Path(folder)
    services = msgspec.json.decode((root / "services.json").read_bytes(), type=list[Service])
    Supervisor(root, services).run()


if __name__ == "__main__":
    supervise(sys.argv[1])
