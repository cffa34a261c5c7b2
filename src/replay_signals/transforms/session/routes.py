"""Ways back within one document: a single-page application shows another page and then the one before.

Most recorders do not tell where such an application is. What tells is its content: a link is clicked and children of an
element are replaced by others, and some time later, with nothing pressed or typed since, they are replaced again by
what stood there before the click. Content that is loaded in two steps (a placeholder, a spinner) brings nothing of its
own in the first, or nothing known in the second. Where the navigation marks the page that is shown, the link that was
marked before has to be marked again.

An application may also keep all its pages in the document and show one of them by class, style or `hidden`. Then the
link that is clicked and the one that was marked change their marking at once, with the elements that are shown and
hidden, and all of them change once more when the visitor goes back, the two links to each other's marking. Where no
link is marked, the two pages get each other's state; what changes by itself now and then, as slides do, is no page.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.session import urls
from replay_signals.transforms.session.elements import in_ranges
from replay_signals.transforms.session.fields import typed_fields
from replay_signals.transforms.session.gestures import control_at, link_at
from replay_signals.transforms.session.timeline import Page

SHOWN_WITHIN_MS = 1500
"""Longest time from the click to the page that it shows; what is loaded for it may come in later steps."""
RENDERED_MS = 200
"""Components fill themselves in some frames after they were put in place."""
EMPTY_MS = 500
"""Transitions take the old page away first, and are over by then."""
MIN_KNOWN_SHARE = 0.8
"""Of the controls that come back: a page that is shown again may have one more or a changed one."""
PROMPT_MS = 300
"""Longest time from the click to a page that is only shown, where no link is marked with it."""
RESTLESS_MS = 10_000
"""What changed by itself so short a time before the click may do so after it."""
MAX_CAME, MAX_ROOTS = 1000, 10
"""Mutations that are remembered, and nodes that are looked for in them, or mutations in which one is."""
MIN_TURNED = 2
"""Elements beside the links: the page that is shown and the one that is hidden."""
_MARKING = frozenset(("class", "aria-current", "aria-selected"))
_SHOWING = _MARKING | {"style", "hidden", "aria-hidden"}

Key = tuple[str, str, str, str]
"""What a control is; ids and classes are often made anew with it."""


@dataclass(frozen=True, slots=True)
class WayBack:
    """A page that a link showed within the document, epoch ms, until the one before was shown again.

    `used_ms` is the visitor's next press, after which it may be another page; `before` is the address before, if told.
    """

    url: str
    click_ms: float
    shown_ms: float
    returned_ms: float
    used_ms: float
    before: str = ""


@dataclass(slots=True)
class _Content:
    """What was put in place from `start_ms` on: controls, and links of the navigation that were marked or unmarked."""

    start_ms: float
    keys: set[Key] = field(default_factory=set)
    marked: set[int] = field(default_factory=set)


Turned = dict[tuple[int, str], int | None]
"""Attributes that changed, by node and name, and the checksums of their new values."""


@dataclass(slots=True)
class _Turn:
    """Marking and showing by attributes: what a click on the link changed, and what changed at the way back."""

    link: int
    click_ms: float
    start_ms: float | None = None
    there: Turned = field(default_factory=dict)
    back_ms: float | None = None
    back: Turned = field(default_factory=dict)

    def take(self, t: float, changed: Turned, links: set[int]) -> None:
        """Takes the attributes that changed in one mutation; `links` are those of the navigation among them."""
        if self.back_ms is None and (self._swaps(changed, links) or self._exchanges(changed)):
            self.back_ms = t
        if self.back_ms is not None:
            self.back |= changed if t - self.back_ms <= RENDERED_MS else {}
            return
        marks = self.link in links and len(links) > 1
        if self.start_ms is None and (marks or (t - self.click_ms <= PROMPT_MS and len(changed) > 1)):
            self.start_ms = t
        if self.start_ms is not None and t - self.start_ms <= RENDERED_MS:
            self.there |= changed

    def _swaps(self, changed: Turned, links: set[int]) -> bool:
        """Does the link get the marking of another one, and that one the link's?"""
        own = [(name, value) for (node_id, name), value in changed.items() if node_id == self.link]
        return any(
            (other, name) in changed
            and value != self.there.get((self.link, name), value)
            and value == self.there.get((other, name))
            and changed[other, name] == self.there.get((self.link, name))
            for name, value in own
            for other in links - {self.link}
        )

    def _exchanges(self, changed: Turned) -> bool:
        """Do two elements get each other's state: is one shown that was hidden, and the other way round?"""
        turns = {(name, self.there.get((node_id, name)), value) for (node_id, name), value in changed.items()}
        return any(old not in (None, new) and (name, new, old) in turns for name, old, new in turns)

    def returns(self, links: set[int]) -> bool:
        """Were pages shown and hidden there, and the other way round at the way back?"""
        both = {key[0] for key, value in self.back.items() if self.there.get(key, value) != value}
        return len(both - links) >= MIN_TURNED


