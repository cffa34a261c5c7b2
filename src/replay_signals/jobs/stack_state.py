"""What runs where: the state file of a local cluster, and processes that are surely the ones that were started."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

STOP_S = 20.0


class Proc(msgspec.Struct, frozen=True):
    """A process by id and start time: an id alone may have been given to another one since."""

    pid: int
    started: str


class State(msgspec.Struct):
    """The state file: ports, the supervisor, and what it runs by name."""

    ports: dict[str, int] = {}
    supervisor: Proc | None = None
    processes: dict[str, Proc] = {}
    restarts: dict[str, int] = {}

    @property
    def bootstrap(self) -> str:
        """Kafka's address."""
        return f"127.0.0.1:{self.ports['kafka']}"

    @property
    def rest(self) -> str:
        """The JobManager's address."""
        return f"http://127.0.0.1:{self.ports['flink-rest']}"


def state_path(root: Path) -> Path:
    """Where the state lies."""
    return root / "state.json"


def load_state(root: Path) -> State:
    """The state of a cluster's folder, an empty one when it never ran."""
    try:
        return msgspec.json.decode(state_path(root).read_bytes(), type=State)
    except FileNotFoundError:
        return State()


def save_state(root: Path, state: State) -> None:
    """Replaces the state file at once."""
    part = state_path(root).with_suffix(".part")
    part.write_bytes(msgspec.json.format(msgspec.json.encode(state), indent=1))
    part.replace(state_path(root))


def proc_of(pid: int) -> Proc | None:
    """The process that has this id now, None when there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        fields = stat.rpartition(")")[2].split()
        return None if fields[0] == "Z" else Proc(pid, fields[19])
    except (FileNotFoundError, ProcessLookupError):
        if Path("/proc/self/stat").exists():
            return None
    said = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return Proc(pid, said.stdout.strip()) if said.stdout.strip() else None


def is_running(proc: Proc | None) -> bool:
    """Whether exactly this process still runs."""
    return proc is not None and proc_of(proc.pid) == proc


def stop(proc: Proc, wait_s: float = STOP_S) -> None:
    """Asks the process to end, then makes it; what it started in its own group ends with it."""
    if is_running(proc):
        os.kill(proc.pid, signal.SIGTERM)
        wait_for(lambda: not is_running(proc), wait_s)
        if is_running(proc):
            os.kill(proc.pid, signal.SIGKILL)
    end_group(proc.pid)


def end_group(pgid: int) -> None:
    """Ends what is left of the process group that a child led (Python workers outlive a killed TaskManager)."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pgid, signal.SIGKILL)


def wait_for(is_true: Callable[[], bool], seconds: float, step_s: float = 0.1) -> bool:
    """Waits until a condition holds; False when it did not within the time."""
    end = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > end:
            return False
        time.sleep(step_s)
    return True


def free_ports(names: list[str]) -> dict[str, int]:
    """A free port for each name."""
    sockets = {name: socket.socket() for name in names}
    try:
        for one in sockets.values():
            one.bind(("127.0.0.1", 0))
        return {name: one.getsockname()[1] for name, one in sockets.items()}
    finally:
        for one in sockets.values():
            one.close()


def accepts(port: int) -> bool:
    """Whether something listens on a local port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
