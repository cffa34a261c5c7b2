"""trend: how often something happened, with intervals, and the sessions behind each point."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from replay_signals.jobs import answers, render
from replay_signals.jobs.tables import Store
from replay_signals.pipelines.analysis.trends import Line, Point, trend
from replay_signals.transforms.insights.questions import Trend
from replay_signals.transforms.printable import iso, json_bytes


def run(store: Store, asked: Trend, *, json: bool) -> None:
    """Prints a trend. Raises FilterError and WarehouseError."""
    found = trend(asked, store.warehouse, store.catalog)
    answers.tell_hints(found.hints)
    if json:
        render.write(json_bytes([_fields(one) for one in found.lines], indent=2))
        return
    for one in found.lines:
        _tell(store, asked, one)


def _fields(one: Line) -> dict[str, object]:
    points = [point._asdict() | {"start": iso(point.start)} for point in one.points]
    return one._asdict() | {"points": points, "troubles": [trouble._asdict() for trouble in one.troubles]}


def _tell(store: Store, asked: Trend, one: Line) -> None:
    answers.head(f"{one.series}{f', {answers.named(one.group)}' if asked.by else ''}")
    columns = [("From (UTC)", "left"), ("Times", "right"), ("95 %", "right"), ("Visitors", "right"),
               ("of those there", "right"), ("95 %", "right")]  # fmt: skip
    render.rows(columns, [_cells(asked, point) for point in one.points])
    answers.tell_troubles(one.troubles, "who never did", "who did")
    if one.points:
        most = max(one.points, key=lambda point: point.rows)
        if most.sessions:
            where = ["-w", store.warehouse] if store.warehouse else ["--catalog", store.catalog or ""]
            listed = shlex.join([render.command(), "sessions", *where, "--limit", "0", "--where", most.filter])
            answers.line(f"  Sessions of {_when(asked, most)} (--json has this for each point): {listed}")


def _when(asked: Trend, point: Point) -> str:
    return f"{point.start:%Y-%m-%d %H:%M}" if asked.interval == "hour" else f"{point.start:%Y-%m-%d}"


def _cells(asked: Trend, point: Point) -> Sequence[object]:
    share, interval = "", ""
    if point.share is not None:
        share, interval = f"{point.share:.0%}", f"{point.share_low:.0%} to {point.share_high:.0%}"
    return [_when(asked, point), f"{point.rows:,}", f"{point.low:,.0f} to {point.high:,.0f}", f"{point.visitors:,}",
            share, interval]  # fmt: skip
