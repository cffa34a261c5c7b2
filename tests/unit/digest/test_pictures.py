"""Tiles of screenshots: what of a picture is kept, what counts as a change, and what costs a picture its tiles."""

from __future__ import annotations

import struct
import zlib
from base64 import b64decode, b64encode
from io import BytesIO
from itertools import pairwise
from random import Random

import msgspec
import pytest
from PIL import Image

from replay_signals.transforms.digest.pictures import changed_tiles, tiles_of
from replay_signals.transforms.parse.budget import Budget
from support.drawing import DARK, LIGHT, Palette, draw, encoded
from support.mobile import HOME, WIDTH, box, label, toggle
from support.mobile_scene import V

KINDS = pytest.mark.parametrize("kind", ["jpeg", "webp", "png"])
COLUMNS, ROWS = 16, 32


def picture(*views: V, kind: str = "webp", palette: Palette = LIGHT, density: float = 1.0) -> bytes:
    root = V("root", "div", 0, 0, WIDTH, 800, "", {}, views)
    return tiles(raw(encoded(draw(root, (WIDTH, 800), palette, density), kind, broken=density != 1)))


def tiles(field: msgspec.Raw) -> bytes:
    return tiles_of(field, Budget())


def raw(text: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(text))


def tile(x: float, y: float) -> int:
    return int(y / 25) * COLUMNS + int(x / 25)


@KINDS
def test_a_picture_becomes_the_means_of_its_tiles(kind: str) -> None:
    tiles = picture(*HOME, kind=kind)
    assert (len(tiles), tiles[0]) == (2 + COLUMNS * ROWS, COLUMNS)
    assert abs(tiles[2 + tile(200, 700)] - 244) <= 1  # the background
    assert tiles[2 + tile(30, 222)] < 150  # the button


@KINDS
@pytest.mark.parametrize("density", [1.0, 2.625])
def test_a_change_is_found_where_it_is(kind: str, density: float) -> None:
    before = picture(*HOME, kind=kind, density=density)
    after = picture(*HOME[:1], label("total", "12 Euro", 120), *HOME[2:], kind=kind, density=density)
    changed = changed_tiles(before, after)
    assert changed
    assert all(4 <= i // COLUMNS <= 6 and i % COLUMNS <= 4 for i in changed)


@KINDS
def test_a_switch_that_turns_changes_its_own_tiles_only(kind: str) -> None:
    views = (*HOME, toggle("offers", 400), box("card", 500, 200, drawn=True))
    after = (*HOME, toggle("offers", 400, checked=True), box("card", 500, 200, drawn=True))
    changed = changed_tiles(picture(*views, kind=kind), picture(*after, kind=kind))
    assert changed
    assert all(15 <= i // COLUMNS <= 18 and 11 <= i % COLUMNS <= 15 for i in changed)


def test_the_same_screen_in_another_encoding_is_the_same() -> None:
    """Encoders give slightly different pixels; a card and a button have no edges that quality 30 could blur far."""
    views = (box("card", 300, 200, drawn=True),)
    for before, after in pairwise([picture(*views, kind=kind) for kind in ("webp", "png", "webp", "jpeg", "webp")]):
        assert changed_tiles(before, after) == []


def test_another_theme_changes_nearly_everything() -> None:
    assert len(changed_tiles(picture(*HOME), picture(*HOME, palette=DARK)) or ()) > 400


def test_pictures_of_another_shape_cannot_be_compared() -> None:
    turned = tiles(raw(encoded(Image.new("RGB", (800, 400)), "png")))
    assert turned[0] == 32
    assert changed_tiles(picture(*HOME), turned) is None
    assert changed_tiles(b"", picture(*HOME)) is None


def test_base64_may_be_bare_escaped_or_in_lines() -> None:
    url = encoded(draw(V("root", "div", 0, 0, WIDTH, 800, "", {}, HOME), (WIDTH, 800), LIGHT), "webp")
    bare = url.partition(",")[2]
    whole = tiles(raw(url))
    assert whole == tiles(raw(bare))
    assert whole == tiles(raw("\n".join(bare[i : i + 76] for i in range(0, len(bare), 76))))
    assert whole == tiles(msgspec.Raw(b'"' + url.replace("/", "\\/").encode() + b'"'))  # as Swift escapes it


@pytest.mark.parametrize(
    "field",
    [
        "",
        "data:image/jpeg;base64,AAAA1",
        "no picture at all",
        None,
        17,
        ["data:image/png;base64,"],
        "data:image/gif;base64," + b64encode(b"GIF89a" + bytes(200)).decode(),
        "data:image/svg+xml;base64," + b64encode(b"<svg/>").decode(),
    ],
)
def test_what_is_no_picture_has_no_tiles(field: object) -> None:
    assert tiles(raw(field)) == b""


@KINDS
def test_broken_pictures_have_no_tiles_and_raise_nothing(kind: str) -> None:
    whole = BytesIO()
    draw(V("root", "div", 0, 0, WIDTH, 800, "", {}, HOME), (WIDTH, 800), LIGHT).save(whole, kind.upper())
    data = whole.getvalue()
    for cut in (1, 20, len(data) // 3, len(data) - 200):
        assert tiles(raw(b64encode(data[:cut]).decode())) in (b"", tiles(raw(b64encode(data).decode())))
    for at in range(0, len(data), max(1, len(data) // 60)):
        spoiled = data[:at] + b"\xff\x00\xff" + data[at + 3 :]
        assert len(tiles(raw(b64encode(spoiled).decode()))) in range(0, 600)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(width: int, height: int) -> str:
    """A PNG whose header claims this size, with data that inflates to little."""

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    return b64encode(b"\x89PNG\r\n\x1a\n" + head + body).decode()


@pytest.mark.parametrize(("width", "height"), [(4000, 2001), (30_000, 30_000), (65_000, 65_000)])
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_bombs_are_refused_by_their_header(width: int, height: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image.Image, "convert", lambda *_: pytest.fail("decoded"))
    assert tiles(raw(bomb(width, height))) == b""


def stuffed(kind: str, parts: bytes) -> str:
    """A picture with more parts behind the first one of its header."""
    data = b64decode(encoded(Image.new("RGB", (400, 800), "white"), kind).partition(",")[2])
    at = 33 if kind == "png" else 2
    return b64encode(data[:at] + parts + data[at:]).decode()


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        ("png", chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(1_000_000))) * 1000),
        ("png", chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(1_000_000))) * 1000),
        ("png", chunk(b"abCd", b"") * 300_000),
        ("png", chunk(b"IDAT", b"") * 300_000),
        ("png", chunk(b"iTXt", bytes(300_000))),
        ("jpeg", b"\xff\xfe\x00\x02" * 1_000_000),
        ("jpeg", b"\xff\xe1\xff\xff" + bytes(65_533)),
    ],
)
def test_files_of_thousands_of_parts_are_refused_unread(
    kind: str, parts: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    field = raw(stuffed(kind, parts))
    if len(parts) < 100_000:
        assert len(tiles(field)) == 514  # one long part is no many
        return
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("opened"))
    assert tiles(field) == b""


