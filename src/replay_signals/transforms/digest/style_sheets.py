"""Style sheets: what a document's recorded rules say of the pointer over an element.

Two properties are read, each as the cascade decides it: `cursor`, since a hand tells visitors that something can be
pressed, and `pointer-events`, since what the pointer goes through cannot be. A third question is whether an empty box
is drawn at all. Selectors of tags, ids and classes are understood, and `:not`, `:is` and `:where` of one class; of
other pseudo-classes only `:hover`, as the pointer is there. Rules with anything else are passed over: better no hint
than a wrong one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from replay_signals.schemas.rrweb import Node
from replay_signals.transforms.digest.element_facts import ElementFacts, Path, facts_of
from replay_signals.transforms.digest.inline_style import Style, is_veil, style_of
from replay_signals.transforms.digest.style_rules import (
    MAX_CANDIDATES,
    Rule,
    Sheet,
    classes_of,
    recorded,
    written,
)


class StyleSheets:
    """The style sheets of one document, as far as they were read."""

    __slots__ = ("_by_element", "_by_key", "_sheets")

    def __init__(self) -> None:
        self._sheets: list[Sheet] = []
        self._by_key: dict[str, list[Rule]] = {}
        self._by_element: dict[ElementFacts, Sequence[Rule]] = {}

    def read(self, node: Node) -> None:
        """Takes in a `style` or `link` element: rrweb keeps the rules in an attribute, or in the text of a `style`."""
        css_text = facts_of(node).attributes.css_text
        sheets = [recorded(bytes(css_text))] if css_text else []
        sheets += [written(c.textContent) for c in node.childNodes if c.type == 3 and isinstance(c.textContent, str)]
        for sheet in sheets:
            self._add(sheet)

    def write(self, text: str) -> None:
        """Takes in rules."""
        self._add(written(text))

    def _add(self, sheet: Sheet) -> None:
        self._sheets.append(sheet)
        for key, rule in sheet.rules:
            self._by_key.setdefault(key, []).append(rule)
            self._by_element.clear()

    def pointer(self, element: ElementFacts, path: Path) -> Style:
        """What is declared of the pointer over the element, by the rule that wins; inline styles win over sheets."""
        rules = self._candidates(element) if self._by_key else ()
        if not rules:
            return element.inline
        found: Style = {}
        holding = [rule for rule in rules if rule.holds(element, path)]
        for rule in sorted(holding, key=lambda rule: rule.weight):
            found |= rule.style
        return found | element.inline

    def _candidates(self, element: ElementFacts) -> Sequence[Rule]:
        """Rules that may apply to it, whatever is around it."""
        known = self._by_element.get(element)
        if known is None:
            names = [f".{name}" for name in sorted(classes_of(element.classes))] if element.classes else []
            own_id = element.attributes.id
            names += (element.tagName, f"#{own_id}") if own_id is not None else (element.tagName,)
            rules = [rule for name in names for rule in self._by_key.get(name, ())]
            known = self._by_element[element] = rules[:MAX_CANDIDATES]
        return known

    def veils(self) -> Iterator[str]:
        """By which selectors rules lay an unseen box: class, id or tag, a space, and the name of what it is in."""
        for sheet in self._sheets:
            for name, around, style in sheet.veils:
                if is_veil(style | self._drawn(name, around)):
                    yield f"{name} {around}"

    def _drawn(self, name: str, around: str) -> Style:
        """All that rules declare of a class or an id, or of a tag in an element of that name."""
        merged: Style = {}
        for sheet in self._sheets:
            of_tag = (style for tag, style in sheet.bodies(around) if tag == name) if around else ()
            for style in (style for _, style in sheet.bodies(name)) if name[:1] in (".", "#") else of_tag:
                merged |= style
        return merged

    def is_veil(self, element: ElementFacts, path: Path) -> bool:
        """Is an empty box laid over the page by its classes, its id, its tag in what is around it or its own style, and
        drawn by none of them?
        """
        a, tag = element.attributes, element.tagName
        own = style_of(a.style) if isinstance(a.style, str) else {}
        names = [f".{name}" for name in sorted(classes_of(element.classes))]
        names += [f"#{a.id}"] if isinstance(a.id, str) and a.id else []
        merged: Style = {}
        for sheet in self._sheets:
            for rule in sheet.laid.get(tag, ()):
                if rule.holds(element, path):
                    merged |= rule.style
                    around = (name for _, part in rule.parts[1:] for name in part.names)
                    for style in (style for name in around for of, style in sheet.bodies(name) if of == tag):
                        merged |= style
        for name in names:
            for sheet in self._sheets:
                for _, style in sheet.bodies(name):
                    merged |= style
        return is_veil(merged | own)
