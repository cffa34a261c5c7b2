"""An error that must not come."""

from __future__ import annotations

import time
from collections.abc import Sequence

from playwright.sync_api import Page

from replay_signals.transforms.reproduce.runtime.base import FaultIsThere


# --- from here on it is in the script
class Errors:
    """Uncaught errors of a page, and what it logs as errors."""

    def __init__(self, page: Page) -> None:
        self.uncaught: list[str] = []
        self.logged: list[str] = []
        page.on("pageerror", lambda error: self.uncaught.append(f"{error.name}: {error.message}"))
        page.on("console", lambda line: self.logged.append(line.text) if line.type == "error" else None)

    def forget(self) -> None:
        """What came so far is not the fault's."""
        self.uncaught.clear()
        self.logged.clear()

    def must_not_say(self, page: Page, pieces: Sequence[str], within_ms: int) -> None:
        """Fails when an error says all pieces one after the other; of none, when any was not caught."""
        started = time.monotonic()
        while (time.monotonic() - started) * 1000 < within_ms:
            for line in (*self.uncaught, *(self.logged if pieces else ())):
                if says(line, pieces):
                    raise FaultIsThere(line)
            page.wait_for_timeout(100)


def says(line: str, pieces: Sequence[str]) -> bool:
    """Are the pieces in the line in this order?"""
    at = 0
    for piece in pieces:
        at = line.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return True
