"""Ways to find a control again, from what survives a redeploy to what hardly does.

Test id, id, role with name, label, target of a link, text, telling classes, tag (the order of
https://playwright.dev/docs/locators and `causes/controls`). Texts that privacy masked find nothing and are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from replay_signals.transforms.causes.class_names import lasting_classes, telling_classes
from replay_signals.transforms.digest.controls import WIDGET_ROLES, Control
from replay_signals.transforms.digest.markup import TEST_ID_ATTRIBUTES, css_text, implicit_role
from replay_signals.transforms.privacy.texts import MARK
from replay_signals.transforms.reproduce.steps import By
from replay_signals.transforms.session import urls
from replay_signals.transforms.session.elements import Elements

MIN_NAME_CHARS = 2
_GENERATED_ID = re.compile(r"^\[|\d{3,}|[0-9a-f]{8,}|^:r|^(?:ember|react|radix|headlessui|mui|css|sc|jsx|svelte)[-_]?")
_SPECIAL = re.compile(r"[\\^$.*+?()\[\]{}|/-]")
_FIGURES = re.compile(r"[0-9]+")


def ways_to(control: Control, elements: Elements) -> tuple[By, ...]:
    """The ways, most stable first; empty for a control that has nothing but its tag."""
    return tuple(dict.fromkeys(_ways(control, elements)))


def _ways(control: Control, elements: Elements) -> Iterator[By]:
    tag = css_tag(control.tag)
    name = control.name if _is_told(control.name) and len(control.name) >= MIN_NAME_CHARS else ""
    if _is_told(control.test_id):
        yield By("css", ", ".join(f"[{attribute}={css_text(control.test_id)}]" for attribute in TEST_ID_ATTRIBUTES))
    has_id = _is_told(control.dom_id)
    if has_id and not _GENERATED_ID.search(control.dom_id):
        yield By("css", f"{tag}[id={css_text(control.dom_id)}]")
    role = role_of(control)
    if role and name:
        yield _named("role", role, name)
    if label := _label(control, elements):
        yield _named("label", "", label)
    if ending := _link_ending(control):
        yield By("css", f"{tag}[href$={css_text(ending)}]")
    if name and not role:
        yield _named("text", "", name)
    classes = telling_classes(control.classes) or lasting_classes(control.classes)
    told = [name for name in classes if _is_told(name)]
    if told:
        yield By("css", tag + "".join(f"[class*={css_text(name)}]" for name in told))
    if has_id:
        yield By("css", f"{tag}[id={css_text(control.dom_id)}]")
    if tag != "*" and control.tag not in ("div", "span"):
        yield By("css", tag)


def _named(how: str, value: str, name: str) -> By:
    is_pattern = _FIGURES.search(name) is not None
    if is_pattern:
        name = _FIGURES.sub(r"\\d+", _SPECIAL.sub(r"\\\g<0>", " ".join(name.split())))
    if how == "role":
        return By("role", value, name, is_pattern)
    return By("label" if how == "label" else "text", "", name, is_pattern)


def _is_told(text: str) -> bool:
    return bool(text.strip()) and not MARK.search(text)


def role_of(control: Control) -> str:
    """The ARIA role of a control that people can address by it; empty when it has none."""
    if control.role in WIDGET_ROLES:
        return control.role
    return implicit_role(control.tag, control.type, control.href)


def _label(control: Control, elements: Elements) -> str:
    """The text of the label that names a field by its id or stands around it."""
    if control.tag not in ("input", "select", "textarea"):
        return ""
    labels = [c for c in elements.all() if c.tag == "label" and _is_told(c.name)]
    by_id = (c for c in labels if control.dom_id and c.href == control.dom_id)
    around = (c for c in labels if c.first < control.first <= c.last)
    found = next(by_id, None) or next(around, None)
    return found.name if found is not None else ""


def _link_ending(control: Control) -> str:
    """The end of a link's address that its markup and the browser's absolute form of it have in common."""
    if control.tag not in ("a", "area") or not _is_told(control.href):
        return ""
    parts = urls.split(control.href)
    if parts.scheme not in ("http", "https", ""):
        return ""
    route = urls.route_of(parts.fragment)
    if route:
        return f"#{route}"
    last = parts.path.rstrip("/").rpartition("/")[2]
    return f"{last}{'/' if parts.path.endswith('/') else ''}" if last and not parts.query and not parts.fragment else ""


_PLAIN_TAG = re.compile(r"[a-z][a-z0-9-]*")


def css_tag(tag: str) -> str:
    """A tag as a type selector; the universal one for what is none."""
    return tag if _PLAIN_TAG.fullmatch(tag) else "*"
