"""watching: the suites on what came into tables since the last look, and which faults are new or over.

Rows are looked at once, when they come; faults that were told again where their table changed, until no row that counts
is so any more. Volumes are looked at by whole days, shares of verdicts by the newest day so far.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import duckdb
from pyiceberg.catalog import Catalog
from pyiceberg.table import Table

from replay_signals.pipelines.gate.arrivals import Arrivals, arrivals, mark_of
from replay_signals.pipelines.gate.awaited_sessions import hear, orphans, take_missing
from replay_signals.pipelines.gate.batch import connected, parameters
from replay_signals.pipelines.gate.evaluate import Finding, evaluate
from replay_signals.pipelines.gate.history import DAY, Period, unknown_view, volumes_view, weekday_volumes_view
from replay_signals.pipelines.gate.memory import Memory, OpenFault
from replay_signals.pipelines.gate.relations import (
    Seen,
    columns_view,
    day_of,
    is_in_session,
    keys_table,
    known_sessions,
    newest_only,
    rows_view,
)
from replay_signals.pipelines.iceberg.catalog import open_tables
from replay_signals.pipelines.iceberg.predicates import within
from replay_signals.schemas.expectations import KEY_SUITES, ROW_SUITES
from replay_signals.schemas.expectations.common import SESSION_KNOWN
from replay_signals.schemas.expectations.history import (
    COLUMNS,
    COUNTED_TABLES,
    HISTORY_DAYS,
    UNKNOWN_CLICKS,
    VOLUMES,
    WEEKDAY_VOLUMES,
)
from replay_signals.schemas.expectations.suite import Suite
from replay_signals.schemas.inbox import TableFault
from replay_signals.schemas.kept import Holds, text_columns
from replay_signals.schemas.rows import TABLES
from replay_signals.transforms.inbox.fault_record import next_step

HISTORY_EVERY = timedelta(hours=1)
"""What days before say is looked at this often: it reads the newest day whole."""
OF_DAYS = (VOLUMES.name, WEEKDAY_VOLUMES.name)
"""Suites whose faults are of a day each."""
OPEN_FOR = timedelta(days=7)
"""Such a fault is over when its day is as it should be, or lies so far back: a holiday stays one."""
HARMLESS = (Holds.OWN_WORD, Holds.PROJECT, Holds.RANDOM_ID)
"""Classes of text that an example may show."""


class Found(NamedTuple):
    """What was found, and where: the table whose rows they are (empty for several), the days that hold them, and the
    snapshots that brought them where these are known.
    """

    finding: Finding
    table: str = ""
    days: tuple[date, date] | None = None
    snapshots: Sequence[int] = ()

    @property
    def name(self) -> list[str]:
        """The same for the same fault of the same table, whenever it is found; of volumes, of each day its own."""
        of_day = str(self.days) if self.finding.suite in OF_DAYS else ""
        return [self.finding.suite, self.finding.type, *self.finding.columns, self.finding.what, self.table, of_day]


class Look(NamedTuple):
    """What a look came to: every finding, and the ids of faults that are new and of those that are over."""

    findings: list[Finding]
    opened: dict[str, Found]
    over: dict[str, OpenFault]


def look(catalog: Catalog, memory: Memory, now: datetime, patience: timedelta) -> Look:
    """Looks at what came since the last look and takes it down in `memory`. Raises WarehouseError.

    `patience` is how long after the last word of it a session may be without its row.
    """
    tables = open_tables(catalog, create=False)
    came = {name: arrivals(name, table, memory.marks.get(name)) for name, table in tables.items()}
    new = _of_rows(tables, came, memory, now)
    stand = [Found(finding, name, None, brought) for name, finding, brought in orphans(tables, memory, now - patience)]
    stand += _columns(tables)
    if memory.history_at is None or now - memory.history_at >= HISTORY_EVERY:
        today = now.astimezone(UTC).date()
        stand += [*_unknown(tables, today), *_volumes(tables, memory, today)]
        memory.history_at = now
    broken = {memory.id_of(*one.name): one for one in (*new, *stand) if not one.finding.holds}
    stand += _standing(tables, came, memory, broken)
    held = _old_days(memory, now.astimezone(UTC).date()) - broken.keys()
    held |= {key for one in stand if one.finding.holds and (key := memory.id_of(*one.name)) not in broken}
    memory.marks = {name: mark_of(table) for name, table in tables.items()}
    return _taken_down(memory, broken, held, now, [one.finding for one in (*new, *stand)])


def _of_rows(tables: Mapping[str, Table], came: Mapping[str, Arrivals], memory: Memory, now: datetime) -> list[Found]:
    """Rows and keys that came; sessions that rows belong to and that have none are awaited."""
    new = {name: one.seen for name, one in came.items() if one.seen.new}
    found: list[Found] = []
    with connected() as connection:
        if "sessions" in tables:
            known_sessions(connection, came["sessions"].seen, [one for name, one in new.items() if is_in_session(name)])
        for name, seen in new.items():
            days = (min(seen.days), max(seen.days))
            findings = evaluate(connection, ROW_SUITES[name], rows_view(connection, seen), parameters())
            memory.rows[name] = memory.rows.get(name, 0) + max((one.rows for one in findings), default=0)
            findings += evaluate(connection, KEY_SUITES[name], keys_table(connection, seen), parameters())
            of_rows = [one for one in findings if SESSION_KNOWN not in one.columns]
            found += [Found(one, name, days, came[name].snapshots) for one in of_rows]
        take_missing(connection, new, memory, now)
        if memory.awaited:
            hear(connection, came, memory, now)
    return found


def _columns(tables: Mapping[str, Table]) -> list[Found]:
    with connected() as connection:
        return [Found(one) for one in evaluate(connection, COLUMNS, columns_view(connection, tables), parameters())]


def _unknown(tables: Mapping[str, Table], today: date) -> Iterator[Found]:
    """Verdicts of the newest day so far; nothing is said where there are too few clicks to tell."""
    table = tables.get("interactions")
    if table is None:
        return
    until_now = within(today - HISTORY_DAYS * DAY, today)  # a visitor's clock may be years ahead
    current = table.metadata.current_snapshot_id
    files = Seen("interactions", table, current, None, until_now).new
    if not files:
        return
    last = max(map(day_of, files))
    newest = Seen("interactions", table, current, [file for file in files if day_of(file) == last], until_now)
    with connected() as connection:
        (finding,) = evaluate(connection, UNKNOWN_CLICKS, unknown_view(connection, newest), parameters())
        if finding.rows:
            yield Found(finding, "interactions", (last, last))


def _volumes(tables: Mapping[str, Table], memory: Memory, today: date) -> Iterator[Found]:
    """Days that are over since the last look, and those that were found wanting; each day of a table by itself."""
    yesterday = today - DAY
    open_days = [
        one.days[0]
        for one in memory.faults.values()
        if one.fault.suite in OF_DAYS and one.days and today - one.days[0] <= OPEN_FOR
    ]
    first = min([*open_days, yesterday if memory.whole_until is None else min(memory.whole_until + DAY, yesterday)])
    memory.whole_until = yesterday
    days = within(first - HISTORY_DAYS * DAY, yesterday)
    counted = [
        Seen(name, tables[name], tables[name].metadata.current_snapshot_id, [], days)
        for name in COUNTED_TABLES
        if name in tables
    ]
    period = Period(first, yesterday)
    with connected() as connection:
        empty = list(_by_day(connection, VOLUMES, volumes_view(connection, counted, period, today)))
        told = {(one.table, one.days) for one in empty if not one.finding.holds}
        unusual = _by_day(connection, WEEKDAY_VOLUMES, weekday_volumes_view(connection, counted, period))
        yield from (*empty, *(one for one in unusual if (one.table, one.days) not in told))


def _old_days(memory: Memory, today: date) -> set[str]:
    """Faults of days that are not looked at any more."""
    faults = ((key, one) for key, one in memory.faults.items() if one.fault.suite in OF_DAYS)
    return {key for key, one in faults if one.days and today - one.days[0] > OPEN_FOR}


def _by_day(connection: duckdb.DuckDBPyConnection, suite: Suite, view: str) -> Iterator[Found]:
    for name, day in connection.execute(f'SELECT "table", day FROM {view}').fetchall():
        of_day = f"(SELECT * FROM {view} WHERE \"table\" = '{name}' AND day = DATE '{day}')"
        for finding in evaluate(connection, suite, of_day, parameters()):
            yield Found(finding, name, (day, day))


def _standing(
    tables: Mapping[str, Table], came: Mapping[str, Arrivals], memory: Memory, broken: Iterable[str]
) -> Iterator[Found]:
    """Faults of rows that were told, looked at again where their tables changed: are their days as expected by now?"""
    again: dict[str, list[OpenFault]] = defaultdict(list)
    for key, one in memory.faults.items():
        is_of_rows = one.fault.suite in ROW_SUITES or one.fault.suite.endswith("_keys")
        if key not in broken and is_of_rows and one.days and came[one.fault.table].is_changed:
            again[one.fault.table].append(one)
    for name, faults in again.items():
        days = (
            min(one.days[0] for one in faults if one.days),
            max(one.days[1] for one in faults if one.days),
        )
        table = tables[name]
        seen = Seen(name, table, table.metadata.current_snapshot_id, None, within(*days))
        with connected() as connection:
            connection.execute("CREATE TABLE known_sessions (team VARCHAR, session_id VARCHAR)")
            newest = newest_only(name)
            findings = evaluate(connection, ROW_SUITES[name], rows_view(connection, seen, newest), parameters())
            findings += evaluate(connection, KEY_SUITES[name], keys_table(connection, seen, newest), parameters())
        yield from (Found(one, name, days) for one in findings if SESSION_KNOWN not in one.columns)


def _taken_down(
    memory: Memory,
    broken: Mapping[str, Found],
    held: Iterable[str],
    now: datetime,
    findings: list[Finding],
) -> Look:
    """Faults that are new, under their next revision, and those that are over."""
    opened = {key: one for key, one in broken.items() if key not in memory.faults}
    over = {key: memory.faults.pop(key) for key in held if key in memory.faults}
    for key, one in over.items():
        memory.revisions[key] = one.revision = one.revision + 1
    for key, found in broken.items():
        if key in opened:
            memory.revisions[key] = memory.revisions.get(key, 0) + 1
            memory.faults[key] = OpenFault(_fault(key, found), now, memory.revisions[key], found.days)
        elif found.days and (known := memory.faults[key].days):
            memory.faults[key].days = min(known[0], found.days[0]), max(known[1], found.days[1])
    return Look(findings, opened, over)


def _fault(key: str, found: Found) -> TableFault:
    finding, table, snapshots = found.finding, found.table, found.snapshots
    is_orphan = SESSION_KNOWN in finding.columns
    return TableFault(
        table=table,
        suite=finding.suite,
        expectation=finding.type,
        what=finding.what,
        unexpected=finding.unexpected,
        looked_at=finding.rows,
        examples=[_example(table, row, finding) for row in finding.examples],
        days=[day.isoformat() for day in dict.fromkeys(found.days or ())],
        snapshots=[str(one) for one in dict.fromkeys((*snapshots[:1], *snapshots[-1:]))],
        report=f"reports/table-fault-{key}.html",
        next_step=next_step(finding.suite, table, is_orphan=is_orphan),
    )


def _example(table: str, row: Mapping[str, object], finding: Finding) -> str:
    """The key of a row, as far as it says nothing of a visitor."""
    classes = {one.name: one.holds for one in text_columns(TABLES[table])} if table in TABLES else {}
    names = ROW_SUITES[table].key if finding.suite in ROW_SUITES else tuple(row)
    shown = {name: row[name] for name in names if name in row and classes.get(name, Holds.OWN_WORD) in HARMLESS}
    return " ".join(f"{name}={value}" for name, value in shown.items())
