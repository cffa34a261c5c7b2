"""Rules of speed: when a page or a request was slow, by itself and against what is usual there."""

from __future__ import annotations

from typing import Annotated

import msgspec

from replay_signals.schemas.limits import doc


class Speed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When pages and requests are slow or fail: `poor_*` without any history, the others against their own."""

    poor_lcp_ms: Annotated[
        float, doc("Largest contentful paint after which a page is slow (web.dev: 4000)", above=0)
    ] = 4000
    good_lcp_ms: Annotated[float, doc("Up to here it is never slow, whatever is usual (web.dev: 2500)", above=0)] = 2500
    poor_inp_ms: Annotated[
        float, doc("Interaction to next paint after which a page answers slowly (web.dev: 500)", above=0)
    ] = 500
    good_inp_ms: Annotated[float, doc("Up to here it never does, whatever is usual (web.dev: 200)", above=0)] = 200
    poor_load_ms: Annotated[
        float, doc("Load of the document after which a page is slow, where no paint was recorded", above=0)
    ] = 10_000
    frozen_ms: Annotated[float, doc("A long task from here on freezes what a visitor tries meanwhile", least=50)] = 1000
    page_factor: Annotated[
        float, doc("A page is slow at so many times its usual 75th percentile, where that is known", above=1)
    ] = 2.0
    route_slow_ms: Annotated[float, doc("Up to here a request is never slow, whatever is usual", above=0)] = 1000
    route_factor: Annotated[
        float, doc("A request is slow at so many times the usual 95th percentile of its route", above=1)
    ] = 2.0
    failing_share: Annotated[
        float,
        doc("Share of visitors for whom a route usually fails, from which failing is how it works", above=0, most=1),
    ] = 0.05
