"""What HTML says of elements, for those who find one again: roles, attributes of test ids, strings of CSS."""

from __future__ import annotations

TEST_ID_ATTRIBUTES = ("data-testid", "data-test", "data-cy")
"""Attributes that a digest takes a test id from (`schemas.rrweb`), without saying which."""
_ELEMENT_ROLES = {
    "button": "button", "select": "combobox", "textarea": "textbox", "summary": "button", "option": "option",
}  # fmt: skip
_INPUT_ROLES = {
    **dict.fromkeys(("submit", "button", "reset", "image"), "button"),
    **{"checkbox": "checkbox", "radio": "radio", "range": "slider", "number": "spinbutton", "search": "searchbox"},
    **dict.fromkeys(("", "text", "email", "tel", "url"), "textbox"),
}


def implicit_role(tag: str, type_: str, href: str) -> str:
    """The role that an element has by its tag (HTML-AAM 1.0; `summary` as browsers tell it), empty for none.

    A link leads somewhere, and fields of some types (passwords, dates, files) have no role.
    """
    if tag in ("a", "area"):
        return "link" if href else ""
    return _INPUT_ROLES.get(type_.lower(), "") if tag == "input" else _ELEMENT_ROLES.get(tag, "")


def css_text(text: str) -> str:
    """A string of CSS (https://www.w3.org/TR/cssom-1/#serialize-a-string)."""
    return '"' + "".join(_css_char(char) for char in text) + '"'


def _css_char(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char == "\0":
        return "\ufffd"
    return f"\\{ord(char):x} " if ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0 else char
