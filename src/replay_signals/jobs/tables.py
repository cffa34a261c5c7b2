"""sessions, signals: a look at what the tables of a warehouse hold, newest revision of each row, worst first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from replay_signals.jobs import render
from replay_signals.schemas.rows import ROW_KEYS, TABLES, SessionRow, SignalRow
from replay_signals.transforms.inbox.player_link import At, PlayerLink
from replay_signals.transforms.printable import json_bytes

if TYPE_CHECKING:
    from replay_signals.transforms.filters.condition import Condition, Mention

HARM = {"sessions": "severity", "signals": "severity * confidence"}
NARROW_COLUMNS = 5  # of a list of sessions; session ids are long and must stay whole to be copied
STARTED = "started_at, session_id"


class Filter(msgspec.Struct, frozen=True):
    """Which rows to show; days are those the session started on, both ends included."""

    session_id: str | None = None
    from_day: date | None = None
    to_day: date | None = None
    min_severity: float = 0.0
    kinds: Sequence[str] = ()
    min_confidence: float = 0.0
    page: str = ""
    where: str = ""
    ids: Sequence[str] | None = None

    def conditions(self, table: str) -> Condition:
        """SQL condition over `sessions` or `signals` and its parameters: what users type is never part of the SQL.

        Raises FilterError.
        """
        from replay_signals.pipelines.analysis.filtering import check_days, condition

        check_days(self.from_day, self.to_day)
        pages = "page" if table == "signals" else "array_to_string(urls, ' ')"
        parts: list[tuple[str, object]] = [("severity >= ?", self.min_severity)]
        optional: list[tuple[str, object]] = [
            ("session_id = ?", self.session_id),
            ("day >= ?", self.from_day),
            ("day <= ?", self.to_day),
            (f"contains({pages}, ?)", self.page),
        ]
        if self.ids is not None:
            parts.append(("session_id IN (SELECT unnest(?))", list(self.ids)))
        if table == "signals":
            optional += [("list_contains(?, kind)", list(self.kinds)), ("confidence >= ?", self.min_confidence)]
        parts += [(sql, value) for sql, value in optional if value]
        chosen = condition(self.where, table.removesuffix("s"), table)
        sql = " AND ".join([*(sql for sql, _ in parts), chosen.sql])
        return chosen._replace(sql=sql, values=[*(value for _, value in parts), *chosen.values])

    def named(self, table: str) -> list[Mention]:
        """What options beside the filter take for something that exists."""
        from replay_signals.transforms.filters.condition import Mention

        scope = table.removesuffix("s")
        return [Mention("session_id", scope, "seen.session_id", (), self.session_id)] if self.session_id else []


class Page(NamedTuple):
    """The first rows of a table that pass a filter, how many pass, and what of the filter may be a typo."""

    rows: list[Any]
    total: int
    hints: Sequence[str] = ()


class Store(NamedTuple):
    """A warehouse: its folder, or the name of a configured catalog."""

    warehouse: str | None
    catalog: str | None = None

    def worst(self, table: str, wanted: Filter, limit: int, skip: int = 0) -> Page:
        """The worst rows of `sessions` or `signals` (`limit` 0: all) after the first `skip`.

        Raises WarehouseError and FilterError.
        """
        from replay_signals.pipelines.analysis.filtering import asking, tables_of
        from replay_signals.pipelines.analysis.hints import held, hints
        from replay_signals.pipelines.iceberg.duck import struct_rows
        from replay_signals.pipelines.iceberg.warehouse import connect, reading
        from replay_signals.transforms.filters.scopes import SCOPES

        where, values, mentions = wanted.conditions(table)
        order = f"ORDER BY {HARM[table]} DESC, {STARTED}, {ROW_KEYS[table][-1]}"
        order += f" LIMIT {limit} OFFSET {skip}" if limit else ""
        sql = f"SELECT * FROM latest_{table} AS {table} WHERE {where}"
        read = tables_of(sql) | {SCOPES[mention.scope].table for mention in mentions}
        with connect(self.warehouse, self.catalog, wanted.session_id, read) as connection, reading(), asking():
            rows = list(struct_rows(connection.execute(f"{sql} {order}", values), TABLES[table]))
            notes = hints(connection, mentions)
            if not rows:
                notes += [*hints(connection, wanted.named(table)), *held(connection, table)]
            if not limit or len(rows) < limit:
                return Page(rows, skip + len(rows), notes)
            ((total,),) = connection.execute(f"SELECT count(*) FROM ({sql})", values).fetchall()
            return Page(rows, total, notes)


def show_sessions(page: Page, json: bool) -> None:
    """Sessions, most severe first."""
    _tell_hints(page)
    if json:
        render.write(json_bytes([_session_dict(row) for row in page.rows], indent=2))
        return
    columns = [
        ("Session", "left"), ("Started (UTC)", "left"), ("Length", "right"), ("Signals", "right"), ("Sev", "right"),
        ("Clicks", "right"), ("Visitor", "fold"), ("Last page", "fold"),
    ]  # fmt: skip
    width = len(columns) if render.out().width >= render.WIDE_COLUMNS else NARROW_COLUMNS
    if page.rows:
        render.rows(columns[:width], [_session_cells(row)[:width] for row in page.rows])
    _left_out(page, "session")


def show_signals(page: Page, json: bool, player: PlayerLink | None = None) -> None:
    """Signals, worst first, each with its address in a player where one is configured."""
    _tell_hints(page)
    links = ["" if player is None else player.at(moment_of(row)) for row in page.rows]
    if json:
        from replay_signals.transforms.inbox.record import signal_dict

        shown = [
            signal_dict(row) | ({"player_url": link} if link else {})
            for row, link in zip(page.rows, links, strict=True)
        ]
        render.write(json_bytes(shown, indent=2))
        return
    render.entries([_signal_entry(row) for row in page.rows], "Id")
    if player is not None:
        pairs = zip(page.rows, links, strict=True)
        render.pairs([(row.signal_id[: render.ID_CHARS], render.text(link)) for row, link in pairs])
    _left_out(page, "signal")


def moment_of(row: SignalRow) -> At:
    """Where a signal is in its recording."""
    return At(row.team, row.session_id, row.offset_ms, row.window_id, row.distinct_id)


def _signal_entry(row: SignalRow) -> render.Entry:
    page = row.page_pattern or row.page
    return render.Entry(
        row.kind, page, row.element, row.severity, row.confidence, row.signal_id[: render.ID_CHARS], row.summary
    )


def _session_cells(row: SessionRow) -> list[object]:
    return [
        row.session_id,
        f"{row.started_at:%Y-%m-%d %H:%M}",
        render.clock(row.duration_ms),
        row.signal_count,
        render.severity(row.severity),
        row.click_count,
        row.distinct_id,
        row.last_url,
    ]


def _session_dict(row: SessionRow) -> dict[str, object]:
    from replay_signals.transforms.inbox.record import parsed

    fields: dict[str, object] = msgspec.to_builtins(row)
    return fields | {"person_properties": parsed(row.person_properties)}


def _tell_hints(page: Page) -> None:
    for hint in page.hints:
        render.say(f"Note: {hint}")


def _left_out(page: Page, noun: str) -> None:
    more = page.total - len(page.rows)
    if not page.total:
        render.out().print(f"No {noun}s.")
    elif more:
        render.out().print(f"… and {render.count(more, f'more {noun}')}; --limit 0 shows all.", style="dim")
