"""What must hold of every table before readers see it, declared beside its schema: one suite a relation.

`rows` of a table by its own name, `<table>_keys`, and two over all of a batch: `volumes` and `unknown_clicks`.
"""

from __future__ import annotations

from replay_signals.schemas.expectations.common import keys_of
from replay_signals.schemas.expectations.fed import FED
from replay_signals.schemas.expectations.history import HISTORY
from replay_signals.schemas.expectations.ranked import RANKED
from replay_signals.schemas.expectations.suite import Suite
from replay_signals.schemas.rows import TABLES

ROW_SUITES: dict[str, Suite] = {suite.name: suite for suite in (*FED, *RANKED)}
"""By table."""
KEY_SUITES: dict[str, Suite] = {table: keys_of(table) for table in TABLES}
"""By table."""
SUITES: dict[str, Suite] = {suite.name: suite for suite in (*ROW_SUITES.values(), *KEY_SUITES.values(), *HISTORY)}
"""Every suite by name."""

assert set(ROW_SUITES) == set(TABLES)
