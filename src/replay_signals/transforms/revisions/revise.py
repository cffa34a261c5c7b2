"""revise: what a judgement changes in the tables, given what they hold about the same session. Pure.

Three kinds of tables:

- `sessions` and `signals` are histories: a changed row is appended with the next revision, an unchanged one is not
  written again. A signal that vanished gets a row with status `retracted`.
- `interactions` are a set per session revision: the rows whose revision is that of the session's newest row count.
  They are written before the session's row, so a reader sees the old set until the new one is complete.
- everything else holds facts: one row a key. A fact that changed (a late message names the page of a log line) is
  replaced in the commit that brings the new row.

`rules_version` does not make a row different: a row keeps the version that first gave its result.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import msgspec

from replay_signals.schemas.rows import ROW_KEYS, TABLES, InteractionRow, SessionRow, SignalRow

Rows = dict[str, list[Any]]
"""Rows of one session (or one loose event or dead letter) by table."""

RETRACTED = "retracted"
GROW_ONLY = frozenset({"message_digests", "events", "dead_letters"})
"""Facts that never vanish: what was once received stays received."""

_encode = msgspec.msgpack.Encoder(order="sorted").encode
_BLANK: dict[str, object] = {"revision": 0, "status": "", "rules_version": ""}


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
        elif table not in ("sessions", "interactions"):
            changes.append(_facts(table, rows, stored.get(table, []), replace and table != "dead_letters"))
    return changes


def key_of(table: str, row: Any) -> tuple[str, ...]:
    """The key of a row within its table."""
    return tuple(getattr(row, name) for name in ROW_KEYS[table])


def content(row: Any) -> bytes:
    """What makes two rows the same: everything but revision, status and rules version."""
    kind: type[msgspec.Struct] = type(row)
    return _encode(msgspec.structs.replace(row, **_blank(kind)))


@cache
def _blank(row: type[msgspec.Struct]) -> dict[str, object]:
    return {name: value for name, value in _BLANK.items() if name in row.__struct_fields__}


def latest(table: str, rows: Iterable[Any]) -> dict[tuple[str, ...], Any]:
    """The newest revision of each key."""
    newest: dict[tuple[str, ...], Any] = {}
    for row in rows:
        key = key_of(table, row)
        known = newest.get(key)
        if known is None or (known.revision, _encode(known)) < (row.revision, _encode(row)):
            newest[key] = row
    return newest


def _signals(judged: Sequence[SignalRow], stored: Sequence[SignalRow], replace: bool) -> Change:
    change = Change("signals")
    known = latest("signals", stored)
    found = one_a_key("signals", judged)
    for key, row in found.items():
        old = known.get(key)
        if old is None:
            _write(change, msgspec.structs.replace(row, revision=1, status="new"))
        elif old.status == RETRACTED or content(old) != content(row):
            _write(change, msgspec.structs.replace(row, revision=old.revision + 1, status="revised"))
        else:
            _keep(change, old, replace)
    for key in known.keys() - found.keys():
        old = known[key]
        if old.status == RETRACTED:
            _keep(change, old, replace)
        else:
            _write(change, msgspec.structs.replace(old, revision=old.revision + 1, status=RETRACTED))
    return change


def _sessions(judged: Rows, stored: Rows, replace: bool) -> list[Change]:
    """The session's row and its interactions, which share a revision."""
    session: SessionRow = judged["sessions"][0]
    old: SessionRow | None = next(iter(latest("sessions", stored.get("sessions", [])).values()), None)
    sets: dict[int, list[InteractionRow]] = defaultdict(list)
    for row in stored.get("interactions", []):
        sets[row.revision].append(row)
    clicks = list(one_a_key("interactions", judged.get("interactions", [])).values())
    current = old.revision if old else 0
    wanted = _contents(clicks)
    sessions, interactions = Change("sessions"), Change("interactions")
    if old is not None and content(old) == content(session) and _contents(sets[current]) == wanted:
        _keep(sessions, old, replace)
        for row in sets[current]:
            _keep(interactions, row, replace)
        return [sessions, interactions]
    revision = max(current, *sets) if sets else current
    if revision > current and _contents(sets[revision]) == wanted:
        for row in sets[revision]:  # an interrupted run got as far as the interactions
            _keep(interactions, row, replace)
    else:
        revision += 1
        for row in clicks:
            _write(interactions, msgspec.structs.replace(row, revision=revision))
    _write(sessions, msgspec.structs.replace(session, revision=revision))
    return [sessions, interactions]


def _facts(table: str, judged: Sequence[Any], stored: Sequence[Any], replace: bool) -> Change:
    change = Change(table)
    known: dict[tuple[str, ...], list[Any]] = defaultdict(list)
    for row in stored:
        known[key_of(table, row)].append(row)
    found = one_a_key(table, judged)
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


def one_a_key(table: str, rows: Iterable[Any]) -> dict[tuple[str, ...], Any]:
    """One row a key; of several, always the same one."""
    chosen: dict[tuple[str, ...], Any] = {}
    for row in rows:
        key = key_of(table, row)
        chosen[key] = row if key not in chosen else min(chosen[key], row, key=_encode)
    return chosen


def _contents(rows: Iterable[Any]) -> list[bytes]:
    return sorted(content(row) for row in rows)


def _write(change: Change, row: Any) -> None:
    change.rows.append(row)
    change.added += 1


def _keep(change: Change, row: Any, replace: bool) -> None:
    change.unchanged += 1
    if replace:
        change.rows.append(row)


assert set(ROW_KEYS) == set(TABLES)
