"""What a player shows of people: nothing that a digest would not keep."""

from __future__ import annotations

import gzip
import json
from typing import Any

from replay_signals.schemas.messages import SnapshotMessage, SourcePosition
from replay_signals.schemas.playback_rules import Playback
from replay_signals.schemas.privacy import Privacy
from replay_signals.transforms.playback.session import PlaybackSession, cleaned_events, playback_of
from replay_signals.transforms.privacy.policy import Policy
from support.canary_marks import PLAYED, Marks, decoded
from support.canary_visits import native, web
from support.nodes_and_events import START_MS, Event, element, event, text

CLEAR = Policy(Privacy(enabled=False))


def message(events: list[Event], window: str = "w") -> SnapshotMessage:
    return SnapshotMessage("team", "s", window, json.dumps(events).encode(), SourcePosition("x"))


def session(*messages: SnapshotMessage, policy: Policy | None = None, **rules: Any) -> PlaybackSession:
    return playback_of("team", "s", messages, Playback(**rules), policy or Policy(key=b"k"))


def events_of(*parts: list[Event], policy: Policy | None = None, **rules: Any) -> list[Event]:
    return session(*map(message, parts), policy=policy, **rules).windows[0].events


def page(*body: dict[str, Any]) -> list[Event]:
    root = {"type": 0, "id": 1, "childNodes": [element(2, "html", element(3, "body", *body))]}
    return [event(4, {"href": "http://a.test/", "width": 800, "height": 600}), event(2, {"node": root}, 1)]


def adds(parent: int, node: dict[str, Any], at_ms: float = 50) -> list[Event]:
    add = {"parentId": parent, "nextId": None, "node": node}
    return [event(3, {"source": 0, "adds": [add], "texts": [], "attributes": [], "removes": []}, at_ms)]


def shown(events: list[Event]) -> str:
    return json.dumps(events, ensure_ascii=False)


def test_nothing_that_is_marked_is_played() -> None:
    m = Marks()
    on_web = session(*map(message, web(m)))
    in_app = session(message(native(m)), enabled=True)
    assert set(m.found_in(decoded([on_web, in_app])).values()) <= PLAYED
    rows = [cleaned_events(message(items), Playback(), Policy(key=b"k"))[0] for items in web(m)]
    assert set(m.found_in(decoded(rows)).values()) <= {"changed text", "changed attribute"}


def test_without_rules_most_of_it_would() -> None:
    m = Marks()
    found = m.found_in(decoded([session(*map(message, web(m)), policy=CLEAR)]))
    assert len(found) > 60, found


def test_controls_are_named_and_page_text_is_not() -> None:
    body = page(element(4, "p", text(5, "Hello Maria")), element(6, "button", text(7, "Pay now")))
    said = shown(events_of(body))
    assert "Pay now" in said
    assert "***** *****" in said
    assert "Maria" not in said


def test_page_text_can_be_cleaned_instead() -> None:
    body = page(element(4, "p", text(5, "Write to maria@example.org today")), element(6, "td", text(7, "Maria")))
    said = shown(events_of(body, page_text="clean"))
    assert "Write to [email] today" in said
    assert "Maria" not in said


def test_a_name_in_pieces_is_looked_at_whole() -> None:
    body = page(element(4, "button", text(5, "Mail "), element(6, "b", text(7, "maria")), text(8, "@example.org")))
    said = shown(events_of(body))
    assert "maria" not in said
    assert "Mail [email]" in said


def test_a_later_message_knows_the_place_and_by_itself_it_does_not() -> None:
    first = page(element(4, "div"))
    later = adds(4, element(8, "button", text(9, "Publish page")))
    assert "Publish page" in shown(events_of(first, later))
    assert "Publish page" not in shown(cleaned_events(message(later), Playback(), Policy(key=b"k"))[0])


def test_what_is_added_below_a_masked_element_is_masked() -> None:
    first = page(element(4, "div", class_="ph-mask"))
    assert "Publish" not in shown(events_of(first, adds(4, element(8, "button", text(9, "Publish page")))))


def test_an_element_that_becomes_masked_masks_what_comes_later() -> None:
    change = {
        "source": 0,
        "adds": [],
        "texts": [],
        "removes": [],
        "attributes": [{"id": 4, "attributes": {"class": "ph-mask"}}],
    }
    first = page(element(4, "div"))
    events = events_of(first, [event(3, change, 20)], adds(4, element(8, "button", text(9, "Publish page"))))
    assert "Publish" not in shown(events)


def test_a_blocked_element_is_a_box_and_keeps_nothing_but_its_form() -> None:
    body = page(element(4, "div", element(5, "button", text(6, "Secret"), id="of-maria"), class_="ph-no-capture wide"))
    events = events_of(body)
    said = shown(events)
    assert '"data-blocked": "masked"' in said
    assert "wide" in said
    assert "Secret" not in said
    assert "of-maria" not in said


def test_typed_values_are_stars_and_choices_can_be_told_apart() -> None:
    options = [element(10 + i, "option", text(20 + i, name), value=name) for i, name in enumerate(("red", "blue"))]
    body = page(element(4, "input", type="text", value="typed before"), element(5, "select", *options))
    typed = [
        event(3, {"source": 5, "id": 4, "text": "four 4", "isChecked": False}, 20),
        event(3, {"source": 5, "id": 5, "text": "blue", "isChecked": False}, 30),
    ]
    events = events_of(body, typed)
    assert events[2]["data"]["text"] == "**** *"
    value = next(node for node in canary_nodes(events) if node["id"] == 11)["attributes"]["value"]
    assert events[3]["data"]["text"] == value != "blue"
    assert "typed before" not in shown(events)


def canary_nodes(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [node for one in value for node in canary_nodes(one)]
    if not isinstance(value, dict):
        return []
    return ([value] if "tagName" in value else []) + [node for one in value.values() for node in canary_nodes(one)]


def test_packed_fields_and_snapshots_are_opened() -> None:
    body = page(element(4, "div"))
    body[1]["data"] = gzip.compress(json.dumps(body[1]["data"]).encode()).decode("latin-1")
    later = adds(4, element(8, "button", text(9, "Publish page")))
    for name in ("adds", "texts", "attributes", "removes"):
        later[0]["data"][name] = gzip.compress(json.dumps(later[0]["data"][name]).encode()).decode("latin-1")
    assert "Publish page" in shown(events_of(body, later))


def test_order_repetition_and_splitting_change_nothing() -> None:
    parts = [page(element(4, "div")), adds(4, element(8, "button", text(9, "One"))), adds(4, element(10, "i"), 60)]
    whole = events_of([one for part in parts for one in part])
    messages = [*map(message, parts)]
    assert session(*reversed(messages), *messages).windows[0].events == whole


def test_windows_are_apart_and_by_time() -> None:
    one, two = message(page(element(4, "p")), "b"), message(adds(4, element(8, "i"), 500), "a")
    found = session(two, one)
    assert [window.window_id for window in found.windows] == ["b", "a"]
    assert (found.first_ms, found.last_ms) == (START_MS, START_MS + 500)


def test_pictures_of_native_screens_are_kept_when_playback_is_on() -> None:
    frame = {"id": 5, "type": "screenshot", "base64": "iVBORw0KGgo=", "x": 0, "y": 0, "width": 390, "height": 844}
    record = [event(4, {"href": "Home", "width": 390, "height": 844}), event(2, {"wireframes": [frame]}, 1)]
    assert "iVBOR" not in shown(events_of(record))
    assert "data:image/png;base64,iVBOR" in shown(events_of(record, enabled=True))
