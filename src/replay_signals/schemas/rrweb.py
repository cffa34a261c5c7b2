"""rrweb events as the recorder writes them, typed as far as a digest reads them (rrweb-types, PostHog's mobile.types).

Fields that may hold either JSON or posthog-js's compressed text (`cv: "2024-10"`, gzip as latin-1) stay `Raw`.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw

EMPTY = Raw(b"")

# EventType
DOM_CONTENT_LOADED, LOAD, FULL_SNAPSHOT, INCREMENTAL_SNAPSHOT, META, CUSTOM, PLUGIN = range(7)

# IncrementalSource
MUTATION, MOUSE_MOVE, MOUSE_INTERACTION, SCROLL, VIEWPORT_RESIZE, INPUT, TOUCH_MOVE, MEDIA_INTERACTION = range(8)
STYLE_SHEET_RULE, CANVAS_MUTATION, FONT, LOG, DRAG, STYLE_DECLARATION, SELECTION, ADOPTED_STYLE_SHEET = range(8, 16)

# MouseInteractions
MOUSE_UP, MOUSE_DOWN, CLICK, CONTEXT_MENU, DBL_CLICK, FOCUS, BLUR, TOUCH_START, TOUCH_MOVE_DEPARTED = range(9)
TOUCH_END, TOUCH_CANCEL = 9, 10
PRESSES = frozenset((CLICK, MOUSE_DOWN, TOUCH_START))
"""By any of these somebody uses a place, whichever of them a recorder tells."""

# PointerTypes
MOUSE_POINTER, PEN_POINTER, TOUCH_POINTER = range(3)

# NodeType
DOCUMENT, DOCUMENT_TYPE, ELEMENT, TEXT = range(4)


class Event(msgspec.Struct, gc=False):
    """One rrweb event; `data` is an object, or text when the whole of it is compressed.

    `timestamp` is as it was written; a digest makes `time_ms` of it, epoch milliseconds.
    """

    timestamp: float | str
    type: int = -1
    data: Raw = EMPTY
    time_ms: float = 0.0


class Position(msgspec.Struct, gc=False):
    """One position of a mouse or touch move: CSS pixels, ms from the event's own time, and the node below it."""

    x: float = 0
    y: float = 0
    timeOffset: float = 0
    id: Any = 0


class Incremental(msgspec.Struct, gc=False):
    """`data` of an incremental snapshot, all sources in one shape."""

    source: int = -1
    type: int | None = None
    id: int | None = None
    x: Any = None
    y: Any = None
    pointerType: Any = None
    positions: list[Position] = []
    text: Any = None
    isChecked: Any = None
    userTriggered: Any = None
    width: Any = None
    height: Any = None
    ranges: list[dict[str, Any]] | None = None
    texts: Raw = EMPTY
    attributes: Raw = EMPTY
    removes: Raw = EMPTY
    adds: Raw = EMPTY
    updates: Raw = EMPTY


class AddedRule(msgspec.Struct, gc=False):
    """A rule that a script wrote into a style sheet."""

    rule: str = ""


class Attributes(msgspec.Struct, gc=False, frozen=True, rename={"class_": "class"}):
    """Attributes of a node that tell what it is and whether a visitor would expect it to answer."""

    id: Any = None
    class_: Any = None
    role: Any = None
    type: Any = None
    href: Any = None
    name: Any = None
    title: Any = None
    alt: Any = None
    value: Any = None
    placeholder: Any = None
    download: Any = None
    target: Any = None
    disabled: Any = None
    onclick: Any = None
    tabindex: Any = None
    contenteditable: Any = None
    action: Any = None
    form: Any = None
    for_: Any = msgspec.field(default=None, name="for")
    aria_label: Any = msgspec.field(default=None, name="aria-label")
    aria_disabled: Any = msgspec.field(default=None, name="aria-disabled")
    aria_current: Any = msgspec.field(default=None, name="aria-current")
    aria_pressed: Any = msgspec.field(default=None, name="aria-pressed")
    aria_selected: Any = msgspec.field(default=None, name="aria-selected")
    popovertarget: Any = None
    commandfor: Any = None
    testid: Any = msgspec.field(default=None, name="data-testid")
    test: Any = msgspec.field(default=None, name="data-test")
    cy: Any = msgspec.field(default=None, name="data-cy")
    clipboard: Any = msgspec.field(default=None, name="data-clipboard-text")
    toggle: Any = msgspec.field(default=None, name="data-toggle")
    bs_toggle: Any = msgspec.field(default=None, name="data-bs-toggle")
    ignore_frustration: Any = msgspec.field(default=None, name="data-dd-ignore-frustration")
    dd_privacy: Any = msgspec.field(default=None, name="data-dd-privacy")
    sentry_mask: Any = msgspec.field(default=None, name="data-sentry-mask")
    sentry_block: Any = msgspec.field(default=None, name="data-sentry-block")
    sentry_unmask: Any = msgspec.field(default=None, name="data-sentry-unmask")
    clarity_mask: Any = msgspec.field(default=None, name="data-clarity-mask")
    clarity_unmask: Any = msgspec.field(default=None, name="data-clarity-unmask")
    hj_suppress: Any = msgspec.field(default=None, name="data-hj-suppress")
    openreplay_masked: Any = msgspec.field(default=None, name="data-openreplay-masked")
    openreplay_obscured: Any = msgspec.field(default=None, name="data-openreplay-obscured")
    openreplay_hidden: Any = msgspec.field(default=None, name="data-openreplay-hidden")
    private: Any = msgspec.field(default=None, name="data-private")
    rr_width: Any = None
    style: Any = None
    inert: Any = None
    css_text: Raw = msgspec.field(default=EMPTY, name="_cssText")
    custom_0: Any = msgspec.field(default=None, name="custom_0")
    custom_1: Any = msgspec.field(default=None, name="custom_1")
    custom_2: Any = msgspec.field(default=None, name="custom_2")
    custom_3: Any = msgspec.field(default=None, name="custom_3")


