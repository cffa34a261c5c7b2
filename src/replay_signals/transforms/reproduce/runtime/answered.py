"""A request that must not fail."""

from __future__ import annotations

import time
from collections.abc import Sequence
from urllib.parse import urlsplit

from playwright.sync_api import Page, Request, Response

from replay_signals.transforms.reproduce.runtime.base import FaultIsThere, StepFailed


# --- from here on it is in the script
class Answers:
    """How requests of a page were answered: the request, and its status, 0 for none."""

    def __init__(self, page: Page) -> None:
        self.seen: list[tuple[Request, int]] = []
        page.on("response", self._answered)
        page.on("requestfailed", lambda request: self.seen.append((request, 0)))

    def _answered(self, response: Response) -> None:
        self.seen.append((response.request, response.status))

    def must_be_good(self, page: Page, method: str, segments: Sequence[str], within_ms: int) -> None:
        """Fails when a request of this method and path gets an error or nothing; without both, when any does."""
        started = time.monotonic()
        while (time.monotonic() - started) * 1000 < within_ms:
            own = [(request, status) for request, status in self.seen if is_it(request, method, segments)]
            for request, status in own:
                if status >= 400 or status == 0:
                    raise FaultIsThere(f"{request.method} {request.url} answered {status or 'nothing'}")
            if own and segments:
                return
            page.wait_for_timeout(100)
        if segments:
            raise StepFailed(f"no {method or 'request of'} /{'/'.join(segments)} was sent")


def is_it(request: Request, method: str, segments: Sequence[str]) -> bool:
    """Is it a request of the method and path? A `*` stands for any segment."""
    if not segments:
        return request.resource_type in ("fetch", "xhr", "document")
    path = urlsplit(request.url).path.strip("/").split("/")
    same = len(path) == len(segments) and all(want in ("*", have) for want, have in zip(segments, path, strict=True))
    return same and method in ("", request.method)
