"""Where documents begin in a tab, and which of them comes back.

A full snapshot alone does not say whether it shows a new document: recorders take one again of the document that goes
on (a checkout; posthog-js every 5 minutes, others every N events) with the same node ids, and a new document counts
its ids from 1 just the same. What tells, the surest first:

  load events     right before the meta event: the document was parsed
  navigation      a navigation entry of the network recorder that began after the document before
  recorder start  posthog-js says in custom events that it started; a checkout comes without
  the tree        in a checkout nodes that mutations added are there, removed ones are not, and known controls have
                  their ids; a new document has its nodes numbered in order, without what its predecessor became
  address         a tree that looks the same under an address that nothing led to is another document

A document from the browser's page cache comes back without meta event and without snapshot: posthog-js only says
`window visible`, and the old ids go on.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.session.elements import in_ranges
from replay_signals.transforms.session.ordered import TimedRecord

MAX_LOAD_MS = 10_000
"""Longest time from a parsed document to the meta event: recorders may wait for the document's load event."""
NAVIGATION_WAIT_MS = 5000
"""The network recorder reports a document's navigation once it is loaded; later reports are rare."""
RESTORED_WITHIN_MS = 400
"""A page that leaves and one that comes back from the cache do so at once; nobody returns to a tab this fast."""
SAME_CONTROLS = 0.6
"""Share of known controls that a checkout shows under the same ids; pages of one site share a header, seldom more."""
STARTED = frozenset(("$recording_started", "$session_options", "$posthog_config", "$remote_config_received"))
"""Custom events that posthog-js sends when its recorder starts, within milliseconds of the first snapshot."""
HIDDEN, VISIBLE = "window hidden", "window visible"


@dataclass(frozen=True, slots=True)
class Opening:
    """A document is shown from the record at index `first` on.

    `restored` is the opening of the document that came back from the page cache, `href` its address then.
    """

    first: int
    href: str = ""
    restored: Opening | None = None


@dataclass(slots=True)
class _Document:
    """What is known of a document so far; `href` is its newest address."""

    opening: Opening
    start_ms: float
    href: str = ""
    addresses: set[str] = field(default_factory=set)
    snapshot: records.FullSnapshot | None = None
    changes: list[records.Mutation] = field(default_factory=list)
    highest_id: int = 0
    recorder_told: bool = False
    hidden_ms: float | None = None

    def named(self, href: str) -> None:
        """Takes an address that it has from now on."""
        self.href = href
        self.addresses.add(href)

    def count(self, node_ids: Iterable[int]) -> int:
        """How many of the nodes it has or had."""
        ids = [(self.snapshot.ids or []) if self.snapshot is not None else [], *(c.added for c in self.changes)]
        return sum(any(in_ranges(own, node_id) for own in ids) for node_id in node_ids)


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
        return any(_navigates(request) for request in record.requests)
    return isinstance(record, records.Custom) and record.tag in STARTED


