"""Views over the tables: what counts of each, and answers to everyday questions, each stated once for every engine.

`latest_<table>` follows from a table's key; the others stand in `views.sql`. DuckDB gets them by `warehouse.connect`.
`python -m replay_signals.pipelines.iceberg.views flink` (or spark, trino) prints them as another engine takes them,
with the properties of a rules file that is named after it; `… views docs/analysis.md` writes their columns into the
docs.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from replay_signals.pipelines.iceberg.property_columns import with_properties
from replay_signals.pipelines.iceberg.row_columns import has_revision
from replay_signals.schemas.privacy import Privacy
from replay_signals.schemas.rows import ROW_KEYS, TABLES
from replay_signals.transforms.revisions.revise import SETS

BEGIN, END = "<!-- views -->", "<!-- end of views -->"
_VIEW = re.compile(r"((?:^--[^\n]*\n)+)CREATE VIEW (\w+) AS\n(.*?);$", re.DOTALL | re.MULTILINE)
_COLUMN = re.compile(r"^-- (\w+): (.+)$", re.MULTILINE)
_ABOUT = re.compile(r"^-- (.+)$", re.MULTILINE)
_LATEST = re.compile(r"\blatest_(\w+)")


class View(NamedTuple):
    """One named query; `columns` says what each of its columns holds, `needs` which tables it reads.

    `PROPERTY` among the columns, and `PROPERTIES` in the query, stand for those of `property_columns`.
    """

    name: str
    about: str
    columns: Mapping[str, str]
    query: str
    needs: frozenset[str]


def latest_sql(table: str, first_only: Collection[str] = ()) -> str:
    """What counts of a table.

    Of a history the newest revision that was not retracted, of sets those of the session's newest revision, of problems
    those of their newest day, of facts the newest revision of each key. `first_only` are tables whose rows are known to
    be first revisions: nothing has to be sorted to tell the newest of them.
    """
    columns = TABLES[table].__struct_fields__
    if table in SETS and "sessions" in first_only:
        return (
            f"SELECT {_list(columns, 't.')} FROM {table} AS t JOIN sessions AS s "
            "ON s.team = t.team AND s.session_id = t.session_id AND s.revision = t.revision"
        )
    if table in SETS:
        return (
            f"SELECT {_list(columns, 't.')} FROM {table} AS t JOIN (SELECT team, session_id, MAX(revision) AS newest "
            "FROM sessions GROUP BY team, session_id) AS s "
            "ON s.team = t.team AND s.session_id = t.session_id AND s.newest = t.revision"
        )
    if not has_revision(table):
        return f"SELECT {_list(columns)} FROM {table}"
    by = "day" if table == "problems" else "revision"
    standing = " AND status <> 'retracted'" if table == "signals" else ""
    if table in first_only and by == "revision":
        return f"SELECT {_list(columns)} FROM {table} WHERE true{standing}"
    key = ", ".join(name for name in ROW_KEYS[table] if name != by)
    return (
        f"SELECT {_list(columns)} FROM (SELECT {_list(columns)}, ROW_NUMBER() OVER (PARTITION BY {key} "
        f"ORDER BY {by} DESC) AS age FROM {table}) AS t WHERE age = 1{standing}"
    )


def _list(columns: Iterable[str], row: str = "") -> str:
    return ", ".join(f'{row}"{column}"' for column in columns)


@cache
def views() -> tuple[View, ...]:
    """The views of `views.sql`, in an order in which each finds those it reads."""
    text = files(__package__).joinpath("views.sql").read_text("utf-8")
    made: dict[str, View] = {}
    for head, name, query in _VIEW.findall(text):
        needs = set(_LATEST.findall(query)).intersection(TABLES)
        needs.update(*(one.needs for one in made.values() if re.search(rf"\b{one.name}\b", query)))
        (about, *_) = _ABOUT.findall(head)
        made[name] = View(name, about, dict(_COLUMN.findall(head)), query, frozenset(needs))
    return tuple(made.values())


def all_views(
    tables: Iterable[str] = TABLES, first_only: Collection[str] = (), privacy: Privacy | None = None
) -> Iterator[tuple[str, str]]:
    """Name and query of every view that these tables are enough for, in order; `first_only` as in `latest_sql`.

    `privacy` are the rules that say which properties are columns; the defaults without them.
    """
    known = list(tables)
    for table in known:
        yield f"latest_{table}", latest_sql(table, first_only)
    for view in views():
        if view.needs <= set(known):
            yield view.name, with_properties(view.query, view.columns, privacy or Privacy())


def described() -> str:
    """The views for the docs."""
    parts = []
    for view in views():
        rows = "\n".join(f"| {name} | {about} |" for name, about in view.columns.items())
        parts.append(f"### {view.name}\n\n{view.about}\n\n| column | meaning |\n|---|---|\n{rows}\n")
    return "\n".join(parts)


def main(where: str, rules: str | None = None) -> None:
    """Prints the views for an engine, or writes their columns into a page between its marks; `rules` is a file."""
    if where.endswith(".md"):
        page = Path(where)
        before, _, rest = page.read_text("utf-8").partition(BEGIN)
        page.write_text(f"{before}{BEGIN}\n\n{described()}\n{END}{rest.partition(END)[2]}", "utf-8")
        return
    from replay_signals.pipelines.iceberg.dialects import translated
    from replay_signals.schemas.rules import load_rules

    privacy = load_rules(Path(rules).read_text("utf-8")).privacy if rules else None
    for name, query in all_views(privacy=privacy):
        print(f"CREATE VIEW {name} AS\n{translated(query, where)};\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
