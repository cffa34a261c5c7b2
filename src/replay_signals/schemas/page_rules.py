"""Rules of pages: how an address becomes the name of a page that many visits share."""

from __future__ import annotations

from typing import Annotated

from msgspec import Struct

from replay_signals.schemas.limits import doc

PAGE_PARAMETERS = ("action", "controller", "module", "page", "route", "screen", "section", "step", "tab", "view")
"""Names that programs give to what chooses a page of theirs; others (`sort`, `lang`, `id`) choose what is on it."""


class Pages(Struct, frozen=True, forbid_unknown_fields=True):
    """How an address becomes the pattern of a page."""

    patterns: Annotated[
        tuple[str, ...],
        doc(
            "Own patterns, the first that matches counts: `/shop/:category/:item`. `:name` is one part, a last `*` all "
            "that follows; a route in the fragment is matched as `#/orders/:id`"
        ),
    ] = ()
    parameters: Annotated[
        tuple[str, ...],
        doc("Parameters that choose the page, as far as privacy keeps their values (`page_parameters`)"),
    ] = PAGE_PARAMETERS
    locales: Annotated[bool, doc("A leading language is no part of a page: /de/cart and /en-gb/cart are /cart")] = True
