"""Recorded pages as HTML text, for reading."""

from __future__ import annotations

from html import escape
from typing import Any

from replay_signals.transforms.playback.attributes import HREF
from replay_signals.transforms.playback.tree import SILENT, TreeNode, text_of

MAX_HTML_CHARS = 4000
VOID = frozenset(("area", "br", "col", "hr", "img", "input", "link", "meta", "wbr"))
_DRAWN = frozenset(("style", "class", "_cssText", "rr_width", "rr_height"))
"""Attributes that are left out of a description unless it is asked for them."""


def html_of(node: TreeNode, max_chars: int = MAX_HTML_CHARS, *, drawn: bool = False, indent: int = 0) -> str:
    """An element as HTML text, escaped, a line each, cut at the bound with a word. For reading; never to be loaded."""
    lines: list[str] = []
    size = 0
    stack: list[tuple[TreeNode, int, bool]] = [(node, indent, False)]
    while stack:
        at, depth, is_end = stack.pop()
        line = "  " * depth + (f"</{at.tag}>" if is_end else _line(at, drawn=drawn))
        size += len(line) + 1
        if size > max_chars:
            lines.append("  " * depth + "<!-- cut -->")
            break
        lines.append(line)
        if is_end or at.tag == "#text" or at.tag in VOID or _is_inline(at):
            continue
        stack.append((at, depth, True))
        kept = [
            child for child in at.children if child.tag not in SILENT and (child.tag != "#text" or child.text.strip())
        ]
        stack += [(child, depth + 1, False) for child in reversed(kept)]
    return "\n".join(lines)


def _is_inline(node: TreeNode) -> bool:
    """Whether it stands on one line: nothing but a text in it."""
    return all(child.tag == "#text" for child in node.children)


def _line(node: TreeNode, *, drawn: bool) -> str:
    if node.tag == "#text":
        return escape(" ".join(node.text.split())[:400], quote=False)
    shown = _shown(node, drawn=drawn)
    start = "".join([f"<{node.tag}", *(f' {name}="{escape(str(value))}"' for name, value in shown.items()), ">"])
    if node.tag in VOID or not _is_inline(node):
        return start
    return f"{start}{escape(text_of(node, 400), quote=False)}</{node.tag}>"


def _shown(node: TreeNode, *, drawn: bool) -> dict[str, Any]:
    """Attributes as the page had them: the address of a link under its own name."""
    address = node.attributes.get(HREF)
    found = {
        name: value
        for name, value in node.attributes.items()
        if name != HREF and not isinstance(value, dict) and (drawn or name not in _DRAWN or (name == "class" and value))
    }
    if address is not None:
        found["href"] = address
    return found
