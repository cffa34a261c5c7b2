"""reject_limit: when so much is rejected that the program must be wrong and not the input.

A bad release that rejects everything would turn a topic into dead letters, one by one. So a job stops instead: a stream
goes back to its newest checkpoint, a backfill commits nothing, and the input waits for a release that reads it.
"""

from __future__ import annotations

from replay_signals.schemas.rules import RejectionLimit


class TooManyRejected(RuntimeError):
    """The limit is passed; the message says by how much, and what to do."""


class RejectLimit:
    """Counts what became of inputs, within a window that moves by halves. Raises TooManyRejected."""

    def __init__(self, limit: RejectionLimit, what: str) -> None:
        """`what` names the inputs in the message of the error."""
        self._limit, self._what = limit, what
        self._since_ms: float | None = None
        self._before, self._now = (0, 0), (0, 0)

    def count(self, total: int, rejected: int, now_ms: float) -> None:
        """`total` inputs came by `now_ms` (any clock that goes forward), `rejected` of them as dead letters."""
        half_ms = self._limit.window_ms / 2
        if self._since_ms is None or now_ms - self._since_ms >= 2 * half_ms:
            self._since_ms, self._before, self._now = now_ms, (0, 0), (0, 0)
        elif now_ms - self._since_ms >= half_ms:
            self._since_ms, self._before, self._now = now_ms, self._now, (0, 0)
        self._now = self._now[0] + total, self._now[1] + rejected
        if rejected:
            check(self._before[0] + self._now[0], self._before[1] + self._now[1], self._limit, self._what)


def check(total: int, rejected: int, limit: RejectionLimit, what: str) -> None:
    """Raises TooManyRejected when so many of `total` are rejected that the limit is passed."""
    if rejected >= limit.min_count and rejected >= limit.max_share * total:
        raise TooManyRejected(
            f"{rejected:,} of {total:,} {what} were rejected, more than the limit of {limit.max_share:.0%} lets pass. "
            "The dead letters say why. Mend the program or the input; "
            "or raise rejects.max_share or rejects.min_count in the rules if this is right."
        )
