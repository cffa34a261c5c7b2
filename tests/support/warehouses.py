"""Recordings to backfill, real and made up, and the contents of a warehouse made comparable."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from pyiceberg.expressions import AlwaysTrue

from replay_signals.jobs.backfill import BackfillOptions, BackfillResult, run_backfill
from replay_signals.jobs.ranking import run_rank
from replay_signals.jobs.tables import Store
from replay_signals.pipelines.iceberg.catalog import PinnedTable, open_catalog, open_tables
from replay_signals.pipelines.iceberg.lookup import read_rows
from replay_signals.pipelines.iceberg.warehouse import latest as latest_table
from replay_signals.pipelines.problems.counting import Limits
from replay_signals.schemas.rows import TABLES
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.table_rows import canonical
from support.samples import EXAMPLES

SMALL = [EXAMPLES / f"s{n:04}.posts.jsonl.gz" for n in (3, 8, 43)]
TEAM = "phc_test"
ALL = AlwaysTrue()
encode = msgspec.msgpack.Encoder(order="sorted").encode


Place = Path | Store
"""A warehouse's folder, or a configured catalog."""


def store_of(place: Place) -> Store:
    """Warehouse and catalog as functions take them."""
    return place if isinstance(place, Store) else Store(str(place))


def backfill(warehouse: Place, *paths: Path, **options: Any) -> BackfillResult:
    """Runs a backfill in this process."""
    return run_backfill(BackfillOptions([str(path) for path in paths], *store_of(warehouse), **options))


def contents(warehouse: Place) -> dict[str, list[bytes]]:
    """Every stored row of every table, all revisions, in one order."""
    tables = open_tables(open_catalog(*store_of(warehouse), create=False), create=False)
    return {
        name: sorted(encode(row) for row in read_rows(PinnedTable(table), name, ALL)) for name, table in tables.items()
    }


def comparable(table: str, rows: list[Any]) -> list[bytes]:
    """Rows of the judge as `contents` gives them."""
    return sorted(encode(row) for row in canonical(table, rows))


def newest(warehouse: Place) -> dict[str, list[str]]:
    """What the `latest_` views show, without the revision: what happened, not how often it was looked at."""
    found = {}
    for name in TABLES:
        table = latest_table(name, *store_of(warehouse))
        shown = table.drop_columns([c for c in ("revision", "status") if c in table.column_names])
        found[name] = sorted(repr(sorted(row.items())) for row in shown.to_pylist())
    return found


def ranked(warehouse: Place) -> list[str]:
    """Counts and problems that `rank` comes to, without what says which files and priors they were made from."""
    run_rank(store_of(warehouse), Rules(), Limits())
    found = []
    for name in ("exposure_days", "problem_arms", "problem_days", "problems", "capture_days"):
        rows = latest_table(name, *store_of(warehouse)).to_pylist()
        found += sorted(
            f"{name} {sorted((k, v) for k, v in row.items() if k not in ('sources', 'priors_version'))}" for row in rows
        )
    return found


def snapshots(warehouse: Place) -> dict[str, list[int]]:
    """Snapshot ids of every table: equal when nothing was committed."""
    tables = open_tables(open_catalog(*store_of(warehouse), create=False), create=False)
    return {name: [s.snapshot_id for s in table.snapshots()] for name, table in tables.items()}


def lines(*paths: Path) -> list[str]:
    """The requests of recordings."""
    return [line for path in paths for line in gzip.decompress(path.read_bytes()).decode().rstrip().split("\n")]


def written(path: Path, requests: Iterable[str]) -> Path:
    """A file of requests."""
    path.write_text("\n".join(requests) + "\n")
    return path


def ms(text: str) -> int:
    """Epoch ms of an ISO time in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def page(start_ms: int, clicks: int = 1) -> list[dict[str, Any]]:
    """rrweb events of a page with one button that does nothing, and clicks on it a second apart."""
    button = {"type": 2, "id": 4, "tagName": "button", "attributes": {"id": "pay"}, "childNodes": []}
    html = {"type": 2, "id": 2, "tagName": "html", "attributes": {}, "childNodes": [button]}
    document = {"type": 0, "id": 1, "childNodes": [html]}
    return [
        {"type": 4, "timestamp": start_ms, "data": {"href": "http://site.test/shop", "width": 800, "height": 600}},
        {"type": 2, "timestamp": start_ms + 1, "data": {"node": document, "initialOffset": {"top": 0, "left": 0}}},
        *(
            {
                "type": 3,
                "timestamp": start_ms + 1000 * (i + 1),
                "data": {"source": 2, "type": 2, "id": 4, "x": 5, "y": 5},
            }
            for i in range(clicks)
        ),
    ]


def replay(session: str, events: list[dict[str, Any]], arrived_ms: int | None = None) -> str:
    """A replay request."""
    properties = {"$session_id": session, "$window_id": "w1", "$snapshot_data": events, "distinct_id": "user-1"}
    body = [{"event": "$snapshot", "properties": {**properties, "token": TEAM}}]
    return _request("/s/", arrived_ms or events[-1]["timestamp"], body)


def event(uuid: str, at_ms: int, session: str = "", **properties: Any) -> str:
    """An analytics request with one event."""
    if session:
        properties["$session_id"] = session
    when = datetime.fromtimestamp(at_ms / 1000, UTC).isoformat()
    one = {"uuid": uuid, "event": "$pageview", "timestamp": when, "properties": {"distinct_id": "user-1", **properties}}
    return _request("/e/", at_ms, {"api_key": TEAM, "batch": [one]})


def _request(path: str, arrived_ms: int, body: Any) -> str:
    return json.dumps({"t": arrived_ms, "path": path, "query": "", "ua": "test", "body": json.dumps(body)})


def rows(warehouse: Place, table: str) -> list[Any]:
    """Stored rows of a table, in order of key and revision."""
    tables = open_tables(open_catalog(*store_of(warehouse), create=False), create=False)
    return sorted(read_rows(PinnedTable(tables[table]), table, ALL), key=encode)
