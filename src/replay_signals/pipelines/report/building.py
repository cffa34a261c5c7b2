"""From an open warehouse to the files of a report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from replay_signals.pipelines.analysis.playlists import Filled
from replay_signals.pipelines.report.pages import page
from replay_signals.pipelines.report.playing import Heat, Played, Recordings, bundle
from replay_signals.pipelines.report.reading import Session, Source
from replay_signals.pipelines.report.writing import Folder
from replay_signals.schemas.briefs import Brief
from replay_signals.schemas.problem_rows import ProblemRow
from replay_signals.transforms.brief.markdown import markdown
from replay_signals.transforms.inbox.player_link import PlayerLink
from replay_signals.transforms.problems.kinds import kind_of
from replay_signals.transforms.problems.told import is_open
from replay_signals.transforms.report.capture import capture_page
from replay_signals.transforms.report.collections import Collection, collection, member
from replay_signals.transforms.report.data_script import data_script
from replay_signals.transforms.report.filter_names import filter_names
from replay_signals.transforms.report.names import bucket_of, buckets_for, page_name, problem_name, session_key
from replay_signals.transforms.report.problem_page import problem_page
from replay_signals.transforms.report.problems import in_list, problem_item, state_of
from replay_signals.transforms.report.rows import PageRow, Totals
from replay_signals.transforms.report.sessions import session_columns, session_item, timeline
from replay_signals.transforms.report.shown import text
from replay_signals.transforms.signals import SIGNALS
from replay_signals.transforms.summary.sentences import Happened

PROBLEMS_A_FILE = 100
SESSIONS_A_FILE = 500
SESSIONS_A_COLLECTION = 25
LISTED_PAGES = 300
BRIEFS = 100
HEATMAPS = 24
"""Pages with the most visitors hurt, each of which is a question to the tables."""
NAVIGATION = [
    ("Problems", "index.html"),
    ("Sessions", "sessions.html"),
    ("Collections", "collections.html"),
    ("Pages", "pages.html"),
    ("Capture", "capture.html"),
    ("About", "about.html"),
]


Briefs = Callable[[Sequence[ProblemRow]], Iterable[Brief]]
"""Briefs of problems, in order."""


class Built(NamedTuple):
    """What a report holds."""

    open_problems: int
    problems: int
    sessions: int
    totals: Totals
    played: Played


def build(
    source: Source,
    folder: Folder,
    now: datetime,
    recordings: Recordings | None = None,
    player: PlayerLink | None = None,
    briefs: Briefs | None = None,
) -> Built:
    """Writes every page. Raises WarehouseError, and InputError for recordings that cannot be read."""
    problems = in_list(source.problems())
    collections = source.collections(SESSIONS_A_COLLECTION)
    source.choose(problems, collections)
    pages = source.pages(LISTED_PAGES)
    sessions = {session_key(one.columns["team"], one.columns["session_id"]): one for one in source.sessions()}
    totals = source.totals()
    opened = sum(map(is_open, problems))
    common = {
        "made_at": f"{now.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        "made_id": f"{now:%Y%m%d%H%M%S%f}",
        "totals": totals,
        "navigation": NAVIGATION,
    }

    folder.write("data/made.js", data_script("made", common["made_id"]))

    def render(name: str, here: str, root: str = "", template: str = "", **shown: Any) -> None:
        folder.write(name, page(template or name, here=here, root=root, **common, **shown))

    patterns = list(dict.fromkeys(one.page_pattern for one in pages))[:HEATMAPS]
    played, heats = bundle(recordings, problems, patterns, source, folder)
    _problem_list(problems, sessions, folder, opened, render)
    told = _briefs(problems, briefs, folder)
    _problem_pages(problems, source, sessions, Shown(played, player, told), render)
    _session_list(list(sessions.items()), folder, totals, render)
    _session_pages(sessions, source, folder, played, player, render)
    render("collections.html", "collections.html", collections=[_collection(one) for one in collections])
    _page_list(pages, heats, render)
    capture = capture_page(source.capture(), source.rejected())
    gaps = [row for row in problems if row.failure == "capture" and is_open(row)]
    shown_gaps = [{"id": problem_name(g.problem_id), "title": text(g.title), "summary": text(g.summary)} for g in gaps]
    unplayable = [
        {"key": session_key(*key), "id": text(key[1]), "reason": why} for key, why in sorted(played.unplayable.items())
    ]
    render("capture.html", "capture.html", capture=capture, gaps=shown_gaps, unplayable=unplayable)
    names = [name for name, about in filter_names()["columns"].items() if about["here"]]
    render("about.html", "about.html", signals=[(s.kind, s.title) for s in SIGNALS.values()], names=names)
    return Built(opened, len(problems), len(sessions), totals, played)


Render = Callable[..., None]


class Shown(NamedTuple):
    """What stands on the page of a problem beside its row; briefs by name of the problem."""

    played: Played
    player: PlayerLink | None
    briefs: Mapping[str, str]


def _briefs(problems: Sequence[ProblemRow], briefs: Briefs | None, folder: Folder) -> dict[str, str]:
    """Writes the briefs of the worst open problems as Markdown files, and gives their texts."""
    if briefs is None:
        return {}
    rows = [row for row in problems if is_open(row)][:BRIEFS]
    found = {}
    for row, brief in zip(rows, briefs(rows), strict=True):
        name = problem_name(row.problem_id)
        found[name] = markdown(brief)
        folder.write(f"briefs/{name}.md", found[name].encode("utf-8", "replace"))
    return found


def _problem_list(
    problems: Sequence[ProblemRow], sessions: dict[str, Session], folder: Folder, opened: int, render: Render
) -> None:
    files = _chunks(problems, PROBLEMS_A_FILE)
    for number, rows in enumerate(files):
        name = f"problems/{number}"
        folder.write(f"data/{name}.js", data_script(name, [problem_item(row, sessions) for row in rows]))
    render(
        "index.html",
        "index.html",
        open_problems=opened,
        problem_files=len(files),
        problems_a_file=PROBLEMS_A_FILE,
        states=sorted({state_of(row) for row in problems}),
        kinds=sorted({kind_of(row.failure).words for row in problems}),
        first_problem=problem_name(problems[0].problem_id) if problems else "",
    )


def _problem_pages(
    problems: Sequence[ProblemRow],
    source: Source,
    sessions: dict[str, Session],
    shown_with: Shown,
    render: Render,
) -> None:
    played, player, told = shown_with
    history, found = source.history(), source.examples()
    for row in problems:
        days = history.get((row.team, row.problem_id), [])
        shown = problem_page(row, days, found, sessions, player)
        file, still = f"problems/{shown.id}.html", played.stills.get(shown.id)
        render(file, "index.html", "../", "problem.html", problem=shown, still=still, brief=told.get(shown.id, ""))


def _session_list(sessions: Sequence[tuple[str, Session]], folder: Folder, totals: Totals, render: Render) -> None:
    files = _chunks(sessions, SESSIONS_A_FILE)
    for number, rows in enumerate(files):
        name = f"sessions/{number}"
        shown = session_columns([(key, one.columns, one.met) for key, one in rows])
        folder.write(f"data/{name}.js", data_script(name, shown))
    folder.write("data/filter.js", data_script("filter", filter_names()))
    render(
        "sessions.html",
        "sessions.html",
        shown_sessions=len(sessions),
        session_files=len(files),
        sessions_a_file=SESSIONS_A_FILE,
    )


def _session_pages(
    sessions: dict[str, Session],
    source: Source,
    folder: Folder,
    played: Played,
    player: PlayerLink | None,
    render: Render,
) -> None:
    buckets = buckets_for(len(sessions))
    quiet: defaultdict[int, set[str]] = defaultdict(set)
    unplayable = {session_key(*key): why for key, why in played.unplayable.items()}
    for key in sessions:
        quiet[bucket_of(key, buckets)].add(key)

    def write(bucket: int, found: Mapping[str, Sequence[Happened]]) -> None:
        name = f"timelines/{bucket}"
        shown = {
            key: {
                "session": session_item(sessions[key].columns, player)
                | {"isPlayed": key in played.sessions, "unplayable": unplayable.get(key, "")},
                **timeline(found.get(key, ())),
            }
            for key in sorted(quiet.pop(bucket))
        }
        folder.write(f"data/{name}.js", data_script(name, shown))

    for bucket, found in source.timelines():
        write(bucket, found)
    for bucket in sorted(quiet):
        write(bucket, {})
    render("session.html", "sessions.html", buckets=buckets)


def _collection(found: Filled) -> Collection:
    members = [
        member((one.team, one.session_id), one.started_at, one.duration_ms, one.severity, one.first_seen)
        for one in found.sessions
    ]
    return collection(found.name, found.about, members, found.total)


def _page_list(pages: Sequence[PageRow], heats: Mapping[str, Heat], render: Render) -> None:
    def name(one: PageRow) -> str:
        return page_name(one.page_pattern) if one.page_pattern in heats else ""

    shown = [
        {"row": one, "pattern": text(one.page_pattern), "team": text(one.team), "name": name(one)} for one in pages
    ]
    render("pages.html", "pages.html", pages=shown, has_teams=len({one.team for one in pages}) > 1)
    for pattern, heat in heats.items():
        file = f"pages/{page_name(pattern)}.html"
        render(file, "pages.html", "../", "page.html", pattern=text(pattern), heat=heat)


def _chunks(rows: Sequence[Any], size: int) -> list[Sequence[Any]]:
    """Rows in files of a size; one empty file where there are none, so that a page need not know."""
    return [rows[start : start + size] for start in range(0, len(rows), size)] or [[]]
