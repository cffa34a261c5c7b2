"""Suites that hold a batch against the days before it: volumes, columns, and the share of unknown verdicts.

Relations of theirs have a row only where there is a history to be held against.
"""

from __future__ import annotations

from replay_signals.schemas.expectations.suite import Suite, between, one_of

HISTORY_DAYS = 28
"""Days before a day that say what is usual."""
MIN_DAYS = 7
"""Of them, days with rows that it takes to say so."""
MIN_USUAL_ROWS = 100
"""Rows of a usual day below which a day without any may be chance."""
LEAST_SHARE = 0.1
"""Of a usual day's rows; holidays and weekends of shops for business have a fifth."""
MIN_WEEKDAYS = 3
"""Of the days before, same days of the week that it takes to say what such a day has."""
WEEKDAY_SHARES = (0.6, 2.5)
"""Of what such a day has: beyond is told of a stream, and stops no batch, for a holiday and a launch look like that."""
COUNTED_TABLES = ("message_digests", "sessions", "interactions", "page_views", "events")
"""Tables whose volume is held against their history; signals go when a fault is fixed or a rule is tuned."""

MIN_CLICKS = 200
"""Clicks that it takes to say what share of verdicts is unknown."""
MIN_CLICK_SESSIONS = 30
"""Sessions that they must be of: a recording on a canvas has hundreds of clicks, all unknown."""
ENOUGH_CLICKS = 20_000
"""Clicks of the days before that say what is usual; older files are not read."""
MOST_UNKNOWN_MORE = 0.3
"""By how much the share of unknown verdicts may be above that of the days before."""

VOLUMES = Suite(
    "volumes",
    (between("usual_share", LEAST_SHARE, None, f"the day has less than {LEAST_SHARE:.0%} of a usual day's rows"),),
    ("table", "day", "rows", "usual_rows"),
)
"""Of (table, day, rows, usual_rows, usual_share): whole days of a batch, those without rows included."""
WEEKDAY_VOLUMES = Suite(
    "weekday_volumes",
    (
        between(
            "weekday_share",
            *WEEKDAY_SHARES,
            "the day has less than {:.0%} or more than {:.0%} of the rows of such a weekday".format(*WEEKDAY_SHARES),
        ),
    ),
    ("table", "day", "rows", "weekday_rows"),
)
"""Of (table, day, rows, weekday_rows, weekday_share): days of a stream that are over."""
UNKNOWN_CLICKS = Suite(
    "unknown_clicks",
    (
        between(
            "more_unknown",
            None,
            MOST_UNKNOWN_MORE,
            f"the share of unknown verdicts is {MOST_UNKNOWN_MORE:.0%} above what is usual",
        ),
    ),
    ("team", "clicks", "unknown_share", "usual_unknown_share"),
)
"""Of (team, clicks, unknown_share, usual_unknown_share, more_unknown): a row for each team of a batch."""
COLUMNS = Suite(
    "columns",
    (one_of("state", ["same", "newer"], "the table's column is not what its schema says"),),
    ("table", "column", "state"),
)
"""Of (table, column, state): what a table's columns are beside those of its row; `newer` is one of a later version."""
HISTORY = (VOLUMES, WEEKDAY_VOLUMES, UNKNOWN_CLICKS, COLUMNS)
