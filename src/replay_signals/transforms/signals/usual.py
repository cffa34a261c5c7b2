"""What is usual at a page, over many sessions: what one visit's speed is held against."""

from __future__ import annotations

from typing import Protocol

import msgspec


class UsualPage(msgspec.Struct, frozen=True):
    """75th percentiles of a usual day, ms; None where too little was measured."""

    lcp_ms: float | None = None
    inp_ms: float | None = None
    load_ms: float | None = None


UNKNOWN_PAGE = UsualPage()


class Usual(Protocol):
    """What is known of the pages of a site."""

    def page(self, url: str) -> UsualPage:
        """Of the page at an address."""


class NothingUsual:
    """Without history."""

    def page(self, url: str) -> UsualPage:
        """Nothing is known of it."""
        del url
        return UNKNOWN_PAGE


NOTHING_USUAL = NothingUsual()
