"""The tools of the server for agents: what a coding agent needs to research and mend a problem. All of them only read.

Each is a plain method; `agents` registers them. What they give went through the rules of privacy before it was stored,
or, of recordings, when it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, NamedTuple, get_args

from mcp.server.mcpserver import Image
from pydantic import Field

from replay_signals.jobs.agent_answers import Answer, Asked, answer, chosen, cut
from replay_signals.jobs.agent_pages import CLICKED, PageAt, Recordings, moment_of, page_text, still_of
from replay_signals.jobs.brief import Problems
from replay_signals.jobs.tables import Filter, Store
from replay_signals.pipelines.files.paths import InputError
from replay_signals.schemas.problem_rows import ProblemRow
from replay_signals.transforms.brief.budget import brief_json
from replay_signals.transforms.brief.markdown import markdown
from replay_signals.transforms.problems.told import is_open
from replay_signals.transforms.reproduce.steps import NoScript

Which = Literal["open", "quiet", "ended", "all"]
What = Literal["view", "click", "tap", "signal", "error", "request", "console", "event"]
ProblemId = Annotated[str, Field(description="Id of the problem, as list_problems gives it; its start is enough")]
SessionId = Annotated[str, Field(description="Id of the session, as a brief or find_sessions gives it")]
Offset = Annotated[int, Field(description="Offset in the recording, such as that of a click", ge=0)]
Window = Annotated[str, Field(description="Window (tab); else the one where something happened last")]
Limit = Annotated[int, Field(description="How many items at most", ge=1, le=100)]
Cursor = Annotated[str, Field(description="next_cursor of the answer before, to get what follows; else empty")]
Where = Annotated[
    str,
    Field(
        description="Condition in the language of `--where`, for example: severity >= 60 and signal = 'rage_click' and "
        "device_type = 'Mobile'. Empty for all"
    ),
]
PROBLEM_FIELDS = (
    "problem_id", "priority", "severity", "confidence", "state", "title", "users", "sessions", "used_sessions",
    "effect", "places", "element_key", "first_seen", "last_seen", "started_with", "verdict",
)  # fmt: skip
SESSION_FIELDS = (
    "session_id", "started_at", "duration_ms", "severity", "signal_kinds", "click_count", "first_url", "last_url",
    "device_type", "browser", "os", "release", "country", "flags", "witness",
)  # fmt: skip
SIGNAL_FIELDS = (
    "signal_id", "session_id", "offset_ms", "kind", "severity", "confidence", "page_pattern", "element", "summary",
    "problem_id",
)  # fmt: skip


class Sources(NamedTuple):
    """Where the tools read: a warehouse, and the files of its recordings where they are at hand."""

    store: Store
    recordings: Sequence[str] = ()
    rules: str | None = None


class Tools:
    """The tools over one warehouse."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._recordings = Recordings(sources.recordings, sources.rules)

    def all(self) -> list[Callable[..., Any]]:
        """Every tool, the first one to use in front."""
        return [
            self.list_problems,
            self.read_brief,
            self.read_timeline,
            self.read_page,
            self.read_still,
            self.read_script,
            self.find_sessions,
            self.find_signals,
        ]

    def list_problems(
        self,
        which: Annotated[Which, Field(description="quiet: dismissed, snoozed or said to be fixed")] = "open",
        page: Annotated[str, Field(description="Only problems on a page whose pattern contains this")] = "",
        min_severity: Annotated[float, Field(description="Only problems at least this bad", ge=0, le=100)] = 0,
        limit: Limit = 20,
        cursor: Cursor = "",
    ) -> Answer:
        """Problems that visitors have, the one to look at first in front. Read the brief of one next."""
        asked = Asked("list_problems", (which, page, min_severity, limit))
        skip = asked.skip(cursor)
        rows = [
            row
            for row in self._problems().all()
            if _is(which, row) and row.severity >= min_severity and (not page or any(page in one for one in row.places))
        ]
        rows.sort(key=lambda row: (-row.severity, -row.users, row.problem_id))
        found = [chosen(row, PROBLEM_FIELDS) for row in rows[skip : skip + limit + 1]]
        return answer(asked, skip, found, limit)

    def read_brief(
        self,
        problem: ProblemId,
        form: Annotated[Literal["markdown", "json"], Field(description="How to write it")] = "markdown",
    ) -> str:
        """Everything about a problem: whom it hits, steps to it, the element, errors, requests, what is ruled out."""
        brief = self._problems().brief(problem)
        return markdown(brief) if form == "markdown" else brief_json(brief).decode()

    def read_timeline(
        self,
        session: SessionId,
        from_ms: Annotated[
            int, Field(description="From this offset in the recording on; begin some 10 s before a fault", ge=0)
        ] = 0,
        kinds: Annotated[
            list[What] | None, Field(description="Only entries of these kinds; all when not given")
        ] = None,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> Answer:
        """What happened in a session, in order: pages, clicks, signals, exceptions, requests, console, events."""
        from replay_signals.pipelines.analysis.occurrences import occurrences

        asked = Asked("read_timeline", (session, from_ms, kinds, limit))
        skip = asked.skip(cursor)
        store = self._sources.store
        wanted = kinds or list(get_args(What))
        found = occurrences(
            store.warehouse, store.catalog, session, kinds=wanted, from_ms=from_ms, limit=limit + 1, skip=skip
        )
        if not found and not skip:
            raise InputError(self._nothing(session, from_ms))
        return answer(asked, skip, found, limit)

    def read_page(
        self,
        session: SessionId,
        at_ms: Offset,
        element: Annotated[
            str, Field(description=f"Only this element: an element_key, or {CLICKED!r}; empty for the whole page")
        ] = "",
        window: Window = "",
    ) -> str:
        """The page's HTML as it was at a moment of a session, masked; needs the recordings (--recordings)."""
        return page_text(self._moment(session, at_ms, window), element)

    def read_still(
        self,
        session: SessionId,
        at_ms: Offset,
        element: Annotated[
            str, Field(description=f"Marked on the picture: an element_key, or {CLICKED!r}; empty for none")
        ] = "",
        window: Window = "",
    ) -> Image:
        """A picture of the page as it was at a moment, masked; needs the recordings and a Chromium."""
        return Image(data=still_of(self._moment(session, at_ms, window), element), format="png")

    def read_script(
        self,
        problem: ProblemId,
        base_url: Annotated[str, Field(description="Where the site runs; BASE_URL goes before it")] = "",
    ) -> str:
        """A Playwright test in Python that fails (exit code 1) while a problem is there, and passes (0) once mended."""
        problems = self._problems()
        script = problems.script(problems.row(problem), base_url)
        if isinstance(script, NoScript):
            raise InputError(f"No script: {script.reason}. The steps in the brief say what visitors did.")
        return cut(script.text)

    def _moment(self, session: str, at_ms: int, window: str) -> PageAt:
        known = self._sources.store.worst("sessions", Filter(session_id=session), 1).rows
        if not known:
            raise InputError(f"No session {session}: find_sessions lists them, and a brief names examples.")
        return moment_of(self._recordings.session(known[0].team, session), at_ms, window)

    def find_sessions(self, where: Where = "", limit: Limit = 20, cursor: Cursor = "") -> Answer:
        """Sessions that a condition holds for, the worst first."""
        asked = Asked("find_sessions", (where, limit))
        skip = asked.skip(cursor)
        page = self._sources.store.worst("sessions", Filter(where=where), limit + 1, skip)
        return answer(asked, skip, [chosen(row, SESSION_FIELDS) for row in page.rows], limit, page.hints)

    def find_signals(self, where: Where = "", limit: Limit = 20, cursor: Cursor = "") -> Answer:
        """Single findings that a condition holds for, such as problem_id = '…', the worst first."""
        asked = Asked("find_signals", (where, limit))
        skip = asked.skip(cursor)
        page = self._sources.store.worst("signals", Filter(where=where), limit + 1, skip)
        return answer(asked, skip, [chosen(row, SIGNAL_FIELDS) for row in page.rows], limit, page.hints)

    def _problems(self) -> Problems:
        """As of now: others write the tables while the server runs."""
        return Problems(self._sources.store, self._sources.rules, "list_problems")

    def _nothing(self, session: str, from_ms: int) -> str:
        known = self._sources.store.worst("sessions", Filter(session_id=session), 1)
        if known.total:
            return f"Nothing of these kinds from {from_ms} ms on: ask for all kinds, or from 0."
        return f"No session {session}: find_sessions lists them, and a brief names examples."


def _is(which: Which, row: ProblemRow) -> bool:
    if which == "all":
        return True
    if which == "quiet":
        return row.is_quiet
    return is_open(row) and not row.is_quiet if which == "open" else not is_open(row)
