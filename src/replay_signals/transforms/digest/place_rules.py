"""The rules for elements of rrweb documents, ready to use, and what was found by them before."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any, Protocol

from msgspec import Raw

from replay_signals.schemas.rrweb import CUSTOM_ATTRIBUTES, Attributes
from replay_signals.transforms.privacy.policy import Policy, Removed
from replay_signals.transforms.privacy.selectors import Selectors
from replay_signals.transforms.privacy.steps import Steps

MAX_CACHED = 20_000
MAX_CACHED_CHARS = 1000
RawControl = tuple[Any, ...]
ControlTexts = tuple[list[str], str]
"""The texts of a control from `tag` to `href`, and flags for words that are not kept."""
TextKey = tuple[str, str, str]
"""A raw text, the field it is for, and its place or what it is."""
Actions = tuple[str, str]
"""What rules say of an element: for its attributes, and for what stands in it."""


class Placed(Protocol):
    """An element as rules see it."""

    @property
    def tagName(self) -> str:
        """In lower case."""

    @property
    def attributes(self) -> Attributes:
        """What rules may look at."""

    @property
    def key(self) -> tuple[Hashable, ...]:
        """The same for elements of the same tag and attributes."""


_FIELDS = dict(zip(Attributes.__struct_encode_fields__, Attributes.__struct_fields__, strict=True))


class PlaceRules:
    """The rules for elements of rrweb documents, ready to use."""

    def __init__(self, policy: Policy) -> None:
        self._renamed: dict[str, str] = {}
        self.around = Selectors(policy.element_rules, attrgetter("tagName"), self._getter)
        self.inside = Selectors(policy.text_rules, attrgetter("tagName"), self._getter)
        self.combines = self.around.combines or self.inside.combines
        self.watched = self.around.attributes | self.inside.attributes
        self._known: dict[tuple[Any, ...], Actions] = {}
        self.controls: dict[RawControl, tuple[ControlTexts, Removed]] = {}
        self.texts: dict[TextKey, tuple[str, Removed]] = {}
        names = "|".join(re.escape(name) for name in self._renamed)
        self._custom = re.compile(rf'"({names})"(?=\s*:)'.encode()) if names else None

    def _getter(self, name: str) -> Callable[[Placed], Any]:
        field = _FIELDS.get(name)
        if field is None:
            if name not in self._renamed and len(self._renamed) == len(CUSTOM_ATTRIBUTES):
                raise ValueError(f"privacy.elements names more than {len(CUSTOM_ATTRIBUTES)} attributes of its own")
            field = self._renamed.setdefault(name, CUSTOM_ATTRIBUTES[len(self._renamed) % len(CUSTOM_ATTRIBUTES)])
        return attrgetter(f"attributes.{field}")

    def actions(self, path: Sequence[Placed], depth: int, steps: Steps) -> Actions:
        """What the rules say about `path[depth]`. Documents repeat their elements, so the answers are kept.

        Rules that look around an element take `steps`.
        """
        if self.combines:
            return self._actions(path, depth, steps)
        key = path[depth].key
        try:
            known = self._known.get(key)
        except TypeError:  # an attribute that is no text
            return self._actions(path, depth, steps)
        if known is None:
            known = self._actions(path, depth, steps)
            if is_short(key):
                if len(self._known) >= MAX_CACHED:
                    self._known.clear()
                self._known[key] = known
        return known

    def _actions(self, path: Sequence[Placed], depth: int, steps: Steps) -> Actions:
        around = self.around.action(path, depth, steps)
        return around, around or self.inside.action(path, depth, steps)

    def renamed(self, json: bytes | Raw) -> bytes | Raw:
        """JSON of a document in which attributes that only the rules know have the names that nodes are read by."""
        if self._custom is None:
            return json
        return self._custom.sub(lambda found: b'"%s"' % self._renamed[found[1].decode()].encode(), bytes(json))


@lru_cache(maxsize=8)
def place_rules(policy: Policy) -> PlaceRules:
    """The rules of a policy; raises ValueError when they ask for more attributes than nodes can hold."""
    return PlaceRules(policy)


def is_short(values: tuple[Any, ...]) -> bool:
    """Whether texts are short enough to be kept as a key."""
    return sum(len(value) for value in values if isinstance(value, (str, bytes))) <= MAX_CACHED_CHARS
