"""Recordings of a report's examples: a page that plays each, and a picture of each problem's best one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any, NamedTuple

from replay_signals.pipelines.playback.browser import NoBrowserError
from replay_signals.pipelines.playback.heatmaps import Example as Visit
from replay_signals.pipelines.playback.heatmaps import NoSuchPage, page_shown
from replay_signals.pipelines.playback.pages import STATIC_FILES, heatmap_page, session_page, static_file
from replay_signals.pipelines.playback.recordings import Opened, SessionKey
from replay_signals.pipelines.playback.sources import sessions_to_play
from replay_signals.pipelines.playback.stills import take_stills
from replay_signals.pipelines.report.reading import Source
from replay_signals.pipelines.report.writing import Folder
from replay_signals.schemas.problem_rows import ProblemRow
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.parse.values import cause_of_bug
from replay_signals.transforms.playback.heatmap import Heatmap
from replay_signals.transforms.playback.moment import Moment, events_until, moment_of
from replay_signals.transforms.playback.player_data import player_data, script_of
from replay_signals.transforms.playback.session import PlaybackSession
from replay_signals.transforms.report.names import page_name, problem_name, session_key
from replay_signals.transforms.report.problems import example_sessions

MOST_PLAYED = 300
"""Sessions that a report bundles: those of its worst problems."""
MOST_VISITS = 3
"""Recordings that are looked at to draw one page."""


class Recordings(NamedTuple):
    """Where recordings lie (files, tables that may have `snapshots`), the rules that mask them, and of how many
    problems pictures are wanted."""

    paths: Sequence[str]
    rules: Rules
    most_stills: int = 0
    warehouse: str | None = None
    catalog: str | None = None


class Still(NamedTuple):
    """A picture as a page shows it, and the moment it was taken of: key of the session, offset in it."""

    file: str
    width_px: int
    height_px: int
    is_marked: bool
    session: str
    offset_ms: int


class Played(NamedTuple):
    """Sessions that can be played, by key; pictures by name of the problem; why there are none.

    `unplayable` says why an example whose recording was found cannot be played; `absent` counts those without any.
    """

    sessions: frozenset[str] = frozenset()
    stills: Mapping[str, Still] = {}
    no_stills: str = ""
    unplayable: Mapping[SessionKey, str] = {}
    absent: int = 0


class Heat(NamedTuple):
    """The heatmap of one page pattern: where its page is, and how many clicked."""

    file: str
    clicks: int
    visitors: int
    is_pictured: bool


def bundle(
    recordings: Recordings | None, problems: Sequence[ProblemRow], pages: Sequence[str], source: Source, folder: Folder
) -> tuple[Played, dict[str, Heat]]:
    """Writes players and pictures of example sessions, and heatmaps of pages. Raises InputError and WarehouseError."""
    for name in STATIC_FILES:
        folder.write(f"play/{name}", static_file(name))
    heats = dict(_heatmaps(pages, source))
    shown = [(one.team, one.session_id) for _, visits in heats.values() for one in visits[:MOST_VISITS]]
    wanted = list(dict.fromkeys(key for row in problems for key in example_sessions(row)))[:MOST_PLAYED]
    if recordings is None:
        return Played(), _write_heatmaps(heats, {}, folder)
    where = recordings.warehouse, recordings.catalog
    found, unplayable = sessions_to_play({*wanted, *shown}, recordings.rules, recordings.paths, *where)
    written = _write_heatmaps(heats, found, folder)
    examples = Opened({key: found[key] for key in wanted if key in found}, unplayable)
    played = _write_examples(recordings, problems, examples, source, folder)
    return played._replace(absent=sum(key not in found and key not in unplayable for key in wanted)), written


def _heatmaps(pages: Sequence[str], source: Source) -> Iterator[tuple[str, tuple[Heatmap, list[Visit]]]]:
    for page in pages:
        with suppress(NoSuchPage):
            yield page, source.heatmap(page)


def _write_heatmaps(
    heats: Mapping[str, tuple[Heatmap, list[Visit]]], sessions: Mapping[SessionKey, PlaybackSession], folder: Folder
) -> dict[str, Heat]:
    written = {}
    for page, (numbers, visits) in heats.items():
        name = f"heat-{page_name(page)}"
        is_pictured, script = _pictured(numbers, visits, sessions)
        folder.write(f"play/{name}.js", script)
        folder.write(f"play/{name}.html", heatmap_page("Clicks", f"{name}.js").encode())
        written[page] = Heat(f"play/{name}.html", numbers.clicks, numbers.visitors, is_pictured)
    return written


def _pictured(
    numbers: Heatmap, visits: Sequence[Visit], sessions: Mapping[SessionKey, PlaybackSession]
) -> tuple[bool, bytes]:
    """The data of a heatmap's page, and whether it shows the page."""
    with suppress(Exception):  # whatever a recording does to its picture, the numbers are shown
        heatmap, moment = page_shown(numbers, visits, sessions)
        if moment is not None:
            return True, script_of({"heatmap": heatmap, "events": events_until(moment.window, moment.at_ms)})
    return False, script_of({"heatmap": numbers, "events": None})


