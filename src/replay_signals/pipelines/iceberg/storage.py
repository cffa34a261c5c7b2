"""The file system under a table, whichever FileIO its catalog configures: local folders and object stores alike."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from fsspec.implementations.arrow import ArrowFSWrapper
from pyarrow.fs import FileSystem, FSSpecHandler, LocalFileSystem, PyFileSystem
from pyiceberg.io import FileIO
from pyiceberg.io.fsspec import FsspecFileIO
from pyiceberg.io.pyarrow import PyArrowFileIO


class Place:
    """A location (URL or path) in its file system; `path` is how the file system names it, without scheme."""

    def __init__(self, io: FileIO, location: str) -> None:
        self.scheme, host, self.path = PyArrowFileIO.parse_location(location, io.properties)
        self.filesystem: FileSystem
        if isinstance(io, PyArrowFileIO):
            self.filesystem = io.fs_by_scheme(self.scheme, host)
        elif isinstance(io, FsspecFileIO):
            self.filesystem = PyFileSystem(FSSpecHandler(io.get_fs(self.scheme, host)))
        else:
            raise OSError(f"the file system of {location} cannot be used: {type(io).__name__} is not known here")

    @property
    def is_local(self) -> bool:
        """Whether the files lie on this machine's disks."""
        return isinstance(self.filesystem, LocalFileSystem)

    def holds(self, path: str) -> bool:
        """Whether a path of the same file system lies below this one, also when links are followed."""
        if not path.startswith(self.path.rstrip("/") + "/"):
            return False
        return not self.is_local or Path(path).resolve().is_relative_to(Path(self.path).resolve())


class SchemeFilesystem(ArrowFSWrapper):  # type: ignore[misc]  # fsspec has no types
    """An Arrow file system as fsspec wants it, under the scheme of the URLs that it serves."""

    def __init__(self, filesystem: FileSystem, scheme: str) -> None:
        super().__init__(filesystem)
        self._scheme = scheme

    @property
    def protocol(self) -> str:
        """The scheme: Arrow's own name for a file system is not always that."""
        return self._scheme

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        """What Arrow calls the file: fsspec's own would drop the bucket."""
        return path.partition("://")[2] or path

    def modified(self, path: str) -> datetime:
        """One moment for all: data files never change, and DuckDB only asks to know whether they did."""
        return datetime.fromtimestamp(0, UTC)

    def glob(self, path: str, **_: object) -> list[str]:
        """The path itself: data files are named one by one, and their names may hold what a pattern would."""
        return [self._strip_protocol(path)]
