"""The local inbox: encoding, crash safety, idempotence and order independence."""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
from pathlib import Path

import fastavro
import fastavro.schema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay_signals.pipelines.inbox import encoding, folder
from replay_signals.schemas.inbox import AVRO_SCHEMA, Impact, InboxRecord, Recording
from replay_signals.transforms.inbox.newest import latest
from support.samples import START, record

GOLDEN = Path(__file__).parents[2] / "golden" / "inbox.avsc"
RECORDS = Path(__file__).parents[2] / "golden" / "inbox_records"


def test_a_record_survives_encoding_with_every_field_set() -> None:
    full = msgspec.structs.replace(
        record(person_id="person-1", reaction_ms=12.5),
        recording=Recording(started_at=START, ended_at=START, active_ms=5),
        impact=Impact(sessions=3, users=2, exposed_sessions=9),
    )
    assert encoding.decode(encoding.encode(full)) == full
    assert encoding.decode(encoding.encode(record())) == record()


def test_the_encoding_is_avros_single_object_encoding() -> None:
    data = encoding.encode(record())
    assert data[:2] == b"\xc3\x01"
    assert data[2:10] == encoding.fingerprint()
    fields = fastavro.schemaless_reader(io.BytesIO(data[10:]), fastavro.parse_schema(AVRO_SCHEMA), None)
    assert fields["where"]["element"] == 'button#pay "Pay now"'
    assert fields["started_at"] == START


@given(st.binary(max_size=300), st.integers(0, 300))
def test_bytes_that_are_no_record_are_always_an_inbox_error(noise: bytes, cut: int) -> None:
    whole = encoding.encode(record())
    for data in (noise, encoding.MARKER + encoding.fingerprint() + noise, whole[:cut] + noise):
        with contextlib.suppress(encoding.InboxError):
            encoding.decode(data)


def test_fingerprints_are_little_endian_crc_64_avro() -> None:
    # The Avro specification's own table (share/test/schemas): "int" is 7275d51a3f395c8f.
    assert bytes.fromhex(fastavro.schema.fingerprint('"int"', "CRC-64-AVRO"))[::-1].hex() == "7275d51a3f395c8f"


def test_the_schema_is_the_published_one() -> None:
    """A change must be one that Avro resolves; then write the new schema to tests/golden/inbox.avsc on purpose.

    The one before goes to schemas/older_inbox under its fingerprint, and a record of it to tests/golden/inbox_records.
    """
    assert json.loads(GOLDEN.read_text()) == json.loads(json.dumps(AVRO_SCHEMA))


@pytest.mark.parametrize("path", sorted(RECORDS.iterdir()), ids=lambda path: path.stem)
def test_a_record_that_an_older_version_wrote_is_read_without_a_folder(path: Path) -> None:
    found = encoding.decode(path.read_bytes())
    assert (found.team, found.status, found.revision) == ("phc_test", "new", 1)
    assert found.record_type in ("signal", "problem")
    if found.problem is not None:
        assert (found.problem.said, found.problem.fix) == (None, None)
        assert found.problem.examples == ["session-1@65000", "session-2@1000"]


def test_schemas_of_older_versions_have_the_fingerprint_they_are_named_by() -> None:
    older = Path(encoding.__file__).parents[2] / "schemas" / "older_inbox"
    names = [path.stem for path in older.iterdir()]
    assert encoding.fingerprint().hex() not in names
    assert {path.stem for path in RECORDS.iterdir()} <= set(names)
    for path in older.iterdir():
        canonical = fastavro.schema.to_parsing_canonical_form(json.loads(path.read_text()))
        assert fastavro.schema.fingerprint(canonical, "CRC-64-AVRO") == path.stem


def test_a_record_of_an_older_schema_is_read_with_the_schema_beside_it(tmp_path: Path) -> None:
    older = json.loads(json.dumps(AVRO_SCHEMA))
    older["fields"] = [field for field in older["fields"] if field["name"] not in ("impact", "recording")]
    print_ = bytes.fromhex(fastavro.schema.fingerprint(fastavro.schema.to_parsing_canonical_form(older), "CRC-64-AVRO"))
    fields = msgspec.to_builtins(record(), builtin_types=(type(START),))
    body = io.BytesIO()
    fastavro.schemaless_writer(body, fastavro.parse_schema(older), fields)
    data = encoding.MARKER + print_ + body.getvalue()
    with pytest.raises(encoding.InboxError, match="unknown schema"):
        encoding.decode(data, tmp_path)
    (tmp_path / f"schema-{print_.hex()}.avsc").write_text(json.dumps(older))
    assert encoding.decode(data, tmp_path) == record()


