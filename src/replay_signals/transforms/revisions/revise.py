"""revise: what a judgement changes in the tables, given what they hold about the same session. Pure.

Three kinds of tables:

- `sessions` and `signals` are histories: a changed row is appended with the next revision, an unchanged one is not
  written again. A signal that vanished gets a row with status `retracted`.
- `interactions`, `page_views` and `exceptions` are sets per session revision: the rows whose revision is that of the
  session's newest row count. They are written before the session's row, so a reader sees the old sets until the new
  ones are complete.
- everything else holds facts: one row a key. A fact that changed (a late message names the page of a log line) is
  replaced in the commit that brings the new row.

`rules_version` does not make a row different: a row keeps the version that first gave its result.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from replay_signals.schemas.rows import SessionRow, SignalRow
from replay_signals.transforms.revisions.compare import RETRACTED, Known, compare
from replay_signals.transforms.table_rows import Rows, content, encode_sorted, key_of, one_per_key

SETS = ("interactions", "page_views", "exceptions")
"""Tables whose rows are one set for each revision of their session: late evidence may take some of them back."""
GROW_ONLY = frozenset({"message_digests", "events", "dead_letters"})
"""Facts that never vanish: what was once received stays received."""


class Change(msgspec.Struct):
    """What to do to one table: rows to write, keys (last part) of rows they replace, and counts.

    `added` counts new and changed rows; `unchanged` those that are stored already.
    """

    table: str
    rows: list[Any] = []
    stale: list[str] = []
    added: int = 0
    unchanged: int = 0


def revise(judged: Rows, stored: Rows, *, replace: bool = False) -> list[Change]:
    """Changes that turn the stored rows into the judged ones.

    With `replace`, every change carries all rows that shall be there afterwards, not only the new ones: the caller
    removes what is stored. Dead letters are only ever added. Counts mean the same.
    """
    changes = _sessions(judged, stored, replace) if "sessions" in judged else []
    for table, rows in judged.items():
        if table == "signals":
            changes.append(_signals(rows, stored.get(table, []), replace))
        elif table != "sessions" and table not in SETS:
            changes.append(_facts(table, rows, stored.get(table, []), replace and table != "dead_letters"))
    return changes


def latest(table: str, rows: Iterable[Any]) -> dict[tuple[str, ...], Any]:
    """The newest revision of each key."""
    newest: dict[tuple[str, ...], Any] = {}
    for row in rows:
        key = key_of(table, row)
        known = newest.get(key)
        if known is None or (known.revision, encode_sorted(known)) < (row.revision, encode_sorted(row)):
            newest[key] = row
    return newest


def _signals(judged: Sequence[SignalRow], stored: Sequence[SignalRow], replace: bool) -> Change:
    change = Change("signals")
    known = latest("signals", stored)
    found = one_per_key("signals", judged)
    for key in [*found, *(known.keys() - found.keys())]:
        old = known.get(key)
        made = next_signal(found.get(key), old)
        if made is not None:
            _write(change, made)
        else:
            _keep(change, old, replace)
    return change


def next_signal(row: SignalRow | None, old: SignalRow | None, *, contested: bool = False) -> SignalRow | None:
    """The revision that says what holds now: `row`, or that `old` no longer does. None when nothing changed."""
    known = None if old is None else Known(old.revision, content(old), old.status == RETRACTED, contested)
    found = compare(None if row is None else content(row), known)
    base = row or old
    if found is None or base is None:
        return None
    return msgspec.structs.replace(base, revision=found.revision, status=found.status)


def _sessions(judged: Rows, stored: Rows, replace: bool) -> list[Change]:
    """The session's row and its sets, which share a revision."""
    session: SessionRow = judged["sessions"][0]
    old: SessionRow | None = next(iter(latest("sessions", stored.get("sessions", [])).values()), None)
    found = {table: list(one_per_key(table, judged.get(table, [])).values()) for table in SETS}
    sets = {table: _by_revision(stored.get(table, [])) for table in SETS}
    wanted = {table: _contents(rows) for table, rows in found.items()}
    current = old.revision if old else 0
    newest = max((current, *(revision for own in sets.values() for revision in own)))
    sessions, changes = Change("sessions"), {table: Change(table) for table in SETS}

    def is_stored(revision: int) -> bool:
        return all(_contents(sets[table].get(revision, [])) == wanted[table] for table in SETS)

    if old is not None and content(old) == content(session) and is_stored(current):
        _keep(sessions, old, replace)
        revision = current
    elif newest > current and is_stored(newest):  # an interrupted run got as far as the sets
        revision = newest
        _write(sessions, msgspec.structs.replace(session, revision=revision))
    else:
        revision = newest + 1
        _write(sessions, msgspec.structs.replace(session, revision=revision))
    for table, change in changes.items():
        for row in sets[table].get(revision, []):
            _keep(change, row, replace)
        for row in found[table] if revision not in sets[table] and revision > newest else ():
            _write(change, msgspec.structs.replace(row, revision=revision))
    return [sessions, *changes.values()]


def _by_revision(rows: Iterable[Any]) -> dict[int, list[Any]]:
    sets: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        sets[row.revision].append(row)
    return sets


def _facts(table: str, judged: Sequence[Any], stored: Sequence[Any], replace: bool) -> Change:
    change = Change(table)
    known: dict[tuple[str, ...], list[Any]] = defaultdict(list)
    for row in stored:
        known[key_of(table, row)].append(row)
    found = one_per_key(table, judged)
    for key, row in found.items():
        same = [old for old in known.get(key, []) if content(old) == content(row)]
        if same and len(known[key]) == 1:
            _keep(change, row, replace)
            continue
        _write(change, row)
        if key in known:
            change.stale.append(key[-1])
    if table not in GROW_ONLY:
        change.stale.extend(key[-1] for key in known.keys() - found.keys())
    return change


def _contents(rows: Iterable[Any]) -> list[bytes]:
    return sorted(content(row) for row in rows)


def _write(change: Change, row: Any) -> None:
    change.rows.append(row)
    change.added += 1


def _keep(change: Change, row: Any, replace: bool) -> None:
    change.unchanged += 1
    if replace:
        change.rows.append(row)
