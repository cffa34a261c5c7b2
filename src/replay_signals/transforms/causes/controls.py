"""Identity of controls: what one is called in every session, release and language of a site, and where it stands.

The own part of a key is the first of these that a control has: a test id, an id that nobody generated, the page that a
link leads to, being the one that sends its form, classes that say what it is, the visible name, its tag. Names come
late because they change with the language. In front of it stands the nearest box, form or dialog that developers named,
or the landmark it is in, so that two buttons of one label in two places stay two; an id is unique and needs none.

A control in a header, menu, sidebar or footer is the same control on every page, and stands in the `layout`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property, lru_cache

from replay_signals.transforms.causes.class_names import lasting_classes, telling_classes
from replay_signals.transforms.causes.pages import MAX_KNOWN, PagePatterns
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.digest.places import CONTENT, LAYOUT, NAMED
from replay_signals.transforms.privacy.texts import MARK
from replay_signals.transforms.session import urls
from replay_signals.transforms.session.elements import Elements

LAYOUT_PLACE = "layout"
_GENERATED_ID = re.compile(
    r"^\[|\d{3,}|[0-9a-f]{8,}|^:r|^(?:ember|react|radix|headlessui|mui|css|sc|jsx|svelte)[-_]?|__|\d$", re.IGNORECASE
)
"""Ids that a library counts, hashes, or that privacy put a mark for; one that ends in a figure is one of many."""
_ROOTS = frozenset(
    (
        *("app", "root", "__next", "__nuxt", "gatsby-focus-wrapper", "main", "content", "page", "page-wrapper", "site"),
        *("wrapper", "container", "page-top", "main-content", "content-wrapper", "body", "layout", "outer", "top"),
    )
)
"""Ids of boxes around a whole page, which tell no two of its parts apart."""
_NAMES = {
    "banner": "header",
    "contentinfo": "footer",
    "navigation": "nav",
    "complementary": "aside",
    "menubar": "nav",
}
_SCHEMES = ("http", "https", "")
_SENDS = frozenset(("submit", "image"))
_DIGITS = re.compile(r"[0-9]+")


class Controls:
    """The controls of one page. Total; `href` is the address of the page."""

    def __init__(self, elements: Elements, href: str, patterns: PagePatterns) -> None:
        self._elements, self._href, self._patterns = elements, href, patterns
        self._keys: dict[int, str] = {}
        self._landmarks: dict[int, str] = {}
        self._targets: dict[str, str] = {}

    def place_of(self, control: Control | None, page_pattern: str) -> str:
        """Where a control stands: `layout`, or else the page."""
        if control is None:
            return page_pattern
        if control.first not in self._landmarks:
            self._landmarks[control.first] = self._landmark(control)
        return LAYOUT_PLACE if self._landmarks[control.first] else page_pattern

    def key_of(self, control: Control | None) -> str:
        """The key; empty when there is no control."""
        if control is None:
            return ""
        if control.first not in self._keys:
            self._keys[control.first] = self._key(control)
        return self._keys[control.first]

    def form_key_of(self, form: Control) -> str:
        """The key of a form, by its id, test id or where it sends to."""
        own = _named(form) or (f"→{target}" if (target := self._target(form)) else "")
        return f"form{own}" if own else f"{self._scope(form)} form".strip()

    def _key(self, control: Control) -> str:
        kind = control.role or control.type if control.role or control.tag == "input" else control.tag
        if control.is_view:
            name = _plain(control.name)
            return f"{control.type or control.tag}:{name}" if name else _view_place(control)
        if control.test_id and not MARK.search(control.test_id):
            own = f"testid={control.test_id}"
            return f"{self._scope(control)} {own}".strip() if own in self._in_several_scopes else own
        if control.dom_id and not _GENERATED_ID.search(control.dom_id):
            return f"{control.tag}#{control.dom_id}"
        return f"{self._scope(control)} {self._own(control, kind)}".strip()

    def _own(self, control: Control, kind: str) -> str:
        classes = ".".join(telling_classes(control.classes))
        name = _plain(control.name)
        target = self._target(control) if control.tag in ("a", "area") else ""
        if target:
            return f"a→{target}{self._which(target, classes, name)}"
        if control.first in self._only_senders:
            return "submit"
        if classes and (not name or len(self._names_by_class[control.tag, classes]) <= 1):
            return f"{control.tag}.{classes}"
        return f"{kind}:{name}" if name else ".".join((control.tag, *lasting_classes(control.classes)))

    def _which(self, target: str, classes: str, name: str) -> str:
        """What tells a link from others with its target: log in with one account or another, both lead home."""
        links = self._links[target]
        names = {other for _, other in links}
        if ":" in target or len(names) == 1:
            return ""
        by_class = {other for own, other in links if own == classes}
        return f".{classes}" if classes and len(by_class) == 1 else f":{name}" if name else ""

    def _target(self, control: Control) -> str:
        """The page that a link leads to or a form sends to, with its host when that is another site's."""
        if control.href not in self._targets:
            self._targets[control.href] = self._target_of(control.href)
        return self._targets[control.href]

    def _target_of(self, href: str) -> str:
        if not href or ("#" in href and not _leads(href.partition("#")[2])):
            return ""  # a place on the page, or a handler's: recorders write `#` as the page's whole address
        url = urls.joined(self._href, href)
        parts = urls.split(url)
        if parts.scheme not in _SCHEMES:
            return ""
        path = self._patterns.of(urls.path_of(url, whole=True))
        return path if parts.netloc == urls.split(self._href).netloc else f"{parts.netloc}{path}"

    def _landmark(self, control: Control) -> str:
        """The landmark of the layout that a control is in: `header`, `nav`, `footer`; empty within a page's content."""
        found = ""
        for around in self._elements.chain(control.first):
            if around.tag == "dialog" or around.role in ("dialog", "alertdialog"):
                return ""
            if LAYOUT in around.flags:
                found = found or _NAMES.get(around.role) or (around.tag if around.tag != "div" else "menu")
            elif CONTENT in around.flags and (around.tag != "section" or found in ("header", "footer")):
                return ""
        return found

    def _scope(self, control: Control) -> str:
        """The nearest form, dialog or box with a name; else the landmark. Empty when there is neither."""
        for around in self._elements.chain(control.first):
            if around.first == control.first:
                continue
            is_dialog = around.tag == "dialog" or around.role in ("dialog", "alertdialog")
            if around.tag == "form" or is_dialog or NAMED in around.flags:
                name = _named(around)
                if not name and around.tag == "form" and (target := self._target(around)):
                    name = f"→{target}"
                if name or is_dialog:
                    return f"{'dialog' if is_dialog else around.tag}{name}"
        return self._landmark(control)

    @cached_property
    def _links(self) -> dict[str, set[tuple[str, str]]]:
        """Telling classes and name of the links to each target."""
        links: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for control in self._elements.all():
            if control.tag in ("a", "area") and (target := self._target(control)):
                links[target].add((".".join(telling_classes(control.classes)), _plain(control.name)))
        return links

    @cached_property
    def _only_senders(self) -> set[int]:
        """Buttons that are the only ones to send their form."""
        senders: dict[int, list[Control]] = defaultdict(list)
        for control in self._elements.all():
            if control.type in _SENDS or (control.tag == "button" and not control.type):
                form = next((c for c in self._elements.around(control.first) if c.tag == "form"), None)
                if form is not None:
                    senders[form.first].append(control)
        return {controls[0].first for controls in senders.values() if len(controls) == 1}

    @cached_property
    def _names_by_class(self) -> dict[tuple[str, str], set[str]]:
        """What the controls of a tag and telling classes are called: several names are several controls."""
        names: dict[tuple[str, str], set[str]] = defaultdict(set)
        for control in self._elements.all():
            classes = ".".join(telling_classes(control.classes))
            if classes:
                names[control.tag, classes].add(_plain(control.name))
        return names

    @cached_property
    def _in_several_scopes(self) -> set[str]:
        """Test ids that stand in more than one form, dialog or box."""
        scopes: dict[str, set[str]] = defaultdict(set)
        for control in self._elements.all():
            if control.test_id:
                scopes[f"testid={control.test_id}"].add(self._scope(control))
        return {test_id for test_id, found in scopes.items() if len(found) > 1}


def _named(box: Control) -> str:
    """`[payment]` by test id, `#payment` by id; empty when it has none that lasts."""
    if box.test_id and not MARK.search(box.test_id):
        return f"[{box.test_id}]"
    lasting = box.dom_id and box.dom_id not in _ROOTS and not _GENERATED_ID.search(box.dom_id)
    return f"#{box.dom_id}" if lasting else ""


@lru_cache(maxsize=MAX_KNOWN)
def _plain(name: str) -> str:
    """A visible name without figures and cases: `Pay $12` and `PAY $15` are one. What privacy masked names nothing."""
    return "" if MARK.search(name) else _DIGITS.sub("N", " ".join(name.split())).lower()


def _view_place(view: Control) -> str:
    return f"{view.type or view.tag}@{view.classes}"


def _leads(fragment: str) -> bool:
    """Whether a fragment is a route; `#!` alone is how a page says that a link's script does it."""
    return urls.route_of(fragment).strip("!") != ""
