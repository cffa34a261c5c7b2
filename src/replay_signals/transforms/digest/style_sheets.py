"""Style sheets: what a document's recorded rules say of the pointer over an element.

Two properties are read, each as the cascade decides it: `cursor`, since a hand tells visitors that something can be
pressed, and `pointer-events`, since what the pointer goes through cannot be. A third question is whether an empty box
is drawn at all. Selectors of tags, ids and classes are understood; of pseudo-classes only `:hover`, as the pointer is
there. Rules with anything else are passed over: better no hint than a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

import msgspec

from replay_signals.schemas.rrweb import Node
from replay_signals.transforms.digest.inline_style import BOX_STYLES, Style, is_veil, style_of

MAX_RULES = 2000
"""Rules of one sheet that speak of the pointer: large frameworks have some hundred."""
MAX_RULE_CHARS = 4000
MAX_SELECTORS = 50
"""Of one rule."""
MAX_NAMED = 200
"""Places of a sheet that name a class."""
MAX_KNOWN = 500
"""Classes of a sheet whose rules are kept."""
MAX_CANDIDATES = 30
"""Rules tried on one element."""
MAX_DEPTH = 30
"""Ancestors of an element that a selector is tried on."""
MAX_SHEET_BYTES = 2_000_000
_NAMES = ("cursor", "pointer-events")
_ABOUT_POINTERS = re.compile(r"(?<![\w-])(?:cursor|pointer-events)\s*:")
_STEP = re.compile(r"\s*([>+~]?)\s*([^\s>+~]+)")
_PART = re.compile(r"([.#]?)([\w-]+)|\*")
_GOES_ON = re.compile(r"[\w-]")
_LAYS = re.compile(r"(?<![\w-])position\s*:\s*(?:absolute|fixed)\b")
_TAG_BELOW = re.compile(r"[^\s>,{]*[\s>]+([\w-]+)(?:::?[\w-]+)?\s*[,{]")
_text = msgspec.json.Decoder(str)


class _Compound(NamedTuple):
    """One part of a selector: what one element has to be."""

    tag: str
    ids: frozenset[str]
    classes: frozenset[str]

    @property
    def names(self) -> list[str]:
        """Its id and its classes, as selectors write them."""
        return [*(f"#{name}" for name in self.ids), *(f".{name}" for name in sorted(self.classes))]

    def holds(self, node: Node) -> bool:
        """Is the element so?"""
        a = node.attributes
        if self.tag and self.tag != node.tagName:
            return False
        if self.ids and not (isinstance(a.id, str) and self.ids <= {a.id}):
            return False
        return not self.classes or (isinstance(a.class_, str) and self.classes <= _classes(a.class_))


class _Rule(NamedTuple):
    """A selector, its last part first with what joins each to the part after it, and what the rule declares."""

    parts: tuple[tuple[str, _Compound], ...]
    style: Style
    weight: tuple[int, int, int]

    def holds(self, node: Node, path: Sequence[Node]) -> bool:
        """Does it apply to the element? `path`: what is around it, outermost first."""
        if not self.parts[0][1].holds(node):
            return False
        at, join = len(path), self.parts[0][0]
        stop = max(0, at - MAX_DEPTH)
        for next_join, compound in self.parts[1:]:
            at -= 1
            if join == " ":
                while at >= stop and not compound.holds(path[at]):
                    at -= 1
            if at < stop or not compound.holds(path[at]):
                return False
            join = next_join
        return True


class StyleSheets:
    """The style sheets of one document, as far as they were read."""

    __slots__ = ("_by_classes", "_by_key", "_sheets")

    def __init__(self) -> None:
        self._sheets: list[_Sheet] = []
        self._by_key: dict[str, list[_Rule]] = {}
        self._by_classes: dict[str, list[_Rule]] = {}

    def read(self, node: Node) -> None:
        """Takes in a `style` or `link` element: rrweb keeps the rules in an attribute, or in the text of a `style`."""
        sheets = [_recorded(bytes(node.attributes.css_text))] if node.attributes.css_text else []
        sheets += [_written(c.textContent) for c in node.childNodes if c.type == 3 and isinstance(c.textContent, str)]
        for sheet in sheets:
            self._add(sheet)

    def write(self, text: str) -> None:
        """Takes in rules."""
        self._add(_written(text))

    def _add(self, sheet: _Sheet) -> None:
        self._sheets.append(sheet)
        for key, rule in sheet.rules:
            self._by_key.setdefault(key, []).append(rule)
            self._by_classes.clear()

    def pointer(self, node: Node, path: Sequence[Node]) -> Style:
        """What is declared of the pointer over the element, by the rule that wins; inline styles win over sheets."""
        inline = node.attributes.style
        rules = self._candidates(node) if self._by_key else ()
        if not rules and inline is None:
            return _NOTHING
        found: Style = {}
        if rules:
            holding = [rule for rule in rules[:MAX_CANDIDATES] if rule.holds(node, path)]
            for rule in sorted(holding, key=lambda rule: rule.weight):
                found |= rule.style
        if isinstance(inline, str) and _ABOUT_POINTERS.search(inline) is not None:
            found |= style_of(inline)
        return found

    def _candidates(self, node: Node) -> Sequence[_Rule]:
        a = node.attributes
        rules: list[_Rule] = []
        if isinstance(a.class_, str) and a.class_:
            known = self._by_classes.get(a.class_)
            if known is None:
                known = [r for name in sorted(_classes(a.class_)) for r in self._by_key.get(f".{name}", ())]
                self._by_classes[a.class_] = known
            rules = known
        if node.tagName in self._by_key:
            rules = rules + self._by_key[node.tagName]
        if a.id is not None and f"#{a.id}" in self._by_key:
            rules = rules + self._by_key[f"#{a.id}"]
        return rules

    def veils(self) -> Iterator[str]:
        """By which selectors rules lay an unseen box: class, id or tag, a space, and the name of what it is in."""
        for sheet in self._sheets:
            for rule in sheet.lays:
                own, *around = [part for _, part in rule.parts]
                if len(own.names) > 1 or len(around) > 1 or any(len(part.names) != 1 for part in around):
                    continue
                name, beside = (own.names or [own.tag])[0], around[0].names[0] if around else ""
                if is_veil(rule.style) and is_veil(rule.style | self._drawn(name, beside)):
                    yield f"{name} {beside}"

    def _drawn(self, name: str, around: str) -> Style:
        """All that rules declare of a class or an id, or of a tag in an element of that name."""
        merged: Style = {}
        for sheet in self._sheets:
            of_tag = (style for tag, style in sheet.bodies(around) if tag == name) if around else ()
            for style in (style for _, style in sheet.bodies(name)) if name[:1] in (".", "#") else of_tag:
                merged |= style
        return merged

    def is_veil(self, node: Node, path: Sequence[Node]) -> bool:
        """Is an empty box laid over the page by its classes, its id, its tag in what is around it or its own style, and
        drawn by none of them?
        """
        a = node.attributes
        if node.childNodes:
            return False
        own = style_of(a.style) if isinstance(a.style, str) else {}
        names = [f".{name}" for name in sorted(_classes(a.class_))] if isinstance(a.class_, str) else []
        names += [f"#{a.id}"] if isinstance(a.id, str) and a.id else []
        merged: Style = {}
        for sheet in self._sheets:
            for rule in sheet.laid.get(node.tagName, ()):
                if rule.holds(node, path):
                    merged |= rule.style
                    around = (name for _, part in rule.parts[1:] for name in part.names)
                    for style in (style for name in around for of, style in sheet.bodies(name) if of == node.tagName):
                        merged |= style
        for name in names:
            for sheet in self._sheets:
                for _, style in sheet.bodies(name):
                    merged |= style
        return is_veil(merged | own)


@lru_cache(maxsize=10_000)
def _classes(names: str) -> frozenset[str]:
    return frozenset(names[:1000].split())


class _Sheet:
    """The text of a sheet, and its rules that speak of pointers, each with the name by which elements find it."""

    __slots__ = ("_bodies", "_laid", "_lays", "rules", "text")

    def __init__(self, text: str, rules: tuple[tuple[str, _Rule], ...]) -> None:
        self.text, self.rules = text, rules
        self._bodies: dict[str, list[tuple[str, Style]]] = {}
        self._laid: dict[str, list[_Rule]] | None = None
        self._lays: list[_Rule] | None = None

    @property
    def laid(self) -> Mapping[str, list[_Rule]]:
        """By tag, rules that take all elements of it out of the flow wherever something stands around them."""
        if self._laid is None:
            self._laid = {}
            for rule in self.lays:
                own = rule.parts[0][1]
                if not own.names and len(rule.parts) > 1:
                    self._laid.setdefault(own.tag, []).append(rule)
        return self._laid

    @property
    def lays(self) -> Sequence[_Rule]:
        """All rules that take elements out of the flow."""
        if self._lays is None:
            self._lays = [rule for _, rule in _rules_of(self.text, _LAYS)]
        return self._lays

    def bodies(self, name: str) -> list[tuple[str, Style]]:
        """All rules that name a class or an id, whatever else their selectors ask for: each with the tag below that it
        speaks of, if it is one.
        """
        known = self._bodies.get(name)
        if known is None:
            if len(self._bodies) >= MAX_KNOWN:
                self._bodies.clear()
            known = self._bodies[name] = list(self._named(name))
        return known

    def _named(self, name: str) -> Iterator[tuple[str, Style]]:
        at, found = 0, 0
        for _ in range(MAX_NAMED):
            at = self.text.find(name, at)
            if at < 0 or found == MAX_CANDIDATES:
                return
            at += len(name)
            opens = self.text.find("{", at, at + MAX_RULE_CHARS)
            closes = self.text.find("}", at, at + 2 * MAX_RULE_CHARS)
            if _GOES_ON.match(self.text, at) or not 0 < opens < closes:
                continue
            found += 1
            style = style_of(self.text[opens + 1 : closes])
            if ":" in self.text[at:opens]:  # drawn before or after it, or in some states
                style = {rule: value for rule, value in style.items() if rule in BOX_STYLES}
            below = _TAG_BELOW.match(self.text, at, opens + 1)
            yield "" if below is None else below[1], style


@lru_cache(maxsize=16)
def _recorded(data: bytes) -> _Sheet:
    """Of the JSON of an attribute; sheets in which no rule speaks of pointers or lays a box are not worth a look."""
    if len(data) > MAX_SHEET_BYTES or not any(word in data for word in (b"cursor", b"pointer-events", b"position")):
        return _NO_SHEET
    try:
        return _written(_text.decode(data))
    except msgspec.DecodeError:
        return _NO_SHEET


@lru_cache(maxsize=16)
def _written(text: str) -> _Sheet:
    return _NO_SHEET if len(text) > MAX_SHEET_BYTES else _Sheet(text, _rules_of(text))


_NO_SHEET = _Sheet("", ())
_NOTHING: Style = {}


def _rules_of(sheet: str, about: re.Pattern[str] = _ABOUT_POINTERS) -> tuple[tuple[str, _Rule], ...]:
    """Rules of a sheet that declare this, each with the name by which elements find it."""
    sheet = _without_comments(sheet)
    rules: list[tuple[str, _Rule]] = []
    last = -1
    for order, found in enumerate(islice(about.finditer(sheet), MAX_RULES)):
        at = found.start()
        opens = sheet.rfind("{", max(0, at - MAX_RULE_CHARS), at)
        closes = sheet.find("}", at, at + MAX_RULE_CHARS)
        if opens < 0 or opens == last or closes < 0:
            continue
        last = opens
        begin = max(sheet.rfind(mark, max(0, opens - MAX_RULE_CHARS), opens) for mark in "{};") + 1
        begin = max(begin, opens - MAX_RULE_CHARS)
        style = style_of(sheet[opens + 1 : closes])
        for selector in sheet[begin:opens].split(",")[:MAX_SELECTORS]:
            parts = _parts(selector.replace(":hover", ""))
            if parts is None:
                continue
            compounds = [compound for _, compound in parts]
            ids, classes = (sum(len(c[i]) for c in compounds) for i in (1, 2))
            rule = _Rule(parts, style, (1000 * ids + classes, sum(c.tag != "" for c in compounds), order))
            rules.append((_key(compounds[0]), rule))
    return tuple(rules)


def _without_comments(sheet: str) -> str:
    before, *rest = sheet.split("/*")
    return before + "".join(part.partition("*/")[2] for part in rest) if rest else sheet


def _key(last: _Compound) -> str:
    if last.classes:
        return f".{min(last.classes)}"
    return f"#{min(last.ids)}" if last.ids else last.tag


def _parts(selector: str) -> tuple[tuple[str, _Compound], ...] | None:
    """The parts of a selector from the last to the first, None where it asks for more than tags, ids and classes."""
    steps: list[tuple[str, _Compound]] = []
    for found in _STEP.finditer(selector.strip()):
        parts = list(_PART.finditer(found[2]))
        if found[1] in ("+", "~") or "".join(part[0] for part in parts) != found[2]:
            return None
        named = {mark: frozenset(part[2] for part in parts if part[1] == mark and part[2]) for mark in ".#"}
        tag = next((part[2].lower() for part in parts if part[1] == "" and part[2]), "")
        steps.append((found[1] or " ", _Compound(tag, named["#"], named["."])))
    if not steps or not any(steps[-1][1]):
        return None
    steps.reverse()
    return tuple(steps)
