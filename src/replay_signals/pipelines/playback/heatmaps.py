"""Heatmaps of the tables: clicks of a page by element, scroll depth, and which recordings show the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from replay_signals.schemas.digests import millis
from replay_signals.transforms.playback.heatmap import WIDTHS, HeatElement, Heatmap, placed, scroll_steps
from replay_signals.transforms.playback.moment import Moment
from replay_signals.transforms.playback.session import PlaybackSession
from replay_signals.transforms.playback.tree import tree_at
from replay_signals.transforms.problems.intervals import wilson

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ALL_WIDTHS = "all"
TABLES = ("sessions", "interactions", "page_views", "signals")
MAX_ELEMENTS = 500
MAX_EXAMPLES = 20
USUAL_HEIGHT_PX = 800
"""Of a viewport that no click tells; only scroll depth depends on it."""

# Visits of the page by visitors, with the width class and height of the viewport as clicks of the session tell them.
_SEEN = """
CREATE TEMP TABLE seen AS
WITH viewports AS (
    SELECT team, session_id, median(viewport_width_px) AS width_px, median(viewport_height_px) AS height_px
    FROM latest_interactions GROUP BY ALL
)
SELECT v.visitor, p.team, p.session_id, p.window_id, p.started_at, p.ended_at, p.max_scroll_px, p.page_height_px,
       w.width_px, coalesce(w.height_px, $usual) AS height_px
FROM latest_page_views p
JOIN visits v USING (team, session_id)
LEFT JOIN viewports w USING (team, session_id)
WHERE p.page_pattern = $page AND v.is_visitor
  AND ($width = 'all' OR (w.width_px >= $least AND w.width_px < $most))
"""
_CLICKS = """
WITH own AS (
    SELECT i.*, v.visitor FROM latest_interactions i
    JOIN visits v USING (team, session_id)
    WHERE i.page_pattern = $page AND (team, session_id) IN (SELECT (team, session_id) FROM seen)
), raged AS (
    SELECT s.element_key, count(DISTINCT v.visitor) AS visitors
    FROM latest_signals s JOIN visits v USING (team, session_id)
    WHERE s.kind IN ('rage_click', 'rage_tap') AND s.page_pattern = $page
      AND (team, session_id) IN (SELECT (team, session_id) FROM seen)
    GROUP BY 1
)
SELECT element_key, arg_max(element, occurred_at), arg_max(place, occurred_at), count(*), count(DISTINCT visitor),
       count(*) FILTER (verdict = 'dead'), count(DISTINCT visitor) FILTER (verdict = 'dead'),
       count(*) FILTER (verdict = 'slow'), coalesce(any_value(raged.visitors), 0), median(reaction_ms)
FROM own LEFT JOIN raged USING (element_key)
GROUP BY element_key ORDER BY 5 DESC, 4 DESC, 1
"""
# A visitor reached what the lowest viewport showed, of the height that the page had.
_REACHED = """
SELECT least(1.0, max((max_scroll_px + height_px) / greatest(page_height_px, height_px)))
FROM seen WHERE page_height_px > 0 GROUP BY visitor
"""
_EXAMPLES = """
SELECT s.team, s.session_id, s.window_id, coalesce(min(i.occurred_at), s.ended_at) AS shown_at
FROM seen s LEFT JOIN latest_interactions i
  ON i.team = s.team AND i.session_id = s.session_id AND i.window_id = s.window_id
 AND i.occurred_at BETWEEN s.started_at AND s.ended_at
