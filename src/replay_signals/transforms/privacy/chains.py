"""Elements chains: what autocapture says of a clicked element and of those around it (PostHog's `elements_chain`).

`button.btn:attr__id="pay"nth-child="2"text="Pay now";div.card:…`, the clicked element first. The chain shows all of the
ancestry, so the rules for elements apply to it as they do to a document.
"""

from __future__ import annotations

import re
from typing import NamedTuple

MAX_CHARS = 20_000
MAX_ELEMENTS = 60
_ELEMENT = re.compile(r"(?P<head>[^:;\"]*)(?::(?P<attributes>(?:[^\s=\";]+=\"(?:[^\"\\]|\\.)*\")*))?(?:;|$)", re.DOTALL)
_ATTRIBUTE = re.compile(r"([^\s=\";]+)=\"((?:[^\"\\]|\\.)*)\"", re.DOTALL)


class ChainElement(NamedTuple):
    """One element: tag, classes, and attributes by the chain's own names (`attr__id`, `text`, `nth-child`)."""

    tag: str
    classes: tuple[str, ...]
    attributes: dict[str, str]

    def attribute(self, name: str) -> str | None:
        """An attribute by its HTML name."""
        if name == "class":
            return " ".join(self.classes) or self.attributes.get("attr__class")
        own = self.attributes.get(f"attr__{name}")
        return self.attributes.get(name) if own is None and name == "href" else own


def elements_of(chain: str) -> list[ChainElement]:
    """The elements of a chain, the clicked one first. What cannot be read ends it."""
    elements: list[ChainElement] = []
    at = 0
    chain = chain[:MAX_CHARS]
    while at < len(chain) and len(elements) < MAX_ELEMENTS:
        found = _ELEMENT.match(chain, at)
        if found is None or found.end() == at:
            break
        tag, *classes = found["head"].split(".")
        pairs = _ATTRIBUTE.findall(found["attributes"] or "")
        values = {name: value.replace('\\"', '"').replace("\\\\", "\\") for name, value in pairs}
        elements.append(ChainElement(tag, tuple(c for c in classes if c), values))
        at = found.end()
    return elements


def text_of(elements: list[ChainElement]) -> str:
    """The inverse of `elements_of`."""
    return ";".join(_element(one) for one in elements)


def _element(element: ChainElement) -> str:
    pairs = "".join(f'{name}="{_escaped(value)}"' for name, value in element.attributes.items())
    return ".".join((element.tag, *element.classes)) + (f":{pairs}" if pairs else "")


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
