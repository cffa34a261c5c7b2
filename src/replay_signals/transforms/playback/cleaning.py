"""Events of one window, masked and harmless: what a player needs to draw it, and nothing that a page could do or tell.

One object follows a window from its first message on; the more of it has passed, the more places of texts are known.
A message by itself (a row of `snapshots`) shows less: what its mutations add stands in unknown places, and is masked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from replay_signals.schemas import rrweb
from replay_signals.schemas.playback_rules import Playback
from replay_signals.transforms.digest.masking import Masking
from replay_signals.transforms.parse.values import number_within
from replay_signals.transforms.playback.attributes import choice_of, stars
from replay_signals.transforms.playback.css import is_name, safe_sheet, safe_value
from replay_signals.transforms.playback.decoding import Event
from replay_signals.transforms.playback.nodes import Nodes
from replay_signals.transforms.playback.wireframes import Screens

Data = dict[str, Any]
MAX_PX = 10_000_000
MAX_SIDE_PX = 10_000
USUAL_SIZE = (1280.0, 800.0)
"""Of a viewport whose size was not recorded, CSS pixels."""
MAX_LIST = 50_000
"""Of changes in one event, or rules in one sheet."""


class WindowCleaner:
    """Cleans the events of one window in order. Total: an event that cannot be understood is left out."""

    def __init__(self, rules: Playback) -> None:
        self._nodes = Nodes(rules.page_text)
        self._screens = Screens(with_pictures=rules.enabled)
        self.is_native = False
        """A native screen was drawn."""

    def clean(self, events: list[Event], masking: Masking) -> Iterator[Event]:
        """The events of one message."""
        self._masking = masking
        self._nodes.begin(masking)
        self._screens.begin(masking)
        for event in events:
            cleaned = self._event(event)
            if cleaned is not None:
                yield cleaned

    def _event(self, event: Event) -> Event | None:
        kind = event["type"]
        clean = _EVENTS.get(kind)
        data = clean(self, event["data"]) if clean is not None else None
        return (
            None
            if data is None
            else {"type": _DRAWN_AS.get(kind, kind), "data": data} | {"timestamp": event["timestamp"]}
        )

    def _nothing(self, _: Data) -> Data:
        return {}

    def _meta(self, data: Data) -> Data:
        href = self._masking.url(data.get("href"), "page_url", 1000)
        return {"href": href, **_size(data)}

    def _full(self, data: Data) -> Data | None:
        offset = data.get("initialOffset")
        offset = offset if isinstance(offset, dict) else {}
        place = {"left": _px(offset.get("left")), "top": _px(offset.get("top"))}
        if isinstance(data.get("node"), dict):
            node = self._nodes.document(data["node"])
            self._nodes.close()
        else:
            self.is_native = True
            node = self._screens.document(data["wireframes"])
        return None if node is None else {"node": node, "initialOffset": place}

    def _custom(self, data: Data) -> Data | None:
        """Of the events that recorders and sites add only the native keyboard is drawn."""
        payload = data.get("payload")
        if self.is_native and data.get("tag") == "keyboard" and isinstance(payload, dict):
            return self._screens.keyboard(payload)
        return None

    def _incremental(self, data: Data) -> Data | None:
        source = data.get("source")
        clean = _SOURCES.get(source) if type(source) is int else None
        cleaned = clean(self, data) if clean is not None else None
        return None if cleaned is None else {"source": source, **cleaned}

    def _mutation(self, data: Data) -> Data | None:
        if self.is_native or data.get("updates"):
            return self._screens.mutation(data)
        adds: list[Data] = []
        for add in _dicts(data.get("adds")):
            node, parent = add.get("node"), add.get("parentId")
            if not isinstance(node, dict) or type(parent) is not int:
                continue
            cleaned = self._nodes.added(node, parent)
            if cleaned is not None:
                adds.append({"parentId": parent, "nextId": _id(add.get("nextId")), "node": cleaned})
                if type(add.get("previousId")) is int:
                    adds[-1]["previousId"] = add["previousId"]
        self._nodes.close()
        changed = [
            self._nodes.text(change["id"], change.get("value"))
            for change in _with_ids(data.get("texts"))
            if not self._nodes.is_element(change["id"])  # it would take the place of all that stands in it
        ]
        self._nodes.close()
        texts = [{"id": node["id"], "value": node["textContent"]} for node in changed]
        attributes = [
            {"id": change["id"], "attributes": self._nodes.change(change["id"], change["attributes"])}
            for change in _with_ids(data.get("attributes"))
            if isinstance(change.get("attributes"), dict)
        ]
        removes = [
            {"parentId": _id(remove.get("parentId")), "id": remove["id"], "isShadow": remove.get("isShadow") is True}
            for remove in _with_ids(data.get("removes"))
        ]
        moved = {add["node"]["id"] for add in adds}
        for remove in removes:
            if remove["id"] not in moved:
                self._nodes.remove(remove["id"])
        out: Data = {"texts": texts, "attributes": attributes, "removes": removes, "adds": adds}
        if data.get("isAttachIframe") is True:
            out["isAttachIframe"] = True
        return out

    def _move(self, data: Data) -> Data:
        positions = [
            {
                "x": _px(p.get("x")),
                "y": _px(p.get("y")),
                "id": self._target(p.get("id")),
                "timeOffset": _px(p.get("timeOffset")),
            }
            for p in _dicts(data.get("positions"))
        ]
        return {"positions": positions}

    def _interaction(self, data: Data) -> Data | None:
        kind = data.get("type")
        if type(kind) is not int or not 0 <= kind <= rrweb.TOUCH_CANCEL:
            return None
        out = {"type": kind, "id": self._target(data.get("id")), "x": _px(data.get("x")), "y": _px(data.get("y"))}
        if type(data.get("pointerType")) is int:
            out["pointerType"] = data["pointerType"]
        return out

    def _target(self, node_id: Any) -> int:
        if self.is_native:
            return self._screens.node_of(node_id)
        return node_id if type(node_id) is int else -1

    def _scroll(self, data: Data) -> Data:
        return {"id": self._target(data.get("id")), "x": _px(data.get("x")), "y": _px(data.get("y"))}

    def _resize(self, data: Data) -> Data:
        return _size(data)

    def _input(self, data: Data) -> Data | None:
        if type(data.get("id")) is not int:
            return None
        text = data.get("text") if isinstance(data.get("text"), str) else ""
        is_choice = self._nodes.tag_of(data["id"]) == "select"
        shown = choice_of(str(text), self._masking) if is_choice else stars(str(text))
        return {"id": data["id"], "text": shown, "isChecked": data.get("isChecked") is True}

    def _sheet_rules(self, data: Data) -> Data:
        out: Data = {name: data[name] for name in ("id", "styleId") if type(data.get(name)) is int}
        for name in ("replace", "replaceSync"):
            if isinstance(data.get(name), str):
                out[name] = safe_sheet(data[name])
        out["adds"] = [
            {
                "rule": safe_sheet(add["rule"]),
                **({"index": index} if (index := _index(add.get("index"))) is not None else {}),
            }
            for add in _dicts(data.get("adds"))
            if isinstance(add.get("rule"), str)
        ]
        out["removes"] = [{"index": _index(one.get("index"))} for one in _dicts(data.get("removes"))]
        return out

    def _declaration(self, data: Data) -> Data | None:
        index = _index(data.get("index"))
        if index is None:
            return None
        out: Data = {name: data[name] for name in ("id", "styleId") if type(data.get(name)) is int} | {"index": index}
        change, gone = data.get("set"), data.get("remove")
        if isinstance(change, dict) and is_name(change.get("property")):
            value = safe_value(change["property"], str(change.get("value") or ""))
            out["set"] = {"property": change["property"], "value": value or None, "priority": None}
        if isinstance(gone, dict) and is_name(gone.get("property")):
            out["remove"] = {"property": gone["property"]}
        return out

    def _adopted(self, data: Data) -> Data | None:
        ids = data.get("styleIds")
        if type(data.get("id")) is not int or not isinstance(ids, list):
            return None
        styles = [
            {
                "styleId": style["styleId"],
                "rules": [
                    {"rule": safe_sheet(rule["rule"])}
                    for rule in _dicts(style.get("rules"))
                    if isinstance(rule.get("rule"), str)
                ],
            }
            for style in _dicts(data.get("styles"))
            if type(style.get("styleId")) is int
        ]
        return {"id": data["id"], "styleIds": [one for one in ids if type(one) is int][:MAX_LIST], "styles": styles}


_Clean = Callable[[WindowCleaner, Data], Data | None]
_EVENTS: dict[int, _Clean] = {
    rrweb.DOM_CONTENT_LOADED: WindowCleaner._nothing,
    rrweb.LOAD: WindowCleaner._nothing,
    rrweb.FULL_SNAPSHOT: WindowCleaner._full,
    rrweb.INCREMENTAL_SNAPSHOT: WindowCleaner._incremental,
    rrweb.META: WindowCleaner._meta,
    rrweb.CUSTOM: WindowCleaner._custom,
}
_DRAWN_AS = {rrweb.CUSTOM: rrweb.INCREMENTAL_SNAPSHOT}
_SOURCES: dict[int, _Clean] = {
    rrweb.MUTATION: WindowCleaner._mutation,
    rrweb.MOUSE_MOVE: WindowCleaner._move,
    rrweb.TOUCH_MOVE: WindowCleaner._move,
    rrweb.DRAG: WindowCleaner._move,
    rrweb.MOUSE_INTERACTION: WindowCleaner._interaction,
    rrweb.SCROLL: WindowCleaner._scroll,
    rrweb.VIEWPORT_RESIZE: WindowCleaner._resize,
    rrweb.INPUT: WindowCleaner._input,
    rrweb.STYLE_SHEET_RULE: WindowCleaner._sheet_rules,
    rrweb.STYLE_DECLARATION: WindowCleaner._declaration,
    rrweb.ADOPTED_STYLE_SHEET: WindowCleaner._adopted,
}
"""Pictures of canvases, fonts, log lines and media are left out: they show or load what was recorded as bytes."""


def _dicts(value: Any) -> list[Data]:
    return [one for one in value[:MAX_LIST] if isinstance(one, dict)] if isinstance(value, list) else []


def _with_ids(value: Any) -> list[Data]:
    return [one for one in _dicts(value) if type(one.get("id")) is int]


def _id(value: Any) -> int | None:
    return value if type(value) is int else None


def _px(value: Any) -> float:
    return round(number_within(value, MAX_PX) or 0, 1)


def _size(data: Data) -> Data:
    """Of a viewport: one that can be drawn."""
    width, height = _px(data.get("width")), _px(data.get("height"))
    if width < 1 or height < 1:
        width, height = USUAL_SIZE
    return {"width": min(width, MAX_SIDE_PX), "height": min(height, MAX_SIDE_PX)}


def _index(value: Any) -> Any:
    """A place in a sheet, or of a rule within rules."""
    if isinstance(value, list) and all(type(one) is int for one in value):
        return value[:10]
    return value if type(value) is int else None