def test_scans_of_a_progressive_jpeg_are_counted() -> None:
    out = BytesIO()
    Image.new("RGB", (400, 800), "white").save(out, "JPEG", progressive=True)
    data = out.getvalue()
    assert len(tiles(raw(b64encode(data).decode()))) == 514
    scan = data[data.rindex(b"\xff\xda") : -2]
    assert tiles(raw(b64encode(data[:-2] + scan * 1000 + data[-2:]).decode())) == b""


def test_long_text_is_not_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("opened"))
    assert tiles(raw("A" * 12_000_000)) == b""


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (3, 5)])
def test_odd_shapes_have_tiles_too(size: tuple[int, int]) -> None:
    found = tiles(raw(encoded(Image.new("RGB", size, "white"), "png")))
    assert 2 < len(found) <= 514
    assert (len(found) - 2) % found[0] == 0


def test_other_modes_are_read() -> None:
    for mode in ("1", "L", "P", "LA", "RGBA", "I;16"):
        out = BytesIO()
        Image.new(mode, (400, 800)).save(out, "PNG")
        assert len(tiles(raw(b64encode(out.getvalue()).decode()))) == 514


@pytest.mark.parametrize(("kind", "decoded"), [("png", 11), ("webp", 11), ("jpeg", 30)])
def test_pictures_beyond_a_message_s_pixels_are_not_decoded(kind: str, decoded: int) -> None:
    one = raw(encoded(Image.new("RGB", (2000, 1000), "white"), kind))
    budget = Budget()
    found = [bool(tiles_of(one, budget)) for _ in range(decoded + 10)]
    assert found == sorted(found, reverse=True)
    assert decoded <= sum(found) <= decoded + 6


def test_a_request_full_of_looks_at_a_phone_in_full_density_is_decoded() -> None:
    root = V("root", "div", 0, 0, WIDTH, 800, "", {}, HOME)
    one = raw(encoded(draw(root, (WIDTH, 800), LIGHT, 2.7), "webp", broken=True))
    budget = Budget()
    assert all(tiles_of(one, budget) for _ in range(10))


def test_noise_costs_more_than_its_pixels() -> None:
    noise = Image.frombytes("RGB", (500, 1000), Random(1).randbytes(1_500_000))
    out = BytesIO()
    noise.save(out, "WEBP", quality=100)
    one, budget = raw(b64encode(out.getvalue()).decode()), Budget()
    assert 0 < sum(bool(tiles_of(one, budget)) for _ in range(40)) < 10


@pytest.mark.parametrize("kind", ["WEBP", "PNG"])
def test_animated_pictures_are_no_screenshots(kind: str) -> None:
    out = BytesIO()
    still, moved = (Image.new("RGB", (40, 80), colour) for colour in ("white", "black"))
    still.save(out, kind, save_all=True, append_images=[moved])
    assert tiles(raw(b64encode(out.getvalue()).decode())) == b""
