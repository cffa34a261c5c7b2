"""Rules of traffic: whose sessions are no visitors'."""

from __future__ import annotations

from typing import Annotated

from msgspec import Struct

from replay_signals.schemas.limits import doc


class Traffic(Struct, frozen=True, forbid_unknown_fields=True):
    """Sessions that are told apart and say nothing of visitors."""

    bots: Annotated[
        bool, doc("A session is a bot's when its SDK says so (`$browser_type`); false where robots test on purpose")
    ] = True
    test_hosts: Annotated[
        tuple[str, ...],
        doc("Hosts of test and preview sites, `*` for any part; private addresses and localhost are"),
    ] = ()
    internal_hosts: Annotated[tuple[str, ...], doc("Hosts that only own people use")] = ()
    internal_people: Annotated[
        tuple[str, ...], doc("Distinct ids and person ids of own people, as the tables hold them")
    ] = ()
