"""What visitors did and met, by the moment: the rows that funnels, trends and retention count.

A step is the name of an event, a condition on one (`event = 'purchase' and property.price > 20`), or after the name of
another scope a row of that: `view: /cart`, `click: element like '%Pay%'`, `signal: rage_click`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

import duckdb

from replay_signals.pipelines.analysis import people
from replay_signals.pipelines.analysis.filtering import condition, language
from replay_signals.transforms.filters.condition import Condition, FilterError, quoted
from replay_signals.transforms.filters.scopes import SCOPES

EVENT = "event"
_NAME = re.compile(r"[\w$ .:/-]+")
_CONDITION = re.compile(r"\bis (not )?(null|true|false)\b|\bbetween\b.+\band\b", re.IGNORECASE)
"""Conditions that are made of words alone, as names are."""
_SCOPED = re.compile(rf"({'|'.join(SCOPES)}):(?!:)\s*(.*)", re.DOTALL)


class Step(NamedTuple):
    """One row of a scope that counts: `text` is a filter of it."""

    scope: str
    text: str

    def within(self, *more: str) -> str:
        """The filter of sessions that have such a row, for which more holds."""
        if not more and self.scope == EVENT:
            return f"event({self.text})"
        return f"{self.scope}({' and '.join([f'({self.text})', *more])})"


class Asked(NamedTuple):
    """Which rows are looked at: those for which `where` holds, on these days; `by` tells groups."""

    where: str = ""
    by: str = ""
    from_day: date | None = None
    to_day: date | None = None


def step_of(said: str) -> Step:
    """What a step says. Raises FilterError when it says nothing."""
    text = said.strip()
    scoped = _SCOPED.fullmatch(text)
    scope, text = (scoped[1], scoped[2].strip()) if scoped else (EVENT, text)
    if not text:
        raise FilterError("a step is the name of an event or a condition on one; this one is empty")
    is_name = _NAME.fullmatch(text) and not _CONDITION.search(text)
    return Step(scope, f"{SCOPES[scope].main} = {quoted(text)}" if is_name else text)


def scopes_of(steps: Iterable[str]) -> list[str]:
    """The scopes of whose rows steps speak. Raises FilterError."""
    return [step_of(step).scope for step in steps]


def moments(asked: Asked, steps: Sequence[Step], scopes: Iterable[str] = ()) -> Condition:
    """A query for the rows of all scopes of the steps: who, when, in which session, group, and which steps it is.

    Columns: team, who (a visitor's number), stranger (a visitor's name where it has none yet), session_id, moment, id,
    grp (null: no value), and is_1, is_2 … for the steps. `people` has to be there (`analysis.people`). Raises
    FilterError.
    """
    used = dict.fromkeys([*(step.scope for step in steps), *scopes])
    parts = [_part(asked, steps, scope) for scope in used]
    values = [value for part in parts for value in part.values]
    mentions = tuple(mention for part in parts for mention in part.mentions)
    return Condition(" UNION ALL ".join(part.sql for part in parts), values, mentions)


def _part(asked: Asked, steps: Sequence[Step], scope: str) -> Condition:
    known = SCOPES[scope]
    matches = [condition(step.text, scope, "e") if step.scope == scope else Condition("false", []) for step in steps]
    is_session_asked = bool(asked.by.strip()) and language().is_of_session(asked.by, scope)
    by = ("session", "s") if is_session_asked else (scope, "e")
    group = language().value(asked.by, *by) if asked.by.strip() else Condition("NULL", [])
    kept = condition(asked.where, scope, "e")
    days = on_days(scope, "e", asked.from_day, asked.to_day)
    chosen = "".join(f", {one.sql} AS is_{n}" for n, one in enumerate(matches, start=1))
    own = "e" if scope in {EVENT, "session"} else "s"
    kind = "JOIN" if own == "s" else "LEFT JOIN" if is_session_asked else ""
    session = f"{kind} latest_sessions AS s ON s.team = e.team AND s.session_id = e.session_id" if kind else ""
    sql = f"""
        SELECT e.team, p.who,
               CASE WHEN p.who IS NULL THEN COALESCE(NULLIF({own}.distinct_id, ''), e.session_id, '') END AS stranger,
               e.session_id, e.{known.moment} AS moment, e.{known.key} AS id,
               CAST({group.sql} AS VARCHAR) AS grp{chosen}
        FROM latest_{known.table} AS e {session}
        LEFT JOIN people AS p ON p.team = e.team AND p.distinct_id = {own}.distinct_id
        WHERE {kept.sql} AND {days.sql}"""
    values = [*group.values, *(value for one in matches for value in one.values), *kept.values]
    mentions = (*group.mentions, *(mention for one in matches for mention in one.mentions), *kept.mentions)
    return Condition(sql, [*values, *days.values], mentions)


def on_days(scope: str, row: str, first: date | None, last: date | None) -> Condition:
    """Whether a row of a scope happened on these days, both included; everything without any."""
    days = [(sign, day) for sign, day in ((">=", first), ("<=", last)) if day]
    parts = [f"CAST({row}.{SCOPES[scope].moment} AS DATE) {sign} ?" for sign, _ in days]
    return Condition(" AND ".join(parts) or "true", [day for _, day in days])


def hold(db: duckdb.DuckDBPyConnection, name: str, found: Condition) -> None:
    """Makes a table of the rows of `moments`, each with its visitor's number."""
    db.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {found.sql}", found.values)
    people.number_strangers(db, name)
