"""Where documents begin in a tab, and which of them comes back.

A full snapshot alone does not say whether it shows a new document: recorders take one again of the document that goes
on (a checkout; posthog-js every 5 minutes, others every N events) with the same node ids, and a new document counts
its ids from 1 just the same. What tells, the surest first:

  load events     the document was parsed; one without a meta event was left before its recorder took a snapshot
  navigation      a navigation entry of the network recorder that began after the document before
  recorder start  posthog-js says in custom events that it started; a checkout comes without
  the tree        in a checkout nodes that mutations added are there (what is missing without having gone was another
                  document's), removed ones are not, and known controls have their ids; a new document has its nodes
                  numbered in order, without what its predecessor became
  address         a tree that looks the same under an address that nothing led to is another document; one with another
                  query is, when a click led there and changed nothing, or when the document before had it

A document from the browser's page cache comes back without meta event and without snapshot: posthog-js only says
`window visible`, and the old ids go on; if a checkout is due just then, it shows that document's tree. It is at an
address that it had, or that events told of it, and the other one was not hidden before. Where a recorder
does not tell what is visible, the ids alone tell, once something is used that only the earlier document has, had in
focus, or had at this place, or new nodes are numbered on from its last one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import islice, takewhile

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest import records
from replay_signals.transforms.session.document import Document, Opening, differs, nodes_of, same_address
from replay_signals.transforms.session.nearby_records import (
    HIDDEN,
    RESTORED_WITHIN_MS,
    STARTED,
    TURNS,
    VISIBLE,
    NearbyRecords,
    navigates,
)
from replay_signals.transforms.session.ordered import TimedRecord
from replay_signals.transforms.session.spans import in_ranges

LOADED_HIDDEN_MS = 2000
"""A page that is left is hidden as the next one comes; what loads later than this loads unseen, and does not say so."""
HELD_RECORDS = 30
"""Records from a pointer-down to its click: focus, moves and what the page does meanwhile; real presses have few."""
_SHOWN = records.Load | records.Meta | records.FullSnapshot


def openings_of(ordered: Sequence[TimedRecord], addresses: Sequence[tuple[float, str]] = ()) -> list[Opening]:
    """The openings of a tab's records in order; the first one starts at index 0.

    `addresses` are (epoch ms, URL) in order of time, as analytics events tell them.
    """
    return _Reader(ordered, addresses).openings()


def begins_document(record: records.ReplayRecord) -> bool:
    """Does the record by itself tell of a document's beginning? A checkout has none of these."""
    if isinstance(record, records.Load):
        return record.event_type == rrweb.DOM_CONTENT_LOADED
    if isinstance(record, records.Network):
        return any(navigates(request) for request in record.requests)
    return isinstance(record, records.Custom) and record.tag in STARTED


