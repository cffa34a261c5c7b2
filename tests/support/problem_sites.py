"""A small shop in rows, as the judge would write them, put straight into a warehouse: for what ranks many sessions."""

from __future__ import annotations

import random
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from replay_signals.pipelines.iceberg.catalog import PinnedTable, open_catalog, open_tables
from replay_signals.pipelines.iceberg.commit import TablePlan, publish_table, stage_table
from replay_signals.pipelines.iceberg.datafiles import partition_of, write_rows
from replay_signals.pipelines.iceberg.row_columns import columns_of
from replay_signals.schemas.prior_rows import PriorRow
from replay_signals.schemas.rows import TABLES, EventRow, InteractionRow, NetworkRequestRow, PageViewRow, SessionRow
from support.samples import signal_row

TEAM = "phc_test"
DAY = date(2026, 11, 24)
PAY = "button#pay"
Rows = dict[str, list[Any]]


def row_of(struct: type[msgspec.Struct], /, **changes: Any) -> Any:
    """A row with the zero of each column, but for what is given."""
    return struct(**{column.name: column.zero for column in columns_of(struct)} | changes)


def visit(
    session: str,
    day: date = DAY,
    *,
    pays: bool = True,
    broken: bool = False,
    ordered: bool = False,
    late: bool = False,
    **changes: Any,
) -> Rows:
    """A session: the shop page, then the checkout, a click on Pay when `pays`, and the page that comes when `ordered`.

    `broken`: the click stays without answer; `late`: a second one does, a minute after the first.
    """
    start = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    own = {"day": day, "team": TEAM, "session_id": session}
    rows: Rows = defaultdict(list)
    person = changes.pop("person_id", None)
    rows["sessions"].append(
        row_of(
            SessionRow,
            **own,
            revision=1,
            distinct_id=f"user-{session}",
            person_id=person,
            started_at=start,
            ended_at=start + timedelta(minutes=5),
            device_type="Desktop",
            **({"traffic": "visitor", "judgeable": "ok"} | changes),
        )
    )

    def page(pattern: str, seconds: int) -> None:
        at = start + timedelta(seconds=seconds)
        rows["page_views"].append(
            row_of(
                PageViewRow,
                **own,
                window_id="w",
                page_view_id=f"{session}-{seconds}",
                started_at=at,
                ended_at=at,
                page=f"http://site.test{pattern}",
                page_pattern=pattern,
                is_entry=seconds == 0,
                revision=1,
            )
        )

    def click(seconds: int, verdict: str) -> None:
        at = start + timedelta(seconds=seconds)
        rows["interactions"].append(
            row_of(
                InteractionRow,
                **own,
                window_id="w",
                revision=1,
                interaction_id=f"{session}-{seconds}",
                occurred_at=at,
                kind="click",
                page_pattern="/checkout",
                place="/checkout",
                element_key=PAY,
                verdict=verdict,
            )
        )
        if verdict == "dead":
            rows["signals"].append(
                signal_row(
                    **own,
                    window_id="w",
                    signal_id=f"{session}-{seconds}",
                    started_at=at,
                    ended_at=at + timedelta(seconds=7),
                    distinct_id=f"user-{session}",
                    person_id=person,
                    page="http://site.test/checkout",
                    page_pattern="/checkout",
                    place="/checkout",
                    element_key=PAY,
                    offset_ms=seconds * 1000,
                    is_leading=True,
                    incident_id=f"{session}-{seconds}",
                    failure="silence",
                    cause="nothing happens",
                    problem_id="a" * 16,
                    request_route="",
                    exception_fingerprint="",
                )
            )

    page("/shop", 0)
    page("/checkout", 30)
    if pays:
        click(60, "dead" if broken else "alive")
    if late:
        click(120, "dead")
    if ordered:
        page("/thanks", 70)
    return rows


def request(session: str, day: date, route: str, seconds: int) -> NetworkRequestRow:
    """A request of a session."""
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC) + timedelta(seconds=seconds)
    made: NetworkRequestRow = row_of(
        NetworkRequestRow,
        day=day,
        team=TEAM,
        session_id=session,
        request_id=f"{session}-{seconds}",
        started_at=at,
        initiator="fetch",
        route=route,
        revision=1,
    )
    return made


def key_event(session: str, day: date, event: str, seconds: int) -> EventRow:
    """An analytics event of a session."""
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC) + timedelta(seconds=seconds)
    made: EventRow = row_of(
        EventRow,
        day=at.date(),
        team=TEAM,
        uuid=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{session}{seconds}")),
        event=event,
        session_id=session,
        occurred_at=at,
        revision=1,
    )
    return made


def shop(days: int, sessions_a_day: int, broken_share: float, first: date = DAY, seed: int = 1, since: int = 0) -> Rows:
    """Days of visits: a share of those who pay meets a dead button from day `since` on, and few of them order."""
    chance = random.Random(seed)
    found: Rows = defaultdict(list)
    for number in range(days):
        for n in range(sessions_a_day):
            is_broken = number >= since and chance.random() < broken_share
            ordered = chance.random() < (0.1 if is_broken else 0.7)
            one = visit(f"s{number}-{n}", first + timedelta(days=number), broken=is_broken, ordered=ordered)
            for table, rows in one.items():
                found[table].extend(rows)
    return found


def prior_row(
    day: date, team: str, place: str, element_key: str, *, version: str = "v1", says: str = "traceless"
) -> PriorRow:
    """What an element says to everybody, in a version."""
    made: PriorRow = row_of(
        PriorRow,
        day=day,
        version=version,
        number=1,
        team=team,
        place=place,
        element_key=element_key,
        silent=900,
        says=says,
    )
    return made


def together(*parts: Mapping[str, Iterable[Any]]) -> Rows:
    """Rows of several visits."""
    found: Rows = defaultdict(list)
    for part in parts:
        for table, rows in part.items():
            found[table].extend(rows)
    return found


def put(warehouse: Path, rows: Mapping[str, Iterable[Any]]) -> None:
    """Appends rows to the tables of a warehouse, which is made when it is not there."""
    catalog = open_catalog(str(warehouse))
    tables = open_tables(catalog)
    for name, table in tables.items():
        by_day: dict[Any, list[Any]] = defaultdict(list)
        for row in rows.get(name, ()):
            by_day[partition_of(name, row)].append(row)
        pinned, plan = PinnedTable(table), TablePlan(name)
        for partition, own in sorted(by_day.items()):
            plan.files.extend(write_rows(pinned.table, partition, own))
            plan.added += len(own)
        if staged := stage_table(catalog, pinned, plan, uuid.uuid4().hex):
            assert publish_table(catalog, staged)


assert set(TABLES) >= {"sessions", "signals", "interactions", "page_views", "network_requests", "events"}
