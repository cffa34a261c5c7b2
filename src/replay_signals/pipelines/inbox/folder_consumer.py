"""The consumer of an inbox folder: what `consumer` does for the topic, with the same handler and ledger.

The ledger alone remembers what was handled, so a run begins with the first segment, and what was written anew when
segments were merged is skipped as a repeat.
"""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path

from replay_signals.pipelines.inbox.encoding import InboxError
from replay_signals.pipelines.inbox.handling import Consumed, Delivered, Handler, Handling
from replay_signals.pipelines.inbox.ledger import Ledger
from replay_signals.pipelines.inbox.segments import frames, segments

POLL_S = 0.2


def consume_folder(
    handler: Handler,
    *,
    folder: str | Path,
    ledger: Ledger,
    attempts: int = 3,
    retry_s: float = 1.0,
    stop: threading.Event | None = None,
    until_quiet_s: float | None = None,
) -> Consumed:
    """Calls the handler for every record until `stop` is set, or nothing came for `until_quiet_s`.

    Raises InboxError when there is no such folder, ValueError for fewer than one attempt, and what the ledger raises
    when it cannot be used.
    """
    inbox = Path(folder)
    if not inbox.is_dir():
        raise InboxError(f"No inbox at {folder}.")
    handling = Handling(handler, ledger, attempts, retry_s, stop or threading.Event())
    seen: set[str] = set()
    busy_at = time.monotonic()
    while not handling.stop.is_set():
        new = [path for path in segments(inbox) if path.name not in seen]
        for path in new:
            with contextlib.suppress(FileNotFoundError):  # merged meanwhile: its records stand in a newer segment
                if not _take(handling, path):
                    return handling.done
            seen.add(path.name)
        if new:
            busy_at = time.monotonic()
        elif until_quiet_s is not None and time.monotonic() - busy_at >= until_quiet_s:
            break
        else:
            handling.stop.wait(POLL_S)
    return handling.done


def _take(handling: Handling, path: Path) -> bool:
    """All whole records of a segment; False when `stop` came."""
    for number, frame in enumerate(frames(path)):
        if handling.stop.is_set():
            return False
        if frame is None:
            continue
        if not handling.take(Delivered(frame.data, (path.name, 0, number), None, frame.data, path.parent)):
            return False
    return True
