"""A page that has to be there."""

from __future__ import annotations

import time

from playwright.sync_api import Error, Page, Response

from replay_signals.transforms.reproduce.runtime.base import SETTLE_MS, FaultIsThere, StepFailed


# --- from here on it is in the script
class Documents:
    """The documents that a page got, by their status."""

    def __init__(self, page: Page) -> None:
        self.statuses: list[int] = []
        self._page = page
        page.on("response", self._answered)

    def _answered(self, response: Response) -> None:
        request = response.request
        if request.is_navigation_request() and request.frame == self._page.main_frame:
            self.statuses.append(response.status)

    def must_be_there(self, within_ms: int) -> None:
        """Fails when the last document is an error or shows nothing."""
        started = time.monotonic()
        while not self.statuses and (time.monotonic() - started) * 1000 < within_ms:
            self._page.wait_for_timeout(100)
        if not self.statuses:
            raise StepFailed("no other page was opened")
        self._page.wait_for_timeout(SETTLE_MS)
        if self.statuses[-1] >= 400:
            raise FaultIsThere(f"{self._page.url} answered {self.statuses[-1]}")
        while (time.monotonic() - started) * 1000 < within_ms:
            if not is_empty(self._page):
                return
            self._page.wait_for_timeout(200)
        raise FaultIsThere(f"{self._page.url} shows nothing")


def is_empty(page: Page) -> bool:
    """Is there nothing to see?"""
    try:
        return bool(page.evaluate(NOTHING))
    except Error:
        return True


NOTHING = """() => !document.body || !document.body.innerText.trim() &&
  ![...document.querySelectorAll('img,svg,canvas,video,input,button,iframe')].some(el => el.getClientRects().length)"""
