"""Screens of apps as pictures: draws the views of a scene with Pillow and encodes them as the SDKs do.

JPEG and WebP have quality 30, as posthog-ios (`toBase64(0.3)`) and posthog-android (`webpBase64(quality = 30)`) ask
for; iOS and Flutter draw a point as a pixel, Android in the density of its screen, with base64 broken into lines.
"""

from __future__ import annotations

from base64 import b64encode, encodebytes
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from support.mobile_scene import V

_OPTIONS: dict[str, dict[str, int]] = {"png": {}, "jpeg": {"quality": 30}, "webp": {"quality": 30, "method": 2}}
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Palette:
    """Colours of a theme."""

    back: str = "#f4f4f7"
    card: str = "#ffffff"
    text: str = "#1c1c1e"
    faint: str = "#8e8e93"
    accent: str = "#1a5fd0"
    on_accent: str = "#ffffff"
    bold: bool = False
    """Are letters a pixel wider, all capitals, and a sixth smaller?"""


LIGHT = Palette()
DARK = Palette("#101014", "#26262b", "#f2f2f7", "#98989f", "#4d8dff", "#0a0a0c")
GREEN = Palette("#fbf7ef", "#fffdf8", "#2b2118", "#8c7f6f", "#2e7d4f", "#fffdf8")
GREEN_DARK = Palette("#17130e", "#2a241c", "#f4ede2", "#a09382", "#63c28c", "#10140f")


def draw(root: V, size: tuple[int, int], palette: Palette, density: float = 1.0) -> Image.Image:
    """A window's views, drawn one above the other; `size` in points."""
    picture = Image.new("RGB", (round(size[0] * density), round(size[1] * density)), palette.back)
    pen = ImageDraw.Draw(picture)
    for view in root.walk():
        box = (view.x * density, view.y * density, (view.x + view.width) * density, (view.y + view.height) * density)
        _DRAWN.get(view.kind, _box)(pen, view, box, palette, density)
    return picture


_shots: dict[tuple[object, ...], str] = {}


def shot(root: V, size: tuple[int, int], palette: Palette, density: float, kind: str) -> str:
    """A window as a data URL; equal looks are drawn once."""
    key = (repr(root), size, palette, density, kind)
    if key not in _shots:
        _shots[key] = encoded(draw(root, size, palette, density), kind, broken=density != 1)
    return _shots[key]


def encoded(picture: Image.Image, kind: str, *, broken: bool = False) -> str:
    """A data URL of the picture (`jpeg`, `webp` or `png`); `broken` into lines as Android's Base64.DEFAULT does."""
    out = BytesIO()
    picture.save(out, kind.upper(), **_OPTIONS[kind])
    text = encodebytes(out.getvalue()) if broken else b64encode(out.getvalue())
    return f"data:image/{kind};base64,{text.decode()}"


