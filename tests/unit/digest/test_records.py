"""Records: their encoding, what a later program may add to it, and digests of version 1."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from typing import Any, get_args

import msgspec
import pytest

from replay_signals.schemas.digests import DIGEST_VERSION, MessageDigest
from replay_signals.schemas.privacy import Privacy
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.controls import BUTTON_COMPONENTS
from replay_signals.transforms.digest.message import digest
from replay_signals.transforms.digest.places import CONTENT, LAYOUT, NAMED
from replay_signals.transforms.digest.wireframes import View
from replay_signals.transforms.privacy.policy import Policy
from support.outcome import message
from support.samples import ROOT

GOLDEN_V1 = ROOT / "tests" / "golden" / "digests_v1.jsonl.gz"
"""Digests as version 1 wrote them, beside the events they were made of. Never written anew."""
STORED = [json.loads(line) for line in gzip.decompress(GOLDEN_V1.read_bytes()).splitlines()]
KINDS: tuple[type[records.BaseRecord], ...] = get_args(records.ReplayRecord)


def packed(*rows: list[Any]) -> bytes:
    return zlib.compress(msgspec.msgpack.encode(rows))


def test_the_codes_are_part_of_the_stored_format() -> None:
    """Renumbering would make every stored digest mean something else."""
    names = "Load Meta FullSnapshot Mutation Move Interaction Scroll Input Resize Media Style Canvas Selection Custom"
    names += " Console Network Other"
    assert {kind.__name__: kind.__struct_config__.tag for kind in KINDS} == {n: i for i, n in enumerate(names.split())}


def test_a_record_is_an_array_with_its_code_first() -> None:
    data = records.encode([records.Input(250.5, node_id=4, length=6, checked=None)])
    assert msgspec.msgpack.decode(zlib.decompress(data)) == [[7, 250.5, 4, 6, None, None]]


def test_whole_numbers_stay_whole() -> None:
    """They encode shorter than floats, also when a digest is encoded again."""
    data = records.encode([records.Network(5, [records.RecordedRequest("/", 7, 1.5, 200, "GET", "fetch", "")])])
    assert records.encode(records.decode(data, DIGEST_VERSION)) == data


@pytest.mark.parametrize("version", [1, DIGEST_VERSION])
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x",
        zlib.compress(b""),
        zlib.compress(b"\xc1"),
        zlib.compress(msgspec.msgpack.encode({"a": 1})),
        packed([]),
        packed([0]),
        packed(["a", "b", "c"]),
        packed([3, 3]),
        packed([2, 2, 1]),
    ],
)
def test_what_is_no_encoding_is_named_corrupt(data: bytes, version: int) -> None:
    with pytest.raises(records.CorruptDigest):
        records.decode(data, version)


def test_fields_that_a_later_program_appended_are_skipped() -> None:
    kept = records.Scroll(5, node_id=4, x_px=6, y_px=None)
    assert records.decode(packed([6, 5, 4, 6, None, "later", [1]]), DIGEST_VERSION) == [kept]


def test_fields_appended_with_defaults_are_read_from_older_records() -> None:
    class Later(records.BaseRecord, tag=6):
        node_id: int | None
        x_px: int | None
        y_px: int | None
        smooth: bool = True

    data = zlib.decompress(records.encode([records.Scroll(5, node_id=4, x_px=6, y_px=None)]))
    assert msgspec.msgpack.decode(data, type=list[Later]) == [Later(5, 4, 6, None, True)]


@pytest.mark.parametrize("code", [-1, len(KINDS), "x", None])
def test_a_record_of_an_unknown_code_is_refused(code: Any) -> None:
    with pytest.raises(records.CorruptDigest):
        records.decode(packed([7, 5, 4, 6, None], [code, 5]), DIGEST_VERSION)


@pytest.mark.parametrize("version", [-1, 0, DIGEST_VERSION + 1])
def test_a_digest_of_an_unknown_version_is_refused(version: int) -> None:
    with pytest.raises(records.CorruptDigest, match="version"):
        records.decode(records.encode([]), version)


@pytest.mark.parametrize(
    ("value", "fits"), [(2**64 - 1, True), (2**64, False), (-(2**63), True), (-(2**63) - 1, False)]
)
def test_numbers_beyond_64_bits_do_not_fit(value: int, fits: bool) -> None:
    assert records.encodable(records.Other(0, value)) is fits


PLACES = str.maketrans("", "", LAYOUT + CONTENT + NAMED)
ICONS = str.maketrans("", "", "owy")
"""What an icon says was told by the flag of handlers before."""


@pytest.mark.parametrize("stored", STORED, ids=range(len(STORED)))
def test_digests_of_version_1_give_the_records_of_today(stored: dict[str, str]) -> None:
    old = msgspec.msgpack.decode(base64.b64decode(stored["digest"]), type=MessageDigest)
    open_policy = Policy(Privacy(enabled=False))  # version 1 knew no rules of privacy
    new = digest(message(stored["items"].encode(), snapshot_source=old.snapshot_source), open_policy)
    assert old.version == 1
    assert isinstance(new, MessageDigest)
    kept, made = ([comparable(record) for record in records.records_of(one)] for one in (old, new))
    assert kept == made


def comparable(record: records.ReplayRecord) -> records.ReplayRecord:
    """The record without what version 1 did not keep, decided by other words, or hashed without a key."""
    blank: dict[type, dict[str, object]] = {
        records.FullSnapshot: {"ids": None, "alerts": None, "error_page": False, "bars": [], "titles": [], "veils": []},
        records.Move: {"node_id": 0},
        records.Input: {"by_user": None},
        records.Network: {"measures": []},
    }
    if isinstance(record, records.FullSnapshot):
        blank[records.FullSnapshot]["views"] = unhashed(record.views)
        kept = [c for c in record.controls if not {"n", "h"} & set(c.flags) and not c.tag.endswith(BUTTON_COMPONENTS)]
        later = PLACES | ICONS | str.maketrans("", "", "RXEmq")
        blank[records.FullSnapshot]["controls"] = [
            msgspec.structs.replace(c, flags=c.flags.translate(later)) for c in kept
        ]
    if isinstance(record, records.Mutation):
        places = {c.first for c in record.controls if c.is_only_place}
        kept = [c for c in record.controls if not c.is_only_place]
        owners = [(c.first, owner_in(record.owners, c.first, places)) for c in sorted(kept, key=lambda c: c.first)]
        shown = [msgspec.structs.replace(c, flags=c.flags.translate(PLACES | ICONS)) for c in kept]
        blank[records.Mutation] = {"owners": [id_ for pair in owners for id_ in pair], "controls": shown}
        blank[records.Mutation] |= {
            "attribute_hashes": [],
            "alert_places": [],
            "error_view": False,
            "bars": [],
            "boxes": [],
            "veils": [],
        }
        if record.screen is not None:
            views = unhashed(record.screen.views) or []
            blank[records.Mutation]["screen"] = records.ScreenChange(views, record.screen.removed)
    if isinstance(record, records.Console):
        return records.Console(record.offset_ms, record.level, record.message, record.trace)
    return msgspec.structs.replace(record, **blank.get(type(record), {}))


def unhashed(views: list[View] | None) -> list[View] | None:
    return None if views is None else [msgspec.structs.replace(view, state=0) for view in views]


def owner_in(owners: list[int], node_id: int, places: set[int]) -> int:
    """What a new node is in: the nearest control or older node, places passed over."""
    found = (
        o for first, last, o in zip(owners[::3], owners[1::3], owners[2::3], strict=True) if first <= node_id <= last
    )
    owner = next(found)
    return owner_in(owners, owner, places) if owner in places else owner


def test_the_kept_digests_hold_every_kind_of_record() -> None:
    kept = [
        record
        for stored in STORED
        for record in records.records_of(msgspec.msgpack.decode(base64.b64decode(stored["digest"]), type=MessageDigest))
    ]
    assert {type(record) for record in kept} == set(KINDS)
    changes = [record for record in kept if isinstance(record, records.Mutation)]
    assert any(list(change.attributes) for change in changes)
    assert any(change.controls and change.owners and change.alerts for change in changes)
    assert {change.screen is None for change in changes} == {True, False}
    assert any(change.screen is not None and change.screen.removed for change in changes)
    snapshots = [record for record in kept if isinstance(record, records.FullSnapshot)]
    assert {snapshot.is_native for snapshot in snapshots} == {True, False}
    assert any(snapshot.owners for snapshot in snapshots)