GROUP BY s.team, s.session_id, s.window_id, s.started_at, s.ended_at
ORDER BY count(DISTINCT i.element_key) DESC, s.started_at DESC LIMIT $limit
"""


class NoSuchPage(Exception):
    """No visitor saw a page of this pattern; the message names what is near."""


class Example(NamedTuple):
    """A visit that may show the page, and when it does."""

    team: str
    session_id: str
    window_id: str
    shown_at: datetime


def heatmap_of(connection: DuckDBPyConnection, page: str, width: str = ALL_WIDTHS) -> tuple[Heatmap, list[Example]]:
    """Clicks and scroll depth of the pages of one pattern, and visits whose recordings may show it, the best first.

    `connection` is over a warehouse and has `TABLES`. `width` is one of `WIDTHS`, or all; sessions without clicks tell
    no width. Raises NoSuchPage.
    """
    least, most = WIDTHS.get(width, (0, 0))
    asked = {"page": page, "width": width, "least": least, "most": most, "usual": USUAL_HEIGHT_PX}
    connection.execute("DROP TABLE IF EXISTS seen")
    connection.execute(_SEEN, asked)
    visitors, sessions = connection.execute(
        "SELECT count(DISTINCT visitor), count(DISTINCT (team, session_id)) FROM seen"
    ).fetchall()[0]
    if not visitors:
        raise NoSuchPage(_nearest(connection, page, width))
    rows = connection.execute(_CLICKS, {"page": page}).fetchall()
    reached = [float(depth) for (depth,) in connection.execute(_REACHED).fetchall()]
    found = connection.execute(_EXAMPLES, {"limit": MAX_EXAMPLES}).fetchall()
    heatmap = Heatmap(
        page=page,
        width=width,
        visitors=visitors,
        sessions=sessions,
        clicks=sum(row[3] for row in rows),
        unplaced=sum(row[3] for row in rows if not row[0]),
        elements=[_element(row, visitors) for row in rows if row[0]][:MAX_ELEMENTS],
        scroll=scroll_steps(reached),
    )
    return heatmap, [Example(*row) for row in found]


def _share_of(visitors: int, of: int) -> tuple[float, float, float]:
    """A share with its interval; zeros of nobody."""
    if of == 0:
        return 0.0, 0.0, 0.0
    share = min(1.0, visitors / of)
    low, high = wilson(share, of)
    return round(share, 4), round(low, 4), round(high, 4)


def _element(row: tuple[object, ...], of: int) -> HeatElement:
    key, element, place, clicks, visitors, dead, dead_visitors, slow, raged, reaction_ms = row
    share, low, high = _share_of(int(str(visitors)), of)
    return HeatElement(
        str(key),
        str(element or ""),
        str(place or ""),
        int(str(clicks)),
        int(str(visitors)),
        share,
        low,
        high,
        int(str(dead)),
        int(str(dead_visitors)),
        int(str(slow)),
        int(str(raged)),
        None if reaction_ms is None else round(float(str(reaction_ms)), 1),
    )


def _nearest(connection: DuckDBPyConnection, page: str, width: str) -> str:
    """A sentence for a page that nobody saw."""
    patterns = [
        one
        for (one,) in connection.execute(
            "SELECT page_pattern FROM latest_page_views GROUP BY 1 ORDER BY count(*) DESC LIMIT 5000"
        ).fetchall()
    ]
    if page in patterns:
        what = f"in a {width} window" if width != ALL_WIDTHS else "that counts as one"
        return f"No visitor {what} saw {page}."
    near = get_close_matches(page, patterns, 3, 0.4) or patterns[:3]
    return f"No visitor saw a page {page}." + (f" There are {', '.join(near)}." if near else "")


def page_shown(
    heatmap: Heatmap, examples: Iterable[Example], sessions: Mapping[tuple[str, str], PlaybackSession]
) -> tuple[Heatmap, Moment | None]:
    """The heatmap with its elements found in the page of the first example that shows most of the clicks."""
    best: tuple[int, Heatmap, Moment] | None = None
    for example in examples:
        session = sessions.get((example.team, example.session_id))
        window = None if session is None else session.window(example.window_id)
        if window is None:
            continue
        moment = Moment(window, millis(example.shown_at))
        tree = tree_at(window, moment.at_ms)
        if tree.root is None:
            continue
        found = placed(heatmap, tree)
        clicks = sum(one.clicks for one in found.elements if one.nodes)
        if best is None or clicks > best[0]:
            best = clicks, found, moment
    return (heatmap, None) if best is None else best[1:]
