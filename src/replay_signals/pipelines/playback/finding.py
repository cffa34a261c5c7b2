"""Which of many files may hold a session: those whose content names it, which is found without reading any record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from replay_signals.pipelines.files.compression import BrokenStreamError, plain_chunks
from replay_signals.pipelines.files.paths import expand, file_system_of


def files_naming(paths: Sequence[str], session_id: str) -> list[str]:
    """Files in which the id of a session stands as it is; none where the ids of files are written otherwise (base64).

    Raises InputError.
    """
    return [url for url in expand(paths) if _holds(url, session_id.encode())]


def _holds(url: str, wanted: bytes) -> bool:
    before = b""
    for chunk in _chunks(url):
        if wanted in before + chunk:
            return True
        before = chunk[-len(wanted) :]
    return False


def _chunks(url: str) -> Iterator[bytes]:
    """The content as far as it can be read; what reads it in earnest says what is wrong."""
    file_system, path = file_system_of(url)
    try:
        with file_system.open(path, "rb") as file:
            yield from plain_chunks(file)
    except (BrokenStreamError, OSError):
        return
