"""Masking: what one message shows of the places its texts stand in, and the way of each text through the policy.

A digest sees one message. The place of an element is known when the message shows everything around it: up to the root
of a document, or through nodes that the same message added. Of any other only the name's fingerprint is kept.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any, TypeVar

from msgspec import Raw

from replay_signals.schemas.rrweb import Node
from replay_signals.transforms.digest.element_facts import ElementFacts, facts_of
from replay_signals.transforms.digest.place_rules import (
    MAX_CACHED,
    Actions,
    ControlTexts,
    Placed,
    RawControl,
    TextKey,
    is_short,
    place_rules,
)
from replay_signals.transforms.parse.budget import Budget
from replay_signals.transforms.privacy.policy import KEEP, MASK, REMOVE, UNKNOWN, Policy, Removed
from replay_signals.transforms.privacy.steps import Steps, steps_of
from replay_signals.transforms.privacy.texts import whole

NO_NODE = -1
K = TypeVar("K", bound=tuple[Any, ...])
V = TypeVar("V")
MAX_DEPTH = 500
"""Ancestors that are followed; deeper nodes stand in an unknown place."""
_id_of = attrgetter("id")
_WORST = {KEEP: 0, UNKNOWN: 1, MASK: 2, REMOVE: 3}

DEFAULT_POLICY = Policy()


def worse(a: str, b: str) -> str:
    """Of two places the one of which less is kept."""
    return a if _WORST[a] >= _WORST[b] else b


class Masking:
    """The privacy of one message: its policy, what it removed so far, and the nodes it showed so far.

    Texts are searched within the message's budget; of those behind it only fingerprints are kept. What is spent depends
    on the message alone, not on what this process has seen before.
    """

    __slots__ = (
        *("_added", "_classes", "_of_control", "_places", "_root", "_seen"),
        *("actions", "budget", "policy", "removed", "rules"),
    )

    def __init__(self, policy: Policy, budget: Budget | None = None) -> None:
        self.policy = policy
        self.budget = Budget() if budget is None else budget
        self._seen: set[tuple[Any, ...]] = set()
        self._classes: set[str] = set()
        self._of_control: bool | None = None  # within a control, whose texts are taken together: may they be searched?
        self.removed = Removed()
        self.rules = place_rules(policy)
        self.actions = self.rules.actions if policy.rules.enabled else _no_actions
        self._root: Node | None = None
        self._added: dict[int, tuple[Node, int]] = {}
        self._places: dict[int, str] = {}

    def show(self, root: Node | None) -> None:
        """A full snapshot: everything of the document is known from here on. None: nothing is."""
        self._root = root
        self._added.clear()
        self._places.clear()

    def add(self, nodes: Mapping[int, Node], parent_of: Mapping[int, int]) -> None:
        """Nodes that a mutation adds or moves."""
        if nodes.keys() & self._places.keys():  # moved, with what is below them
            self._places.clear()
        for node_id, node in nodes.items():
            self._added[node_id] = node, parent_of[node_id]

    def change(self, attributes: Mapping[str, Raw]) -> None:
        """Changed attributes of a node. One that rules look at may turn a place of the document into another."""
        for name, value in attributes.items():
            if name in self.rules.watched and self._may_matter(name, bytes(value)):
                self.show(None)

    def _may_matter(self, name: str, value: bytes) -> bool:
        if value in (b"null", b"false"):
            return False
        classes = self.rules.around.classes | self.rules.inside.classes
        return name != "class" or any(one.encode() in value for one in classes)

    def place(self, node_id: int) -> str:
        """The place of what stands in a node."""
        new: list[int] = []
        at = node_id
        while at in self._added and at not in self._places and len(new) < MAX_DEPTH:
            new.append(at)
            at = self._added[at][1]
        place = self._places.get(at) or self._place_in_document(at)
        for below in reversed(new):
            path = self._path(below)
            place = self._places[below] = self.step(path, len(path) - 1, place)
        return place

    def own_place(self, node_id: int) -> str:
        """The place of what an added element says of itself in its attributes."""
        path = self._path(node_id)
        return self.own_step(path, len(path) - 1, self.place(self._added[node_id][1]))

    def _place_in_document(self, node_id: int) -> str:
        way = _way(self._root, node_id)
        if way is None:
            return UNKNOWN
        path, place = [facts_of(node) for node in way], KEEP
        for depth, node in enumerate(way):
            place = self._places[node.id] = self.step(path, depth, place)
        return place

    def _path(self, node_id: int) -> list[ElementFacts]:
        """The nodes down to an added one, as far up as the message shows; only itself when no rule asks for more."""
        path = [self._added[node_id][0]]
        while self.rules.combines and len(path) < MAX_DEPTH and self.budget.text_steps.spend(1):
            parent = self._added[path[-1].id][1] if path[-1].id in self._added else NO_NODE
            if parent not in self._added:
                path += reversed(_way(self._root, parent) or ())
                break
            path.append(self._added[parent][0])
        return [facts_of(node) for node in reversed(path)]

    def places(self, path: Sequence[Placed], known: list[str]) -> str:
        """The place in the last element of a path; `known` are those around it, to which the missing ones are added."""
        place = known[-1] if known else KEEP
        for depth in range(len(known), len(path)):
            own = self.actions(path, depth, self.budget.text_steps)[1]
            if own:
                place = _inner(place, own)
            known.append(place)
        return place

    def step(self, path: Sequence[Placed], depth: int, around: str) -> str:
        """The place in `path[depth]`, of the place around it. An unknown one stays so: more may stand around it."""
        own = self.actions(path, depth, self.budget.text_steps)[1]
        return _inner(around, own) if own else around

    def own_step(self, path: Sequence[Placed], depth: int, around: str) -> str:
        """The place of what `path[depth]` says of itself: the label of a field is no typed text."""
        own = self.actions(path, depth, self.budget.text_steps)[0]
        return _inner(around, own) if own else around

    def control_texts(
        self, raw: RawControl, steps: int, texts_of: Callable[[RawControl, Masking], ControlTexts]
    ) -> ControlTexts:
        """What `texts_of` gives for the raw texts of a control, which take so many steps to search."""
        self.budget.keep(1)
        self._of_control = self._may_look(raw, steps)
        try:
            known = self.rules.controls.get(raw) if self._of_control else None
            if known is None and self._of_control:
                known = self._made(self.rules.controls, raw, lambda: texts_of(raw, self))
            return texts_of(raw, self) if known is None else self._counted(known)
        except TypeError:  # an attribute that is no text
            return texts_of(raw, self)
        finally:
            self._of_control = None

    def name(self, raw: str, place: str, field: str, limit: int) -> str:
        """The name of an element, or another text that a page shows."""
        if not raw:
            return ""
        key = (raw, field, place)
        if not (key in self._seen or self._may_look(key, steps_of(raw))):
            return self._hidden(raw, field)
        known = self.rules.texts.get(key)
        return self._counted(known or self._text(key, limit, lambda gone: self.policy.name(raw, place, field, gone)))

    def alert(self, raw: str, place: str, field: str, limit: int) -> str:
        """What a page says went wrong."""
        key = (raw, field, place)
        if not (key in self._seen or self._may_look(key, steps_of(raw) if raw else 0)):
            return self._hidden(raw, field)
        known = self.rules.texts.get(key)
        return self._counted(known or self._text(key, limit, lambda gone: self.policy.alert(raw, place, field, gone)))

    def id(self, raw: str, place: str, field: str, limit: int) -> str:
        """An id or a test id."""
        if not raw or not self.can_look:
            return self._hidden(raw, field)
        return bounded(self.policy.id(raw, place, field, self.removed), limit)

    def classes(self, raw: str, limit: int) -> str:
        """The class attribute of a control."""
        if not raw or not self.can_look:
            return self._hidden(raw, "control_class")
        return self.policy.classes(raw, "control_class", self.removed)[:limit]

    def url(self, value: Any, field: str, limit: int) -> str:
        """An address."""
        if not value or not isinstance(value, str):
            return ""
        key = (value, field, "url")
        if not (key in self._seen or self._may_look(key, steps_of(value))):
            return self._hidden(value, field)
        known = self.rules.texts.get(key)
        return self._counted(known or self._text(key, limit, lambda gone: self.policy.url(value, field, gone)))

    def word(self, value: Any, field: str, limit: int) -> str:
        """A word that a format or a program defines: a type, a role, a tag."""
        if not value or not isinstance(value, str):
            return ""
        key = (value, field, "word")
        if not (key in self._seen or self._may_look(key, steps_of(value))):
            return self._hidden(value, field)
        known = self.rules.texts.get(key)
        return self._counted(known or self._text(key, limit, lambda gone: self._word(value, field, limit, gone)))

    def _word(self, value: str, field: str, limit: int, removed: Removed) -> str:
        return self.policy.text(" ".join(whole(value, limit * 4).split()), field, removed)

    def line(self, value: Any, field: str, limit: int) -> str:
        """A message of a program."""
        if not value or not isinstance(value, str):
            return ""
        key = (value, field, "line")
        if not (key in self._seen or self._may_look(key, steps_of(value))):
            return self._hidden(value, field)
        known = self.rules.texts.get(key)
        return self._counted(known or self._text(key, limit, lambda gone: self.policy.line(value, field, gone)))

    def console(self, level: str, parts: list[str], field: str, limit: int) -> str:
        """A console line of its arguments."""
        key = ("\n".join(parts), field, level)
        if not (key in self._seen or self._may_look(key, steps_of(key[0]) if key[0] else 0)):
            return self._hidden(key[0], field)
        known = self.rules.texts.get(key)
        return self._counted(
            known or self._text(key, limit, lambda gone: self.policy.console(level, parts, field, gone))
        )

    @property
    def can_look(self) -> bool:
        """Whether what a text says may be looked at; when the budget is spent nothing of it is kept, nor known."""
        return self.budget.text_steps.is_left if self._of_control is None else self._of_control

    def look_at_classes(self, classes: Any) -> None:
        """Takes the class attribute of an element from the budget, each text once; raises TooLarge."""
        if isinstance(classes, str) and classes not in self._classes:
            self._classes.add(classes)
            self.budget.look_at_classes(len(classes))

    def _may_look(self, key: tuple[Any, ...], steps: int) -> bool:
        """Takes steps from the budget, those of a key once."""
        if self._of_control is not None:
            return self._of_control
        try:
            if key in self._seen:
                return True
            if self.budget.text_steps.is_left:
                self._seen.add(key)
        except TypeError:  # an attribute that is no text
            pass
        return self.budget.text_steps.spend(steps)

    def _hidden(self, raw: str, field: str) -> str:
        """A fingerprint of a text that the budget leaves no time for."""
        if not raw:
            return ""
        self.removed.add(field, ("message_budget",))
        return self.policy.hidden(raw)

    def _text(self, key: TextKey, limit: int, make: Callable[[Removed], str]) -> tuple[str, Removed]:
        return self._made(self.rules.texts, key, lambda: bounded(make(self.removed), limit))

    def _made(self, known: dict[K, tuple[V, Removed]], key: K, make: Callable[[], V]) -> tuple[V, Removed]:
        """What `make` gives for a key, and what it removes. Recordings repeat their texts, so both are kept."""
        before, self.removed = self.removed, Removed()
        found = make(), self.removed
        self.removed = before
        if is_short(key):
            if len(known) >= MAX_CACHED:
                known.clear()
            known[key] = found
        return found

    def _counted(self, found: tuple[V, Removed]) -> V:
        kept, removed = found
        if removed:
            for name, count in removed.items():
                self.removed[name] = self.removed.get(name, 0) + count
        return kept


def bounded(text: str, limit: int) -> str:
    """The begin of a text that no mark is cut in."""
    if len(text) <= limit:
        return text
    head = text[:limit]
    mark = head.rfind("[")
    return head[:mark] if mark > head.rfind("]") else head


def _no_actions(path: Sequence[Placed], depth: int, steps: Steps) -> Actions:
    """Without rules every text is kept, wherever it stands."""
    return "", ""


def _inner(around: str, own: str) -> str:
    if around == REMOVE:
        return around
    return worse(around, own) if around == UNKNOWN else own


def _way(root: Node | None, node_id: int) -> list[Node] | None:
    """The nodes from a document's root down to one of its own; None when it is not there.

    Ids rise in document order, so at each step the last child that does not come after the node is the one to follow.
    """
    way: list[Node] = []
    node = root
    while node is not None and node.id <= node_id and len(way) < MAX_DEPTH:
        way.append(node)
        if node.id == node_id:
            return way
        below = node.childNodes
        after = bisect_right(below, node_id, key=_id_of)
        node = below[after - 1] if after else None
    return None
