"""groups: sessions grouped by what they did and met."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from replay_signals.jobs import answers, render
from replay_signals.jobs.tables import Store
from replay_signals.pipelines.analysis.filtering import condition, tables_of
from replay_signals.pipelines.analysis.grouping import POOL, TABLES, Group, groups
from replay_signals.pipelines.analysis.hints import hints, outside
from replay_signals.pipelines.iceberg.warehouse import connect
from replay_signals.transforms.printable import json_bytes, visible

MODEL_LINES = 60
"""Of the timeline of each example that a model gets."""


class Asked(NamedTuple):
    """Which sessions, and how many groups to show (0: all)."""

    where: str
    first: date | None
    last: date | None
    limit: int
    by_model: bool = False


def run(store: Store, asked: Asked, *, json: bool) -> None:
    """Prints groups, the largest first. Raises FilterError, ModelError (none is configured) and WarehouseError."""
    chosen = condition(asked.where, "session", "s")
    needed = set(TABLES) | tables_of(chosen.sql)
    with connect(store.warehouse, store.catalog, names=needed) as db:
        found = groups(db, asked.where, asked.first, asked.last)
        told = [*hints(db, chosen.mentions), *outside(db, ["session"], asked.first, asked.last)]
    answers.tell_hints(told)
    shown = found[: asked.limit or None]
    words = _by_model(store, shown) if asked.by_model else {}
    if json:
        render.write(json_bytes([_fields(one, words) for one in shown], indent=2))
        return
    for one in shown:
        _print(one, words.get(one.group_id, ""))
    if len(shown) < len(found):
        sessions = sum(one.sessions for one in found[len(shown) :])
        left = f"… and {render.count(len(found) - len(shown), 'more group')} of {render.count(sessions, 'session')}"
        render.out().print(f"{left}; --limit 0 shows all.", style="dim")
    if not found:
        render.out().print("No sessions.")
    if sum(one.sessions for one in found) == POOL:
        render.say(f"Note: the newest {POOL:,} sessions are grouped; --from, --to and --where choose others.")


def _fields(one: Group, words: dict[str, str]) -> dict[str, object]:
    problems = [{"title": title, "share": share} for title, share in one.problems]
    more = {"model_summary": words[one.group_id]} if one.group_id in words else {}
    return one._asdict() | {"problems": problems} | more


def _print(one: Group, words: str) -> None:
    from rich.padding import Padding
    from rich.text import Text

    size = f"{render.count(one.sessions, 'session')} ({one.share:.0%})  severity "
    render.out().print(Text.assemble((f"{one.group_id}  ", "dim"), (visible(one.name), "bold")))
    lines = [Text.assemble(size, render.severity(one.severity), f"  {one.left_in_trouble:.0%} left in trouble")]
    lines += [render.text(f"(by the model) {words}")] if words else []
    lines += [render.text(f"{share:.0%} met: {title}") for title, share in one.problems]
    lines.append(render.text(f"worst: {', '.join(one.examples)}"))
    for line in lines:
        render.out().print(Padding(line, (0, 0, 0, 2), expand=False))


def _by_model(store: Store, shown: list[Group]) -> dict[str, str]:
    """What a configured model says of each group, of its worst sessions; a group it fails at has no words."""
    from replay_signals.pipelines.analysis import told_sessions
    from replay_signals.pipelines.analysis.model import ModelError, answer, configured
    from replay_signals.transforms.summary.prompt import lines

    model = configured()
    words = {}
    with connect(store.warehouse, store.catalog, names=told_sessions.TABLES) as db:
        for one in shown:
            told = told_sessions.told(db, one.examples)
            data = {"sessions": one.sessions, "examples": [lines(it.timeline)[:MODEL_LINES] for it in told]}
            try:
                words[one.group_id] = answer(model, "group", data)
            except ModelError as error:
                render.say(f"Note: {error}; the group {one.group_id} is told by rules.")
    return words