CUSTOM_ATTRIBUTES = ("custom_0", "custom_1", "custom_2", "custom_3")
"""Hold attributes that only the rules of privacy name (transforms/digest/masking)."""
NO_ATTRIBUTES = Attributes()


class Node(msgspec.Struct, gc=False):
    """A serialised node; on native mobile a wireframe is a different shape (see `Wireframe`).

    `attributes` are the JSON of `Attributes`.
    """

    id: int
    type: int = -1
    tagName: str = ""
    attributes: Raw = EMPTY
    childNodes: tuple[Node, ...] = ()
    textContent: Any = ""


class Wireframe(msgspec.Struct, gc=False):
    """A native view (PostHog's mobile.types.ts)."""

    id: int
    type: Any = "div"
    x: Any = 0
    y: Any = 0
    width: Any = 0
    height: Any = 0
    text: Any = None
    label: Any = None
    value: Any = None
    inputType: Any = None
    disabled: Any = None
    checked: Any = None
    max: Any = None
    url: Any = None
    options: Any = None
    style: Any = None
    base64: Raw = EMPTY
    childWireframes: list[Wireframe] | None = None


class Full(msgspec.Struct, gc=False):
    """`data` of a full snapshot: a document tree (web) or wireframes (mobile)."""

    node: Node | None = None
    wireframes: list[Wireframe] | None = None


class Add(msgspec.Struct, gc=False):
    """A node or native view added by a mutation, or a view updated by one; updates of a root name no parent."""

    parentId: int | None = -1
    node: Node | None = None
    wireframe: Wireframe | None = None


class Remove(msgspec.Struct, gc=False):
    """A node removed by a mutation."""

    id: int
    parentId: int | None = -1


class TextChange(msgspec.Struct, gc=False):
    """A changed text node."""

    id: int


class AttributeChange(msgspec.Struct, gc=False):
    """Changed attributes of a node; values stay raw, only their change matters."""

    id: int
    attributes: dict[str, Raw] = {}


class Meta(msgspec.Struct, gc=False):
    """`data` of a meta event: the page and the viewport."""

    href: Any = ""
    width: Any = 0
    height: Any = 0


class Plugin(msgspec.Struct, gc=False):
    """`data` of a plugin or custom event."""

    plugin: str = ""
    tag: str = ""
    payload: Raw = EMPTY


class ConsolePayload(msgspec.Struct, gc=False):
    """Payload of `rrweb/console@1`; posthog-ios writes the line itself instead of a list of its parts."""

    level: Any = "info"
    trace: list[Any] = []
    payload: list[Any] | str = []


class PerformanceEntry(msgspec.Struct, gc=False):
    """An entry of the performance timeline; times are ms from `timeOrigin`, which is epoch ms as `timestamp` is."""

    name: Any = ""
    entryType: Any = ""
    startTime: Any = None
    duration: Any = None
    responseStart: Any = None
    timeOrigin: Any = None
    timestamp: Any = None


class Request(PerformanceEntry, gc=False):
    """One request of `rrweb/network@1` (fields of PerformanceResourceTiming plus what the fetch wrapper saw)."""

    initiatorType: Any = ""
    method: Any = None
    status: Any = None
    responseStatus: Any = None
    type: Any = None


class NetworkPayload(msgspec.Struct, gc=False):
    """Payload of `rrweb/network@1`."""

    requests: list[Request] = []


class NetworkItems(msgspec.Struct, gc=False):
    """The same with requests that are read one by one."""

    requests: list[Raw] = []


class LegacyRequest(PerformanceEntry, gc=False):
    """Payload of `posthog/network@1`: one entry, keys are numbers (posthog-js: web-performance.ts)."""

    entryType: Any = msgspec.field(default="", name="0")
    timeOrigin: Any = msgspec.field(default=None, name="1")
    name: Any = msgspec.field(default="", name="2")
    startTime: Any = msgspec.field(default=None, name="3")
    responseStart: Any = msgspec.field(default=None, name="14")
    initiatorType: Any = msgspec.field(default="", name="18")
    responseStatus: Any = msgspec.field(default=None, name="21")
    duration: Any = msgspec.field(default=None, name="39")
    timestamp: Any = msgspec.field(default=None, name="40")


class SpanData(msgspec.Struct, gc=False, frozen=True):
    """Data of a span: a vital's value, how long a navigation took (ms)."""

    value: Any = None
    duration: Any = None


NO_DATA = SpanData()


class PerformanceSpan(msgspec.Struct, gc=False):
    """Payload of Sentry's `performanceSpan`; times are epoch seconds."""

    op: Any = ""
    description: Any = ""
    startTimestamp: Any = None
    data: SpanData = NO_DATA


class Jank(msgspec.Struct, gc=False):
    """Payload of Highlight's `Jank`: ms that a frame came late."""

    jankAmount: Any = None
