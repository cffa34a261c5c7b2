"""Which sites detection may be tuned on: drawn once, before the first of these sites was recorded.

The sites named here are recorded in a real window (`record.py`). What is recorded on the held-out ones is scored when
detection is finished, and not looked at before. The sites of the second drawing are one part and all of them unseen:
the held-out ones of the first were scored already, so they are development data, too.
"""

from __future__ import annotations

import random

SEED, DEVELOPMENT_SITES = 20_261_127, 8
NEW_SITES = (
    "agenda", "bazaar", "board", "calc", "creative", "crm", "grid", "guide", "handbook", "helpdesk", "jstree",
    "ledger", "matdash", "notes", "portal", "resume", "rooms", "signup", "sketch", "stock", "swagger", "talk",
)  # fmt: skip


def _draw() -> tuple[frozenset[str], frozenset[str]]:
    shuffled = random.Random(SEED).sample(NEW_SITES, len(NEW_SITES))
    return frozenset(shuffled[:DEVELOPMENT_SITES]), frozenset(shuffled[DEVELOPMENT_SITES:])


DEVELOPMENT, HELD_OUT = _draw()

UNSEEN = frozenset((
    "atlas", "bank", "barber", "business", "course", "draft", "fleet", "floorplan", "grocer", "heating", "manual",
    "parcel", "ward", "webmail",
))  # fmt: skip
"""The second drawing: sites that were made after the last one of the first was scored."""
