"""A Confluent-style schema registry for the inbox topic: its wire format, and what it is asked over HTTP.

A record is a zero byte, the schema's id in the registry (4 bytes, big-endian) and the Avro body. The schema is
registered under the subject `TOPIC-value`, as Confluent's own serializers name it. The registry is asked once a process
for each schema. Format and paths are those of Confluent's schema registry, which Apicurio and Karapace speak as well.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import struct
from functools import cache
from typing import Any
from urllib.parse import quote, unquote, urlsplit

VARIABLE = "REPLAY_SIGNALS_SCHEMA_REGISTRY"
"""URL of the registry, with `user:password@` where it asks for them. Without one, records name their schema."""
MAGIC = b"\x00"
CONTENT_TYPE = "application/vnd.schemaregistry.v1+json"
TIMEOUT_S = 10.0
MAX_ANSWER_BYTES = 10_000_000
_HEAD = struct.Struct(">cI")
_SCHEMES = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}


class RegistryError(Exception):
    """A registry that does not do what it is asked; the message says what, and no word of a password."""


class Registry:
    """One registry. Raises RegistryError for a URL that is none."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in _SCHEMES or not parts.hostname:
            raise RegistryError(f"{VARIABLE} is no http:// or https:// URL.")
        self._connect, self._host, self._port = _SCHEMES[parts.scheme], parts.hostname, parts.port
        self._path = parts.path.rstrip("/")
        self._headers = {"Content-Type": CONTENT_TYPE, "Accept": CONTENT_TYPE}
        if parts.username is not None:
            login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            self._headers["Authorization"] = f"Basic {base64.b64encode(login.encode()).decode()}"
        self._ids: dict[str, int] = {}
        self._schemas: dict[int, Any] = {}

    def id_of(self, topic: str, schema: object) -> int:
        """The id of a topic's schema, which is registered when it is not yet. Raises RegistryError."""
        if topic not in self._ids:
            path = f"/subjects/{quote(topic, safe='')}-value/versions"
            answer = self._asked("POST", path, {"schema": json.dumps(schema)})
            self._ids[topic] = _number(answer.get("id"))
        return self._ids[topic]

    def schema(self, number: int) -> Any:
        """The schema with an id; None when there is none. Raises RegistryError."""
        if number not in self._schemas:
            told = self._asked("GET", f"/schemas/ids/{number}", may_miss=True).get("schema")
            if not isinstance(told, str):
                return None
            self._schemas[number] = json.loads(told)
        return self._schemas[number]

    def _asked(self, method: str, path: str, body: object = None, *, may_miss: bool = False) -> dict[str, Any]:
        """The object of an answer; empty for what is not there and may not be."""
        connection = self._connect(self._host, self._port, timeout=TIMEOUT_S)
        try:
            sent = None if body is None else json.dumps(body)
            connection.request(method, self._path + path, sent, self._headers)
            answer = connection.getresponse()
            data = answer.read(MAX_ANSWER_BYTES)
        except (OSError, http.client.HTTPException) as error:
            why = type(error).__name__
            raise RegistryError(f"The schema registry at {self._host} cannot be reached: {why}.") from error
        finally:
            connection.close()
        if may_miss and answer.status == http.client.NOT_FOUND:
            return {}
        if answer.status != http.client.OK:
            raise RegistryError(f"The schema registry at {self._host} answered {answer.status} to {method} {path}.")
        try:
            found = json.loads(data)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise RegistryError(f"The schema registry at {self._host} answered no JSON object to {method} {path}.")
        return found


def framed(number: int, body: bytes) -> bytes:
    """A body in the wire format."""
    return _HEAD.pack(MAGIC, number) + body


def is_framed(data: bytes) -> bool:
    """Whether a record is in the wire format: Avro's own marker begins otherwise."""
    return data[:1] == MAGIC and len(data) >= _HEAD.size


def unframed(data: bytes) -> tuple[int, bytes]:
    """The schema's id and the body."""
    return _HEAD.unpack_from(data)[1], data[_HEAD.size :]


def configured() -> Registry | None:
    """The registry of this process; None when none is configured. Raises RegistryError."""
    url = os.environ.get(VARIABLE, "")
    return _registry(url) if url else None


@cache
def _registry(url: str) -> Registry:
    return Registry(url)


def _number(told: object) -> int:
    if type(told) is not int or not 0 <= told < 2**32:
        raise RegistryError("The schema registry gave no id.")
    return told
