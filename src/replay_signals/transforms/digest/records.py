"""Records: what a digest keeps of each rrweb event, and their compact encoding.

Every rrweb event gives exactly one record, so a session has the same set of records however its events were split into
messages.

Encoding (digest version 2): zlib of a MessagePack array of records, each an array `[code, offset_ms, fields …]`. The
code is the struct's tag, so one decoder reads the tagged union. Rules for changing a record without a new version:

- append fields with defaults. Records without them decode to the defaults; fields that a reader does not know are
  skipped, so an older program reads what a newer one wrote.
- never renumber a code, reorder fields, or change what a field means. A new code needs a new `DIGEST_VERSION`, because
  an older reader refuses (CorruptDigest) a record whose code it does not know.

Version 1 is still read (`records_v1`) and gives the same structs.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

import msgspec

from replay_signals.schemas.digests import DIGEST_VERSION, MessageDigest
from replay_signals.transforms.digest import records_v1
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.digest.veils import Box
from replay_signals.transforms.digest.wireframes import View

MAX_RECORDS_BYTES = 256 * 1024 * 1024
MAX_TIMESTAMP_MS = 253_402_300_799_000
"""9999-12-31, the last day a UTC timestamp can hold."""


class BaseRecord(msgspec.Struct, array_like=True, gc=False):
    """What all records have: milliseconds since the first event of the message."""

    offset_ms: int | float


class Load(BaseRecord, tag=0):
    """The document was parsed (`event_type` 0) or loaded completely (1)."""

    event_type: int


class Meta(BaseRecord, tag=1):
    """URL and viewport, at the start of a recording and before each full snapshot."""

    href: str
    width_px: int | None
    height_px: int | None


class FullSnapshot(BaseRecord, tag=2):
    """A whole document, or a whole native screen.

    rrweb counts node ids from 1 in each document, so a `root_id` of 1 is a new document and a higher one a checkout of
    the same; native screens have 0. `owners` are `(node id, id of the control it is in)` of documents whose ids are not
    in document order. `error_page`: title or heading say that the page is missing or broken. `views`: the views of a
    native screen in document order, None for documents. `ids`: flat `first, last` ranges of the ids of its nodes, None
    where the digest does not tell. `alerts`: ids of the places for messages that something went wrong. `is_blank`:
    there is nothing to see in it. `bars`: for each of the controls the id of the bar (digest/bars) it is a child of,
    0 where that is none; empty where the digest does not tell. `titles`: ids of titles, which show in no page.
    `veils`: checksums of selectors by which the sheets lay an unseen box (digest/veils).
    """

    root_id: int
    controls: list[Control]
    owners: list[tuple[int, int]]
    element_count: int
    truncated: bool
    error_page: bool
    views: list[View] | None
    ids: list[int] | None = None
    alerts: list[int] | None = None
    is_blank: bool = False
    bars: list[int] = []
    titles: list[int] = []
    veils: list[int] = []

    @property
    def is_native(self) -> bool:
        """A screen of a mobile app rather than a document."""
        return self.views is not None


class ScreenChange(msgspec.Struct, array_like=True, gc=False):
    """Changes of a native screen: views that were added or updated, and ids of removed ones."""

    views: list[View]
    removed: list[int]


class Mutation(BaseRecord, tag=3):
    """Changes of a document or of a native screen.

    parents       ids of nodes whose children changed
    texts         ids of changed text nodes
    attribute_*   changed attributes by column, which compresses better than rows: node id, name, and of the value only
                  a hash of 16 bits of its JSON, of a class also states that it tells (bits above)
    controls      new controls
    owners        flat `first, last, owner` id ranges: new nodes, and the control or the older node they are in
    removed       flat `first, last` ranges of removed ids
    added         flat `first, last` ranges of added ids
    alerts        texts of error messages that appeared
    screen        None for documents
    error_view    what was added is short and says, in a heading or as all it says, that the page is missing or broken
    alert_places  ids of new places for messages that something went wrong
    bars          for each of the new controls the id of the bar (digest/bars) it is a child of, 0 where that is none
                  or older; empty where the digest does not tell
    boxes         new empty boxes that may be unseen layers
    veils         checksums of selectors by which new sheets lay an unseen box
    """

    parents: list[int]
    texts: list[int]
    attribute_nodes: list[int]
    attribute_names: list[str]
    attribute_hashes: list[int]
    controls: list[Control]
    owners: list[int]
    removed: list[int]
    added: list[int]
    alerts: list[str]
    screen: ScreenChange | None
    error_view: bool = False
    alert_places: list[int] = []
    bars: list[int] = []
    boxes: list[Box] = []
    veils: list[int] = []

    @property
    def attributes(self) -> Iterator[tuple[int, str, int]]:
        """Changed attributes as `(node id, name, hash of the value)`."""
        return zip(self.attribute_nodes, self.attribute_names, self.attribute_hashes, strict=False)


class Move(BaseRecord, tag=4):
    """Positions of pointer or finger: flat `x px, y px, ms relative to the event`; `source` is rrweb's.

    `node_id` is what the last of them was over, 0 where the digest does not tell.
    """

    source: int
    positions: list[int]
    node_id: int = 0


class Interaction(BaseRecord, tag=5):
    """A click, touch, focus …: `kind` is rrweb's MouseInteractions, `pointer_type` its PointerTypes."""

    kind: int | None
    node_id: int | None
    x_px: int | None
    y_px: int | None
    pointer_type: int | None


