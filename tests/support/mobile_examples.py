"""The visits in examples/mobile, one for each SDK. `python tests/support/mobile_examples.py` writes them anew."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.mobile import App, box, button, label, toggle
from support.mobile_recorders import Android, Flutter, Ios, ReactNativeAndroid

FOLDER = Path(__file__).parents[2] / "examples" / "mobile"
BASKET = (
    label("title", "Basket", 60),
    label("count", "1", 120),
    button("more", "Add one", 160),
    button("voucher", "Apply voucher", 260),
    button("pay", "Pay", 360),
)


def ios() -> App:
    """Adds four (use), hammers on a voucher button that is not wired (rage), pays."""
    app = App(Ios(), BASKET, session="ios-1")
    for i in range(4):
        app.tap("more", at=3000 + 300 * i).change("count", at=3040 + 300 * i, text=str(i + 2))
    app.redraw(5500).tap("voucher", 9000, 9350, 9700, 10_050, 10_400).redraw(12_000)
    app.tap("pay", at=16_000).replace(16_300, label("done", "Thank you", 100)).redraw(17_600)
    return app.swipe(25_000, moves=False).swipe(40_000, moves=False)


def android() -> App:
    """A switch that does not turn, a button that is disabled, a dialog that works, a clock all the while."""
    content = (label("clock", "0:00", 20), toggle("offers", 100), button("save", "Save", 200, disabled=True))
    app = App(Android(), (*content, button("help", "Help", 300)), "SettingsActivity", session="android-1")
    app.ticks("clock", every=1000, until=45_000).tap("offers", at=6100).tap("save", at=12_100)
    app.tap("help", at=20_100).open(20_250, "SettingsActivity", label("hint", "Call us", 200), button("ok", "OK", 300))
    return app.tap("ok", at=26_100).close(26_200).tap_at(200, 600, 30_100).swipe(45_000, moves=False)


def react_native() -> App:
    """Pictures only: a request that fails three times over, hammering on a card, a list that scrolls."""
    rows = [box(f"card {i}", 200 + 120 * i, 100, label(f"name {i}", f"Card {i}", 210 + 120 * i)) for i in range(4)]
    app = App(ReactNativeAndroid(), (button("sync", "Sync", 60), *rows), "MainActivity", session="react-native-1")
    for i in range(3):
        app.tap("sync", at=3000 + 2500 * i).fails("/sync", at=3060 + 2500 * i, status=503)
    app.swipe(15_000).swipe(17_000).tap("card 3", *[20_000 + 280 * i for i in range(7)])
    return app.swipe(40_000).swipe(50_000, moves=False)


def flutter() -> App:
    """Pictures only: everything works, and a stepper is used quickly."""
    app = App(Flutter(), BASKET, "/basket", session="flutter-1")
    for i in range(8):
        app.tap("more", at=4000 + 200 * i).change("count", at=4050 + 200 * i, text=str(i + 2))
    app.tap("pay", at=12_000).replace(12_700, label("done", "Thank you", 100))
    return app.swipe(20_000, moves=False).swipe(30_000, moves=False)


VISITS: dict[str, Callable[[], App]] = {
    "ios": ios,
    "android": android,
    "react-native": react_native,
    "flutter": flutter,
}


def text_of(name: str) -> str:
    """The lines of an example."""
    return "".join(json.dumps(request) + "\n" for request in VISITS[name]().requests())


def path_of(name: str) -> Path:
    return FOLDER / f"{name}.posts.jsonl.gz"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in VISITS:
        path_of(name).write_bytes(gzip.compress(text_of(name).encode(), mtime=0))
