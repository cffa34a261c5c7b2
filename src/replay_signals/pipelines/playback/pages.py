"""The page of a session: the player with its data as a script beside it, so that it opens from disk.

Recorded pages are hostile. Three walls stand around them: their events lost everything that runs or asks
(transforms/playback), they are drawn in a frame that is sandboxed without scripts, and the page's policy lets nothing
load but its own files and pictures that are part of the data.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from importlib.resources import files
from pathlib import Path

from replay_signals.transforms.playback.heatmap import Heatmap
from replay_signals.transforms.playback.moment import Moment, events_until
from replay_signals.transforms.playback.player_data import PlayerData, script_of

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; font-src data:; "
    "base-uri 'none'; form-action 'none'"
)
"""Content-Security-Policy of every page that draws recordings. Frames without an address inherit it."""
STATIC_FILES = ("player.js", "player.css", "LICENCES.txt")

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="stylesheet" href="{static}player.css">
</head>
<body class="rs-page">
<h1>{title}</h1>
<main {kind}></main>
<script src="{static}player.js"></script>
<script src="{data}"></script>
</body>
</html>
"""


def static_file(name: str) -> bytes:
    """One of `STATIC_FILES`, as `make player` built it."""
    return (files("replay_signals.pipelines.playback") / "static" / name).read_bytes()


def session_page(title: str, data: str, static: str = "") -> str:
    """HTML of a page that plays one session. `data`: address of its data file, `static`: of the folder of the player.

    The page takes `#signal=ID` or `#at=MS` to stand at a moment.
    """
    return _page("data-replay", title, data, static)


def heatmap_page(title: str, data: str, static: str = "") -> str:
    """The same for a heatmap."""
    return _page("data-heatmap", title, data, static)


def _page(kind: str, title: str, data: str, static: str) -> str:
    shown = {"title": title, "data": data, "static": static, "policy": POLICY, "kind": kind}
    return _PAGE.format(**{name: escape(value) for name, value in shown.items()})


def write_static(folder: Path, names: Iterable[str] = STATIC_FILES) -> None:
    """Writes the player's files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_bytes(static_file(name))


def write_session(folder: Path, data: PlayerData, name: str = "index") -> Path:
    """Writes a folder that plays one session: `NAME.html`, its data and the player. Returns the page."""
    write_static(folder)
    (folder / f"{name}.data.js").write_bytes(script_of(data))
    page = folder / f"{name}.html"
    page.write_text(session_page(f"Session {data.session_id}", f"{name}.data.js"), "utf-8")
    return page


def write_heatmap(folder: Path, heatmap: Heatmap, moment: Moment | None, name: str = "heatmap") -> Path:
    """Writes a folder that shows a heatmap, over the page of a moment where there is one. Returns the page."""
    write_static(folder)
    events = events_until(moment.window, moment.at_ms) if moment is not None else None
    (folder / f"{name}.data.js").write_bytes(script_of({"heatmap": heatmap, "events": events}))
    page = folder / f"{name}.html"
    page.write_text(heatmap_page(f"Heatmap of {heatmap.page}", f"{name}.data.js"), "utf-8")
    return page
