"""The Chromium of this machine, for pictures of pages: found, never downloaded, and kept from the network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM_VARIABLE = "REPLAY_SIGNALS_CHROMIUM"
"""Path of a Chromium or Chrome that is not on the path."""
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
OFFLINE = ("--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9", "--disable-background-networking")
"""No name is resolved and no proxy answers: whatever a page tries, nothing leaves."""
_QUIET = ("--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-component-update", "--mute-audio")
LAUNCH_TIMEOUT_MS = 60_000


class NoBrowserError(Exception):
    """No Chromium, or no package to drive it; the message says what to do."""


def find_chromium() -> str | None:
    """Path of the browser: `REPLAY_SIGNALS_CHROMIUM`, else the first known name on the path; None for none."""
    own = os.environ.get(CHROMIUM_VARIABLE)
    if own:
        return own if os.access(own, os.X_OK) else None
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


@contextmanager
def chromium(arguments: Sequence[str] = OFFLINE) -> Iterator[Browser]:
    """A headless browser, closed at the end. Raises NoBrowserError."""
    path = find_chromium()
    if path is None:
        raise NoBrowserError(f"no Chromium here; install it, or name it in {CHROMIUM_VARIABLE}")
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        raise NoBrowserError("the package playwright is not here; install replay-signals[browser]") from None
    with sync_playwright() as playwright:
        # Chromium's own sandbox needs a user that is not root; recorded scripts never run either way
        own = ("--no-sandbox",) if os.geteuid() == 0 else ()
        try:
            browser = playwright.chromium.launch(
                executable_path=path, args=[*_QUIET, *own, *arguments], timeout=LAUNCH_TIMEOUT_MS
            )
        except Error as error:
            raise NoBrowserError(f"{path} did not start: {error.message.splitlines()[0]}") from None
        try:
            yield browser
        finally:
            browser.close()
