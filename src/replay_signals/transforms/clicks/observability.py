"""Observability: could the recording have shown an answer to this click at all?

Downloads, new tabs, dialogs of the system, the clipboard, sound, canvas and other documents leave no trace in a
recording of the page; a control of that kind that stays silent is unknown, never dead.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.control_flags import FILE_ENDING, is_hinted
from replay_signals.transforms.digest.controls import CONTROL_TAGS, WIDGET_ROLES, Control
from replay_signals.transforms.session import urls
from replay_signals.transforms.session.gestures import Click, is_text_field
from replay_signals.transforms.session.ordered import AHEAD_MS
from replay_signals.transforms.session.timeline import Page
from replay_signals.transforms.words.controls import (
    acts_once,
    fills_screen,
    is_document,
    is_file_dialog,
    plays,
)

ONLY_FOCUSABLE = "only focusable"
NATIVE = "the browser answers without a trace"
CHOSEN = "it is the current choice already"
SELECTED = "dragged, or its words are selected"
OUTSIDE = "acts outside the page"
BY_NAME = "acts outside the page by its name"
PLAYS = "plays by its name"
FILLS = "fills the screen by its name"
A_FILE = "the link opens another program or a file"
OPENS_TAB = "it may open a tab"
LOADS = "the browser began to load something"
ONCE = frozenset((OUTSIDE, BY_NAME, A_FILE, OPENS_TAB, LOADS))
"""What one click does completely, if it works."""
GUESSED = frozenset((BY_NAME, PLAYS, FILLS))
"""Excuses that rest on a name."""
BESIDE = "may act on the"
BESIDE_NODES = 40
"""Nodes in document order between a control and the canvas or frame it may act on."""
MEDIA_NODES = 10
"""Fewer for films and sounds: recorders tell of playing, seeking and volume; captions and quality stand beside them."""
NEXT_NODES = 2
"""From an element to the next one beside it: blank text may stand between."""
_FILES = re.compile(f"{FILE_ENDING}$", re.IGNORECASE)
_PICKED = re.compile(r"(?:^|[\s_-])(?:on|active|selected|current|checked|chosen|picked|open)(?=$|[\s_-])")
"""Classes of a choice that is made; of what is only known as a control by the hand over it more words are believed."""
_BUTTONS = frozenset(("button", "input"))
_CANVAS = frozenset(("canvas",))
_MEDIA = frozenset(("video", "audio"))
_OWN_PARTS = frozenset(("form", "dialog", "alertdialog"))
_EMBEDDED = frozenset(("canvas", "iframe", "embed", "object")) | _MEDIA


def unobservable_reason(page: Page, click: Click) -> str:
    """Why silence proves nothing here; empty when the recording would have shown an answer."""
    control = click.control
    if not page.elements.has_snapshot:
        return "the page's snapshot is missing"
    if control is None:
        return "not a control"
    if page.elements.disabled(control, click.t):
        return ""
    before_ms = click.began_ms - AHEAD_MS  # the press itself gives many controls such a look
    if _is_picked(page, control, before_ms) and not _is_one_of_several(page, control, before_ms):
        return CHOSEN
    if _only_focusable(control):
        return ONLY_FOCUSABLE
    if control.is_hand and (click.double or click.dragged):
        return SELECTED
    return next((reason for check in _CHECKS if (reason := check(page, control))), "")


def _is_picked(page: Page, control: Control, t: float) -> bool:
    return page.elements.chosen(control, t) or (control.is_hand and _PICKED.search(control.classes) is not None)


def _is_one_of_several(page: Page, control: Control, t: float) -> bool:
    """Is another of its kind beside it picked as well? Then each is picked by itself, and a click takes it back."""
    near = (
        other
        for other in page.elements.all()
        if other.tag == control.tag
        and max(other.first - control.last, control.first - other.last) in range(1, NEXT_NODES + 1)
    )
    return any(_is_picked(page, other, t) for other in near)


def drawn(page: Page, node_id: int | None) -> bool:
    """Is the node part of a map, a game, a drawing, or near another document: places whose answers are not recorded?

    An overlay above a canvas may stand anywhere in the document, so a page with a canvas tells nothing of such clicks.
    """
    if node_id is None or page.elements.nearest(node_id, node_id, _CANVAS) is not None:
        return True
    if any("z" in c.flags and c.first == node_id for c in page.elements.around(node_id)):
        return True  # what is in a closed shadow root takes clicks in the name of its host
    return _near_surface(page, node_id, _EMBEDDED)


def _near_surface(page: Page, node_id: int, tags: frozenset[str]) -> bool:
    """Is it in a map or a game, or near one of these tags?"""
    if any("m" in c.flags for c in page.elements.around(node_id)):
        return True
    near = page.elements.nearest(node_id, node_id, tags)
    return near is not None and near[1] <= BESIDE_NODES


def unseen_layer(page: Page, click: Click) -> bool:
    """Did the click land on an empty box that nobody can see, so that it was meant for what lies behind?

    The box lies over the page, not in a part of it, which may have such boxes for its own purposes (a ripple, a veil
    over a picture, a pane over a canvas). One that comes later than a canvas, and elsewhere, is no pane of it.
    """
    around = list(page.elements.chain(click.node_id))
    if len(around) != 1 or "u" not in around[0].flags or not around[0].first == around[0].last == click.node_id:
        return False
    canvases = (c for c in page.elements.all() if c.tag == "canvas")
    apart = (page.elements.is_apart(around[0], c) or page.elements.came_elsewhere(around[0], c) for c in canvases)
    if not all(apart):
        return False
    return not over_embedded(page, around[0].first)


def over_embedded(page: Page, node_id: int) -> bool:
    """Is the layer near a map, a film or a frame, which have layers of their own to be pressed?"""
    return _near_surface(page, node_id, _EMBEDDED - _CANVAS)


def _only_focusable(control: Control) -> bool:
    """In the tab order and nothing else: a scrollable box or a text, which need not answer."""
    named = control.tag in CONTROL_TAGS or control.role in WIDGET_ROLES or is_hinted(control.classes) or control.is_hand
    return "t" in control.flags and not named and "k" not in control.flags


def _native(page: Page, control: Control) -> str:
    if is_text_field(control) or control.role in ("slider", "spinbutton"):
        return NATIVE  # a value set to what it is already shows nothing
    if control.type.lower() == "reset" and any(c.tag == "form" for c in page.elements.around(control.first)):
        return "the browser empties the form"
    if control.tag == "label":  # the browser clicks the labelled field, and that click is recorded
        return "" if page.elements.labels_field(control) else "a label of nothing"
    return "the browser shows the state" if control.tag == "input" and control.type in ("checkbox", "radio") else ""


def _embedded(page: Page, control: Control) -> str:
    if control.tag in _EMBEDDED:
        return f"inside {control.tag}"
    if control.tag in ("a", "summary"):
        return ""
    near = _nearest_embedded(page, control)
    if near is None or (near[0].tag == "canvas" and any(page.of(records.Canvas))):
        return ""  # nothing is near, or what is drawn there is recorded
    acts_on = (c for c in page.elements.around(control.first) if c.tag in _OWN_PARTS or c.role in _OWN_PARTS)
    part = next(acts_on, None)
    if part is not None and not page.elements.inside(near[0].first, part):
        return ""  # it acts on its form, or on the dialog that it is part of
    return f"{BESIDE} {near[0].tag} beside it"


def _nearest_embedded(page: Page, control: Control) -> tuple[Control, int] | None:
    """What is embedded near a control, and how many nodes away."""
    around = ((_EMBEDDED - _MEDIA, BESIDE_NODES), (_MEDIA, MEDIA_NODES))
    near = (page.elements.nearest(control.first, control.last, tags) for tags, _ in around)
    found = [one for one, (_, most) in zip(near, around, strict=True) if one is not None and one[1] <= most]
    return min(found, key=lambda one: one[1], default=None)


def beside_canvas(page: Page, control: Control) -> Control | None:
    """The canvas that a control may act on, where it is the nearest of what is embedded."""
    near = _nearest_embedded(page, control)
    return near[0] if near is not None and near[0].tag == "canvas" else None


def _outside(_: Page, control: Control) -> str:
    if set(control.flags) & set("Dpco") or (control.tag == "input" and control.type == "file"):
        return OUTSIDE
    href = control.href if control.tag in ("a", "area") else ""
    try:
        parts = urlsplit(href)
    except ValueError:
        return "the link cannot be read"
    if parts.scheme not in ("", "http", "https", "javascript", "file") or _FILES.search(parts.path):
        return A_FILE
    words = f"{control.name} {control.test_id} {control.dom_id} {control.classes}"
    if "w" in control.flags or acts_once(words) or is_file_dialog(control.name):
        return BY_NAME
    if control.tag in _BUTTONS and is_document(control.name):
        return BY_NAME
    if "y" in control.flags or plays(words):
        return PLAYS
    if fills_screen(words):
        return FILLS
    return OPENS_TAB if "b" in control.flags else ""


_CHECKS: tuple[Callable[[Page, Control], str], ...] = (_native, _embedded, _outside)


def link_target(control: Control | None, base: str) -> str | None:
    """Absolute URL a link leads to; None when the control is no link, or one that only runs code."""
    if control is None or control.tag not in ("a", "area") or not control.href:
        return None
    if control.href.lower().startswith("javascript:"):
        return None
    target = urls.joined(base, control.href)
    if control.href.endswith("#") and _origin(target) == _origin(base):
        return None  # of `#` recorders tell the address that it had then, which may have changed since
    return target or None


def _origin(url: str) -> str:
    return "/".join(url.split("/", 3)[:3])


def leads_away(control: Control | None, base: str) -> bool:
    """A link to another document."""
    target = link_target(control, base)
    return target is not None and not urls.same_document(target, base)


def opens_page(control: Control | None, base: str) -> bool:
    """A link to another document, or to another route of this one: either opens in a tab of its own, too."""
    target = link_target(control, base)
    if target is None or leads_away(control, base):
        return target is not None
    is_route = urls.route_of(urls.split(target).fragment).strip("/!") != ""
    return is_route and urls.page_of(target) != urls.page_of(base)
