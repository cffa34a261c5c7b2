"""Errors that are known to harm nobody once it is known what they speak of: requests of trackers that were cut off."""

from __future__ import annotations

import re

from replay_signals.transforms.digest.harmless import TRACKERS, cut_off, is_harmless
from replay_signals.transforms.session import urls

_COUNTING = frozenset(("analytics", "beacon", "collect", "pixel", "rum", "telemetry", "track", "tracking"))
_ADDRESS = re.compile(r"\bhttps?://[^\s\"'()<>]+")


def harms_nobody(message: str, source: str, page_url: str) -> bool:
    """Does the message harm nobody, by itself or by the tracker that it speaks of? `source`: a line of its stack."""
    if is_harmless(message, source):
        return True
    return cut_off(message) and any(is_tracker(url, page_url) for url in _ADDRESS.findall(message.casefold()))


def is_tracker(url: str, page_url: str) -> bool:
    """Does the URL lead from the page to a service that counts visits or shows ads? Not on that service's own pages."""
    of_request, of_page = (_domains(one) for one in (url, page_url))
    return bool(TRACKERS & of_request - of_page)


def counts_clicks(url: str, page_url: str) -> bool:
    """Does a click's request only count what visitors do: at a tracker, or by its path whatever host it goes to?"""
    last = urls.split(url).path.casefold().rstrip("/").rpartition("/")[2]
    return last in _COUNTING or is_tracker(url, page_url)


def _domains(url: str) -> set[str]:
    """The URL's host and the domains above it."""
    labels = (urls.split(url).hostname or "").split(".")
    return {".".join(labels[i:]) for i in range(len(labels))}
