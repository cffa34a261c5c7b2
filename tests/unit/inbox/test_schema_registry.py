"""Records in a schema registry's wire format, against a registry that speaks Confluent's API over HTTP.

REPLAY_SIGNALS_TEST_REGISTRY names a real one to run the same against (Apicurio: http://127.0.0.1:8080/apis/ccompat/v7).
"""

from __future__ import annotations

import io
import json
import os
import struct
from collections.abc import Iterator
from pathlib import Path

import fastavro
import pytest

from replay_signals import inbox
from replay_signals.pipelines.inbox import encoding, folder
from replay_signals.pipelines.inbox.registry import VARIABLE, Registry, RegistryError, configured
from replay_signals.schemas.inbox import AVRO_SCHEMA
from support.samples import record
from support.schema_registry import Confluent, serving

REAL = os.environ.get("REPLAY_SIGNALS_TEST_REGISTRY", "")
TOPIC = "replay_signals"
OLDER = {**AVRO_SCHEMA, "fields": [f for f in json.loads(json.dumps(AVRO_SCHEMA))["fields"] if f["name"] != "impact"]}


@pytest.fixture
def server() -> Iterator[str]:
    with serving() as url:
        yield url


@pytest.fixture(params=["documented", "real"] if REAL else ["documented"])
def url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    found: str = REAL if request.param == "real" else request.getfixturevalue("server")
    monkeypatch.setenv(VARIABLE, found)
    return found


def test_a_record_of_a_topic_is_magic_byte_id_and_body(url: str) -> None:
    data = encoding.encode_for(TOPIC, record())
    magic, number = struct.unpack_from(">bI", data)
    assert magic == 0
    assert data[5:] == encoding.encode(record())[10:]
    assert Registry(url).schema(number) == json.loads(json.dumps(AVRO_SCHEMA))
    assert Registry(url).id_of(TOPIC, AVRO_SCHEMA) == number
    assert encoding.decode(data) == record()


def test_a_record_of_another_version_is_read_with_the_registrys_schema(url: str) -> None:
    number = Registry(url).id_of(f"{TOPIC}-older", OLDER)
    body = encoding.encode(record())[10:]
    older = _rewritten(body)
    assert encoding.decode(struct.pack(">bI", 0, number) + older) == record()


def _rewritten(body: bytes) -> bytes:
    """The body without the field that the older schema lacks."""
    fields = fastavro.schemaless_reader(io.BytesIO(body), fastavro.parse_schema(AVRO_SCHEMA), None)
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(OLDER), fields)
    return out.getvalue()


def test_a_schema_that_the_registry_does_not_know_is_the_records_fault(url: str) -> None:
    with pytest.raises(encoding.InboxError, match="knows no schema 4000000000"):
        encoding.decode(struct.pack(">bI", 0, 4_000_000_000) + b"x")
    with pytest.raises(encoding.InboxError, match="not a record of its schema"):
        encoding.decode(encoding.encode_for(TOPIC, record())[:9])


def test_the_registry_is_asked_once_for_each_schema(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, server.replace("://", "://ana:p%40ss@"))
    data = [encoding.encode_for(TOPIC, record()) for _ in range(3)]
    assert [encoding.decode(one) for one in data] == [record()] * 3
    assert [path for path, _ in Confluent.asked] == ["/subjects/replay_signals-value/versions", "/schemas/ids/70000"]
    assert {login for _, login in Confluent.asked} == {"Basic YW5hOnBAc3M="}


def test_a_registry_that_cannot_be_asked_is_not_the_records_fault(
    server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(VARIABLE, server)
    data = encoding.encode_for(TOPIC, record())
    Confluent.status = 503
    monkeypatch.setenv(VARIABLE, f"{server}/again")
    for call in (lambda: encoding.decode(data), lambda: encoding.encode_for(TOPIC, record())):
        with pytest.raises(RegistryError, match="answered 503"):
            call()
    monkeypatch.setenv(VARIABLE, "http://ana:secret@127.0.0.1:9")
    with pytest.raises(RegistryError, match="cannot be reached") as error:
        encoding.encode_for(TOPIC, record())
    assert "secret" not in str(error.value)
    monkeypatch.setenv(VARIABLE, "localhost:8081")
    with pytest.raises(RegistryError, match="no http:// or https:// URL"):
        configured()
    assert encoding.decode(encoding.encode(record())) == record()


def test_without_a_registry_records_name_their_schema(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert encoding.encode_for(TOPIC, record()) == encoding.encode(record())
    with pytest.raises(encoding.InboxError, match=VARIABLE):
        encoding.decode(struct.pack(">bI", 0, 1) + b"x")


def test_a_folder_is_as_before(server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, server)
    folder.publish(tmp_path, [record()])
    seen: list[str] = []
    ledger = inbox.SqliteLedger(tmp_path / "ledger.db")
    inbox.consume(lambda one: seen.append(one.id), folder=tmp_path, ledger=ledger, until_quiet_s=0.0)
    assert (seen, Confluent.asked) == ([record().id], [])
