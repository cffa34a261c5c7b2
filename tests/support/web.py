"""Visits for tests, told as what a visitor and a page do; times (`at`) are milliseconds from the visit's start.

visit = Visit()
page = visit.open("http://a.test/", button("Pay", id="pay"), el("p", "0", id="total"))
page.click("pay", at=3000).says("total", "12", at=3080).lives(12_000)
assert visit.verdict("pay") == "alive"
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

from replay_signals.schemas.messages import AnalyticsEvent
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.judge.priors import NO_PRIORS, Priors
from support import events as rrweb
from support.dom import Document, El, Json, Text, el, html, serialised
from support.outcome import POSITION, START_MS, Outcome, judged

FOCUSABLE = frozenset(("a", "button", "input", "textarea", "select", "summary"))


class Page:
    """One document in one tab. Acts and changes return the page, so that a story can be chained."""

    def __init__(self, visit: Visit, window: str, url: str, content: Sequence[El | str]) -> None:
        self.visit, self.window, self.url = visit, window, url
        self.document = Document(html(*content))
        self.focused: El | None = None

    def node(self, name: str | El) -> El:
        """An element by its id attribute."""
        return self.document.by_name[name] if isinstance(name, str) else name

    def record(self, event: Json) -> Page:
        """Adds an event; its timestamp counts from the visit's start."""
        self.visit.add(self.window, event)
        return self

    # What a visitor does

    def points(self, at: float, x: float = 400, y: float = 300) -> Page:
        return self.record(rrweb.moves(at, (x, y, 0)))

    def click(self, name: str | El, at: float, x: float | None = None, y: float | None = None) -> Page:
        """A mouse click: down 8 ms earlier, with the focus it takes and the focus it moves."""
        node = self.node(name)
        x, y = (40.0 + node.node_id, 60.0) if x is None or y is None else (x, y)
        self.record(rrweb.interaction(at - 8, rrweb.MOUSE_DOWN, node.node_id, x, y))
        self._focus(node, at - 6)
        self.record(rrweb.interaction(at - 2, rrweb.MOUSE_UP, node.node_id, x, y))
        return self.record(rrweb.interaction(at, rrweb.CLICK, node.node_id, int(x), int(y)))

    def only_clicks(self, name: str | El, *times: float, by_pointer: bool = True) -> Page:
        """Click events without pointer-downs: of a recorder that samples clicks only, of a key, or of page code."""
        for at in times:
            place: dict[str, object] = {"x": 100, "y": 60, "pointerType": 0} if by_pointer else {"x": 0, "y": 0}
            self.record(rrweb.incremental(at, 2, type=rrweb.CLICK, id=self.node(name).node_id, **place))
        return self

    def focuses(self, name: str, at: float) -> Page:
        """The focus comes to an element by the Tab key."""
        self._focus(self.node(name), at)
        return self

    def clicks(self, name: str | El, *times: float) -> Page:
        for at in times:
            self.click(name, at)
        return self

    def double_click(self, name: str | El, at: float) -> Page:
        self.clicks(name, at - 140, at)
        return self.record(rrweb.interaction(at + 1, rrweb.DBL_CLICK, self.node(name).node_id, 40, 60))

    def click_label(self, name: str | El, activates: str, at: float) -> Page:
        """The browser hands the click on to the label's field."""
        self.click(name, at)
        return self.record(rrweb.interaction(at + 1, rrweb.CLICK, self.node(activates).node_id))

    def tap(self, name: str | El, at: float) -> Page:
        """A tap in a touch browser: touch events, then the click event."""
        node = self.node(name)
        self.record(rrweb.interaction(at - 90, rrweb.TOUCH_START, node.node_id, 40, 60))
        self.record(rrweb.interaction(at - 10, rrweb.TOUCH_END, node.node_id, 40, 60))
        return self.record(rrweb.interaction(at, rrweb.CLICK, node.node_id, 40, 60))

    def types(self, name: str, text: str, at: float, each: float = 120) -> Page:
        """Key by key, masked the way posthog-js masks."""
        node = self.node(name)
        if self.focused is not node:
            self._focus(node, at - 20)
        for i in range(1, len(text) + 1):
            self.inputs(node, "*" * i, at + (i - 1) * each)
        return self

    def inputs(self, name: str | El, text: str, at: float, checked: bool = False) -> Page:
        return self.record(rrweb.incremental(at, 5, text=text, isChecked=checked, id=self.node(name).node_id))

    def scrolls(self, y: float, at: float, of: str | None = None) -> Page:
        """The page, or a box of it, is scrolled to there."""
        return self.record(rrweb.incremental(at, 3, id=1 if of is None else self.node(of).node_id, x=0, y=y))

    def selects(self, at: float) -> Page:
        chosen = {"start": 5, "startOffset": 0, "end": 5, "endOffset": 7}
        return self.record(rrweb.incremental(at, 14, ranges=[chosen]))

    def _focus(self, node: El, at: float) -> None:
        target = node if node.tag in FOCUSABLE and "disabled" not in node.attrs else None
        if self.focused is target:
            return
        if self.focused is not None:
            self.record(rrweb.interaction(at, rrweb.BLUR, self.focused.node_id))
        if target is not None:
            self.record(rrweb.interaction(at, rrweb.FOCUS, target.node_id))
        self.focused = target

    # What a page does

    def says(self, name: str | El, text: str, at: float) -> Page:
        """Changes the text of an element."""
        node = next(n for n in self.node(name).children if isinstance(n, Text))
        return self.record(rrweb.mutation(at, texts=[{"id": node.node_id, "value": text}]))

    def sets(self, name: str | El, at: float, **attrs: object) -> Page:
        """Changes attributes of an element; None removes one."""
        named = el("x", **attrs).attrs
        return self.record(rrweb.mutation(at, attributes=[{"id": self.node(name).node_id, "attributes": named}]))

    def adds(self, element: El, at: float, into: str | El = "body") -> Page:
        """Puts an element into another one: every new node is an entry of its own, as rrweb does it."""
        parent = self.node(into)
        self.document.number(element)
        parents = {element.node_id: parent.node_id}
        parents |= {c.node_id: n.node_id for n in element.walk() if isinstance(n, El) for c in n.children}
        parent.children.append(element)
        adds = [
            {"parentId": parents[n.node_id], "nextId": None, "node": serialised(n, below=False)} for n in element.walk()
        ]
        return self.record(rrweb.mutation(at, adds=adds))

    def removes(self, element: El, at: float, from_: str | El = "body") -> Page:
        parent = self.node(from_)
        parent.children.remove(element)
        return self.record(rrweb.mutation(at, removes=[{"parentId": parent.node_id, "id": element.node_id}]))

    def at_once(self, count: int) -> Page:
        """The last changes are one mutation, as applications show another view."""
        events = [self.visit.recorded[self.window].pop() for _ in range(count)][::-1]
        data: list[Any] = [event["data"] for event in events]
        fields = {name: [one for each in data for one in each[name]] for name in ("adds", "removes", "attributes")}
        return self.record(rrweb.mutation(float(str(events[-1]["timestamp"])) - START_MS, **fields))

    def ticks(self, name: str, every: float, until: float, start: float = 100) -> Page:
        """A clock: the text of an element changes by itself."""
        for i in range(int((until - start) / every) + 1):
            self.says(name, str(i), at=start + i * every)
        return self

    def asks(self, path: str, at: float, status: int = 200, took: float = 120, method: str = "GET") -> Page:
        """A request of page code that started at that time; the recorder reports it when it is over."""
        request: dict[str, Any] = {"name": f"{self.origin}{path}", "entryType": "resource", "initiatorType": "fetch"}
        request |= {"duration": took, "responseStatus": status, "method": method, "timestamp": START_MS + at}
        return self.record(rrweb.network(at + took, request))

    def fails(self, message: str, at: float, trace: str = "onClick (http://a.test/app.js:1:20)") -> Page:
        """An exception that the page did not handle, as the console shows it."""
        return self.record(rrweb.console(at, "error", message, trace=(trace,)))

    def goes_to(self, url: str, at: float) -> Page:
        """A single-page application changes the URL; posthog-js reports it as a page view."""
        return self.record(rrweb.custom(at, "$pageview", href=url))

    def checks_out(self, at: float) -> Page:
        """The recorder takes a full snapshot of the same document again, with the same node ids."""
        self.record(rrweb.meta(at, self.url))
        return self.record(rrweb.event(at + 1, rrweb.FULL, self.document.snapshot()))

    def lives(self, until: float) -> Page:
        """The pointer rests somewhere: the recording goes on until then, and nothing else happens."""
        return self.points(until)

    @property
    def origin(self) -> str:
        return "/".join(self.url.split("/")[:3])


