"""Pictures: what a digest keeps of a screenshot, so that two looks at a screen can be compared and none can be seen.

A picture becomes the mean brightness of about 512 tiles, which are half a finger wide on a phone (25 points): one byte
each, some 100 bytes a picture once a message is compressed. Encoders give slightly different pixels for equal screens
(WebP spreads a change over its surroundings), so tiles are compared with a tolerance, and never bytes of the file.
"""

from __future__ import annotations

from base64 import b64decode
from io import BytesIO
from math import sqrt

import msgspec

from replay_signals.transforms.digest.picture_parts import is_plain
from replay_signals.transforms.parse.budget import Budget

FORMATS = ("JPEG", "PNG", "WEBP")
"""What the SDKs write; other decoders are never reached."""
MAX_PICTURE_BYTES = 8 * 1024 * 1024
"""A lossless screenshot of a large tablet has about 5 MB; what is longer is not looked into."""
MAX_PICTURE_PIXELS = 8_000_000
"""A large tablet's screen has 5.6 million pixels. Told by the picture's header, before anything is decoded."""
TILES = 512
MAX_SIDE_TILES = 255
COARSE_WEBP_NOISE, WEBP_NOISE = 2, 1
"""Levels by which unchanged tiles differ at most in WebP of quality 30, which the SDKs use: for 95 of 100 changes of a
text the rest of the screen stays within 1.9 levels where a point is a pixel, 0.8 where it is two. JPEG changes nothing
outside of the changed blocks, PNG nothing at all."""
DENSE_PX = 36
"""Pixels across a tile from which on noise averages out better."""
HEADER_BYTES = 2
_text = msgspec.json.Decoder(str)


def tiles_of(field: msgspec.Raw, budget: Budget) -> bytes:
    """The tiles of a wireframe's `base64` (JSON text: a data URL or bare base64, line breaks allowed).

    One byte with the number of columns, one with the levels by which unchanged tiles may differ, then the mean
    brightness of each tile, row by row. Empty for what is no picture, is broken or animated, is larger than the limits,
    or comes after the message's budget of pixels is spent.
    """
    if not budget.has_pixels or not 0 < len(memoryview(field)) <= MAX_PICTURE_BYTES * 4 // 3 + 200:
        return b""
    try:
        text = _text.decode(field)
        return _tiles(b64decode(text[text.find(",") + 1 :]), budget)
    except Exception:  # noqa: BLE001 - decoders raise what they like on broken input: OSError, SyntaxError, struct.error …
        return b""


def _tiles(data: bytes, budget: Budget) -> bytes:
    if not is_plain(data):
        return b""
    from PIL import Image  # takes long to import, and only native recordings have pictures

    with Image.open(BytesIO(data), formats=FORMATS) as picture:
        width, height = picture.size
        if width * height > MAX_PICTURE_PIXELS or getattr(picture, "n_frames", 1) > 1:
            return b""
        if not budget.decode_picture(width * height, len(data), picture.format or ""):
            return b""
        columns = max(1, min(MAX_SIDE_TILES, round(sqrt(TILES * width / height))))
        rows = max(1, TILES // columns)
        lossy = picture.format == "WEBP"
        noise = 0 if not lossy else WEBP_NOISE if width >= DENSE_PX * columns else COARSE_WEBP_NOISE
        picture.draft("L", (2 * columns, 2 * rows))  # JPEG is decoded at an eighth of its size, without colours
        factor = min(picture.width // (2 * columns), picture.height // (2 * rows))
        whole = picture.reduce(factor) if factor > 1 and picture.mode in ("L", "RGB", "RGBA") else picture
        return bytes([columns, noise]) + whole.convert("L").resize((columns, rows), Image.Resampling.BOX).tobytes()


def changed_tiles(before: bytes, after: bytes) -> list[int] | None:
    """Indexes of the tiles that differ, row by row; None when the pictures differ in shape or one is unknown."""
    if not before or not after or before[0] != after[0] or len(before) != len(after):
        return None
    pairs = zip(before[HEADER_BYTES:], after[HEADER_BYTES:], strict=True)
    noise = max(before[1], after[1])
    return [i for i, (old, new) in enumerate(pairs) if abs(old - new) > noise]
