"""The local inbox: the Avro records that a Kafka topic would carry, in a folder.

A folder holds append-only segments (`00000001-<hash>.segment`) and the schemas their records were written with
(`schema-<fingerprint>.avsc`). A record is Avro's single-object encoding (marker, CRC-64-AVRO fingerprint of the schema,
body), the very bytes of a Kafka value; in a segment each has its length and CRC-32 in front. Segments appear whole
(temporary file, fsync, rename), so a crash leaves the inbox as it was or with the whole new segment. Should a copy or a
full disk cut a segment all the same, readers take the records before the cut and say that there was one.

Order does not matter: the highest revision of an id counts. So two publishers need no lock: they can only write the
same record twice, which readers do not see.
"""

from __future__ import annotations

import io
import json
import os
import struct
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import fastavro
import fastavro.schema
import msgspec

from replay_signals.schemas.inbox import AVRO_SCHEMA, InboxRecord
from replay_signals.transforms.inbox.problems import latest
from replay_signals.transforms.text import well_formed

MARKER = b"\xc3\x01"
MAGIC = b"replay-signals inbox 1\n"
_FRAME = struct.Struct(">II")


class InboxError(Exception):
    """An inbox that cannot be read or written; the message says what to do."""


class Damage(msgspec.Struct, frozen=True):
    """A segment that is cut or broken after `good_records` records."""

    segment: str
    good_records: int


class Contents(msgspec.Struct, frozen=True):
    """Every record of an inbox in the order of its segments, and what could not be read."""

    records: list[InboxRecord]
    damage: list[Damage]


def publish(folder: str | Path, records: Iterable[InboxRecord]) -> int:
    """Writes the records whose (id, revision) is not there yet, as one segment; returns how many were written."""
    inbox = Path(folder)
    try:
        inbox.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InboxError(f"Cannot make the inbox {folder}: {error.strerror}. Name another folder.") from error
    seen = {(r.id, r.revision) for r in read(inbox).records}
    fresh: list[InboxRecord] = []
    for record in records:
        if (record.id, record.revision) not in seen:
            seen.add((record.id, record.revision))
            fresh.append(record)
    if fresh:
        body = MAGIC + b"".join(_frame(encode(record)) for record in fresh)
        number = max((int(p.name[:8]) for p in _segments(inbox)), default=0) + 1
        name = f"{number:08d}-{blake2b(body, digest_size=8).hexdigest()}.segment"
        try:
            _write(inbox / f"schema-{fingerprint().hex()}.avsc", json.dumps(AVRO_SCHEMA, indent=1).encode())
            _write(inbox / name, body)
        except OSError as error:
            raise InboxError(f"Cannot write to the inbox {folder}: {error.strerror}.") from error
    return len(fresh)


def read(folder: str | Path, after: frozenset[str] = frozenset()) -> Contents:
    """Records of all segments but those named in `after`; raises InboxError when the folder is no inbox."""
    inbox = Path(folder)
    if not inbox.is_dir():
        raise InboxError(
            f"No inbox at {folder}. `replay-signals backfill PATH --warehouse DIR --inbox {folder}` makes one."
        )
    records: list[InboxRecord] = []
    damage: list[Damage] = []
    for path in _segments(inbox):
        if path.name not in after:
            own, whole = _read_segment(path)
            records += own
            if not whole:
                damage.append(Damage(path.name, len(own)))
    return Contents(records, damage)


def current(folder: str | Path) -> dict[str, InboxRecord]:
    """The inbox compacted: the record that counts by id, retracted ones included."""
    return latest(read(folder).records)


def segment_names(folder: str | Path) -> frozenset[str]:
    """Names of the segments that are there now."""
    return frozenset(path.name for path in _segments(Path(folder)))


def encode(record: InboxRecord) -> bytes:
    """Avro single-object encoding."""
    out = io.BytesIO()
    out.write(MARKER + fingerprint())
    fields = well_formed(msgspec.to_builtins(record, builtin_types=(datetime,)))
    fastavro.schemaless_writer(out, _parsed(), fields)
    return out.getvalue()


def decode(data: bytes, folder: Path | None = None) -> InboxRecord:
    """The record of a single-object encoding; a schema other than today's is looked up in the inbox's folder.

    Raises InboxError, and nothing else, for bytes that are no such encoding or whose schema is unknown.
    """
    if data[:2] != MARKER or len(data) < 10:
        raise InboxError("not an Avro single-object encoding")
    writer = _parsed() if data[2:10] == fingerprint() else _stored_schema(folder, data[2:10].hex())
    try:
        return msgspec.convert(fastavro.schemaless_reader(io.BytesIO(data[10:]), writer, _parsed()), InboxRecord)
    except Exception as error:  # on wrong bytes the reader raises whatever it meets: EOF, overflow, index, encoding
        raise InboxError(f"not a record of its schema: {type(error).__name__}: {error}") from error


_known = msgspec.json.Decoder(InboxRecord)
"""Made under the import lock: see `schemas/rules.py`."""


@cache
def fingerprint() -> bytes:
    """CRC-64-AVRO of the schema's canonical form, 8 bytes little-endian as the encoding has it."""
    canonical = fastavro.schema.to_parsing_canonical_form(AVRO_SCHEMA)
    return bytes.fromhex(fastavro.schema.fingerprint(canonical, "CRC-64-AVRO"))


@cache
def _parsed() -> Any:
    return fastavro.parse_schema(AVRO_SCHEMA)


def _stored_schema(folder: Path | None, name: str) -> Any:
    path = (folder or Path()) / f"schema-{name}.avsc"
    if folder is None or not path.exists():
        raise InboxError(f"A record was written with an unknown schema ({name}). Update replay-signals to read it.")
    return fastavro.parse_schema(json.loads(path.read_bytes()))


def _segments(inbox: Path) -> list[Path]:
    return sorted(inbox.glob("[0-9]*-*.segment"))


def _frame(data: bytes) -> bytes:
    return _FRAME.pack(len(data), zlib.crc32(data)) + data


def _frames(body: bytes) -> Iterator[bytes | None]:
    """Whole frames, then None where bytes are left that are none."""
    at = len(MAGIC)
    if body[:at] != MAGIC:
        yield None
        return
    while at < len(body):
        head = body[at : at + _FRAME.size]
        size, checksum = _FRAME.unpack(head) if len(head) == _FRAME.size else (0, -1)
        data = body[at + _FRAME.size : at + _FRAME.size + size]
        if len(data) < size or zlib.crc32(data) != checksum:
            yield None
            return
        yield data
        at += _FRAME.size + size


def _read_segment(path: Path) -> tuple[list[InboxRecord], bool]:
    """Records up to the first broken frame, and whether that was all of them."""
    try:
        body = path.read_bytes()
    except OSError as error:
        raise InboxError(f"Cannot read {path}: {error.strerror}.") from error
    records: list[InboxRecord] = []
    for data in _frames(body):
        if data is None:
            return records, False
        records.append(decode(data, path.parent))
    return records, True


def _write(path: Path, data: bytes) -> None:
    """Appears whole or not at all, and stays through a power cut."""
    if path.exists() and path.read_bytes() == data:
        return
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".part", delete=False) as part:
        part.write(data)
        part.flush()
        os.fsync(part.fileno())
    Path(part.name).replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
