"""What people see: ranked problems, tables and messages for a terminal.

Everything recorded passes `visible` and is put into rich `Text`, never into markup: a page's text can neither steer the
terminal nor style our output.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from replay_signals.transforms.printable import iso, visible

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from replay_signals.pipelines.inbox.folder import Damage
    from replay_signals.schemas.inbox import InboxRecord
    from replay_signals.transforms.problems.glance import Glance

WIDE_COLUMNS = 110
"""From this width on problems are a table; below, three short lines each: eight columns would be torn to shreds."""

NAME = "replay-signals"
WRITE_CHARS = 32_768
MARKS = {
    "new": "+", "revised": "~", "retracted": "-", "resolved": "=", "reopened": "!", "merged": ">", "confirmed": "*",
    "dismissed": "x", "snoozed": "z", "fix_claimed": "?",
}  # fmt: skip
"""Before a record that arrives: what its revision says."""
ID_CHARS = 8
"""Of an id, as lists show it; enough for `inbox show`."""


@cache
def out() -> Console:
    """Standard output. Numbers and paths are not highlighted: colour means severity here."""
    from rich.console import Console

    return Console(highlight=False, emoji=False, markup=False, soft_wrap=False)


@cache
def err() -> Console:
    """Standard error: progress, notes and errors, so that output can be piped."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, emoji=False, markup=False)


def say(sentence: str) -> None:
    """A note to the user on standard error."""
    err().print("\n".join(visible(line) for line in sentence.split("\n")), soft_wrap=True)


def say_unkeyed() -> None:
    """A note, once a run, when people were hashed without a key."""
    from replay_signals.pipelines.privacy import UNKEYED, lacked_key

    if lacked_key():
        say(f"Warning: {UNKEYED}")


def command() -> str:
    """What to type for this command: its name when the shell finds it, else the path it was started by."""
    started = sys.argv[0]
    found = shutil.which(NAME)
    return NAME if Path(started).name != NAME or (found and Path(found).samefile(started)) else started


def write(data: bytes, *, flush: bool = False) -> None:
    """A line of machine-readable output."""
    text = data.decode() + "\n"
    for start in range(0, len(text), WRITE_CHARS):  # unbuffered (PYTHONUNBUFFERED), Python drops what a pipe cuts off
        sys.stdout.write(text[start : start + WRITE_CHARS])
    if flush:
        sys.stdout.flush()


class Entry(NamedTuple):
    """One line of a ranked list; `extra` is what the list is about: sessions affected, or where to find it."""

    kind: str
    page: str
    element: str
    severity: float
    confidence: float
    extra: str
    why: str


def glances(ranked: Sequence[Glance], limit: int) -> None:
    """Problems of `detect`, `limit` at most (0: all), and how many were left out."""
    shown = ranked[:limit] if limit else ranked
    if not shown:
        out().print("No signals.")
        return
    entries([_glance_entry(one) for one in shown], "Sessions")
    if len(shown) < len(ranked):
        out().print(f"… and {count(len(ranked) - len(shown), 'more problem')}; --top 0 shows all.", style="dim")


def _glance_entry(one: Glance) -> Entry:
    worst = one.worst
    page = worst.page_pattern or worst.page
    return Entry(worst.kind, page, worst.element, worst.severity, worst.confidence, str(one.sessions), worst.summary)


def entries(shown: Sequence[Entry], extra: str) -> None:
    """A ranked list: a table on wide terminals, three short lines each on narrow ones."""
    if out().width >= WIDE_COLUMNS:
        out().print(_entry_table(shown, extra))
        return
    for position, entry in enumerate(shown, 1):
        _entry_lines(position, entry, extra)


def _entry_table(shown: Sequence[Entry], extra: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True, header_style="bold")
    table.add_column("#", justify="right")
    table.add_column("Kind", no_wrap=True)
    table.add_column("Page", ratio=4, overflow="fold")
    table.add_column("Element", ratio=4, overflow="fold")
    table.add_column("Sev", justify="right")
    table.add_column("Conf", justify="right")
    table.add_column(extra, justify="right", no_wrap=True)
    table.add_column("Why", ratio=7, overflow="fold")
    for position, entry in enumerate(shown, 1):
        table.add_row(
            str(position),
            text(entry.kind),
            text(entry.page),
            text(entry.element or "–"),
            severity(entry.severity),
            f"{entry.confidence:.0%}",
            text(entry.extra),
            text(entry.why),
        )
    return table


def _entry_lines(position: int, entry: Entry, extra: str) -> None:
    from rich.padding import Padding
    from rich.text import Text

    head = Text.assemble(
        (f"{position:3}. ", "dim"),
        (visible(entry.kind), "bold"),
        "  severity ",
        severity(entry.severity),
        f"  confidence {entry.confidence:.0%}  {extra.lower()} {visible(entry.extra)}",
    )
    place = Text.assemble((visible(entry.page), "cyan"), "  ", visible(entry.element))
    for line, indent in ((head, 0), (place, 5), (text(entry.why), 5)):
        out().print(Padding(line, (0, 0, 0, indent)))


