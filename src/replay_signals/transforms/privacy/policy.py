"""The policy: the one object that everything which keeps text asks. Made of the rules and a key.

What it removes is counted by field and rule (`Removed`), in the struct that the text would have stood in, so that
repeated and retried input is counted once, as everything else is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b

import msgspec

from replay_signals.schemas.privacy import PRIVACY_REVISION, Action, Privacy
from replay_signals.transforms.privacy import chains, payloads
from replay_signals.transforms.privacy.fingerprints import IS_HASHED, Fingerprints
from replay_signals.transforms.privacy.keys import Keys, Listed
from replay_signals.transforms.privacy.lines import Lines
from replay_signals.transforms.privacy.own_patterns import own_patterns
from replay_signals.transforms.privacy.patterns import RANDOM
from replay_signals.transforms.privacy.properties import Properties
from replay_signals.transforms.privacy.selectors import E, Selectors
from replay_signals.transforms.privacy.sources import Sources, line_of, properties_of, text_of
from replay_signals.transforms.privacy.texts import MARK, Cleaned, Texts
from replay_signals.transforms.privacy.urls import Urls

KEEP, MASK, REMOVE, UNKNOWN = "keep", "mask", "remove", "unknown"
"""What is known of the place a text stands in. `UNKNOWN`: the message does not show what is around it."""
DEFAULTS = Privacy()
MAX_CHAIN_CHARS = 10_000
"""Of an elements chain; posthog-js writes 1,000 for a deep element."""
_USER_INFO = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*://)[^/?#]*@")
_CONTROL_ROLES = frozenset(("button", "link", "tab", "menuitem", "switch", "checkbox", "radio"))
_CONTROL_TAGS = frozenset(("a", "button", "input", "summary", "label"))
_KEPT_OF_CHAIN = frozenset(("attr__id", "attr__role", "attr__type", "attr__data-testid"))
_POSITIONS = frozenset(("nth-child", "nth-of-type"))
_OF_SOMEBODY = frozenset(("email", "handle", "jwt", "bearer", "cloud_key", "private_key", "iban", "encoded"))
"""Patterns that no random id shows by chance; one of digits alone may look like a card or a phone number."""


class Removed(dict[str, int]):
    """How often each rule removed something, by `field/rule`."""

    def add(self, field: str, rules: Iterable[str]) -> None:
        """Counts rules that applied to a field."""
        for rule in rules:
            name = f"{field}/{rule}"
            self[name] = self.get(name, 0) + 1


class Policy:
    """The rules, ready to use. Every method is total; each adds what it removed to `removed`."""

    def __init__(self, rules: Privacy = DEFAULTS, key: bytes = b"", sources: Sources | None = None) -> None:
        """`sources` has the source maps of the site, where there are any."""
        self.rules, self._sources = rules, sources
        self._key = key
        digest = blake2b(msgspec.json.encode(rules), digest_size=4).hexdigest()
        self.version = f"{PRIVACY_REVISION}-{digest}"
        """Of the code and the rules; the key is no part of it."""
        actions: Mapping[str, Action] = {
            **msgspec.structs.asdict(rules.patterns),
            **{one.name: one.action for one in rules.own_patterns},
        }
        self._prints = Fingerprints(key)
        self._keys = Keys(rules.key_names)
        self._texts = Texts(actions, rules.national_ids, self._prints, own_patterns(rules.own_patterns))
        self._urls = Urls(self._texts, rules.path_names, rules.page_parameters)
        self._lines = Lines(self._texts, self._urls, self._keys)
        self._properties = Properties(
            self._texts, self._urls, self._lines, self._keys, self._prints, rules.hashed_properties
        )
        self._event_properties = Listed(rules.event_properties)
        self._person_properties = Listed(rules.person_properties)
        self._known_names = frozenset(_folded(name) for name in rules.known_names)
        self._levels = frozenset(rules.console_levels)
        self._chain = Selectors(self.element_rules, _tag_of, _attribute_getter)

    def __reduce__(self) -> tuple[type[Policy], tuple[Privacy, bytes, Sources | None]]:
        """Workers get the rules and make their own."""
        return Policy, (self.rules, self._key, self._sources)

    @property
    def hashed_without_key(self) -> bool:
        """Whether this policy has hashed ids of people that who has a list of them can look up."""
        return self._prints.told_people_apart and not self._key

    def checksum(self, data: bytes) -> int:
        """32 bits of a value of which only its change counts."""
        return self._prints.checksum(data)

    @property
    def element_rules(self) -> list[tuple[str, tuple[str, ...]]]:
        """Actions and selectors, strongest first, for `Selectors` of a kind of element."""
        elements = self.rules.elements
        return [(REMOVE, elements.remove), (KEEP, elements.keep), (MASK, elements.mask)]

    @property
    def text_rules(self) -> list[tuple[str, tuple[str, ...]]]:
        """Actions and selectors for what stands in elements, not for what their attributes say."""
        return [(MASK, self.rules.elements.mask_text)]

    def url(self, text: str, field: str, removed: Removed) -> str:
        """An address. Credentials in it are kept by no rule."""
        if not self.rules.enabled:
            return _USER_INFO.sub(r"\1", text.strip())
        return self._counted(text, self._urls.clean, field, removed)

    def name(self, text: str, place: str, field: str, removed: Removed) -> str:
        """The name of an element, of the place it stands in (`KEEP`, `MASK`, `REMOVE`, `UNKNOWN`)."""
        if not text or not self.rules.enabled:
            return text
        if place == UNKNOWN:
            place = self.rules.unknown_ancestry
        if place == REMOVE:
            removed.add(field, ("removed_element",))
            return "[removed]"
        if place == MASK or self.rules.control_names == "mask":
            if _folded(text) in self._known_names or MARK.fullmatch(text):
                return text
            removed.add(field, ("masked_element",))
            return self._texts.mark("text", text)
        return self._counted(text, self._lines.name, field, removed)

    def alert(self, text: str, place: str, field: str, removed: Removed) -> str:
        """What a page says went wrong: a name that is also cleaned as a line, since it says about whom."""
        shown = self.name(text, place, field, removed)
        return self.line(shown, field, removed) if shown and not MARK.fullmatch(shown) else shown

    def hidden(self, text: str) -> str:
        """A fingerprint of a text that cannot be searched."""
        return self._texts.mark("text", text)

    def text(self, text: str, field: str, removed: Removed) -> str:
        """A short text of a program: the name of an event, a tag."""
        return self._counted(text, self._texts.clean, field, removed)

    def id(self, text: str, place: str, field: str, removed: Removed) -> str:
        """An id or test id of an element."""
        if not text or not self.rules.enabled:
            return text
        if place == REMOVE:
            removed.add(field, ("removed_element",))
            return self._texts.mark("id", text)
        return self._counted(text, self._id, field, removed)

    def classes(self, text: str, field: str, removed: Removed) -> str:
        """The class attribute of an element: classes that hold personal data are left out."""
        return self._counted(text, self._classes, field, removed)

    def line(self, text: str, field: str, removed: Removed) -> str:
        """A message of a program: of an exception, an error, a rejection."""
        return self._counted(text, self._lines.line, field, removed)

    def located(self, line: str) -> str:
        """A line of a stack that is still to be cleaned, under the names of the program's sources."""
        return line if self._sources is None else line_of(line, self._sources)

    def with_located(self, text: str) -> str:
        """A console line that is still to be cleaned, with the frames in it under those names."""
        return text if self._sources is None else text_of(text, self._sources)

    def bug(self, text: str, field: str, removed: Removed) -> str:
        """An exception that nobody foresaw, met by raw input: its type and place. What it says may quote the input."""
        kind, colon, words = text.partition(": ")
        if not words or not self.rules.enabled:
            return text
        removed.add(field, ("bug",))
        return self.line(kind, field, removed) + colon + self._texts.mark("text", words)

    def console(self, level: str, parts: Sequence[str], field: str, removed: Removed) -> str:
        """A console line of its arguments, as recorders write them. Of a level that is not kept, a fingerprint."""
        whole = " ".join(parts)
        if not whole or not self.rules.enabled:
            return whole
        if level not in self._levels:
            removed.add(field, ("console_level",))
            return self._texts.mark("text", whole)
        cleaned = self._lines.console(parts)
        for one in cleaned:
            removed.add(field, one.rules)
        return " ".join(one.text for one in cleaned)

    def distinct_id(self, text: str, removed: Removed, field: str = "distinct_id") -> str:
        """A distinct id: a keyed hash when it says who it is, so that distinct people still count."""
        if self.rules.distinct_ids == "keep" or IS_HASHED.fullmatch(text):
            return text
        return self._counted(text, self._distinct_id, field, removed)

    def random_id(self, text: str, field: str, removed: Removed) -> str:
        """An id of a recorder, random as a rule: a keyed hash when somebody's address or name was put in it."""
        if not text or not self.rules.enabled or RANDOM.fullmatch(text):
            return text
        is_text = not text.isascii() or any(char.isspace() for char in text)
        if is_text or self._texts.found(text) in _OF_SOMEBODY:
            removed.add(field, ("hashed_id",))
            return self._prints.long(text)
        return text

    def event_properties(self, properties: Mapping[str, object], removed: Removed) -> dict[str, object]:
        """Properties of an event that are on the list, cleaned."""
        located = properties if self._sources is None else properties_of(properties, self._sources)
        return self._kept_properties(located, self._event_properties, "properties", removed)

    def person_properties(self, properties: Mapping[str, object], removed: Removed) -> dict[str, object]:
        """Properties of a person that are on the list, cleaned."""
        return self._kept_properties(properties, self._person_properties, "person_properties", removed)

    def elements_chain(self, chain: str, removed: Removed) -> str:
        """Autocapture's chain: tags, classes, ids, positions, and the name of the control that was clicked."""
        if not self.rules.enabled:
            return chain
        path = chains.elements_of(chain[:MAX_CHAIN_CHARS])[::-1]
        place = KEEP
        kept: list[chains.ChainElement] = []
        for depth, element in enumerate(path):
            place = self.place(self._chain, path, depth, place)
            kept.append(self._chain_element(element, place, removed, is_clicked=depth == len(path) - 1))
        return chains.text_of(kept[::-1])

    def payload(self, payload: bytes, removed: Removed) -> bytes:
        """Of a dead letter."""
        if self.rules.dead_letters == "keep" or not payload or not self.rules.enabled:
            return payload
        removed.add("payload", (f"dead_letter_{self.rules.dead_letters}",))
        return payloads.form_of(payload) if self.rules.dead_letters == "mask" else b""

    @staticmethod
    def place(selectors: Selectors[E], path: Sequence[E], depth: int, around: str) -> str:
        """The place of what stands in `path[depth]`, given the place of its parent."""
        if around == REMOVE:
            return REMOVE
        return selectors.action(path, depth) or around

    def _kept_properties(
        self, properties: Mapping[str, object], listed: Listed, field: str, removed: Removed
    ) -> dict[str, object]:
        if not self.rules.enabled:
            return dict(properties)
        kept, rules = self._properties.clean(properties, listed)
        removed.add(field, rules)
        return kept

    def _chain_element(
        self, element: chains.ChainElement, place: str, removed: Removed, *, is_clicked: bool
    ) -> chains.ChainElement:
        values: dict[str, str] = {}
        for name, value in element.attributes.items():
            if name in ("href", "attr__href"):
                values[name] = self.url(value, "elements_chain", removed)
            elif name == "text" and is_clicked:
                is_control = element.tag in _CONTROL_TAGS or element.attribute("role") in _CONTROL_ROLES
                own = place if is_control or place == REMOVE else MASK
                values[name] = self.name(value, own, "elements_chain", removed)
            elif name in _POSITIONS:
                values[name] = value if value.isdecimal() else ""
            elif name in _KEPT_OF_CHAIN:
                values[name] = self.id(value, place, "elements_chain", removed)
            else:
                removed.add("elements_chain", ("attribute",))
        shown = self.classes(" ".join(element.classes), "elements_chain", removed)
        return chains.ChainElement(self.text(element.tag, "elements_chain", removed), tuple(shown.split()), values)

    def _id(self, text: str) -> Cleaned:
        rule = self._texts.found(text)
        return Cleaned(self._texts.mark("id", text), (rule,)) if rule and not MARK.fullmatch(text) else Cleaned(text)

    def _classes(self, text: str) -> Cleaned:
        rules: list[str] = []
        kept = []
        for name in text.split():
            rule = self._texts.found(name)
            if rule in ("", "number"):
                kept.append(name)
            else:
                rules.append(rule)
        return Cleaned(" ".join(kept) if rules else text, tuple(rules))

    def _distinct_id(self, text: str) -> Cleaned:
        rule = self._texts.found(text)
        says_who = rule not in ("", "number", "secret") or any(char.isspace() for char in text) or not text.isascii()
        if self.rules.distinct_ids == "hash" or says_who:
            return Cleaned(self._prints.long(text), ("hashed_id",))
        return Cleaned(text)

    def _counted(self, text: str, clean: Callable[[str], Cleaned], field: str, removed: Removed) -> str:
        if not text or not self.rules.enabled:
            return text
        cleaned = clean(text)
        removed.add(field, cleaned.rules)
        return cleaned.text


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _tag_of(element: chains.ChainElement) -> str:
    return element.tag


def _attribute_getter(name: str) -> Callable[[chains.ChainElement], str | None]:
    return lambda element: element.attribute(name)