class _Reader:
    """One pass over a tab's records."""

    def __init__(self, ordered: Sequence[TimedRecord], addresses: Sequence[tuple[float, str]]) -> None:
        self._ordered, self._addresses = ordered, addresses
        self._metas = [i for i, timed in enumerate(ordered) if isinstance(timed.record, records.Meta)]
        self._history: list[_Document] = []
        self._at = -1
        self._openings: list[Opening] = []

    @property
    def _document(self) -> _Document:
        return self._history[self._at]

    def openings(self) -> list[Opening]:
        self._open(0)
        meta: int | None = None
        for i, (t, record) in enumerate(self._ordered):
            if isinstance(record, records.Meta):
                meta = self._meta(i, record)
            elif isinstance(record, records.FullSnapshot):
                self._snapshot(i, record, meta)
            elif isinstance(record, records.Mutation):
                self._document.changes.append(record)
            elif isinstance(record, records.Custom):
                self._custom(i, t, record)
        return self._openings

    def _open(self, first: int) -> None:
        opening = Opening(first)
        self._openings.append(opening)
        del self._history[self._at + 1 :]
        self._history.append(_Document(opening, self._ordered[first].t))
        self._at += 1

    def _meta(self, i: int, record: records.Meta) -> int:
        """Index at which the document of this meta event begins, if it is a new one."""
        first = self._first_load(i)
        if first < i and first > self._openings[-1].first:
            self._open(first)
        if not self._document.addresses:
            self._document.named(record.href)
        return first

    def _first_load(self, i: int) -> int:
        """Index of the first of the load events right before a meta event; else its own.

        A single `load` (type 1) belongs to the document before: it comes after that one's snapshot.
        """
        j = i
        while j > 0 and isinstance(self._ordered[j - 1].record, records.Load):
            if self._ordered[i].t - self._ordered[j - 1].t > MAX_LOAD_MS:
                break
            j -= 1
        run = [r.event_type for _, r in self._ordered[j:i] if isinstance(r, records.Load)]
        return j + run.index(rrweb.DOM_CONTENT_LOADED) if rrweb.DOM_CONTENT_LOADED in run else i

    def _snapshot(self, i: int, record: records.FullSnapshot, meta: int | None) -> None:
        document = self._document
        told = self._started_after(i)
        if document.snapshot is not None and meta is not None and meta > self._openings[-1].first:
            href = self._href(i)
            if self._is_new(document, record, href, i, told):
                self._open(meta)
                document = self._document
            document.named(href)
        document.recorder_told |= told
        document.snapshot, document.changes = record, []
        document.highest_id = max(document.highest_id, record.root_id, *(record.ids or [])[-1:])

    def _href(self, i: int) -> str:
        meta = self._ordered[self._metas[bisect_right(self._metas, i) - 1]].record
        return meta.href if isinstance(meta, records.Meta) else ""

    def _is_new(self, document: _Document, new: records.FullSnapshot, href: str, i: int, told: bool) -> bool:
        """Does this snapshot show another document than the one before?"""
        old = document.snapshot
        if old is None or new.is_native or old.is_native:
            return new.is_native != (old is not None and old.is_native) or href not in document.addresses
        navigation_ms = self._navigation_after(i)
        if navigation_ms is not None:
            return navigation_ms > document.start_ms
        if document.recorder_told and not told:
            return False
        of_tree = _differs(old, new, document)
        if of_tree is not None:
            return of_tree
        return told or not any(_same_address(href, known) for known in self._told(document, i))

    def _told(self, document: _Document, i: int) -> set[str]:
        """Addresses that the document is known to have had."""
        since, t = bisect_right(self._addresses, (document.start_ms, "")), self._ordered[i].t
        return document.addresses | {url for when, url in self._addresses[since:] if when < t}

    def _navigation_after(self, i: int) -> float | None:
        """When the navigation to the document of this snapshot began; None where the recorder does not tell."""
        for later, record in self._soon_after(i):
            if isinstance(record, records.Network):
                starts = (later if r.start_ms is None else r.start_ms for r in record.requests if _navigates(r))
                if (start := next(starts, None)) is not None:
                    return start
        return None

    def _started_after(self, i: int) -> bool:
        """Does the recorder say right after this snapshot that it started?"""
        return any(isinstance(r, records.Custom) and r.tag in STARTED for _, r in self._soon_after(i))

    def _soon_after(self, i: int) -> Iterator[TimedRecord]:
        """Records of the first seconds after a snapshot, up to the next meta event; without a copy of all the rest."""
        t = self._ordered[i].t
        for k in range(i + 1, len(self._ordered)):
            timed = self._ordered[k]
            if timed.t - t > NAVIGATION_WAIT_MS or isinstance(timed.record, records.Meta):
                return
            yield timed

    def _custom(self, i: int, t: float, record: records.Custom) -> None:
        document = self._document
        if record.href:
            document.named(record.href)
        if record.tag == HIDDEN:
            document.hidden_ms = t
        elif record.tag == VISIBLE:
            restored = self._restored(i, t)
            if restored is None:
                document.hidden_ms = None
                return
            self._at = self._history.index(restored)
            restored.hidden_ms = None
            self._openings.append(Opening(i, restored.href, restored.opening))

    def _restored(self, i: int, t: float) -> _Document | None:
        """The document that came back from the page cache with this `window visible`; None for a mere change of tab."""
        if len(self._history) < 2 or self._shown_again(i, t):
            return None
        current = self._document
        around = [self._history[k] for k in (self._at - 1, self._at + 1) if 0 <= k < len(self._history)]
        others = [d for d in around if d.snapshot is not None]
        told = self._address_after(i, t)
        if told and not _same_addresses(told, current):
            return next((d for d in others if _same_addresses(told, d)), None)
        if told or not others:
            return None
        used = self._nodes_after(i)
        best = max(others, key=lambda d: d.count(used))
        if (own := current.count(used)) != best.count(used):
            return best if best.count(used) > own else None
        if current.hidden_ms is None:  # it is another document that was hidden
            return others[0] if current.snapshot is not None else None
        return others[0] if t - current.hidden_ms <= RESTORED_WITHIN_MS else None

    def _shown_again(self, i: int, t: float) -> bool:
        """A recorder that starts anew takes a snapshot: what comes then is known by it."""
        upcoming = self._metas[bisect_right(self._metas, i) :][:1]
        return any(self._ordered[k].t - t <= RESTORED_WITHIN_MS for k in upcoming)

    def _address_after(self, i: int, t: float) -> str:
        """Where the tab is by the first event after the moment, before another document is shown.

        The document that leaves says so in the same moment, by a clock of its own.
        """
        k = bisect_right(self._metas, i)
        until = self._ordered[self._metas[k]].t if k < len(self._metas) else float("inf")
        later = self._addresses[bisect_right(self._addresses, (t + RESTORED_WITHIN_MS, "")) :]
        return next((url for when, url in later if when < until), "")

    def _nodes_after(self, i: int) -> set[int]:
        """Nodes that are used or changed until the next snapshot or the next change of visibility."""
        used: set[int] = set()
        for _, record in self._ordered[i + 1 :]:
            if isinstance(record, records.Meta) or (isinstance(record, records.Custom) and record.tag in _TURNS):
                break
            used.update(_nodes(record))
        return used