class _Reader:
    """One pass over a tab's records."""

    def __init__(self, ordered: Sequence[TimedRecord], addresses: Sequence[tuple[float, str]]) -> None:
        self._ordered, self._addresses = ordered, addresses
        self._near = NearbyRecords(ordered, addresses)
        self._tells_turns = any(isinstance(r, records.Custom) and r.tag in TURNS | STARTED for _, r in ordered)
        self._history: list[Document] = []
        self._at = -1
        self._openings: list[Opening] = []
        self._is_other_shown = False

    @property
    def _document(self) -> Document:
        return self._history[self._at]

    def openings(self) -> list[Opening]:
        self._open(0)
        meta: int | None = None
        for i, (t, record) in enumerate(self._ordered):
            if not self._tells_turns:
                self._used(i, t, record)
            if isinstance(record, records.Load):
                if record.event_type == rrweb.DOM_CONTENT_LOADED and i:
                    self._open(i)
            elif isinstance(record, records.Meta):
                meta = i
                if self._is_lost(i, record.href):
                    self._open(i)
                if not self._document.addresses:
                    self._document.named(record.href)
            elif isinstance(record, records.FullSnapshot):
                self._snapshot(i, record, meta)
            elif isinstance(record, records.Mutation):
                self._document.changed(record)
            elif isinstance(record, records.Interaction) and record.kind == rrweb.CLICK:
                self._document.clicked = record.node_id
            elif isinstance(record, records.Custom):
                self._custom(i, t, record)
        return self._openings

    def _used(self, i: int, t: float, record: records.ReplayRecord) -> None:
        """Something is used: in this document, or in one that came back in silence."""
        if isinstance(record, _SHOWN):
            return
        document = self._document
        if document.snapshot is not None and not self._comes_now(i, t, record):
            other = next((d for d in self._around() if document.is_left_for(d, t, record)), None)
            if other is not None:
                since = self._rested(self._pressed(i, other), other)
                self._show(since, other)
                for when, held in self._ordered[since:i]:
                    other.uses(when, held)
        self._document.uses(t, record)

    def _comes_now(self, i: int, t: float, record: records.ReplayRecord) -> bool:
        """Does a node that is used come in the same moment? Of that no order is told."""
        same = takewhile(lambda timed: timed.t == t, islice(self._ordered, i + 1, None))
        added = [r.added for _, r in same if isinstance(r, records.Mutation)]
        return bool(added) and any(in_ranges(own, n) for n in nodes_of(record) for own in added)

    def _pressed(self, i: int, other: Document) -> int:
        """Where the press began that the record at index `i` is part of: no document is left in the middle of one."""
        if _is_press(self._ordered[i].record):
            return i
        for k in range(i - 1, max(self._openings[-1].first, i - HELD_RECORDS), -1):
            record = self._ordered[k].record
            if isinstance(record, _SHOWN):
                break
            if _is_press(record):
                return k if other.count(nodes_of(record)) else i
            if isinstance(record, records.Interaction) and record.kind == rrweb.CLICK:
                break
        return i

    def _rested(self, i: int, other: Document) -> int:
        """Where the other document came back, at index `i` at the latest: with the pointer as it had rested there.

        What is used before, or shown by a snapshot, is of the document that is left.
        """
        for k in range(i - 1, self._openings[-1].first, -1):
            t, record = self._ordered[k]
            if isinstance(record, _SHOWN) or _is_press(record):
                break
            if isinstance(record, records.Move) and other.rests(t, record):
                i = k
        return i

    def _around(self) -> list[Document]:
        """The documents before and after this one in the tab's history."""
        around = [self._history[k] for k in (self._at - 1, self._at + 1) if 0 <= k < len(self._history)]
        return [d for d in around if d.snapshot is not None]

    def _show(self, i: int, restored: Document) -> None:
        self._document.left()
        self._at = self._history.index(restored)
        restored.hidden_ms = None
        self._openings.append(Opening(i, restored.href, restored.opening))

    def _open(self, first: int) -> None:
        opening = Opening(first)
        self._openings.append(opening)
        del self._history[self._at + 1 :]
        document = Document(opening, self._ordered[first].t)
        hidden_ms = self._document.hidden_ms if self._history else None
        if hidden_ms is not None and document.start_ms - hidden_ms > LOADED_HIDDEN_MS:
            document.hidden_ms = hidden_ms
        self._history.append(document)
        self._at += 1

    def _snapshot(self, i: int, record: records.FullSnapshot, meta: int | None) -> None:
        document = self._document
        woke = self._near.woke_after(i)
        told = not woke and self._near.started_after(i)
        if document.snapshot is not None and meta is not None and meta > self._openings[-1].first:
            href = self._near.href(i)
            restored = None if told else self._shown_by(record, href, i, meta)
            if restored is not None:
                self._show(meta if self._tells_turns else self._rested(meta, restored), restored)
                document = restored
            elif not woke and self._is_new(document, record, href, i, told):
                self._open(meta)
                document = self._document
            document.named(href)
        document.recorder_told |= told
        document.shows(record)

    def _shown_by(self, new: records.FullSnapshot, href: str, i: int, meta: int) -> Document | None:
        """The document from the page cache that a recorder takes a snapshot of as it comes back.

        Its tree has to be that document's, under an address that only that one had.
        """
        document = self._document
        if document.snapshot is None or document.had(href) or self._near.navigation_after(i) is not None:
            return None
        of_tree = differs(document.snapshot, new, document)
        visible = self._near.visible_before(meta)
        if (of_tree is False and not (visible and self._is_other_shown)) or (of_tree is None and not visible):
            return None
        same = (d for d in self._around() if self._was_at(d, href))
        return next((d for d in same if d.snapshot is not None and not differs(d.snapshot, new, d)), None)

    def _is_new(self, document: Document, new: records.FullSnapshot, href: str, i: int, told: bool) -> bool:
        """Does this snapshot show another document than the one before?"""
        old = document.snapshot
        if old is None or new.is_native or old.is_native:
            return new.is_native != (old is not None and old.is_native) or href not in document.addresses
        navigation_ms = self._near.navigation_after(i)
        if navigation_ms is not None:
            return navigation_ms > document.start_ms
        if document.recorder_told and not told:
            return False
        of_tree = differs(old, new, document)
        if of_tree is False and new.root_id > document.highest_id:  # started again, or another page with the same menu
            of_tree = document.clicked is not None and not any(
                same_address(href, one) for one in self._told(document, i)
            )
        if of_tree is not None:
            return of_tree
        return told or self._leads_on(document, href, self._told(document, i))

    def _leads_on(self, document: Document, href: str, known: set[str]) -> bool:
        """Is it an address that nothing led to within the document?

        Pages of a list differ by their query. A link or button that led to another query and changed nothing loaded it,
        and so did who is back at the one that the document before had.
        """
        if not any(same_address(href, one) for one in known):
            return True
        page = _page(href)
        if page in map(_page, known):
            return False
        return document.leads_away() or any(page in map(_page, d.addresses) for d in self._around())

    def _is_lost(self, i: int, href: str) -> bool:
        """Is this meta event all that is left of a snapshot, and that one of another document?"""
        snapshot = self._document.snapshot
        if (
            snapshot is None
            or snapshot.is_native
            or any(isinstance(r, records.FullSnapshot) for _, r in self._near.soon_after(i))
        ):
            return False
        return not any(same_address(href, known) for known in self._told(self._document, i))

    def _told(self, document: Document, i: int) -> set[str]:
        """Addresses that the document is known to have had."""
        since, t = bisect_right(self._addresses, (document.start_ms, "")), self._ordered[i].t
        return document.addresses | {url for when, url in self._addresses[since:] if when < t}

    def _was_at(self, document: Document, href: str) -> bool:
        """Had a document that was left the address, by itself or as events tell it? Applications change theirs."""
        if document.had(href):
            return True
        until_ms = document.start_ms if document.hidden_ms is None else document.hidden_ms
        told = self._addresses[bisect_right(self._addresses, (document.start_ms, "")) :]
        return any(same_address(href, url) for _, url in takewhile(lambda at: at[0] <= until_ms, told))

    def _custom(self, i: int, t: float, record: records.Custom) -> None:
        document = self._document
        if record.href:
            document.named(record.href)
        if record.tag == HIDDEN:
            document.hidden_ms = t
        elif record.tag == VISIBLE:
            # what was not hidden is not what shows again
            self._is_other_shown = document.hidden_ms is None and len(self._history) > 1
            restored = self._restored(i, t)
            if restored is None:
                document.hidden_ms = None
                return
            self._show(i, restored)

    def _restored(self, i: int, t: float) -> Document | None:
        """The document that came back from the page cache with this `window visible`; None for a mere change of tab."""
        if len(self._history) < 2 or self._near.shown_again(i, t):
            return None
        current = self._document
        others = self._around()
        told = self._near.address_after(i, t)
        if told and not current.had(told):
            return next((d for d in others if self._was_at(d, told)), None)
        if told and current.hidden_ms is None and told not in current.addresses:
            return next((d for d in others if told == d.href), None)  # pages of a list differ by their query
        if told or not others:
            return None
        used = self._near.nodes_after(i)
        best = max(others, key=lambda d: d.count(used))
        if (own := current.count(used)) != best.count(used):
            return best if best.count(used) > own else None
        if current.hidden_ms is None:  # it is another document that was hidden
            return others[0] if current.snapshot is not None else None
        return others[0] if t - current.hidden_ms <= RESTORED_WITHIN_MS else None


def _is_press(record: records.ReplayRecord) -> bool:
    return isinstance(record, records.Interaction) and record.kind in (rrweb.MOUSE_DOWN, rrweb.TOUCH_START)


def _page(url: str) -> str:
    return url.partition("#")[0]
