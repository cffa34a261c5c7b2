"""Everything that a run leaves in a folder, decoded: every value of every file. An unknown kind of file fails."""

from __future__ import annotations

import base64
import gzip
import html
import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fastavro
import pyarrow.parquet as pq

from replay_signals.pipelines.inbox.encoding import decode as inbox_record
from replay_signals.pipelines.inbox.segments import frames
from replay_signals.transforms.digest import records
from support.canary_marks import decoded


def texts_in(folder: Path) -> Iterator[str]:
    """Texts in the names and in the decoded contents of all files below a folder."""
    for path in sorted(folder.rglob("*")):
        yield str(path.relative_to(folder))
        if path.is_file():
            reader = READERS.get(path.suffix)
            assert reader is not None, f"nobody searches files like {path}: add a reader to support.leftovers"
            yield from decoded(list(reader(path)))


def _parquet(path: Path) -> Iterator[Any]:
    file = pq.ParquetFile(path)
    yield file.metadata.metadata
    yield [str(file.metadata.row_group(i).to_dict()) for i in range(file.metadata.num_row_groups)]  # with statistics
    for row in file.read().to_pylist():
        yield row
        if "kept_until" in row:  # of the table `snapshots`
            yield json.loads(gzip.decompress(row["events"]))
        if "digest" in row:
            yield records.decode(row["digest"], row["digest_version"])


def _avro(path: Path) -> Iterator[Any]:
    with path.open("rb") as file:
        reader: Any = fastavro.reader(file)
        yield reader.metadata
        yield from reader


def _json(path: Path) -> Iterator[Any]:
    data = path.read_bytes()
    yield json.loads(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)


def _lines(path: Path) -> Iterator[Any]:
    for line in path.read_text().splitlines():
        yield line
        if line[:1] == "{":
            yield json.loads(line)


def _sqlite(path: Path) -> Iterator[Any]:
    with sqlite3.connect(path) as database:
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            yield from database.execute(f'SELECT * FROM "{table}"').fetchall()


def _segment(path: Path) -> Iterator[Any]:
    for frame in frames(path):
        assert frame is not None
        yield inbox_record(frame.data)


def _bytes(path: Path) -> Iterator[Any]:
    yield path.read_bytes()


def _script(path: Path) -> Iterator[Any]:
    """A script as it is; one that hands data to a page also as that data."""
    source = path.read_text()
    yield source
    packed = re.fullmatch(r'ReplaySignals\.session\("([A-Za-z0-9+/=]*)"\);\n', source)
    if packed:
        yield json.loads(gzip.decompress(base64.b64decode(packed[1])))
    if source.startswith("report.page("):
        yield json.loads(f"[{source.removeprefix('report.page(').removesuffix(');' + chr(10))}]")

    if source.startswith("ReplaySignals.session("):
        yield gzip.decompress(base64.b64decode(source.partition('"')[2].partition('"')[0]))


def _markup(path: Path) -> Iterator[Any]:
    source = path.read_text()
    yield source
    yield html.unescape(source)


READERS: dict[str, Callable[[Path], Iterator[Any]]] = {
    ".parquet": _parquet,
    ".avro": _avro,
    ".avsc": _json,
    ".json": _json,
    ".jsonl": _lines,
    ".txt": _lines,
    ".db": _sqlite,
    ".prom": _lines,
    ".lock": _bytes,
    ".log": _lines,
    ".segment": _segment,
    ".crc": _bytes,
    ".md": _lines,
    ".js": _script,
    ".html": _markup,
    ".svg": _markup,
    ".css": _bytes,
}
"""By the end of the name."""
