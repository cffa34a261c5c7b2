"""Style sheets: what a document's recorded rules say of the pointer over an element.

Two properties are read, each as the cascade decides it: `cursor`, since a hand tells visitors that something can be
pressed, and `pointer-events`, since what the pointer goes through cannot be. A third question is whether an empty box
is drawn at all. Selectors of tags, ids and classes are understood; of pseudo-classes only `:hover`, as the pointer is
there. Rules with anything else are passed over: better no hint than a wrong one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from replay_signals.schemas.rrweb import Node
from replay_signals.transforms.digest.inline_style import Style, is_veil, style_of
from replay_signals.transforms.digest.style_rules import (
    ABOUT_POINTERS,
    MAX_CANDIDATES,
    NOTHING,
    Rule,
    Sheet,
    classes_of,
    recorded,
    written,
)


class StyleSheets:
    """The style sheets of one document, as far as they were read."""

    __slots__ = ("_by_classes", "_by_key", "_sheets")

    def __init__(self) -> None:
        self._sheets: list[Sheet] = []
        self._by_key: dict[str, list[Rule]] = {}
        self._by_classes: dict[str, list[Rule]] = {}

    def read(self, node: Node) -> None:
        """Takes in a `style` or `link` element: rrweb keeps the rules in an attribute, or in the text of a `style`."""
        sheets = [recorded(bytes(node.attributes.css_text))] if node.attributes.css_text else []
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
            self._by_classes.clear()

    def pointer(self, node: Node, path: Sequence[Node]) -> Style:
        """What is declared of the pointer over the element, by the rule that wins; inline styles win over sheets."""
        inline = node.attributes.style
        rules = self._candidates(node) if self._by_key else ()
        if not rules and inline is None:
            return NOTHING
        found: Style = {}
        if rules:
            holding = [rule for rule in rules[:MAX_CANDIDATES] if rule.holds(node, path)]
            for rule in sorted(holding, key=lambda rule: rule.weight):
                found |= rule.style
        if isinstance(inline, str) and ABOUT_POINTERS.search(inline) is not None:
            found |= style_of(inline)
        return found

    def _candidates(self, node: Node) -> Sequence[Rule]:
        a = node.attributes
        rules: list[Rule] = []
        if isinstance(a.class_, str) and a.class_:
            known = self._by_classes.get(a.class_)
            if known is None:
                known = [r for name in sorted(classes_of(a.class_)) for r in self._by_key.get(f".{name}", ())]
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

    def is_veil(self, node: Node, path: Sequence[Node]) -> bool:
        """Is an empty box laid over the page by its classes, its id, its tag in what is around it or its own style, and
        drawn by none of them?
        """
        a = node.attributes
        if node.childNodes:
            return False
        own = style_of(a.style) if isinstance(a.style, str) else {}
        names = [f".{name}" for name in sorted(classes_of(a.class_))] if isinstance(a.class_, str) else []
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
