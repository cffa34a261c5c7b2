"""privacy check, privacy audit: what rules of privacy remove, and what text is kept where.

Both are made of the schemas: a column that is added to a table or to the inbox shows up without a line here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from replay_signals.jobs import render
from replay_signals.jobs.detect import Rejects, collect, judge_all
from replay_signals.jobs.exits import ExitCode
from replay_signals.jobs.links import refuse_inputs
from replay_signals.jobs.rules import read_rules
from replay_signals.jobs.tables import Store
from replay_signals.pipelines.files.paths import expand
from replay_signals.pipelines.privacy import policy_of
from replay_signals.schemas.digests import MessageDigest, to_row
from replay_signals.schemas.inbox import InboxRecord
from replay_signals.schemas.kept import KEPT, Holds, TextColumn, text_columns
from replay_signals.schemas.rows import TABLES, EventRow
from replay_signals.transforms.digest.records import decode
from replay_signals.transforms.evidence.keys import Body
from replay_signals.transforms.judge.session import JUDGED_TABLES
from replay_signals.transforms.printable import json_bytes

COUNTING = tuple(name for name, row in TABLES.items() if "removed" in row.__struct_fields__)
"""Tables whose rows count what was removed from them."""
OLDER = "older"
"""Stands for the version of rows from before rows told it."""
INBOX = "inbox"
"""Records of the inbox; they keep what columns of `signals` and `sessions` do."""
PLACES: dict[str, tuple[TextColumn, ...]] = {
    **{name: tuple(text_columns(row)) for name, row in TABLES.items()},
    INBOX: tuple(text_columns(InboxRecord)),
}
"""All text that is kept, by table."""


class CheckRequest(msgspec.Struct, frozen=True):
    """What to check by which rules; `samples` kept texts are shown of each column, 0: all."""

    paths: Sequence[str]
    file_format: str = "auto"
    rules: str | None = None
    samples: int = 3


class RemovedCount(NamedTuple):
    """How often a rule removed text from a field of a table's rows."""

    table: str
    field: str
    rule: str
    times: int


class Tally:
    """What rules removed, and the texts that rows keep, by table and column."""

    def __init__(self) -> None:
        self.removed: Counter[tuple[str, str]] = Counter()
        self.texts: dict[tuple[str, str], dict[str, None]] = {}
        self.values: Counter[tuple[str, str]] = Counter()

    def add_body(self, body: Body) -> None:
        """Takes the evidence of a record."""
        if isinstance(body, MessageDigest):
            self.add("message_digests", to_row(body))
        else:
            self.add("events" if isinstance(body, EventRow) else "dead_letters", body)

    def add(self, table: str, row: msgspec.Struct) -> None:
        """Takes a row."""
        for name, times in getattr(row, "removed", {}).items():
            self.removed[table, name] += times
        for column in PLACES[table]:
            for text in filter(None, _texts(row, column)):
                self.texts.setdefault((table, column.name), {})[text] = None
                self.values[table, column.name] += 1


def check(request: CheckRequest, *, json: bool, strict: bool) -> ExitCode:
    """Reads, judges, shows and forgets. Raises InputError and RulesError."""
    rules = read_rules(request.rules)
    urls = expand(request.paths)
    refuse_inputs(request.paths, urls)
    tally, rejects = Tally(), Rejects()
    with render.progress("Reading", len(urls)) as step:
        found = collect(urls, request.file_format, rejects, step, policy_of(rules), tally.add_body)
    with render.progress("Judging", len(found.digests)) as step:
        for rows in judge_all(found, rules):
            for table in JUDGED_TABLES:
                for row in rows[table]:
                    tally.add(table, row)
            step("")
    render.say_unkeyed()
    removed = _counts(tally.removed)
    if json:
        render.write(
            json_bytes({"removed": _dicts(removed), "kept": list(_kept_texts(tally, request.samples))}, indent=2)
        )
    else:
        _print_removed(removed, "would remove")
        _print_kept_texts(tally, request.samples)
    return ExitCode.REJECTED if strict and rejects.by_reason else ExitCode.OK


def audit(store: Store, *, json: bool) -> None:
    """Counts over the newest revision of every row, and the list of what is kept where. Raises WarehouseError."""
    from replay_signals.pipelines.iceberg.warehouse import connect, reading

    counted: Counter[tuple[str, str]] = Counter()
    rows: dict[str, int] = {}
    versions: dict[str, dict[str, int]] = {}
    with connect(store.warehouse, store.catalog) as connection, reading():
        for table in TABLES:
            ((rows[table],),) = connection.sql(f"SELECT count(*) FROM latest_{table}").fetchall()
        for table in COUNTING:
            by_version = f"SELECT privacy_version, count(*) FROM latest_{table} GROUP BY ALL ORDER BY ALL"
            versions[table] = {version or OLDER: number for version, number in connection.sql(by_version).fetchall()}
            entries = f"SELECT unnest(map_entries(removed), recursive := true) FROM latest_{table}"
            for name, times in connection.sql(f"SELECT key, sum(value) FROM ({entries}) GROUP BY key").fetchall():
                counted[table, name] = int(times)
    removed = _counts(counted)
    if json:
        columns = [
            {"table": table, "column": column.name, "meaning": column.doc, "holds": column.holds}
            for table, own in PLACES.items()
            for column in own
        ]
        classes = {name: {"kept": kept.meaning, "settings": kept.settings} for name, kept in KEPT.items()}
        render.write(
            json_bytes(
                {"rows": rows, "versions": versions, "removed": _dicts(removed), "kept": columns, "classes": classes},
                indent=2,
            )
        )
        return
    _print_removed(removed, "removed")
    _print_versions(versions)
    _print_columns(rows)