@lru_cache
def _font(points: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(points)


def _drawable(text: str) -> str:
    """Letters that the font lacks are drawn as others, of as many shapes: nobody reads these pictures."""
    return "".join(chr(ord("a") + ord(c) % 26) if "\u0590" <= c < "\u0700" else c for c in text)


def _write(
    pen: ImageDraw.ImageDraw,
    text: str,
    box: Box,
    colour: str,
    points: float,
    *,
    centred: bool,
    bold: bool,
    from_right: bool = False,
) -> None:
    middle, text = (box[1] + box[3]) / 2, _drawable(text)
    place, anchor = (((box[0] + box[2]) / 2, middle), "mm") if centred else ((box[0], middle), "lm")
    if from_right:
        place, anchor = (box[2], middle), "rm"
    if bold:
        pen.text(place, text.upper(), fill=colour, font=_font(points * 5 / 6), anchor=anchor, stroke_width=1)
    else:
        pen.text(place, text, fill=colour, font=_font(points), anchor=anchor)


def _box(pen: ImageDraw.ImageDraw, view: V, box: Box, palette: Palette, density: float) -> None:
    if view.more.get("drawn"):
        colour = str(view.more.get("colour", palette.card))
        pen.rounded_rectangle(box, 10 * density, fill=palette.faint if view.more.get("pressed") else colour)


def _label(pen: ImageDraw.ImageDraw, view: V, box: Box, palette: Palette, density: float) -> None:
    colour = palette.faint if view.more.get("faint") else str(view.more.get("colour", palette.text))
    points = float(str(view.more.get("size", 16))) * density
    from_right = bool(view.more.get("from_right"))
    _write(pen, view.text, box, colour, points, centred=False, bold=palette.bold, from_right=from_right)


def _button(pen: ImageDraw.ImageDraw, view: V, box: Box, palette: Palette, density: float) -> None:
    fill = palette.faint if view.more.get("pressed") or view.more.get("disabled") else palette.accent
    if view.more.get("plain"):
        fill = palette.faint if view.more.get("pressed") else palette.card
        pen.rounded_rectangle(box, 8 * density, fill=fill, outline=palette.accent)
        _write(pen, view.text, box, palette.accent, 17 * density, centred=True, bold=palette.bold)
        return
    pen.rounded_rectangle(box, 10 * density, fill=fill)
    _write(pen, view.text, box, palette.on_accent, 17 * density, centred=True, bold=palette.bold)


def _toggle(pen: ImageDraw.ImageDraw, view: V, box: Box, palette: Palette, density: float) -> None:
    checked = view.more.get("checked")
    pen.rounded_rectangle(box, (box[3] - box[1]) / 2, fill="#34c759" if checked else palette.faint)
    left = box[2] - (box[3] - box[1]) if checked else box[0]
    pen.ellipse((left + 2, box[1] + 2, left + box[3] - box[1] - 2, box[3] - 2), fill="#ffffff")


def _mark(pen: ImageDraw.ImageDraw, view: V, box: Box, palette: Palette, density: float) -> None:
    """A checkbox or a radio button."""
    shape = pen.ellipse if view.kind == "radio" else pen.rectangle
    shape(box, fill=palette.card, outline=palette.text, width=round(2 * density))
    if view.more.get("checked"):
        inset = 5 * density
        shape((box[0] + inset, box[1] + inset, box[2] - inset, box[3] - inset), fill=palette.accent)


def _choice(pen: ImageDraw.ImageDraw, view: V, box: Box, palette: Palette, density: float) -> None:
    """A field that opens a list."""
    pen.rounded_rectangle(box, 6 * density, fill=palette.card, outline=palette.faint)
    _write(pen, f"{view.text}  v", box, palette.text, 15 * density, centred=True, bold=palette.bold)


def _field(pen: ImageDraw.ImageDraw, view: V, box: Box, palette: Palette, density: float) -> None:
    """Text is masked: a black box from end to end, however much was typed."""
    outline = palette.accent if view.more.get("focused") else palette.faint
    pen.rounded_rectangle(box, 6 * density, fill=palette.card, outline=outline)
    if view.text:
        pen.rectangle((box[0] + 4, box[1] + 4, box[2] - 4, box[3] - 4), fill="#000000")
    else:
        _write(pen, str(view.more.get("hint", "")), box, palette.faint, 16 * density, centred=True, bold=palette.bold)
    if view.more.get("caret"):
        pen.rectangle((box[0] + 8, box[1] + 8, box[0] + 10, box[3] - 8), fill=palette.accent)


def _spinner(pen: ImageDraw.ImageDraw, view: V, box: Box, palette: Palette, density: float) -> None:
    turn = float(str(view.more.get("turn", 0)))
    pen.arc(box, turn, turn + 270, fill=palette.accent, width=round(4 * density))


def _image(pen: ImageDraw.ImageDraw, view: V, box: Box, palette: Palette, density: float) -> None:
    """A photo: bands of colour that follow from its name."""
    seed = sum(view.text.encode()) + 3
    step = (box[3] - box[1]) / 6
    for i in range(6):
        colour = f"#{(seed * 37 + i * 40) % 200:02x}{(seed * 91 + i * 25) % 200:02x}{(seed * 53 + i * 60) % 200:02x}"
        pen.rectangle((box[0], box[1] + i * step, box[2], box[1] + (i + 1) * step), fill=colour)


_DRAWN: dict[str, Callable[[ImageDraw.ImageDraw, V, Box, Palette, float], None]] = {
    "text": _label,
    "button": _button,
    "toggle": _toggle,
    "checkbox": _mark,
    "radio": _mark,
    "select": _choice,
    "text_area": _field,
    "progress": _spinner,
    "image": _image,
    "div": _box,
}
