"""Sessions grouped by what they did and met: pages, problems, the site's own events, and whether they left in trouble.

Sessions are taken in order of their start. Each joins the group whose first session is most like it (cosine of weighted
features, at least `SIMILAR`), else it is the first of a new group (leader clustering: Hartigan, Clustering Algorithms,
1975, chapter 3). So a session that starts later moves no other one and renames no group, and the same rows give the
same groups.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import duckdb
import numpy as np
from scipy.sparse import csr_array

from replay_signals.pipelines.analysis.filtering import asking, check_days, condition
from replay_signals.pipelines.analysis.playlists import VISITOR
from replay_signals.pipelines.iceberg.warehouse import reading
from replay_signals.transforms.filters.condition import Condition
from replay_signals.transforms.summary.group_names import Features, group_id, group_name

TABLES = ("sessions", "signals", "page_views", "events", "problems")
POOL = 20_000
"""Sessions that are grouped at once: the newest of those that a filter chooses."""
SIMILAR = 0.5
BLOCK = 512
EXAMPLES = 3
PROBLEMS = 3


class Member(NamedTuple):
    """A session as grouping sees it."""

    team: str
    session_id: str
    severity: float
    features: Features


class Group(NamedTuple):
    """Sessions that did and met alike; `examples` are the worst of them, `problems` (title, share) what most met."""

    group_id: str
    name: str
    sessions: int
    share: float
    severity: float
    left_in_trouble: float
    problems: list[tuple[str, float]]
    examples: list[str]


def groups(
    db: duckdb.DuckDBPyConnection, where: str = "", first: date | None = None, last: date | None = None
) -> list[Group]:
    """Groups of visitors' sessions, the largest first, then by severity. Raises FilterError and WarehouseError."""
    check_days(first, last)
    with reading(), asking():
        members = _members(db, condition(where, "session", "s"), first, last)
        titles = dict(db.execute("SELECT problem_id, any_value(title) FROM latest_problems GROUP BY ALL").fetchall())
    found: dict[int, list[Member]] = {}
    for member, label in zip(members, grouped([one.features for one in members]), strict=True):
        found.setdefault(label, []).append(member)
    made = [_group(own, len(members), titles) for own in found.values()]
    return sorted(made, key=lambda one: (-one.sessions, -one.severity, one.group_id))


def grouped(features: Sequence[Features]) -> list[int]:
    """For each session, in order, the position of the first session of its group."""
    unlike: dict[frozenset[str], int] = {}
    for place, one in enumerate(features):
        unlike.setdefault(frozenset(one.weighted()), place)
    firsts = list(unlike.values())
    leaders = _leaders([features[place] for place in firsts])
    labels = {own: firsts[leader] for own, leader in zip(unlike, leaders, strict=True)}
    return [labels[frozenset(one.weighted())] for one in features]


def _leaders(features: Sequence[Features]) -> list[int]:
    """For each of different feature sets the position of the leader that it follows; its own when it leads."""
    if not features:
        return []
    rows = _unit_vectors([one.weighted() for one in features])
    leaders: list[int] = []
    labels: list[int] = []
    for start in range(0, len(features), BLOCK):
        block = rows[start : start + BLOCK]
        before = len(leaders)
        to_leaders = (block @ rows[leaders].T).toarray() if leaders else np.zeros((block.shape[0], 0))
        to_block = (block @ block.T).toarray()
        for place in range(block.shape[0]):
            new = [leader - start for leader in leaders[before:]]
            likeness = np.round(np.concatenate([to_leaders[place], to_block[place, new]]), 9)
            best = int(likeness.argmax()) if likeness.size else -1
            if best < 0 or likeness[best] < SIMILAR:
                best = len(leaders)
                leaders.append(start + place)
            labels.append(leaders[best])
    return labels


def _unit_vectors(weighted: Sequence[Mapping[str, float]]) -> csr_array:
    """Weights as rows of length 1, a column for each feature."""
    columns: dict[str, int] = {}
    places = [columns.setdefault(name, len(columns)) for one in weighted for name in one]
    values = [weight / math.hypot(*one.values()) for one in weighted for weight in one.values()]
    ends = np.cumsum([0, *map(len, weighted)])
    return csr_array((values, places, ends), shape=(len(weighted), len(columns)))


