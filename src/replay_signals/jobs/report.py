"""report: what the tables say as a folder of pages that opens from disk."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from replay_signals.jobs import render
from replay_signals.jobs.player_links import player_link, still_link
from replay_signals.jobs.rules import read_rules
from replay_signals.jobs.tables import Store
from replay_signals.transforms.printable import json_bytes, visible

SAID = 5
"""Sessions that cannot be watched that are named one by one; the report lists all."""


class Made(NamedTuple):
    """A report that was written.

    `no_stills` says why there are no pictures where there could be, `unplayable` why examples cannot be played (by
    session), `absent` of how many the recordings hold nothing.
    """

    path: Path
    problems: int
    sessions: int
    played: int
    stills: int
    no_stills: str
    unplayable: dict[str, str]
    absent: int
    files: int
    size_bytes: int
    seconds: float


class Wanted(NamedTuple):
    """What a report is made of; see the options of the command."""

    store: Store
    most_sessions: int
    recordings: Sequence[str]
    rules: str | None
    most_stills: int


def make(wanted: Wanted, output: Path) -> Made:
    """Writes a report. Raises WarehouseError, ReportError, RulesError, InputError and OSError."""
    from replay_signals.pipelines.iceberg.catalog import open_catalog, open_tables
    from replay_signals.pipelines.problems.briefs import briefs_of
    from replay_signals.pipelines.problems.counting import Limits
    from replay_signals.pipelines.report.building import build
    from replay_signals.pipelines.report.playing import Recordings
    from replay_signals.pipelines.report.reading import source
    from replay_signals.pipelines.report.writing import replacing

    started = time.monotonic()
    rules = read_rules(wanted.rules)
    store = wanted.store
    recordings = Recordings(wanted.recordings, rules, wanted.most_stills, store.warehouse, store.catalog)
    playable = recordings if wanted.recordings or rules.playback.enabled else None
    tables = open_tables(open_catalog(store.warehouse, store.catalog, create=False), create=False)
    has_all = {"message_digests", "problems"} <= tables.keys()
    briefs = partial(briefs_of, tables, limits=Limits(), still=still_link(rules)) if has_all else None
    with replacing(output) as folder, source(store.warehouse, store.catalog, wanted.most_sessions) as opened:
        built = build(opened, folder, datetime.now(UTC), playable, player_link(rules), briefs)
    played = built.played
    return Made(
        output,
        built.open_problems,
        built.sessions,
        len(played.sessions),
        len(played.stills),
        played.no_stills,
        {session_id: why for (_, session_id), why in sorted(played.unplayable.items())},
        played.absent,
        folder.files,
        folder.size_bytes,
        time.monotonic() - started,
    )


def run(wanted: Wanted, output: Path, *, json: bool) -> None:
    """Makes a report and says where it is. Raises as `make`."""
    made = make(wanted, output)
    start = made.path / "index.html"
    if json:
        render.write(json_bytes(made._asdict() | {"path": str(start)}, indent=2))
        return
    if made.no_stills:
        render.say(f"No pictures of problems: {made.no_stills}.")
    for session_id, why in islice(made.unplayable.items(), SAID):
        render.say(f"Session {visible(session_id)} cannot be watched: {why}.")
    if len(made.unplayable) > SAID:
        render.say(f"{render.count(len(made.unplayable) - SAID, 'more session')} cannot be watched: see Capture.")
    if made.absent:
        render.say(f"The recordings do not hold {render.count(made.absent, 'example session')} of the problems.")
    holds = f"{render.count(made.problems, 'open problem')} and {render.count(made.sessions, 'session')}"
    shown = f", {made.played} to watch, {render.count(made.stills, 'picture')}" if made.played else ""
    size = f"{render.count(made.files, 'file')}, {made.size_bytes / 1e6:.1f} MB, {made.seconds:.1f} s"
    render.out().print(render.text(f"{holds}{shown}: {size}"))
    render.out().print(render.text(f"Open in a browser: {start.absolute().as_uri()}"), soft_wrap=True)
