"""Documents for made-up recordings: `button("Pay", id="pay")` and its like, serialised the way rrweb does."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

Json = dict[str, object]


@dataclass(eq=False)
class El:
    """An element; children are elements or texts. `node_id` is set when it is put into a document."""

    tag: str
    attrs: dict[str, object]
    children: list[El | Text]
    node_id: int = 0

    def walk(self) -> list[El | Text]:
        """This element and what is below it, in document order."""
        return [self, *(node for child in self.children for node in child.walk())]


@dataclass(eq=False)
class Text:
    """A text node."""

    text: str
    node_id: int = 0

    def walk(self) -> list[El | Text]:
        return [self]


def el(tag: str, *children: El | str, **attrs: object) -> El:
    """Any element. Attribute names: `_` stands for `-`, a trailing one is dropped (`class_`, `for_`, `aria_label`)."""
    named = {name.rstrip("_").replace("_", "-"): value for name, value in attrs.items()}
    return El(tag, named, [Text(child) if isinstance(child, str) else child for child in children])


def button(name: str, *children: El, **attrs: object) -> El:
    return el("button", name, *children, **attrs)


def link(name: str, href: str, **attrs: object) -> El:
    return el("a", name, href=href, **attrs)


def field_(id: str, type: str = "text", **attrs: object) -> El:
    return el("input", id=id, type=type, **attrs)


@dataclass
class Document:
    """One document: numbers its nodes from 1 in document order, as rrweb's mirror does."""

    root: El
    _next: count[int] = field(default_factory=lambda: count(1))
    by_name: dict[str, El] = field(default_factory=dict)
    document_id: int = 0

    def __post_init__(self) -> None:
        self.document_id = next(self._next)
        self.number(self.root)

    def number(self, root: El | Text) -> None:
        """Numbers new nodes and learns their id attributes."""
        for node in root.walk():
            node.node_id = next(self._next)
            if isinstance(node, El) and isinstance(node.attrs.get("id"), str):
                self.by_name[str(node.attrs["id"])] = node

    def snapshot(self) -> Json:
        """`data` of a full snapshot."""
        node = {"type": 0, "id": self.document_id, "childNodes": [serialised(self.root)]}
        return {"node": node, "initialOffset": {"left": 0, "top": 0}}


def serialised(node: El | Text, *, below: bool = True) -> Json:
    """A node as rrweb writes it; an added node comes without what is below it."""
    if isinstance(node, Text):
        return {"type": 3, "id": node.node_id, "textContent": node.text}
    children = [serialised(child) for child in node.children] if below else []
    return {"type": 2, "id": node.node_id, "tagName": node.tag, "attributes": node.attrs, "childNodes": children}


def style_sheet(rules: str) -> El:
    """A sheet as rrweb keeps it: its rules in an attribute of its `style` element."""
    return El("style", {"_cssText": rules}, [])


def html(*content: El | str) -> El:
    return el("html", el("head", el("title", "A page")), el("body", *content, id="body"))
