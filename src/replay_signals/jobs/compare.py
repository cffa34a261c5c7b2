"""compare: what some visitors met more often than the others, and their sessions."""

from __future__ import annotations

from replay_signals.jobs import answers, render
from replay_signals.jobs.tables import Store
from replay_signals.pipelines.analysis.comparing import Answer, Comparison, compare
from replay_signals.transforms.printable import json_bytes


def run(store: Store, asked: Comparison, *, is_listing: bool, json: bool) -> None:
    """Prints a comparison, or the chosen sessions. Raises FilterError and WarehouseError."""
    found = compare(asked, store.warehouse, store.catalog)
    answers.tell_hints(found.hints)
    if found.unknown:
        some = ", ".join(found.unknown[: answers.SHOWN])
        render.say(f"Note: {render.count(len(found.unknown), 'id')} of the list nobody here has: {some} …")
    if is_listing:
        answers.list_sessions(store, found.sessions, json=json)
    elif json:
        render.write(json_bytes(found._asdict() | {"troubles": [one._asdict() for one in found.troubles]}, indent=2))
    else:
        _tell(found)


def _tell(found: Answer) -> None:
    answers.line(f"{render.count(found.visitors, 'visitor')} in {render.count(len(found.sessions), 'session')}, "
                 f"beside {render.count(found.others, 'other')}.")  # fmt: skip
    answers.tell_troubles(found.troubles, "of them", "of the others")
    if not found.troubles:
        answers.line("  No problem that they surely met more often.")
    answers.tell_sessions(found.sessions, "--sessions")