@dataclass(slots=True)
class _Shown:
    """What a click on a link has shown so far. `places` are elements whose children were replaced, `removed` flat
    ranges of what went for it, `known` what stood there, `restless` what changes by itself."""

    url: str
    click_ms: float
    link: int
    turn: _Turn
    restless: frozenset[int]
    known: set[Key] = field(default_factory=set)
    removed: list[int] = field(default_factory=list)
    links: set[int] = field(default_factory=set)
    marked: set[int] = field(default_factory=set)
    content: _Content | None = None
    places: set[int] = field(default_factory=set)
    following: _Content | None = None


def ways_back(page: Page) -> Iterator[WayBack]:
    """The ways back of a page in order of time."""
    reader = _Reader(page)
    for t, record in page.records:
        if isinstance(record, records.Mutation):
            reader.mutation(t, record)
        elif isinstance(record, records.FullSnapshot):
            reader.known.update(_known(record.controls))
        elif isinstance(record, records.Input) and t in reader.typed_ms:
            reader.ended(t)
        elif isinstance(record, records.Interaction) and record.kind in rrweb.PRESSES:
            reader.ended(t)
            if record.kind == rrweb.CLICK:
                reader.click(t, record)
    reader.ended(page.end_ms)
    yield from reader.found


class _Reader:
    """One pass over a page's records."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.known = set(_known(page.elements.all())) if page.restored is not None else set()
        self.typed_ms = {change.t for box in typed_fields(page) for change in box.typed}
        self.found: list[WayBack] = []
        self._back: tuple[_Shown, float] | None = None
        self._emptied_ms, self._emptied = float("-inf"), set[int]()
        self._shown: _Shown | None = None
        self._pressed_ms = float("-inf")
        self._alone_ms: dict[int, float] = {}
        self._alone: frozenset[int] | None = None
        self._came: deque[tuple[list[int], list[Control]]] = deque(maxlen=MAX_CAME)

    def click(self, t: float, record: records.Interaction) -> None:
        """A click on a link may show another page."""
        link = link_at(self.page, record.node_id)
        if link is not None:
            url = urls.joined(self.page.href, link.href)
            self._shown = _Shown(url, t, link.first, _Turn(link.first, t), self._restless(t)) if url else None

    def _restless(self, t: float) -> frozenset[int]:
        """What changed by itself a short time before."""
        while self._alone_ms and t - (first := next(iter(self._alone_ms.items())))[1] > RESTLESS_MS:
            del self._alone_ms[first[0]]
            self._alone = None
        if self._alone is None:
            self._alone = frozenset(self._alone_ms)
        return self._alone

    def ended(self, t: float) -> None:
        """The visitor goes on: what was shown is used, or was left before."""
        self._pressed_ms = t
        self._settle()
        shown = self._shown
        if shown is not None and shown.turn.back_ms is not None and shown.turn.returns(shown.links):
            shown.content = _Content(shown.turn.start_ms or shown.click_ms)
            self._back = (shown, shown.turn.back_ms)
        if self._back is not None:
            shown, returned_ms = self._back
            shown_ms = shown.content.start_ms if shown.content is not None else returned_ms
            self.found.append(WayBack(shown.url, shown.click_ms, shown_ms, returned_ms, t))
        self._back = self._shown = None

    def mutation(self, t: float, record: records.Mutation) -> None:
        """Children of an element are replaced, or what was put in place is filled."""
        shown = self._shown
        if shown is not None and shown.following is not None and t - shown.following.start_ms > RENDERED_MS:
            self._settle()
            shown = self._shown
        if shown is not None:
            self._take(shown, t, record)
        if t - self._pressed_ms > SHOWN_WITHIN_MS:
            self._changed_alone(t, {n for n, name, _ in record.attributes if name in _SHOWING})
        self.known.update(_known(record.controls))
        if record.added:
            self._came.append((record.added, record.controls))

    def _changed_alone(self, t: float, node_ids: set[int]) -> None:
        for node_id in node_ids:
            self._alone_ms.pop(node_id, None)  # in order of the last change
            self._alone_ms[node_id] = t
            self._alone = None

    def _before(self, removed: Sequence[int]) -> set[Key]:
        """What stood there before: what came with the nodes that were removed, and since; else all that is known."""
        first = len(self._came)
        for node_id in islice(removed[::2], MAX_ROOTS):
            came = (k for k in reversed(range(len(self._came))) if in_ranges(self._came[k][0], node_id))
            if (found := next(came, None)) is None:
                return set(self.known)
            first = min(first, found)
        keys = {key for _, controls in islice(self._came, first, None) for key in _known(controls)}
        return keys | {_masked(key) for key in keys if _is_masked(key)}

    def _take(self, shown: _Shown, t: float, record: records.Mutation) -> None:
        links = set(self._marked(record))
        shown.links |= links
        changes = (change for change in record.attributes if change[1] in _SHOWING and change[0] not in shown.restless)
        shown.turn.take(t, {(node_id, name): value for node_id, name, value in changes}, links)
        replaces = self._replaces(t, record)
        again = replaces and shown.content is not None and not shown.places.isdisjoint(record.parents)
        if shown.following is None and again and shown.content is not None and t > shown.content.start_ms:
            if self._is_drawn_anew(record):
                return
            shown.following = _Content(t)
        elif shown.following is None and t - shown.click_ms > SHOWN_WITHIN_MS:
            return
        if shown.content is None:
            shown.removed += record.removed
        if replaces and shown.following is None:
            shown.places.update(record.parents)
            if shown.content is None:
                shown.content, shown.known = _Content(t), self._before(shown.removed)
        into = shown.following or shown.content
        if into is not None:
            into.keys.update(_keys(record.controls))
        (shown.marked if shown.following is None else shown.following.marked).update(links)

    def _is_drawn_anew(self, record: records.Mutation) -> bool:
        """Do the same links take the place of those that came there last, as with every tick of a clock?"""
        removed, last = record.removed, islice(reversed(self._came), MAX_ROOTS)
        came = (controls for added, controls in last if removed and in_ranges(added, removed[0]))
        gone = {_nameless(key) for key in _keys(next(came, ()))}
        same = gone == {_nameless(key) for key in _keys(record.controls)}
        return same and bool(gone) and all(href for *_, href in gone)

    def _replaces(self, t: float, record: records.Mutation) -> bool:
        """Are children of an element replaced: at once, or some moments after the old ones were taken away?"""
        emptied = t - self._emptied_ms <= EMPTY_MS and not self._emptied.isdisjoint(record.parents)
        if record.removed and not record.added:
            self._emptied_ms, self._emptied = t, set(record.parents)
        return bool(record.added and (record.removed or emptied))

    def _marked(self, record: records.Mutation) -> Iterator[int]:
        for node_id in {node_id for node_id, name, _ in record.attributes if name in _MARKING}:
            control = control_at(self.page, node_id)
            own = control is not None and control.first == node_id
            if control is not None and own and (control.tag == "a" or control.role == "tab"):
                yield node_id

    def _settle(self) -> None:
        """Is what followed the page before? Else it belongs to what the click shows, if it came soon."""
        shown = self._shown
        if shown is None or shown.following is None or shown.content is None:
            return
        following, shown.following = shown.following, None
        turned_ms = shown.turn.back_ms if shown.turn.back_ms is not None else float("-inf")
        if abs(following.start_ms - turned_ms) <= RENDERED_MS or _returns(shown, shown.content, following):
            self._back, self._shown = (shown, following.start_ms), None
        elif following.start_ms - shown.click_ms <= SHOWN_WITHIN_MS:
            shown.content.keys |= following.keys
            shown.marked |= following.marked


def _keys(controls: Iterable[Control]) -> Iterator[Key]:
    return ((c.tag, c.type, c.name, c.href) for c in controls if not c.is_only_place)


def _known(controls: Iterable[Control]) -> Iterator[Key]:
    for key in _keys(controls):
        yield from (key, _nameless(key))


def _nameless(key: Key) -> Key:
    return key[0], key[1], "", key[3]


def _masked(key: Key) -> Key:
    """Stands for all of its like whose names are masked."""
    return key[0], key[1], "[]", key[3]


def _stood(key: Key, known: set[Key]) -> bool:
    """Did it stand there? A name that is masked in one of two places is not compared."""
    if key in known or not _is_masked(key):
        return key in known or _masked(key) in known
    return _masked(key) not in known and _nameless(key) in known


def _is_masked(key: Key) -> bool:
    """Names are masked where it is not known what they stand in, which is so for what is added later."""
    return key[2].startswith("[") and key[2].endswith("]")


def _returns(shown: _Shown, content: _Content, following: _Content) -> bool:
    """Is what the click showed replaced by what stood there before?"""
    own, returned = content.keys - following.keys, following.keys - content.keys
    known = sum(_stood(key, shown.known) for key in returned)
    before, now = shown.marked - {shown.link}, following.marked - shown.marked
    elsewhere = bool(now) and not before <= following.marked  # another link is marked than the one before
    return bool(own and returned) and known >= MIN_KNOWN_SHARE * len(returned) and not elsewhere
