"""Inbox records as bytes: Avro's single-object encoding, in the folder and in the Kafka topic alike.

Marker, CRC-64-AVRO fingerprint of the writer's schema (8 bytes, little-endian), body.
"""

from __future__ import annotations

import io
import json
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import fastavro
import fastavro.schema
import msgspec

from replay_signals.pipelines.inbox import registry
from replay_signals.schemas.inbox import AVRO_SCHEMA, InboxRecord
from replay_signals.transforms.text import well_formed

MARKER = b"\xc3\x01"


class InboxError(Exception):
    """An inbox that cannot be read or written; the message says what to do."""


def encode(record: InboxRecord) -> bytes:
    """Avro single-object encoding."""
    return MARKER + fingerprint() + _body(record)


def encode_for(topic: str, record: InboxRecord) -> bytes:
    """As a topic carries it: in a registry's wire format where one is configured. Raises RegistryError."""
    known = registry.configured()
    return encode(record) if known is None else registry.framed(known.id_of(topic, AVRO_SCHEMA), _body(record))


def _body(record: InboxRecord) -> bytes:
    out = io.BytesIO()
    fields = well_formed(msgspec.to_builtins(record, builtin_types=(datetime,)))
    fastavro.schemaless_writer(out, _parsed(), fields)
    return out.getvalue()


def decode(data: bytes, folder: Path | None = None) -> InboxRecord:
    """The record of a single-object encoding; the schema of an older version is known, another one the folder's.

    A record in a registry's wire format is read with the registry that is configured; RegistryError says that this one
    cannot be asked, which is not the record's fault.

    Raises InboxError, and nothing else, for bytes that are no such encoding or whose schema is unknown.
    """
    writer, body = _framed(data) if registry.is_framed(data) else _single_object(data, folder)
    try:
        return msgspec.convert(fastavro.schemaless_reader(io.BytesIO(body), writer, _parsed()), InboxRecord)
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


def _single_object(data: bytes, folder: Path | None) -> tuple[Any, bytes]:
    if data[:2] != MARKER or len(data) < 10:
        raise InboxError("not an Avro single-object encoding")
    return _writer(data[2:10], folder), data[10:]


def _framed(data: bytes) -> tuple[Any, bytes]:
    number, body = registry.unframed(data)
    known = registry.configured()
    if known is None:
        raise InboxError(f"Its schema is in a registry: set {registry.VARIABLE} to read it.")
    found = known.schema(number)
    if found is None:
        raise InboxError(f"The schema registry knows no schema {number}.")
    return fastavro.parse_schema(found), body


def _writer(print_: bytes, folder: Path | None) -> Any:
    """The schema with a fingerprint: today's, an older version's, or one that a newer version left in the folder."""
    if print_ == fingerprint():
        return _parsed()
    return _older().get(print_.hex()) or _stored_schema(folder, print_.hex())


@cache
def _older() -> dict[str, Any]:
    """Schemas of older versions by fingerprint: a topic keeps their records, and no schema."""
    found = files("replay_signals.schemas").joinpath("older_inbox").iterdir()
    return {path.name.removesuffix(".avsc"): fastavro.parse_schema(json.loads(path.read_bytes())) for path in found}


def _stored_schema(folder: Path | None, name: str) -> Any:
    path = (folder or Path()) / f"schema-{name}.avsc"
    if folder is None or not path.exists():
        raise InboxError(f"A record was written with an unknown schema ({name}). Update replay-signals to read it.")
    return fastavro.parse_schema(json.loads(path.read_bytes()))
