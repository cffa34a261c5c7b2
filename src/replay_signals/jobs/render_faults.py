"""A fault of a table as whoever runs this program wants to read it."""

from __future__ import annotations

from replay_signals.jobs import render
from replay_signals.schemas.inbox import InboxRecord
from replay_signals.transforms.printable import iso


def detail(found: InboxRecord) -> None:
    """A fault of a table: what is wrong with which rows, and what to do."""
    of = found.fault
    assert of is not None, "a fault's record"
    render.out().print(render.text(found.title), style="bold")
    render.out().print(render.text(found.summary))
    render.out().print()
    lines = {
        "status": f"{found.status}, revision {found.revision}",
        "table": of.table,
        "expectation": of.expectation,
        "rows": f"{of.unexpected:,} of {of.looked_at:,}",
        "found": f"{iso(found.started_at)}, seen {iso(found.ended_at)}",
        "days": " to ".join(of.days),
        "snapshots": " to ".join(of.snapshots),
        "report": of.report,
        "id": found.id,
    }
    render.pairs([(name, render.text(value)) for name, value in lines.items() if value])
    for example in of.examples:
        render.out().print(render.text(f"  {example}"), style="dim")
