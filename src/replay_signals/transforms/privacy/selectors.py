"""Selectors: which elements a rule means. The part of CSS that needs an element and those around it.

Compound selectors of a tag, `#id`, `.class`, `[attribute]` with `=`, `~=`, `|=`, `^=`, `$=`, `*=`, joined by descendant
(space) and child (`>`) combinators, in lists (`,`). Pseudo-classes and siblings need a document, which no message has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from replay_signals.transforms.privacy.steps import Steps

E = TypeVar("E")
Getter = Callable[[E], Any]
"""Reads one attribute of an element; None when it has none."""

_NAME = r"[A-Za-z_][\w-]*"
_SIMPLE = re.compile(
    rf"(?P<tag>\*|{_NAME})|\#(?P<id>[\w-]+)|\.(?P<cls>-?[\w-]+)"
    rf"|\[\s*(?P<attr>[\w:.-]+)\s*(?:(?P<op>[~|^$*]?=)\s*(?P<value>\"[^\"]*\"|'[^']*'|[\w-]+)\s*)?\]"
)
_COMBINATOR = re.compile(r"\s*(>)\s*|\s+")


class SelectorError(ValueError):
    """A selector that cannot be read, or that asks for what no message shows."""


class Test(NamedTuple):
    """One condition on an attribute: the attribute's name, the operator (empty: it is there) and the value."""

    attribute: str
    operator: str
    value: str


class Compound(NamedTuple):
    """Conditions on one element; `child` when it must be the parent of the next, not only around it."""

    tag: str
    tests: tuple[Test, ...]
    child: bool = False


Complex = tuple[Compound, ...]
"""From the outermost element to the one that is meant."""


def parse(text: str) -> list[Complex]:
    """The selectors of a list; raises SelectorError."""
    return [_complex(one.strip()) for one in re.split(r",(?![^\[]*\])", text)]


def _complex(text: str) -> Complex:
    compounds: list[Compound] = []
    at = 0
    while True:
        compound, at = _compound(text, at)
        found = _COMBINATOR.match(text, at)
        if found is None:
            break
        compounds.append(compound._replace(child=found[1] is not None))
        at = found.end()
    if at != len(text):
        raise SelectorError(f"cannot read the selector {text!r} from {text[at:]!r} on")
    return (*compounds, compound)


def _compound(text: str, start: int) -> tuple[Compound, int]:
    tag, tests, at = "", [], start
    while (found := _SIMPLE.match(text, at)) and not (found["tag"] and at > start):
        if found["tag"]:
            tag = found["tag"].lower().replace("*", "")
        elif found["id"]:
            tests.append(Test("id", "=", found["id"]))
        elif found["cls"]:
            tests.append(Test("class", "~=", found["cls"]))
        else:
            tests.append(Test(found["attr"].lower(), found["op"] or "", (found["value"] or "").strip("\"'")))
        at = found.end()
    if at == start:
        raise SelectorError(f"cannot read the selector {text!r} from {text[at:]!r} on")
    return Compound(tag, tuple(tests)), at


def _holds(test: Test, value: Any) -> bool:
    if value is None or value is False:
        return False
    if not test.operator:
        return True
    text = value if isinstance(value, str) else "" if value is True else str(value)
    if test.attribute in ("role", "type"):
        text = text.strip().lower()
    return _OPERATORS[test.operator](text, test.value)


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "=": str.__eq__,
    "~=": lambda text, value: value in text.split(),
    "|=": lambda text, value: text == value or text.startswith(value + "-"),
    "^=": lambda text, value: bool(value) and text.startswith(value),
    "$=": lambda text, value: bool(value) and text.endswith(value),
    "*=": lambda text, value: bool(value) and value in text,
}


class Selectors(Generic[E]):
    """Rules for one kind of element: an action for each list of selectors; the first list that means it decides.

    `attributes` and `classes` are those that any rule looks at; `combines`: a rule asks for what is around an element.
    """

    def __init__(
        self, rules: Iterable[tuple[str, Iterable[str]]], tag_of: Callable[[E], str], getter: Callable[[str], Getter[E]]
    ) -> None:
        self._tag_of = tag_of
        self._class = getter("class")
        self._rules: list[tuple[str, Complex]] = []
        for action, texts in rules:
            self._rules += ((action, one) for text in texts for one in parse(text))
        tests = [test for _, one in self._rules for compound in one for test in compound.tests]
        self.attributes = frozenset(test.attribute for test in tests)
        self.classes = frozenset(test.value for test in tests if test.attribute == "class")
        self.combines = any(len(one) > 1 for _, one in self._rules)
        self._getters = {name: getter(name) for name in self.attributes}
        self._by_tag: dict[str, list[int]] = {}
        self._by_class: dict[str, list[int]] = {}
        by_attribute: dict[str, list[int]] = {}
        self._any: list[int] = []
        for i, (_, one) in enumerate(self._rules):
            self._file(i, one[-1], by_attribute)
        self._by_attribute = [(self._getters[name], places) for name, places in by_attribute.items()]

    def _file(self, place: int, meant: Compound, by_attribute: dict[str, list[int]]) -> None:
        """Files a rule under what is rarest about the element it means, so that most elements meet no rule at all."""
        classes = [test.value for test in meant.tests if test.attribute == "class" and test.operator == "~="]
        if classes:
            self._by_class.setdefault(classes[0], []).append(place)
        elif meant.tests:
            by_attribute.setdefault(meant.tests[0].attribute, []).append(place)
        elif meant.tag:
            self._by_tag.setdefault(meant.tag, []).append(place)
        else:
            self._any.append(place)

    def action(self, path: Sequence[E], depth: int, steps: Steps | None = None) -> str:
        """What the rules say about `path[depth]`, whose ancestors stand before it; empty when nothing.

        Each look at what is around an element is taken from `steps`; when they are spent, it is masked.
        """
        element = path[depth]
        places = [*self._any, *self._by_tag.get(self._tag_of(element).lower(), ())]
        classes = self._class(element)
        if isinstance(classes, str):
            for name in classes.split():
                places += self._by_class.get(name, ())
        for get, filed in self._by_attribute:
            value = get(element)
            if value is not None and value is not False:
                places += filed
        for i in sorted(places):
            selector: Complex = self._rules[i][1]
            if not self._fits(selector[-1], element):
                continue
            if len(selector) == 1:
                return str(self._rules[i][0])
            if steps is not None and not steps.spend(depth * (len(selector) - 1)):
                return "mask"
            if self._is_within(selector, path, depth):
                return str(self._rules[i][0])
        return ""

    def _is_within(self, selector: Complex, path: Sequence[E], depth: int) -> bool:
        """Do the ancestors fit? One pass from the outermost: `open_` are parts whose ancestors were all found."""
        last = len(selector) - 1
        open_ = {0}
        for element in path[:depth]:
            found = {i + 1 for i in open_ if i < last and self._fits(selector[i], element)}
            open_ = {i for i in open_ if i == 0 or not selector[i - 1].child} | found
        return last in open_

    def _fits(self, compound: Compound, element: E) -> bool:
        if compound.tag and compound.tag != self._tag_of(element).lower():
            return False
        return all(_holds(test, self._getters[test.attribute](element)) for test in compound.tests)
