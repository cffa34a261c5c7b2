"""Python's garbage collector in a worker that lives for months on short-lived objects."""

from __future__ import annotations

import gc


def collect_less() -> None:
    """Looks for cycles less often, and not in what was imported.

    A message becomes tens of thousands of small lists without cycles: at Python's defaults, up to half of the time
    goes there.
    """
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