class Visit:
    """A session: tabs, pages and what happens on them."""

    def __init__(self, session: str = "session-1", distinct_id: str = "user-1") -> None:
        self.session, self.distinct_id = session, distinct_id
        self.recorded: dict[str, list[Json]] = {}
        self.analytics: list[AnalyticsEvent] = []
        self._uuid = count(1)

    def add(self, window: str, event: Json) -> None:
        moved = event | {"timestamp": START_MS + float(str(event["timestamp"]))}
        self.recorded.setdefault(window, []).append(moved)

    def open(
        self,
        url: str,
        *content: El | str,
        at: float = 0,
        window: str = "window-1",
        how: str | None = "navigate",
        status: int = 200,
    ) -> Page:
        """A document loads: its navigation began 150 ms earlier. `how` None: the recorder saw no navigation."""
        page = Page(self, window, url, content)
        page.record(rrweb.event(at, 0, {}))
        page.record(rrweb.meta(at + 1, url))
        page.record(rrweb.event(at + 10, rrweb.FULL, page.document.snapshot()))
        if how is not None:
            request: dict[str, Any] = {"name": url, "entryType": "navigation", "initiatorType": "navigation"}
            request |= {"timestamp": START_MS + at - 150, "duration": 180, "responseStatus": status, "type": how}
            page.record(rrweb.network(at + 30, request))
        return page

    def event(self, name: str, at: float, window: str = "window-1", **properties: object) -> Visit:
        """An analytics event of the session; `_` in front of a property stands for `$`."""
        named = {f"${k[1:]}" if k[0] == "_" else k: v for k, v in properties.items()}
        self.analytics.append(
            AnalyticsEvent(
                team="team",
                uuid=f"event-{next(self._uuid)}",
                event=name,
                distinct_id=self.distinct_id,
                timestamp_ms=round(START_MS + at),
                position=POSITION,
                session_id=self.session,
                window_id=window,
                properties=named,
            )
        )
        return self

    def outcome(self, rules: Rules | None = None, priors: Priors = NO_PRIORS) -> Outcome:
        """What the system makes of it: digest, merge and judge, one message a window."""
        return judged(self.recorded, self.analytics, rules or Rules(), self.session, self.distinct_id, priors)

    def kinds(self) -> list[str]:
        """Kinds of the signals found, in order of time."""
        return self.outcome().kinds

    def verdict(self, name: str) -> str:
        """Verdict of the last click on the element with this id attribute."""
        return self.outcome().click(name).verdict
