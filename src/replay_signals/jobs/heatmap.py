"""heatmap: clicks of a page by element as numbers, and as a page that shows them over the page as it looked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct, to_builtins

from replay_signals.jobs import render
from replay_signals.jobs.exits import ExitCode
from replay_signals.jobs.rules import read_rules
from replay_signals.jobs.tables import Store
from replay_signals.pipelines.playback.pages import write_heatmap
from replay_signals.pipelines.playback.sources import sessions_to_play
from replay_signals.transforms.playback.heatmap import Heatmap
from replay_signals.transforms.playback.moment import Moment
from replay_signals.transforms.printable import json_bytes


class Request(Struct, frozen=True):
    """What one asks `heatmap` for; see the options of the command."""

    store: Store
    page: str
    width: str
    recordings: Sequence[str]
    file_format: str
    rules: str | None
    output: Path | None
    limit: int


def run(asked: Request, *, json: bool) -> ExitCode:
    """Prints a heatmap, and writes its page. Raises WarehouseError, InputError, RulesError and OSError."""
    from replay_signals.pipelines.iceberg.warehouse import connect, reading
    from replay_signals.pipelines.playback.heatmaps import TABLES, NoSuchPage, heatmap_of, page_shown

    rules = read_rules(asked.rules)
    try:
        with connect(asked.store.warehouse, asked.store.catalog, names=TABLES) as connection, reading():
            found, examples = heatmap_of(connection, asked.page, asked.width)
    except NoSuchPage as error:
        render.say(str(error))
        return ExitCode.NOTHING
    moment: Moment | None = None
    if asked.recordings or asked.output is not None:
        keys = {(example.team, example.session_id) for example in examples}
        place = asked.store.warehouse, asked.store.catalog
        opened = sessions_to_play(keys, rules, asked.recordings, *place, asked.file_format)
        found, moment = page_shown(found, examples, opened.sessions)
    page = None if asked.output is None else write_heatmap(asked.output, found, moment)
    if json:
        render.write(json_bytes({**to_builtins(found), "report": None if page is None else str(page)}, indent=2))
        return ExitCode.OK
    _print(found, asked.limit)
    if page is not None:
        if moment is None:
            render.say("No recording shows the page, so there are numbers only; --recordings names where they lie.")
        render.out().print(render.text(f"Open in a browser: {page.absolute().as_uri()}"), soft_wrap=True)
    return ExitCode.OK


def _print(found: Heatmap, limit: int) -> None:
    out = render.out()
    where = "" if found.width == "all" else f" in {found.width} windows"
    out.print(
        render.text(
            f"{found.page}: {render.count(found.visitors, 'visitor')}{where}, {render.count(found.clicks, 'click')}, "
            f"{found.unplaced:,} of them on nothing that is known."
        )
    )
    out.print()
    columns = [("Element", "fold"), *((name, "right") for name in ("Visitors", "95 %", "Clicks", "Dead", "Rage"))]
    shown = found.elements[: limit or None]
    render.rows(
        columns,
        [
            (
                one.element or one.element_key,
                f"{one.share:.0%}",
                f"{one.low:.0%} to {one.high:.0%}",
                f"{one.clicks:,}",
                f"{one.dead:,}" if one.dead else "",
                f"{one.rage_visitors:,}" if one.rage_visitors else "",
            )
            for one in shown
        ],
    )
    if len(found.elements) > len(shown):
        render.say(f"{render.count(len(found.elements) - len(shown), 'more element')}; --limit 0 prints all.")
    if found.scroll:
        seen = ", ".join(
            f"{step.depth:.0%} {step.share:.0%}" for step in found.scroll if round(step.depth * 10) % 2 == 0
        )
        out.print()
        out.print(render.text(f"Scrolled down to, share of visitors: {seen}"), soft_wrap=True)