_TURNS = frozenset((HIDDEN, VISIBLE))


def _navigates(request: records.RecordedRequest) -> bool:
    return request.initiator == "navigation"


def _nodes(record: records.ReplayRecord) -> Iterator[int]:
    """Ids of nodes that had to exist for this record."""
    if isinstance(record, records.Mutation):
        added = record.added
        yield from (n for n in (*record.parents, *record.texts, *record.attribute_nodes) if not in_ranges(added, n))
    elif isinstance(record, records.Interaction | records.Scroll | records.Input | records.Move) and record.node_id:
        yield record.node_id


def _differs(old: records.FullSnapshot, new: records.FullSnapshot, document: _Document) -> bool | None:
    """Is it another tree? None when it could be either: a static page looks the same when it is loaded again."""
    if new.root_id > document.highest_id:
        return _unlike([*_kinds(old.controls)], [*_kinds(new.controls)])  # ids go on: shown by the same recorder
    alive = {c.first: c for c in old.controls}
    gone: set[int] = set()
    added: set[int] = set()
    for change in document.changes:
        alive |= {c.first: c for c in change.controls}
        for node_id in _each(change.removed):
            alive.pop(node_id, None)
            gone.add(node_id)
            added.discard(node_id)
        fresh = set(_each(change.added))
        gone -= fresh
        added |= fresh
    if new.ids:
        alive = {node_id: c for node_id, c in alive.items() if _hole(new.ids, node_id) not in gone}
    kept = {c.first: c.tag for c in new.controls}
    if alive and sum(kept.get(node_id) == c.tag for node_id, c in alive.items()) < SAME_CONTROLS * len(alive):
        return True
    if new.ids is None or old.ids is None:
        return None
    gone = {node_id for node_id in gone if in_ranges(old.ids, node_id)}
    if gone:
        return sum(in_ranges(new.ids, node_id) for node_id in gone) * 2 > len(gone)
    if any(in_ranges(new.ids, node_id) for node_id in added if not in_ranges(old.ids, node_id)):
        return False
    return None if added or old.ids == new.ids else True


def _hole(ranges: Sequence[int], node_id: int) -> int | None:
    """First id of the gap that the id lies in; None where it is there. Recorders tell of a removed subtree its root."""
    i = bisect_right(ranges, node_id)
    return None if in_ranges(ranges, node_id) or i == 0 else ranges[i - 1] + 1


def _kinds(controls: Iterable[Control]) -> Iterator[tuple[str, str]]:
    return ((c.tag, c.name) for c in controls)


def _unlike(old: list[tuple[str, str]], new: list[tuple[str, str]]) -> bool:
    common = len(set(old) & set(new))
    return bool(old and new) and common < SAME_CONTROLS * min(len(set(old)), len(set(new)))


MAX_EACH = 20_000
"""Ids looked at per range list: hostile ranges may span all numbers, real ones a few hundred."""


def _each(ranges: Sequence[int]) -> Iterator[int]:
    """The ids in flat ranges, at most `MAX_EACH`."""
    left = MAX_EACH
    for first, last in zip(ranges[::2], ranges[1::2], strict=False):
        yield from range(first, min(last, first + left - 1) + 1)
        left -= max(last - first + 1, 0)
        if left <= 0:
            return


def _same_address(a: str, b: str) -> bool:
    """Equal but for query and fragment, which pages change without leaving."""
    try:
        left, right = urlsplit(a), urlsplit(b)
    except ValueError:
        return a == b
    return (left.netloc, left.path.rstrip("/")) == (right.netloc, right.path.rstrip("/"))


def _same_addresses(url: str, document: _Document) -> bool:
    return any(_same_address(url, known) for known in document.addresses)