def test_lone_surrogates_of_recorded_text_do_not_stop_publishing(tmp_path: Path) -> None:
    assert folder.publish(tmp_path, [record(summary="half \ud83d an emoji")]) == 1
    assert folder.read(tmp_path).records[0].summary == "half \ufffd an emoji"


def test_publishing_twice_writes_nothing_new(tmp_path: Path) -> None:
    assert folder.publish(tmp_path, [record(), record(), record(signal_id="b" * 16)]) == 2
    before = sorted(p.name for p in tmp_path.iterdir())
    assert folder.publish(tmp_path, [record(), record(signal_id="b" * 16)]) == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == before
    assert folder.publish(tmp_path, [record(revision=2, status="revised")]) == 1


def test_nothing_but_whole_segments_and_schemas_stays_behind(tmp_path: Path) -> None:
    folder.publish(tmp_path, [record()])
    assert {p.suffix for p in tmp_path.iterdir()} == {".segment", ".avsc", ".db"}


def test_what_an_interrupted_publisher_left_is_not_read(tmp_path: Path) -> None:
    folder.publish(tmp_path, [record()])
    segment = next(tmp_path.glob("*.segment"))
    (tmp_path / ".tmpabc.part").write_bytes(segment.read_bytes()[:50])
    assert folder.read(tmp_path).records == [record()]
    assert folder.publish(tmp_path, [record(signal_id="b" * 16)]) == 1


@pytest.mark.parametrize("keep", [0, 10, 26, 30, 200, -1])
def test_a_cut_segment_gives_its_whole_records_and_says_that_it_is_cut(tmp_path: Path, keep: int) -> None:
    folder.publish(tmp_path, [record(), record(signal_id="b" * 16)])
    segment = next(tmp_path.glob("*.segment"))
    segment.write_bytes(segment.read_bytes()[:keep])
    contents = folder.read(tmp_path)
    whole = 1 if keep == -1 else 0
    assert contents.records == [record()][:whole]
    assert contents.damage == [folder.Damage(segment.name, whole)]
    # Publishing again brings back what was lost.
    folder.publish(tmp_path, [record(), record(signal_id="b" * 16)])
    assert set(folder.current(tmp_path)) == {"a" * 16, "b" * 16}


def test_a_flipped_bit_is_noticed(tmp_path: Path) -> None:
    folder.publish(tmp_path, [record()])
    segment = next(tmp_path.glob("*.segment"))
    data = bytearray(segment.read_bytes())
    data[-3] ^= 1
    segment.write_bytes(data)
    assert folder.read(tmp_path) == folder.Contents([], [folder.Damage(segment.name, 0)])


def test_a_folder_that_is_missing_or_cannot_be_made_is_named(tmp_path: Path) -> None:
    with pytest.raises(encoding.InboxError, match="No inbox at"):
        folder.read(tmp_path / "none")
    (tmp_path / "file").write_text("")
    with pytest.raises(encoding.InboxError, match="Cannot make the inbox"):
        folder.publish(tmp_path / "file" / "inbox", [record()])


def _revision(number: int, revision: int) -> InboxRecord:
    """(id, revision) fix the content, as the judge has it."""
    status = "new" if revision == 1 else "retracted" if (number + revision) % 3 == 0 else "revised"
    return record(signal_id=f"{number:016x}", revision=revision, status=status, severity=float(revision * 10 + number))


@settings(max_examples=40, deadline=None)
@given(
    batches=st.lists(
        st.lists(st.builds(_revision, st.integers(0, 4), st.integers(1, 4)), max_size=5), min_size=1, max_size=5
    ),
    data=st.data(),
)
def test_any_order_split_and_repetition_of_publishing_gives_the_same_inbox(
    batches: list[list[InboxRecord]], data: st.DataObject
) -> None:
    everything = [r for batch in batches for r in batch]
    shuffled = data.draw(st.permutations(everything))
    cut = data.draw(st.integers(0, len(shuffled)))
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        for batch in batches:
            folder.publish(one, batch)
        for batch in (shuffled[:cut], shuffled[cut:], everything):
            folder.publish(other, batch)
        assert folder.current(one) == folder.current(other) == latest(everything)
        for there in (one, other):  # also by the index, and nothing that does not count is written again
            with folder.publisher(there) as inbox:
                assert {key: inbox.get(key) for key in latest(everything)} == latest(everything)
            assert folder.publish(there, everything) == 0
