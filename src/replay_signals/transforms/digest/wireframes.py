"""Views: what a digest keeps of the wireframes of a native screen (PostHog's mobile.types.ts, docs/mobile.md).

Native replays have no document. iOS sends the whole screen each time it looks, Android the first screen and then what
was added, removed or updated; in screenshot mode a screen is a single view with a picture. One row a view, with a hash
of its own look, serves both: two looks differ where the hashes of a view do.
"""

from __future__ import annotations

import zlib
from typing import Any

import msgspec

from replay_signals.schemas.rrweb import Wireframe
from replay_signals.transforms.digest.controls import MAX_NAME_CHARS, MAX_RAW_CHARS, Control, text_of
from replay_signals.transforms.digest.masking import Masking
from replay_signals.transforms.digest.pictures import tiles_of
from replay_signals.transforms.parse.values import number_within
from replay_signals.transforms.privacy.policy import KEEP, MASK
from replay_signals.transforms.words.controls import leaves_app

MAX_VIEWS = 5000
MAX_POINTS = 1_000_000
NO_PARENT = -1
FULL_WIDTH = 100_000
"""`100vw` in points: wider than any screen."""

_CALLED = frozenset(("button", "checkbox", "radio", "toggle"))
_encoder = msgspec.json.Encoder(order="sorted")


class View(msgspec.Struct, array_like=True, gc=False):
    """A native view. Places are points (iOS) or dp (Android, Flutter) from the top left of the screen.

    `state` hashes everything it shows without its children. Flags: `d` disabled, `k` checked, `o` drawn (it has a
    background), `m` what it says is masked, `w` acts outside the screen by a word that is not kept, `i` an image whose
    picture is not recorded.

    `tiles`: of a screenshot (digest/pictures).
    """

    view_id: int
    parent: int
    type: str
    input_type: str
    name: str
    x: int
    y: int
    width: int
    height: int
    flags: str
    state: int
    tiles: bytes = b""

    def contains(self, x: float, y: float) -> bool:
        """Is the point on it?"""
        return self.x <= x <= self.x + self.width and self.y <= y <= self.y + self.height

    @property
    def leaves_app(self) -> bool:
        """Does it say that another program or a popup answers it?"""
        return "w" in self.flags or leaves_app(self.name)

    def control_on(self, width: int, height: int) -> Control | None:
        """The control it is reported as on a screen of that size; what neither answers nor says anything is none."""
        if self.type not in ("input", "web_view") and not self.name:
            return None
        flags = "v" + "".join(flag for flag in "dw" if flag in self.flags)
        place = place_on(self.x + self.width / 2, self.y + self.height / 2, width, height)
        return Control(self.view_id, self.view_id, self.type, self.input_type, "", self.name, "", "", place, "", flags)


def place_on(x: float, y: float, width: int, height: int) -> str:
    """A place in steps of 5 % of the screen, which most sizes of devices share, and often those that are turned."""
    return f"{5 * round(20 * x / max(1, width))}%,{5 * round(20 * y / max(1, height))}%"


def add_views(frames: list[Wireframe], parent: int, views: list[View], masking: Masking) -> None:
    """Adds a `View` for each frame and what is below it, in document order (what is drawn later lies above)."""
    for frame in frames:
        if len(views) >= MAX_VIEWS:
            return
        masking.budget.keep(1)
        raw_name = _name(frame)
        name = masking.name(raw_name, KEEP if _names_itself(frame) else MASK, "view_name", MAX_NAME_CHARS)
        views.append(
            View(
                frame.id,
                parent,
                masking.word(frame.type, "view_type", 20),
                masking.word(frame.inputType, "view_type", 20),
                name,
                _points(frame.x),
                _points(frame.y),
                FULL_WIDTH if frame.width == "100vw" else _points(frame.width),
                _points(frame.height),
                _flags(frame, "" if name == raw_name or not masking.can_look else raw_name),
                _state(frame, masking),
                tiles_of(frame.base64, masking.budget) if frame.type == "screenshot" else b"",
            )
        )
        add_views(frame.childWireframes or [], frame.id, views, masking)


def _name(frame: Wireframe) -> str:
    """What is written on it. Values of fields are the visitor's own text; masked text is none."""
    own = frame.label or (frame.value if frame.inputType == "button" else frame.text)
    name = text_of(own, MAX_RAW_CHARS)
    return "" if not name.strip("* ") else name


def _names_itself(frame: Wireframe) -> bool:
    """Is its text what a control is called, rather than what the screen tells?"""
    return frame.type == "input" and (bool(frame.label) or frame.inputType in _CALLED)


def _points(value: Any) -> int:
    return round(number_within(value, MAX_POINTS) or 0)


def _flags(frame: Wireframe, hidden: str) -> str:
    drawn = isinstance(frame.style, dict) and (frame.style.get("backgroundColor") or frame.style.get("backgroundImage"))
    disabled = frame.type == "input" and frame.disabled in (True, "true")
    checked = frame.type == "input" and frame.checked in (True, "true")
    unseen = frame.type == "image" and not frame.base64
    said = next((text for text in (frame.text, frame.value) if isinstance(text, str) and text), "")
    masked = bool(said) and not said.strip("* ")
    outside = leaves_app(hidden)
    kinds = {"d": disabled, "k": checked, "o": drawn, "m": masked, "w": outside, "i": unseen}
    return "".join(flag for flag, is_so in kinds.items() if is_so)


def _state(frame: Wireframe, masking: Masking) -> int:
    """Keyed hash of the look. Keys are sorted: Swift writes the keys of equal dictionaries in different orders."""
    place = (frame.x, frame.y, frame.width, frame.height)
    own = (frame.type, place, frame.text, frame.label, frame.value, frame.inputType, frame.disabled, frame.checked)
    more = (frame.max, frame.url, frame.options, frame.style)
    return masking.policy.checksum(_encoder.encode((own, more, zlib.crc32(frame.base64))))