def rows(columns: Sequence[tuple[str, str]], data: Iterable[Sequence[object]]) -> None:
    """A plain table; each column is a name and `left`, `right` or `fold` (text that may wrap)."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True, header_style="bold")
    for name, style in columns:
        if style == "right":
            table.add_column(name, justify="right", no_wrap=True)
        else:
            table.add_column(name, overflow="fold", no_wrap=style == "left")
    for row in data:
        table.add_row(*(value if not isinstance(value, str) else text(value) for value in map(_cell, row)))
    out().print(table)


def _cell(value: object) -> Text | str:
    from rich.text import Text

    return value if isinstance(value, Text) else "–" if value is None or value == "" else str(value)


def record(found: InboxRecord) -> None:
    """A full record as whoever is on call wants to read it: what, where, for whom, how sure, evidence."""
    from rich.text import Text

    out().print(Text.assemble((visible(found.title), "bold")))
    out().print(text(found.summary))
    out().print()
    where, who = found.where, found.who
    lines: list[tuple[str, object]] = [
        ("severity", Text.assemble(severity(found.severity), f" of 100  ({components(found.components)})")),
        ("confidence", f"{found.confidence:.0%}   verdict {found.verdict}   weight {found.weight:.2f}"),
        ("status", f"{found.status}, revision {found.revision}, rules {found.rules_version}"),
        ("page", where.page),
        ("pattern", where.page_pattern),
        ("element", where.element),
        ("element key", where.element_key),
        ("at", None if where.x_px is None or where.y_px is None else f"x {where.x_px:.0f} px, y {where.y_px:.0f} px"),
        ("when", f"{iso(found.started_at)} to {iso(found.ended_at)}"),
        ("seek to", f"{clock(found.offset_ms)} in the recording ({found.offset_ms} ms)"),
        ("session", who.session_id),
        ("window", who.window_id),
        ("visitor", "  ".join(filter(None, (who.distinct_id, who.person_id and f"person {who.person_id}")))),
        ("flags", ", ".join(f"{k}={v}" for k, v in sorted(found.flags.items()))),
        ("id", found.id),
    ]
    pairs([(name, value if isinstance(value, Text) else text(str(value))) for name, value in lines if value])
    from replay_signals.transforms.inbox.record import parsed

    evidence = parsed(found.evidence)
    if evidence:
        out().print("\nevidence", style="dim")
        items = evidence.items() if isinstance(evidence, dict) else [("", evidence)]
        pairs([(f"  {visible(str(key))}", text(_compact(value))) for key, value in items])


def _compact(value: object) -> str:
    import msgspec

    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def pairs(named: Sequence[tuple[str, Text]]) -> None:
    """Names and values below each other; a long value wraps within its column."""
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in named:
        table.add_row(name, value)
    out().print(table)


def components(found: dict[str, float]) -> str:
    """Parts of a severity with their points, the greatest first."""
    parts = sorted(found.items(), key=lambda item: -abs(item[1]))
    return ", ".join(f"{visible(name)} {points:+.3g}" for name, points in parts) or "no components"


def damage(found: Sequence[Damage]) -> None:
    """A warning about segments that are cut."""
    for one in found:
        good = count(one.good_records, "record")
        say(f"Warning: segment {one.segment} is damaged after {good}; the rest of it is left out.")


def severity(points: float) -> Text:
    """Severity, coloured by how bad it is."""
    from rich.text import Text

    return Text(f"{points:.0f}", style="bold red" if points >= 70 else "yellow" if points >= 40 else "")


def text(recorded: str) -> Text:
    """Recorded text without style or markup."""
    from rich.text import Text

    return Text(visible(recorded))


def count(number: int, noun: str) -> str:
    """`1 session`, `2 sessions`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def clock(ms: int) -> str:
    """Minutes and seconds of an offset, as players show it: 1:05."""
    minutes, seconds = divmod(max(0, ms) // 1000, 60)
    return f"{minutes}:{seconds:02}"


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[str], None]]:
    """A progress bar on standard error, on terminals only; call the result after each of `total` steps."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err(), transient=True, disable=not err().is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda _: bar.advance(task)


@contextmanager
def stages(names: Mapping[str, str]) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar a stage, from its beginning on; call the result with stage, how many are done, of how many."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:18}"), BarColumn(), TextColumn("{task.fields[of]}"), TimeElapsedColumn())
    with Progress(*columns, console=err(), disable=not err().is_terminal) as bar:
        tasks = {stage: bar.add_task(name, total=None, visible=False, of="") for stage, name in names.items()}

        def progress(stage: str, done: int, total: int) -> None:
            of = f"{done:,}/{total:,}" if total else f"{done:,}"
            bar.update(tasks[stage], completed=done, total=total or None, visible=True, of=of)

        yield progress
