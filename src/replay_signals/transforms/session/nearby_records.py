"""What stands around a record of a tab: the address, what the recorder says of a snapshot, what is used later."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import takewhile

from replay_signals.transforms.digest import records
from replay_signals.transforms.session.document import nodes_of
from replay_signals.transforms.session.ordered import TimedRecord

NAVIGATION_WAIT_MS = 5000
"""The network recorder reports a document's navigation once it is loaded; later reports are rare."""
RESTORED_WITHIN_MS = 400
"""A page that leaves and one that comes back from the cache do so at once; nobody returns to a tab this fast."""
STARTED = frozenset(("$recording_started", "$session_options", "$posthog_config", "$remote_config_received"))
"""Custom events that posthog-js sends when its recorder starts, within milliseconds of the first snapshot."""
WOKE = "sessionNoLongerIdle"
"""posthog-js takes a snapshot of the page that was left idle when somebody touches it again."""
HIDDEN, VISIBLE = "window hidden", "window visible"
TURNS = frozenset((HIDDEN, VISIBLE))
"""Custom events by which posthog-js says what is visible."""


class NearbyRecords:
    """The records of a tab in order, asked for what is near one of them, by its index."""

    def __init__(self, ordered: Sequence[TimedRecord], addresses: Sequence[tuple[float, str]]) -> None:
        self._ordered, self._addresses = ordered, addresses
        self._metas = [i for i, timed in enumerate(ordered) if isinstance(timed.record, records.Meta)]

    def href(self, i: int) -> str:
        """The address of the last meta event up to there."""
        meta = self._ordered[self._metas[bisect_right(self._metas, i) - 1]].record
        return meta.href if isinstance(meta, records.Meta) else ""

    def navigation_after(self, i: int) -> float | None:
        """When the navigation to the document of this snapshot began; None where the recorder does not tell."""
        for later, record in self.soon_after(i):
            if isinstance(record, records.Network):
                starts = (later if r.start_ms is None else r.start_ms for r in record.requests if navigates(r))
                if (start := next(starts, None)) is not None:
                    return start
        return None

    def started_after(self, i: int) -> bool:
        """Does the recorder say right after this snapshot that it started?"""
        return any(isinstance(r, records.Custom) and r.tag in STARTED for _, r in self.soon_after(i))

    def woke_after(self, i: int) -> bool:
        """Does the recorder say right after this snapshot that the visitor, who was idle, is back on the page?"""
        tags = {r.tag for _, r in self.soon_after(i) if isinstance(r, records.Custom)}
        return WOKE in tags and self.navigation_after(i) is None

    def soon_after(self, i: int) -> Iterator[TimedRecord]:
        """Records of the first seconds after a snapshot, up to the next meta event; without a copy of all the rest."""
        t = self._ordered[i].t
        for k in range(i + 1, len(self._ordered)):
            timed = self._ordered[k]
            if timed.t - t > NAVIGATION_WAIT_MS or isinstance(timed.record, records.Meta):
                return
            yield timed

    def visible_before(self, meta: int) -> bool:
        """Did the window become visible just before this meta event?"""
        t = self._ordered[meta].t
        before = takewhile(lambda k: t - self._ordered[k].t <= RESTORED_WITHIN_MS, range(meta - 1, -1, -1))
        shown = (self._ordered[k].record for k in before)
        return any(isinstance(record, records.Custom) and record.tag == VISIBLE for record in shown)

    def shown_again(self, i: int, t: float) -> bool:
        """A recorder that starts anew takes a snapshot: what comes then is known by it."""
        upcoming = self._metas[bisect_right(self._metas, i) :][:1]
        return any(self._ordered[k].t - t <= RESTORED_WITHIN_MS for k in upcoming)

    def address_after(self, i: int, t: float) -> str:
        """Where the tab is by the first event after the moment, before another document is shown.

        The document that leaves says so in the same moment, by a clock of its own.
        """
        k = bisect_right(self._metas, i)
        until = self._ordered[self._metas[k]].t if k < len(self._metas) else float("inf")
        later = self._addresses[bisect_right(self._addresses, (t + RESTORED_WITHIN_MS, "")) :]
        return next((url for when, url in later if when < until), "")

    def nodes_after(self, i: int) -> set[int]:
        """Nodes that are used or changed until the next snapshot or the next change of visibility."""
        used: set[int] = set()
        for _, record in self._ordered[i + 1 :]:
            if isinstance(record, records.Meta) or (isinstance(record, records.Custom) and record.tag in TURNS):
                break
            used.update(nodes_of(record))
        return used


def navigates(request: records.RecordedRequest) -> bool:
    """Is it that of a document?"""
    return request.initiator == "navigation"