class Scroll(BaseRecord, tag=6):
    """New scroll offsets of a node."""

    node_id: int | None
    x_px: int | None
    y_px: int | None


class Input(BaseRecord, tag=7):
    """A field's value changed; of the text only its length in characters is kept.

    `by_user`: was it typed? None where the recorder does not say.
    """

    node_id: int | None
    length: int
    checked: bool | None
    by_user: bool | None = None


class Resize(BaseRecord, tag=8):
    """New size of the viewport."""

    width_px: int | None
    height_px: int | None


class Media(BaseRecord, tag=9):
    """Audio or video was played, paused, sought …: `kind` is rrweb's MediaInteractions."""

    kind: int | None
    node_id: int | None


class Style(BaseRecord, tag=10):
    """A style sheet changed by script; `source` is rrweb's IncrementalSource, `veils` as in snapshots."""

    source: int
    node_id: int | None
    veils: list[int] = []


class Canvas(BaseRecord, tag=11):
    """A canvas was drawn on."""

    node_id: int | None


class Selection(BaseRecord, tag=12):
    """The text selection changed; `collapsed` when nothing is selected."""

    collapsed: bool


class Measure(msgspec.Struct, array_like=True, gc=False):
    """What a browser measured of a page (`digest.measures`): a time in ms, or the score of its layout shifts (`cls`).

    `at_ms`: epoch ms of the navigation it counts from, of a long task its start; None where the recorder does not say.
    """

    name: str
    value: int | float
    at_ms: int | float | None = None


class Custom(BaseRecord, tag=13):
    """A custom event's tag, the URL where it tells one, and what it measures."""

    tag: str
    href: str
    measures: list[Measure] = []


class Console(BaseRecord, tag=14):
    """A console line; `level` is `info`, `warn` or `error`, `trace` the first line of the stack, `stack` those below
    it of an error.

    What detectors read in the line is read before its text is masked: whether it shows an uncaught exception, the HTTP
    status it speaks of, and whether it is known to harm nobody. Records of older programs have None for `uncaught` or
    `harmless`.
    """

    level: str
    message: str
    trace: str
    uncaught: bool | None = None
    http_status: int | None = None
    harmless: bool | None = None
    stack: list[str] = []


class RecordedRequest(msgspec.Struct, array_like=True, gc=False):
    """A network request; `start_ms` is epoch ms on the client's clock, None where the recorder does not say."""

    url: str
    start_ms: int | float | None
    duration_ms: int | float | None
    status: int | None
    method: str
    initiator: str
    navigation_type: str


class Network(BaseRecord, tag=15):
    """Requests the recorder saw, and what else it measured."""

    requests: list[RecordedRequest]
    measures: list[Measure] = []


class Other(BaseRecord, tag=16):
    """An event that shows no change; `event_type` is rrweb's event type or incremental source."""

    event_type: int


ReplayRecord = (
    Load
    | Meta
    | FullSnapshot
    | Mutation
    | Move
    | Interaction
    | Scroll
    | Input
    | Resize
    | Media
    | Style
    | Canvas
    | Selection
    | Custom
    | Console
    | Network
    | Other
)

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[ReplayRecord])


class CorruptDigest(ValueError):
    """Stored records that cannot be decoded."""


def encode(records: Sequence[ReplayRecord]) -> bytes:
    """Records as compressed MessagePack of `DIGEST_VERSION`; raises OverflowError for numbers beyond 64 bits."""
    return zlib.compress(_encoder.encode(records), 6)


def encodable(record: ReplayRecord) -> bool:
    """False when a number in it does not fit into 64 bits."""
    try:
        _encoder.encode(record)
    except OverflowError:
        return False
    return True


def decode(data: bytes, version: int) -> list[ReplayRecord]:
    """Records of `encode` as that digest version wrote them; raises CorruptDigest, also for an unknown version."""
    try:
        packed = zlib.decompressobj().decompress(data, MAX_RECORDS_BYTES)
        if version == DIGEST_VERSION:
            return _decoder.decode(packed)
        if version == records_v1.VERSION:
            return msgspec.convert(records_v1.upgraded(packed), list[ReplayRecord])
    except (zlib.error, msgspec.DecodeError) as error:
        raise CorruptDigest(str(error)) from None
    raise CorruptDigest(f"digest version {version} is unknown; this program reads 1 to {DIGEST_VERSION}")


def records_of(digest: MessageDigest) -> list[ReplayRecord]:
    """The records of a message digest of any known version; raises CorruptDigest."""
    return decode(digest.records, digest.version)
