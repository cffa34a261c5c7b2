"""The streaming job with a judge that makes rows which their tables refuse, as of a bug in a release: `-pym faulty`."""

from __future__ import annotations

from typing import Any

import msgspec

from replay_signals.pipelines.stream import graph, main, steps
from replay_signals.transforms.judge.rows import Rows

KIND = "dead_click"
"""Its signals are refused everywhere."""
SESSION = "01a20b8a-b37b-73ba-9f3a-4219d87f80c5"
"""Its own row is refused."""


class Faulty(steps.JudgeSessions):
    """Judges wrongly in the process in which it runs."""

    def open(self, runtime_context: Any) -> None:
        """Plants the faults."""
        super().open(runtime_context)
        Rows.signals, Rows.session = signals, session  # type: ignore[method-assign]  # once more is the same


def signals(self: Rows, found: Any, real: Any = Rows.signals) -> Any:
    """Signals of a kind that are surer than sure."""
    return [msgspec.structs.replace(row, confidence=1.5) if row.kind == KIND else row for row in real(self, found)]


def session(self: Rows, *given: Any, real: Any = Rows.session) -> Any:
    """A session that was active for longer than it lasted."""
    row = real(self, *given)
    return msgspec.structs.replace(row, active_ms=10**12) if row.session_id == SESSION else row


if __name__ == "__main__":
    graph.JudgeSessions = Faulty  # type: ignore[misc]  # where the graph finds it
    main.main()
