"""What is usual at a page or a route, over many sessions: what one visit is held against."""

from __future__ import annotations

from typing import Protocol

import msgspec


class UsualPage(msgspec.Struct, frozen=True):
    """75th percentiles of a usual day, ms; None where too little was measured."""

    lcp_ms: float | None = None
    inp_ms: float | None = None
    load_ms: float | None = None


class UsualRoute(msgspec.Struct, frozen=True):
    """Of a usual day: the 95th percentile of how long it takes, and the share of visitors for whom it failed.

    None where too little was seen. `name` is the route's, empty where nothing is known of it.
    """

    name: str = ""
    p95_ms: float | None = None
    failed_share: float | None = None


UNKNOWN_PAGE, UNKNOWN_ROUTE = UsualPage(), UsualRoute()


class Usual(Protocol):
    """What is known of the pages and routes of a site."""

    def page(self, url: str) -> UsualPage:
        """Of the page at an address."""

    def route(self, method: str, url: str, page_url: str) -> UsualRoute:
        """Of a request that a page makes."""


class NothingUsual:
    """Without history."""

    def page(self, url: str) -> UsualPage:
        """Nothing is known of it."""
        del url
        return UNKNOWN_PAGE

    def route(self, method: str, url: str, page_url: str) -> UsualRoute:
        """Nothing is known of it."""
        del method, url, page_url
        return UNKNOWN_ROUTE


NOTHING_USUAL = NothingUsual()