def _members(db: duckdb.DuckDBPyConnection, chosen: Condition, first: date | None, last: date | None) -> list[Member]:
    days = [(sign, day) for sign, day in ((">=", first), ("<=", last)) if day]
    span = "".join(f" AND s.day {sign} ?" for sign, _ in days)
    rows: list[tuple[Any, ...]] = db.execute(
        f"""WITH chosen AS (
                SELECT s.team, s.session_id, s.started_at, s.severity FROM latest_sessions AS s
                WHERE {VISITOR} AND {chosen.sql}{span} ORDER BY s.started_at DESC, s.session_id LIMIT {POOL}
            ), pages AS (
                SELECT team, session_id, list(page_pattern ORDER BY since, page_pattern) AS pages FROM (
                    SELECT c.team, c.session_id, p.page_pattern, min(p.started_at) AS since
                    FROM chosen AS c JOIN latest_page_views AS p USING (team, session_id)
                    WHERE p.page_pattern <> '' GROUP BY ALL
                ) GROUP BY ALL
            ), met AS (
                SELECT team, session_id,
                       list([problem_id, kind, place] ORDER BY severity DESC, problem_id) AS met
                FROM (
                    SELECT c.team, c.session_id, g.problem_id, max(g.severity) AS severity,
                           arg_max(g.kind, (g.severity, g.signal_id)) AS kind,
                           arg_max(g.page_pattern, (g.severity, g.signal_id)) AS place
                    FROM chosen AS c JOIN latest_signals AS g USING (team, session_id)
                    WHERE g.problem_id <> '' AND g.kind <> 'unexpected_exit' GROUP BY ALL
                ) GROUP BY ALL
            ), left_so AS (
                SELECT DISTINCT c.team, c.session_id FROM chosen AS c JOIN latest_signals AS g USING (team, session_id)
                WHERE g.kind = 'unexpected_exit'
            ), did AS (
                SELECT team, session_id, list(event ORDER BY since, event) AS did FROM (
                    SELECT c.team, c.session_id, e.event, min(e.occurred_at) AS since
                    FROM chosen AS c JOIN latest_events AS e USING (team, session_id)
                    WHERE NOT starts_with(e.event, '$') GROUP BY ALL
                ) GROUP BY ALL
            )
            SELECT c.team, c.session_id, c.severity, COALESCE(p.pages, []), COALESCE(m.met, []), COALESCE(d.did, []),
                   l.session_id IS NOT NULL
            FROM chosen AS c
            LEFT JOIN pages AS p USING (team, session_id) LEFT JOIN met AS m USING (team, session_id)
            LEFT JOIN did AS d USING (team, session_id) LEFT JOIN left_so AS l USING (team, session_id)
            ORDER BY c.started_at, c.team, c.session_id""",
        [*chosen.values, *(day for _, day in days)],
    ).fetchall()
    return [
        Member(team, session_id, severity, Features(pages, [tuple(one) for one in met], did, is_left))
        for team, session_id, severity, pages, met, did, is_left in rows
    ]


def _group(own: Sequence[Member], of: int, titles: Mapping[str, str]) -> Group:
    first = own[0].features
    met = Counter(problem for one in own for problem in {problem for problem, _, _ in one.features.met})
    words = {problem: f"{kind} at {place}" for one in reversed(own) for problem, kind, place in one.features.met}
    most = sorted(met.items(), key=lambda one: (-one[1], one[0]))[:PROBLEMS]
    worst = sorted(own, key=lambda one: (-one.severity, one.session_id))[:EXAMPLES]
    return Group(
        group_id(first),
        group_name(first),
        len(own),
        len(own) / of,
        sum(one.severity for one in own) / len(own),
        sum(one.features.left_in_trouble for one in own) / len(own),
        [(titles.get(problem) or words[problem], count / len(own)) for problem, count in most],
        [one.session_id for one in worst],
    )
