"""The scripts that the visitor runs in a page (js/)."""

from __future__ import annotations

from pathlib import Path


def _script(name: str) -> str:
    lines = (Path(__file__).parent / "js" / name).read_text().splitlines()
    return "\n".join(line for line in lines if not line.startswith("//"))


BREAK, COUNT, FILL, FIND, RAISE, STATE, STILL = (
    _script(f"{name}.js") for name in ("break", "count", "fill", "find", "raise", "state", "still")
)
