"""The part of a script that is of its problem alone: the function with the steps and the check. Pure."""

from __future__ import annotations

import ast

STEPS = "reproduce"


def own_part(text: str) -> str:
    """The source of the function with the steps; empty for a script that is no Python or has none."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return ""
    found = (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == STEPS)
    return next((ast.get_source_segment(text, node) or "" for node in found), "")
