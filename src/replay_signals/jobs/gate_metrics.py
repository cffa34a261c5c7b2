"""What looks at the tables came to, in Prometheus' text format: for the textfile collector of a node exporter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from replay_signals.pipelines.gate.memory import Memory

PREFIX = "replay_signals_tables"
MEANINGS = {
    "rows_total": ("counter", "rows that were held to what their table promises, when they came"),
    "open_faults": ("gauge", "faults that were found and are not over, by suite"),
    "unexpected_rows": ("gauge", "rows that an open fault had when it was found"),
    "awaited_sessions": (
        "gauge",
        "sessions that rows belong to and that have no row yet, those that go on included",
    ),
    "looked_at_seconds": ("gauge", "when the tables were looked at last (epoch)"),
    "look_seconds": ("gauge", "how long that took"),
}
"""Every metric with its type and meaning."""
Labels = tuple[tuple[str, str], ...]


def metrics(memory: Memory, now: datetime, seconds: float) -> str:
    """The whole file."""
    faults = [one.fault for one in memory.faults.values()]
    suites = {fault.suite for fault in faults}
    values: dict[str, Mapping[Labels, float]] = {
        "rows_total": {(("table", name),): count for name, count in memory.rows.items()},
        "open_faults": {(("suite", name),): sum(one.suite == name for one in faults) for name in suites} or {(): 0},
        "unexpected_rows": {
            (("id", key), ("suite", one.fault.suite), ("what", one.fault.what)): one.fault.unexpected
            for key, one in memory.faults.items()
        },
        "awaited_sessions": {(): len(memory.awaited)},
        "looked_at_seconds": {(): now.timestamp()},
        "look_seconds": {(): seconds},
    }
    return "".join(line for name, own in values.items() for line in _lines(name, own))


def _lines(name: str, values: Mapping[Labels, float]) -> Iterator[str]:
    kind, meaning = MEANINGS[name]
    yield f"# HELP {PREFIX}_{name} {meaning}\n# TYPE {PREFIX}_{name} {kind}\n"
    for labels, value in values.items():
        of = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels)
        yield f"{PREFIX}_{name}{f'{{{of}}}' if of else ''} {value:.10g}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
