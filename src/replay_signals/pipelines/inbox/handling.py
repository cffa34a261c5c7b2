"""What a consumer does with one record, wherever it came from: act once, try again, put aside."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec

from replay_signals.pipelines.inbox.encoding import InboxError, decode
from replay_signals.pipelines.inbox.ledger import Ledger, Parked
from replay_signals.schemas.inbox import InboxRecord

Handler = Callable[[InboxRecord], None]
log = logging.getLogger(__name__)

LONGEST_PAUSE_S = 30.0


class Consumed(msgspec.Struct):
    """What a run did."""

    handled: int = 0
    repeated: int = 0
    parked: int = 0


class Delivered(msgspec.Struct, frozen=True):
    """An encoded record and where it stood: topic, partition and offset, or segment, 0 and number in it."""

    value: bytes
    place: tuple[str, int, int]
    key: bytes | None = None
    raw: bytes | None = None
    """The value as it came, where that was none."""
    folder: Path | None = None
    """Where to look up the schema of an older record."""


class Handling:
    """Calls a handler once for each revision; what it raises is tried again, and parked in the end.

    Raises ValueError for fewer than one attempt.
    """

    def __init__(self, handler: Handler, ledger: Ledger, attempts: int, retry_s: float, stop: threading.Event) -> None:
        if attempts < 1:
            raise ValueError(f"attempts must be at least 1, not {attempts}")
        self._handler, self._ledger, self._attempts, self._retry_s = handler, ledger, attempts, retry_s
        self.stop = stop
        self.done = Consumed()

    def take(self, found: Delivered) -> bool:
        """Handles, skips or parks a record. False when `stop` came between two attempts: then it is still to do."""
        try:
            record = decode(found.value, found.folder)
        except InboxError as error:
            self._park(found, f"not decodable: {error}")
            return True
        for attempt in range(1, self._attempts + 1):
            failure = self._attempt(record)
            if failure is None:
                return True
            log.warning("handler failed on %s (attempt %d): %s", record.id, attempt, failure)
            pause = min(self._retry_s * 2 ** (attempt - 1), LONGEST_PAUSE_S)
            if attempt < self._attempts and self.stop.wait(pause):
                return False
        self._park(found, f"handler failed: {type(failure).__name__}: {failure}")
        return True

    def _attempt(self, record: InboxRecord) -> Exception | None:
        """The effect, once for each revision; what the handler raised. What the ledger raises on entering goes on."""
        has_begun = is_new = False
        try:
            with self._ledger.effect(record) as is_new:
                has_begun = True
                if is_new:
                    self._handler(record)
        except Exception as error:  # a handler is somebody else's code: it is tried again, and parked in the end
            if not has_begun:
                raise  # a ledger that cannot be used is nobody's record's fault
            return error
        if is_new:
            self.done.handled += 1
        else:
            self.done.repeated += 1
        return None

    def _park(self, found: Delivered, reason: str) -> None:
        self._ledger.park(Parked(*found.place, reason[:500], found.key, found.raw))
        self.done.parked += 1
