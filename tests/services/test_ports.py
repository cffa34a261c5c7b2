"""What the running local cluster listens on, by the kernel's own tables."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

import pytest
from kit import PATIENCE_S, link_jars, wait_until

from replay_signals.jobs import stack
from replay_signals.jobs.stack_state import State, load_state

pytestmark = pytest.mark.slow
LISTENS = "0A"
PROMETHEUS_PORTS = range(19249, 19280)
Address = IPv4Address | IPv6Address


def test_everything_listens_on_this_machine_alone(tmp_path: Path) -> None:
    root = tmp_path / "stack"
    link_jars(root)
    try:
        state = stack.up(root, task_managers=1)
        kept = set(state.ports.values()) - _closed(root)
        # on a busy machine a TaskManager opens its own ports some seconds after it is told of
        assert wait_until(lambda: {port for _, port in _listening(state)} >= kept, PATIENCE_S)
        listening = set(_listening(state))
    finally:
        stack.down(root)
    assert not [where for where in listening if not _is_loopback(where[0])]


def test_with_metrics_prometheus_is_answered_on_every_address(cluster: tuple[Path, State]) -> None:
    def open_ports() -> set[int]:
        return {port for address, port in _listening(load_state(cluster[0])) if not _is_loopback(address)}

    assert wait_until(lambda: bool(open_ports()), PATIENCE_S)
    assert open_ports() <= set(PROMETHEUS_PORTS)


def _closed(root: Path) -> set[int]:
    """Ports that are kept for what Flink opens only with a job."""
    return {load_state(root).ports["flink-blob"]}


def _listening(state: State) -> Iterator[tuple[Address, int]]:
    """Addresses and ports on which the cluster's processes, and whatever they started, listen."""
    sessions = {proc.pid for proc in (state.supervisor, *state.processes.values()) if proc}
    own = set(_sockets(sessions))
    for name in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTENS and fields[9] in own:
                address, _, port = fields[1].partition(":")
                yield _address(address), int(port, 16)


def _sockets(sessions: set[int]) -> Iterator[str]:
    """Inodes of the sockets of all processes in these sessions (each service leads its own)."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            session = int((folder / "stat").read_text().rpartition(")")[2].split()[3])
            links = [str(link.readlink()) for link in (folder / "fd").iterdir()] if session in sessions else []
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        yield from (link[len("socket:[") : -1] for link in links if link.startswith("socket:["))


def _address(text: str) -> Address:
    """The kernel writes addresses as words of the machine's byte order."""
    words = (bytes.fromhex(text[i : i + 8]) for i in range(0, len(text), 8))
    return ip_address(b"".join(socket.htonl(int.from_bytes(word)).to_bytes(4) for word in words))


def _is_loopback(address: Address) -> bool:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback
