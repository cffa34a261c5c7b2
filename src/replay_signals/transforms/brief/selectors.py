"""Selectors of an element by stability: test id, role and name, text, CSS. As Playwright's `page.locator` takes them.

A name or id that privacy put a mark for names nothing, so it gives no selector. Every recorded text in a selector is a
quoted string of CSS or JSON with its quotes escaped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from html import escape

from replay_signals.schemas.briefs import Selector
from replay_signals.transforms.causes.class_names import lasting_classes
from replay_signals.transforms.digest.controls import MAX_NAME_CHARS, Control
from replay_signals.transforms.digest.markup import TEST_ID_ATTRIBUTES, css_text, implicit_role
from replay_signals.transforms.privacy.texts import MARK

MAX_HTML_CHARS = 600
_NAME = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)
_KEY_WITH_ID = re.compile(r"([a-z][\w-]*)#(.+)", re.ASCII)
FIELDS = frozenset(("input", "select", "textarea"))


def selectors_of(control: Control, around: Iterable[Control] = ()) -> list[Selector]:
    """Selectors of a control of a page; none for a native view. `around` it stand others, innermost first."""
    if control.is_view or control.is_none:
        return []
    found: list[Selector] = []
    test_id, name = _told(control.test_id), _told(control.name)
    if test_id:
        found.append(_by_test_id(test_id))
    role = role_of(control)
    is_cut = len(name) >= MAX_NAME_CHARS
    if name and role:
        found.append(Selector("role and name", f"role={role}[name{'^' if is_cut else ''}={_quoted(name)}]"))
    if name and not is_cut and control.tag not in FIELDS:
        found.append(Selector("text", f"text={_quoted(name)}"))
    own = css_of(control)
    box = "" if "[id=" in own else next((_by_id(one) for one in around if _by_id(one)), "")
    if own != control.tag:  # a tag alone finds everything
        found.append(Selector("css", f"{box} {own}".strip()))
    return found


def role_of(control: Control) -> str:
    """The role an element has by its own word or by its tag; empty when neither gives one."""
    if control.role:
        return control.role if _NAME.fullmatch(control.role) else ""
    return implicit_role(control.tag, control.type, control.href)


def css_of(control: Control) -> str:
    """A CSS selector by id, else by classes that last."""
    tag = control.tag if _NAME.fullmatch(control.tag) else "*"
    if by_id := _by_id(control):
        return tag + by_id
    own = frozenset(control.classes.split())
    return tag + "".join(
        f".{one}" if one in own else f"[class*={css_text(one)}]"  # a tool hashed the rest of its name
        for one in lasting_classes(control.classes)
        if _NAME.fullmatch(one)
    )


def selectors_of_key(key: str) -> list[Selector]:
    """Selectors that the key of an element gives, for one whose digest is not at hand."""
    own = key.rpartition(" ")[2]
    if own.startswith("testid="):
        return [_by_test_id(own.removeprefix("testid="))]
    found = _KEY_WITH_ID.fullmatch(own)
    return [Selector("css", f"{found[1]}[id={css_text(found[2])}]")] if found else []


def html_of(control: Control) -> str:
    """The opening tag and the name of a control, as far as a digest keeps them; values are escaped."""
    if control.is_view:
        return ""
    attributes = {
        "type": control.type, "role": control.role, "id": control.dom_id, TEST_ID_ATTRIBUTES[0]: control.test_id,
        "class": control.classes, "href": control.href,
    }  # fmt: skip
    told = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items() if value)
    name = "" if control.tag in FIELDS else f"{escape(control.name, quote=False)}</{control.tag}>"
    return f"<{control.tag}{told}>{name}"[:MAX_HTML_CHARS]


def _by_id(control: Control) -> str:
    dom_id = _told(control.dom_id)
    return f"[id={css_text(dom_id)}]" if dom_id else ""


def _told(text: str) -> str:
    return "" if MARK.search(text) else text


def _by_test_id(test_id: str) -> Selector:
    return Selector("test id", ", ".join(f"[{one}={css_text(test_id)}]" for one in TEST_ID_ATTRIBUTES))


def _quoted(text: str) -> str:
    """A string of Playwright's own engines, which read it as JavaScript's."""
    return json.dumps(text, ensure_ascii=False)
