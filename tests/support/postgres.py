"""A PostgreSQL server of the tests' own: started from Debian's binaries in a temporary folder, and ended by them."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from replay_signals.jobs.stack_state import free_ports

USER, PASSWORD = "replay", "p@ss:w/o'rd%"
SETTINGS = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off", "max_connections": "200"}


def binaries() -> Path | None:
    """Where `initdb` and `pg_ctl` are: on the PATH, or where Debian keeps them. None when PostgreSQL is not here."""
    found = shutil.which("initdb")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return Path(found).parent if found else debian[-1].parent if debian else None


class Server:
    """A running server; `restart` is for tests of what happens then."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.port = free_ports(["postgres"])["postgres"]
        self._programs = programs
        self._data = folder / "data"
        self._user = _unprivileged()
        if self._user:
            shutil.chown(folder, self._user)
        (folder / "password").write_text(PASSWORD)
        (folder / "password").chmod(0o644)
        self._run("initdb", "--username", USER, "--pwfile", str(folder / "password"), "--auth", "scram-sha-256", "-N")
        with (self._data / "postgresql.conf").open("a") as file:
            file.writelines(f"{key} = '{value}'\n" for key, value in {**SETTINGS, "port": self.port}.items())

    def start(self) -> None:
        """Returns when it takes connections."""
        self._run("pg_ctl", "-w", "-l", str(self._data / "server.log"), "start")

    def stop(self) -> None:
        """Ends it, and the connections of whoever has some."""
        self._run("pg_ctl", "-w", "-m", "fast", "stop")

    def database(self, name: str) -> str:
        """Makes a database and returns its URI, which holds the password."""
        with psycopg.connect(self._uri("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self._uri(name)

    def _uri(self, database: str) -> str:
        return f"postgresql://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{self.port}/{database}"

    def _run(self, program: str, *arguments: str) -> None:
        # the server inherits the output of pg_ctl: a pipe would never end
        more: dict[str, Any] = {"user": self._user, "group": self._user, "extra_groups": []} if self._user else {}
        command = [str(self._programs / program), "-D", str(self._data), *arguments]
        with tempfile.TemporaryFile() as said:
            done = subprocess.run(command, stdout=said, stderr=said, cwd="/", check=False, **more)
            said.seek(0)
            assert done.returncode == 0, said.read().decode()


def _unprivileged() -> str | None:
    """Root may not run a server: the user that the package makes does."""
    if os.geteuid():
        return None
    names = {user.pw_name for user in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@contextmanager
def running(programs: Path) -> Iterator[Server]:
    """A server for as long as it is needed."""
    folder = Path(tempfile.mkdtemp(prefix="replay-postgres-"))  # pytest's own folders are closed to other users
    try:
        server = Server(folder, programs)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)
