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
from replay_signals.pipelines.playback.recordings import SessionKey
from replay_signals.pipelines.playback.sources import sessions_to_play
from replay_signals.pipelines.playback.stills import take_stills
from replay_signals.pipelines.report.reading import Source
from replay_signals.pipelines.report.writing import Folder
from replay_signals.schemas.problem_rows import ProblemRow
from replay_signals.schemas.rules import Rules
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
    """A picture as a page shows it."""

    file: str
    width_px: int
    height_px: int
    is_marked: bool


class Played(NamedTuple):
    """Sessions that can be played, by key; pictures by name of the problem; why there are none."""

    sessions: frozenset[str] = frozenset()
    stills: Mapping[str, Still] = {}
    no_stills: str = ""


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
    found = sessions_to_play({*wanted, *shown}, recordings.rules, recordings.paths, *where)
    written = _write_heatmaps(heats, found, folder)
    sessions = {key: found[key] for key in wanted if key in found}
    return _write_examples(recordings, problems, sessions, source, folder), written


def _heatmaps(pages: Sequence[str], source: Source) -> Iterator[tuple[str, tuple[Heatmap, list[Visit]]]]:
    for page in pages:
        with suppress(NoSuchPage):
            yield page, source.heatmap(page)


def _write_heatmaps(
    heats: Mapping[str, tuple[Heatmap, list[Visit]]], sessions: Mapping[SessionKey, PlaybackSession], folder: Folder
) -> dict[str, Heat]:
    written = {}
    for page, (numbers, visits) in heats.items():
        heatmap, moment = page_shown(numbers, visits, sessions)
        events = events_until(moment.window, moment.at_ms) if moment is not None else None
        name = f"heat-{page_name(page)}"
        folder.write(f"play/{name}.js", script_of({"heatmap": heatmap, "events": events}))
        folder.write(f"play/{name}.html", heatmap_page("Clicks", f"{name}.js").encode())
        written[page] = Heat(f"play/{name}.html", heatmap.clicks, heatmap.visitors, events is not None)
    return written


def _write_examples(
    recordings: Recordings,
    problems: Sequence[ProblemRow],
    sessions: Mapping[SessionKey, PlaybackSession],
    source: Source,
    folder: Folder,
) -> Played:
    rows = source.rows_of(list(sessions))
    for key, session in sessions.items():
        name = session_key(*key)
        folder.write(f"play/{name}.js", script_of(player_data(session, rows[key])))
        folder.write(f"play/{name}.html", session_page("Recording", f"{name}.js").encode())
    played = frozenset(session_key(*key) for key in sessions)
    if not recordings.most_stills:
        return Played(played)
    try:
        return Played(played, dict(_stills(recordings.most_stills, problems, sessions, rows, folder)))
    except NoBrowserError as error:
        return Played(played, no_stills=str(error))


def _stills(
    most: int,
    problems: Sequence[ProblemRow],
    sessions: Mapping[SessionKey, PlaybackSession],
    rows: Mapping[SessionKey, Mapping[str, Sequence[Any]]],
    folder: Folder,
) -> Iterator[tuple[str, Still]]:
    found = ((problem_name(row.problem_id), _best_moment(row, sessions, rows)) for row in problems)
    moments = dict(islice(((name, moment) for name, moment in found if moment is not None), most))
    for name, still in zip(moments, take_stills(moments.values()), strict=True):
        if still is not None:
            folder.write(f"stills/{name}.png", still.png)
            yield name, Still(f"stills/{name}.png", still.width_px, still.height_px, still.is_marked)


def _best_moment(
    row: ProblemRow,
    sessions: Mapping[SessionKey, PlaybackSession],
    rows: Mapping[SessionKey, Mapping[str, Sequence[Any]]],
) -> Moment | None:
    """The moment of the first example that is recorded."""
    ids = {row.problem_id, *row.aliases}
    for example in row.examples:
        session, _, offset = example.rpartition("@")
        key = row.team, session
        found = [one for one in rows.get(key, {}).get("signals", ()) if one.problem_id in ids]
        signal = next((one for one in found if str(one.offset_ms) == offset), None)
        if signal is not None and key in sessions and (moment := moment_of(sessions[key], signal)) is not None:
            return moment
    return None
