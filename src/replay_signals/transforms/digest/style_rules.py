"""Rules of style sheets: the few that speak of pointers or lay boxes, and which elements they apply to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

import msgspec

from replay_signals.transforms.digest.element_facts import ElementFacts, Path
from replay_signals.transforms.digest.inline_style import ABOUT_POINTERS, BOX_STYLES, Style, is_veil, style_of

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
_STEP = re.compile(r"\s*([>+~]?)\s*([^\s>+~]+)")
_PART = re.compile(r":not\(\.([\w-]+)\)|([.#]?)([\w-]+)|\*")
_ANY_OF_ONE = re.compile(r":(?:where|is)\(([.#][\w.#-]+)\)")
_GOES_ON = re.compile(r"[\w-]")
_LAYS = re.compile(r"(?<![\w-])position\s*:\s*(?:absolute|fixed)\b")
_TAG_BELOW = re.compile(r"[^\s>,{]*[\s>]+([\w-]+)(?:::?[\w-]+)?\s*[,{]")
_text = msgspec.json.Decoder(str)


class Compound(NamedTuple):
    """One part of a selector: what one element has to be, and which classes it must not have."""

    tag: str
    ids: frozenset[str]
    classes: frozenset[str]
    without: frozenset[str] = frozenset()

    @property
    def names(self) -> list[str]:
        """Its id and its classes, as selectors write them."""
        return [*(f"#{name}" for name in self.ids), *(f".{name}" for name in sorted(self.classes))]

    def holds(self, element: ElementFacts) -> bool:
        """Is the element so?"""
        if self.tag and self.tag != element.tagName:
            return False
        own_id = element.attributes.id
        if self.ids and not (isinstance(own_id, str) and self.ids <= {own_id}):
            return False
        if not self.classes and not self.without:
            return True
        own = classes_of(element.classes)
        return self.classes <= own and self.without.isdisjoint(own)


class Rule(NamedTuple):
    """A selector, its last part first with what joins each to the part after it, and what the rule declares."""

    parts: tuple[tuple[str, Compound], ...]
    style: Style
    weight: tuple[int, int, int]

    def holds(self, element: ElementFacts, path: Path) -> bool:
        """Does it apply to the element? `path`: what is around it, outermost first."""
        if not self.parts[0][1].holds(element):
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


@lru_cache(maxsize=10_000)
def classes_of(names: str) -> frozenset[str]:
    """The classes of a class attribute."""
    return frozenset(names[:1000].split())


class Sheet:
    """The text of a sheet, and its rules that speak of pointers, each with the name by which elements find it."""

    __slots__ = ("_bodies", "_laid", "_lays", "_veils", "rules", "text")

    def __init__(self, text: str, rules: tuple[tuple[str, Rule], ...]) -> None:
        self.text, self.rules = text, rules
        self._bodies: dict[str, list[tuple[str, Style]]] = {}
        self._laid: dict[str, list[Rule]] | None = None
        self._lays: list[Rule] | None = None
        self._veils: list[tuple[str, str, Style]] | None = None

    @property
    def laid(self) -> Mapping[str, list[Rule]]:
        """By tag, rules that take all elements of it out of the flow wherever something stands around them."""
        if self._laid is None:
            self._laid = {}
            for rule in self.lays:
                own = rule.parts[0][1]
                if not own.names and len(rule.parts) > 1:
                    self._laid.setdefault(own.tag, []).append(rule)
        return self._laid

    @property
    def veils(self) -> Sequence[tuple[str, str, Style]]:
        """Rules that lay an unseen box, if no other rule draws it: its name or tag, and the name of what it is in."""
        if self._veils is None:
            veiling = (rule for rule in self.lays if is_veil(rule.style))
            self._veils = [(*named, rule.style) for rule in veiling if (named := _named_by(rule)) is not None]
        return self._veils

    @property
    def lays(self) -> Sequence[Rule]:
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
def recorded(data: bytes) -> Sheet:
    """Of the JSON of an attribute; sheets in which no rule speaks of pointers or lays a box are not worth a look."""
    if len(data) > MAX_SHEET_BYTES or not any(word in data for word in (b"cursor", b"pointer-events", b"position")):
        return _NO_SHEET
    try:
        return written(_text.decode(data))
    except msgspec.DecodeError:
        return _NO_SHEET


@lru_cache(maxsize=16)
def written(text: str) -> Sheet:
    """Of the text of a sheet."""
    return _NO_SHEET if len(text) > MAX_SHEET_BYTES else Sheet(text, _rules_of(text))


_NO_SHEET = Sheet("", ())


def _rules_of(sheet: str, about: re.Pattern[str] = ABOUT_POINTERS) -> tuple[tuple[str, Rule], ...]:
    """Rules of a sheet that declare this, each with the name by which elements find it."""
    sheet = _without_comments(sheet)
    rules: list[tuple[str, Rule]] = []
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
            ids, classes, without = (sum(len(c[i]) for c in compounds) for i in (1, 2, 3))
            rule = Rule(parts, style, (1000 * ids + classes + without, sum(c.tag != "" for c in compounds), order))
            rules.append((_key(compounds[0]), rule))
    return tuple(rules)


def _named_by(rule: Rule) -> tuple[str, str] | None:
    """The one name or tag that a selector asks for, and the one name around it or none; None if it asks for more."""
    own, *around = [part for _, part in rule.parts]
    if any(part.without for _, part in rule.parts):
        return None
    if len(own.names) > 1 or len(around) > 1 or any(len(part.names) != 1 for part in around):
        return None
    return (own.names or [own.tag])[0], around[0].names[0] if around else ""


def _without_comments(sheet: str) -> str:
    before, *rest = sheet.split("/*")
    return before + "".join(part.partition("*/")[2] for part in rest) if rest else sheet


def _key(last: Compound) -> str:
    if last.classes:
        return f".{min(last.classes)}"
    return f"#{min(last.ids)}" if last.ids else last.tag


def _parts(selector: str) -> tuple[tuple[str, Compound], ...] | None:
    """The parts of a selector from the last to the first, None where it asks for more than tags, ids and classes."""
    steps: list[tuple[str, Compound]] = []
    if ":" in selector:
        selector = _ANY_OF_ONE.sub(r"\1", selector)
    for found in _STEP.finditer(selector.strip()):
        parts = list(_PART.finditer(found[2]))
        if found[1] in ("+", "~") or "".join(part[0] for part in parts) != found[2]:
            return None
        named = {mark: frozenset(part[3] for part in parts if part[2] == mark and part[3]) for mark in ".#"}
        tag = next((part[3].lower() for part in parts if part[2] == "" and part[3]), "")
        without = frozenset(part[1] for part in parts if part[1])
        steps.append((found[1] or " ", Compound(tag, named["#"], named["."], without)))
    if not steps or not any(steps[-1][1][:3]):
        return None
    steps.reverse()
    return tuple(steps)