def _write_examples(
    recordings: Recordings,
    problems: Sequence[ProblemRow],
    examples: Opened,
    source: Source,
    folder: Folder,
) -> Played:
    sessions, unplayable = examples
    rows = source.rows_of(list(sessions))
    for key, session in list(sessions.items()):
        name = session_key(*key)
        try:
            script = script_of(player_data(session, rows[key]))
        except Exception as error:  # noqa: BLE001 - whatever a recording does, the report has all others
            unplayable[key] = f"its recording cannot be shown ({cause_of_bug(error)})"
            del sessions[key]
            continue
        folder.write(f"play/{name}.js", script)
        folder.write(f"play/{name}.html", session_page("Recording", f"{name}.js").encode())
    played = Played(frozenset(session_key(*key) for key in sessions), unplayable=unplayable)
    if not recordings.most_stills:
        return played
    try:
        return played._replace(stills=dict(_stills(recordings.most_stills, problems, sessions, rows, folder)))
    except NoBrowserError as error:
        return played._replace(no_stills=str(error))


def _stills(
    most: int,
    problems: Sequence[ProblemRow],
    sessions: Mapping[SessionKey, PlaybackSession],
    rows: Mapping[SessionKey, Mapping[str, Sequence[Any]]],
    folder: Folder,
) -> Iterator[tuple[str, Still]]:
    found = ((problem_name(row.problem_id), _best_moment(row, sessions, rows)) for row in problems)
    chosen = list(islice(((name, best) for name, best in found if best is not None), most))
    for (name, (example, _)), still in zip(chosen, take_stills(best[1] for _, best in chosen), strict=True):
        if still is not None:
            file = f"stills/{name}.png"
            folder.write(file, still.png)
            yield name, Still(file, still.width_px, still.height_px, still.is_marked, *example)


def _best_moment(
    row: ProblemRow,
    sessions: Mapping[SessionKey, PlaybackSession],
    rows: Mapping[SessionKey, Mapping[str, Sequence[Any]]],
) -> tuple[tuple[str, int], Moment] | None:
    """The moment of the first example that is recorded, and which one it is."""
    ids = {row.problem_id, *row.aliases}
    for example in row.examples:
        session, _, offset = example.rpartition("@")
        key = row.team, session
        found = [one for one in rows.get(key, {}).get("signals", ()) if one.problem_id in ids]
        signal = next((one for one in found if str(one.offset_ms) == offset), None)
        if signal is None or key not in sessions:
            continue
        with suppress(Exception):  # another example may be drawn
            if (moment := moment_of(sessions[key], signal)) is not None:
                return (session_key(*key), signal.offset_ms), moment
    return None