def _counts(counted: Mapping[tuple[str, str], int]) -> list[RemovedCount]:
    ordered = sorted(counted.items(), key=lambda item: (list(TABLES).index(item[0][0]), item[0][1]))
    return [RemovedCount(table, *_field_and_rule(name), times) for (table, name), times in ordered]


def _field_and_rule(name: str) -> tuple[str, str]:
    field, _, rule = name.partition("/")
    return field, rule


def _dicts(removed: Iterable[RemovedCount]) -> list[dict[str, object]]:
    return [one._asdict() for one in removed]


def _texts(row: msgspec.Struct, column: TextColumn) -> Iterator[str]:
    """The texts that a row has in a column; of a digest those of its records."""
    value = getattr(row, column.name)
    if column.holds == Holds.DIGEST:
        value = decode(value, row.digest_version)  # type: ignore[attr-defined]  # of message_digests
    return _texts_in(value)


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes):
        yield value.decode("utf-8", "backslashreplace")
    elif isinstance(value, dict):
        for key, one in value.items():
            yield f"{key}={one}"
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from _texts_in(getattr(value, name))
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _texts_in(one)


def _kept_texts(tally: Tally, samples: int) -> Iterator[dict[str, object]]:
    """Of every column that holds text of pages or visitors."""
    for table in TABLES:
        for column in PLACES[table]:
            place = table, column.name
            if not KEPT[column.holds].is_of_visitors or place not in tally.texts:
                continue
            texts = list(tally.texts[place])
            yield {
                "table": table,
                "column": column.name,
                "holds": column.holds,
                "values": tally.values[place],
                "distinct": len(texts),
                "samples": texts[: samples or None],
            }


def _print_removed(removed: Sequence[RemovedCount], verb: str) -> None:
    if not removed:
        render.out().print(f"The rules {verb} nothing.")
        return
    render.out().print(f"What the rules {verb}, by field and rule:\n", style="bold")
    render.rows([("Table", "left"), ("Field", "fold"), ("Rule", "left"), ("Times", "right")], removed)


def _print_versions(versions: Mapping[str, Mapping[str, int]]) -> None:
    """More than one means that some rows passed other rules than the newest did."""
    rows = [(table, version, number) for table, own in versions.items() for version, number in own.items()]
    if rows:
        render.out().print("\nBy which rules of privacy:\n", style="bold")
        render.rows([("Table", "left"), ("Version", "left"), ("Rows", "right")], rows)


def _print_kept_texts(tally: Tally, samples: int) -> None:
    out = render.out()
    out.print("\nWhat would be kept of pages and visitors:\n", style="bold")
    for one in _kept_texts(tally, samples):
        out.print(f"{one['table']}.{one['column']}", style="bold", end="  ")
        out.print(f"{one['holds']}; {one['values']:,} texts, {one['distinct']:,} different")
        for text in one["samples"]:  # type: ignore[attr-defined]  # a list of texts
            out.print(render.text(f"    {text}"), soft_wrap=True)
    _print_classes({column.holds for table, name in tally.texts for column in PLACES[table] if column.name == name})


def _print_columns(rows: Mapping[str, int]) -> None:
    out = render.out()
    out.print("\nWhat is kept where:", style="bold")
    for table, columns in PLACES.items():
        counted = f", {render.count(rows[table], 'row')}" if table in rows else ""
        meaning = (TABLES.get(table, InboxRecord).__doc__ or "").partition("\n")[0]
        out.print(f"\n{table}{counted}. {meaning}\n")
        render.rows(
            [("Column", "left"), ("Holds", "left"), ("Meaning", "fold")],
            [(column.name, column.holds.value, column.doc) for column in columns],
        )
    _print_classes(set(Holds))


def _print_classes(shown: set[Holds]) -> None:
    out = render.out()
    out.print("\nWhat these words mean:\n", style="bold")
    render.rows(
        [("Holds", "left"), ("What is kept of it", "fold"), ("Decided by", "fold")],
        [(name.value, kept.meaning, ", ".join(kept.settings)) for name, kept in KEPT.items() if name in shown],
    )
