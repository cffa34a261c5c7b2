"""session: one session in three sentences, and everything that happened in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from replay_signals.jobs import render
from replay_signals.jobs.tables import Store
from replay_signals.pipelines.analysis.told_sessions import Told, session_told
from replay_signals.transforms.printable import json_bytes
from replay_signals.transforms.summary.sentences import Happened

OWN_EVENTS = "$"
"""PostHog's own events begin so; a terminal shows those of the site alone."""


def run(store: Store, session_id: str, limit: int, *, by_model: bool = False, json: bool) -> None:
    """Prints a session. Raises FilterError, ModelError (no model is configured) and WarehouseError."""
    told = session_told(session_id, store.warehouse, store.catalog)
    words = _by_model(told) if by_model else ""
    if json:
        render.write(json_bytes(fields(told) | ({"model_summary": words} if by_model else {}), indent=2))
        return
    _head(told)
    for sentence in [f"(by the model) {words}"] if words else told.summary:
        render.out().print(render.text(sentence))
    lines = list(_lines(told.timeline))
    shown = lines[:limit] if limit else lines
    render.out().print()
    render.rows([("At", "right"), ("What", "left"), ("", "fold"), ("", "fold")], shown)
    if len(shown) < len(lines):
        more = render.count(len(lines) - len(shown), "more line")
        render.out().print(f"… and {more}; --limit 0 shows all.", style="dim")


def _by_model(told: Told) -> str:
    """What a configured model says of the session; when it fails, that is said and the answer is empty."""
    from replay_signals.pipelines.analysis.model import ModelError, answer, configured
    from replay_signals.transforms.summary.prompt import lines

    model = configured()
    try:
        return answer(model, "session", {"seconds": told.visit.duration_ms // 1000, "timeline": lines(told.timeline)})
    except ModelError as error:
        render.say(f"Note: {error}; the summary is by rules.")
        return ""


def fields(told: Told) -> dict[str, object]:
    """A session as JSON tells it."""
    return {
        "team": told.team,
        "session_id": told.session_id,
        "started_at": told.started_at,
        "severity": told.severity,
        **told.visit._asdict(),
        "summary": told.summary._asdict(),
        "timeline": [one._asdict() for one in told.timeline],
    }


def _head(told: Told) -> None:
    from rich.text import Text

    when = f"  {told.started_at:%Y-%m-%d %H:%M:%S} UTC  {render.clock(told.visit.duration_ms)}  severity "
    render.out().print(
        Text.assemble((render.text(told.session_id).plain, "bold"), when, render.severity(told.severity))
    )
    render.out().print()


def _lines(timeline: Iterable[Happened]) -> Iterator[tuple[object, ...]]:
    """Lines of the timeline; what happens several times in a row is one line."""
    told = (one for one in timeline if one.what != "event" or not one.name.startswith(OWN_EVENTS))
    for (what, name, detail), group in groupby(told, key=lambda one: (one.what, one.name, one.detail)):
        same = list(group)
        times = f" ({len(same):,} times)" if len(same) > 1 else ""
        yield render.clock(same[0].offset_ms), what, name + times, detail
