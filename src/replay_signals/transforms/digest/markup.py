"""What HTML says of elements, for those who find one again: roles, attributes of test ids, strings of CSS."""

from __future__ import annotations

TEST_ID_ATTRIBUTES = ("data-testid", "data-test", "data-cy")
"""Attributes that a digest takes a test id from (`schemas.rrweb`), without saying which."""
ELEMENT_ROLES = {"a": "link", "button": "button", "select": "combobox", "textarea": "textbox"}
"""Implicit roles of elements (HTML-AAM 1.0)."""
INPUT_ROLES = {
    **dict.fromkeys(("submit", "button", "reset", "image"), "button"),
    **{"checkbox": "checkbox", "radio": "radio", "range": "slider", "number": "spinbutton", "search": "searchbox"},
}
"""Implicit roles of inputs by type (HTML-AAM 1.0), but for those that are textboxes."""


def css_text(text: str) -> str:
    """A string of CSS (https://www.w3.org/TR/cssom-1/#serialize-a-string)."""
    return '"' + "".join(_css_char(char) for char in text) + '"'


def _css_char(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char == "\0":
        return "\ufffd"
    return f"\\{ord(char):x} " if ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0 else char
