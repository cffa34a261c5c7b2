"""Which files a path means: files, folders, globs, and URLs of object stores."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

ENDINGS = tuple(f"{kind}{packed}" for kind in (".json", ".jsonl", ".ndjson") for packed in ("", ".gz", ".zst"))
"""Files of a folder that are read; a file that is named itself is read whatever its name."""

_SIDE_FILES = tuple(f".labels.json{packed}" for packed in ("", ".gz", ".zst"))


class InputError(ValueError):
    """Input that was asked for and cannot be read at all; the message is one sentence for the person who asked."""


def expand(paths: Sequence[str]) -> list[str]:
    """Files that paths mean, sorted, each once: files, folders (with all below), globs, fsspec URLs.

    Of a folder only files with one of `ENDINGS` count, and no labels (`*.labels.json`) or hidden files. Raises
    InputError.
    """
    found: dict[str, str] = {}
    for path in paths:
        for full, shown in _matches(path):
            found.setdefault(full, shown)
    return sorted(found.values())


def file_system_of(url: str) -> tuple[Any, str]:
    """The file system of a URL or path, and the path in it; raises InputError."""
    if not url:
        raise InputError("the path is empty")
    try:
        file_system, path = fsspec.core.url_to_fs(url)
    except ImportError as error:
        raise InputError(f"{url}: this kind of URL needs a further package: {error}") from None
    except ValueError as error:
        raise InputError(f"{url}: {error}") from None
    return file_system, str(path)


def _matches(path: str) -> list[tuple[str, str]]:
    """Full name and name to show of every file that a path means."""
    file_system, root = file_system_of(path)
    try:
        if file_system.isdir(root):
            found = (name for name in file_system.find(root) if _is_recording(name, root))
            names = [name for name in found if not _is_pipe(file_system, name)]
            wanted = f"no recordings in this folder (files ending in {', '.join(ENDINGS)})"
        elif file_system.exists(root):
            names, wanted = [root], ""
        else:
            names = [name for name in file_system.glob(root) if not file_system.isdir(name)] if _is_glob(root) else []
            wanted = "nothing matches" if _is_glob(root) else "no such file or folder"
    except Exception as error:  # noqa: BLE001  # every object store's library has errors of its own
        raise InputError(f"{path}: cannot be read: {error}") from None
    if not names:
        raise InputError(f"{path}: {_unreadable(file_system, root) or wanted}")
    for name in names:
        problem = _unreadable(file_system, name)
        if problem:
            raise InputError(f"{_shown(path, root, name, file_system)}: {problem}")
    return [(name, _shown(path, root, name, file_system)) for name in names]


def _unreadable(file_system: Any, name: str) -> str:
    """Says so when a local file or folder may not be read; object stores tell when they are asked for it."""
    if isinstance(file_system, LocalFileSystem) and Path(name).exists() and not os.access(name, os.R_OK):
        return "no permission to read it"
    return ""


def _is_pipe(file_system: Any, name: str) -> bool:
    """Whether reading it could wait for ever: pipes, sockets and devices are read when they are named themselves."""
    local = Path(name)
    return isinstance(file_system, LocalFileSystem) and local.exists() and not local.is_file()


def _is_glob(path: str) -> bool:
    return any(char in path for char in "*?[")


def _is_recording(name: str, root: str) -> bool:
    inside = name[len(root) :].lower()
    is_hidden = any(part.startswith(".") for part in inside.split("/"))
    return inside.endswith(ENDINGS) and not inside.endswith(_SIDE_FILES) and not is_hidden


def _shown(path: str, root: str, name: str, file_system: Any) -> str:
    """The name as the user would write it: relative paths stay relative, URLs stay URLs."""
    if not isinstance(file_system, LocalFileSystem):
        return str(file_system.unstrip_protocol(name))
    if "://" in path or Path(path).is_absolute():
        return name
    return os.path.normpath(path) if name == root else os.path.relpath(name)
