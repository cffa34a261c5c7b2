"""Native recordings as a whole: what is kept of screens, what a session of an app looks like in numbers."""

from __future__ import annotations

import json
import random
from itertools import pairwise

import pytest

from replay_signals.schemas.rows import SessionRow
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.merge import session_of
from replay_signals.transforms.session.screens import WINDOW, Screens
from replay_signals.transforms.session.timeline import timeline_of
from support import events as rrweb
from support.dom import Json
from support.dom import button as html_button
from support.mobile import App, box, button, label
from support.mobile_recorders import Android, Flutter, Ios, ReactNativeAndroid, ReactNativeIos, Recorder
from support.mobile_scene import V
from support.outcome import START_MS, Outcome, digested, verdict_of
from support.web import Visit

EVERY = [Ios, Android, ReactNativeIos, ReactNativeAndroid, Flutter]
everywhere = pytest.mark.parametrize("sdk", EVERY)


def screens_of(app: App) -> Screens:
    message = digested(app.stamped(), snapshot_source="mobile")
    (window,) = timeline_of(session_of([message])).windows
    screens = window.pages[-1].screens
    assert screens is not None
    return screens


def long_visit(sdk: type[Recorder]) -> App:
    app = App(sdk()).tap("pay", 4000, 4300, 4600, 4900).redraw(6000).swipe(9000, start=600, end=500)
    app.tap("help", at=15_000).open(15_200, "HelpActivity", label("hint", "Ask us", 100), button("ask", "Ask", 200))
    app.ticks("hint", every=1000, until=30_000, start=16_000).tap("ask", at=25_100).fails("/questions", at=25_150)
    return app.lives(60_000)


# What is kept


def test_equal_screens_are_equal_whatever_the_order_of_keys() -> None:
    """Swift writes the keys of equal dictionaries in different orders."""
    app = App(Ios()).redraw(2000).redraw(4000).redraw(6000)
    texts = {json.dumps(e["data"]) for e in app.recorded() if e["type"] == 2}
    assert len(texts) > 1
    assert [capture.targets for capture in screens_of(app).captures] == [()] * 4


def test_each_change_names_the_view_that_changed() -> None:
    for sdk in (Ios, Android):
        app = App(sdk()).change("total", at=2000, text="1").add(label("note", "!", 500), at=4000)
        app.remove("note", at=6000)
        ids = app.recorder.id_of
        total, root = ids("total"), ids("root")
        captures = [capture.targets for capture in screens_of(app).captures]
        assert captures == [(), (("v", total, ""),), (("c", root, ""),), (("c", root, ""),)]


def test_typed_text_is_not_kept() -> None:
    field = V("name", "text_area", 20, 100, 360, 44, "", {"value": "Jane Doe", "text": "Jane Doe", "label": "Name"})
    for sdk in (Ios, Android):
        stamped = App(sdk(), (field,)).stamped()
        assert "Jane Doe" in json.dumps(stamped)
        assert b"Jane" not in repr(records.records_of(digested(stamped))).encode()


def test_a_view_is_found_by_the_place_it_has_at_the_time() -> None:
    inner = label("inner", "Row", 320)
    app = App(Android(), (box("list", 300, 200, inner), button("ok", "OK", 600)))
    app.change("ok", at=2000, y=100.0).tap_at(200, 120, 4000).tap_at(200, 620, 6000).tap_at(200, 330, 8000)
    rows = app.lives(20_000).outcome().rows.interactions
    assert [r.element.partition(":")[0] for r in rows] == ['button "OK"', "", 'text "[text']


def test_a_foreign_change_belongs_to_another_window() -> None:
    app = App(Android()).open(4100, "HomeActivity", button("ok", "OK", 300)).close(9000)
    captures = screens_of(app.change("total", at=9100, text="1").redraw(11_000)).captures
    assert WINDOW in captures[-1].targets


@everywhere
def test_a_recording_that_begins_in_the_middle(sdk: type[Recorder]) -> None:
    """The first screen was lost: changes and touches refer to views that nobody knows."""
    events = [e for e in long_visit(sdk).stamped() if e["type"] not in (2, 4)]
    outcome = Outcome(verdict_of([digested(events, snapshot_source="mobile")]))
    assert not {"dead_tap", "rage_tap"} & set(outcome.kinds)


@everywhere
def test_any_split_into_messages_tells_the_same(sdk: type[Recorder]) -> None:
    app = long_visit(sdk)
    events, whole = app.stamped(), app.outcome().rows
    cuts = sorted(random.Random(1).sample(range(1, len(events)), 7))
    parts = [events[a:b] for a, b in pairwise([0, *cuts, len(events)])]
    random.Random(2).shuffle(parts)
    fields = {"session_id": app.session, "window_id": app.session, "snapshot_source": "mobile"}
    split = verdict_of([digested(part, snapshot_library=app.recorder.library, **fields) for part in parts])
    assert (split.signals, split.interactions) == (whole.signals, whole.interactions)


# Whole sessions


@everywhere
def test_a_long_visit(sdk: type[Recorder]) -> None:
    found = long_visit(sdk).kinds()
    if sdk in (Ios, Android):
        assert found == ["rage_tap", "failed_request"]
    else:
        assert found == ["failed_request"]


@everywhere
def test_the_numbers_of_a_session(sdk: type[Recorder]) -> None:
    row: SessionRow = long_visit(sdk).outcome().rows.session
    assert row.snapshot_source == "mobile"
    assert row.touch_event_count == 2 * 8
    assert row.click_count == 8
    assert row.mouse_distance_px == 0
    assert row.mouse_position_count == 0
    assert (row.network_request_count, row.network_5xx_count) == (1, 1)
    assert row.window_count == 1
    assert row.witness == "full"
    assert row.page_visit_count == {Android: 2, ReactNativeAndroid: 2, Flutter: 1, Ios: 1, ReactNativeIos: 0}[sdk]


def test_a_screen_without_a_name_has_an_empty_page() -> None:
    outcome = App(ReactNativeIos()).tap("title", *[4000 + 250 * i for i in range(7)]).lives(40_000).outcome()
    assert [s.page for s in outcome.rows.signals] == [""]


def test_ios_console_lines_are_texts() -> None:
    """posthog-ios writes the line, posthog-android a list with it."""
    for payload in ("Payment failed", ["Payment failed"]):
        data = {"plugin": "rrweb/console@1", "payload": {"level": "error", "payload": payload}}
        line: Json = {"type": 6, "data": data, "timestamp": START_MS + 4100}
        app = App(Ios()).tap("pay", at=4000).change("total", at=4050, text="1").lives(20_000)
        outcome = Outcome(verdict_of([digested([*app.stamped(), line], snapshot_source="mobile")]))
        assert [log.message for log in outcome.rows.console_logs] == ["Payment failed"]


def test_a_touch_browser_sends_one_click_a_tap() -> None:
    visit = Visit()
    page = visit.open("http://a.test/", html_button("Pay", id="pay"), html_button("Off", id="off"))
    page.tap("off", at=2000).sets("off", at=2040, class_="on").tap("pay", at=4000).lives(40_000)
    rows = visit.outcome().rows
    assert [(r.kind, r.verdict) for r in rows.interactions] == [("click", "alive"), ("click", "dead")]
    assert [s.kind for s in rows.signals] == ["dead_click"]


def test_other_recorders_may_send_clicks_and_moves() -> None:
    """The format allows any web event beside native screens."""
    app = App(Android())
    app.events.clear()
    native = app.lives(40_000).stamped()
    at = START_MS + 5000
    touches = [
        rrweb.interaction(at, rrweb.TOUCH_START, 0, 200, 222),
        rrweb.interaction(at + 80, rrweb.TOUCH_END, 0, 200, 222),
        rrweb.interaction(at + 90, rrweb.CLICK, 0, 200, 222),
        rrweb.interaction(at + 9000, rrweb.CLICK, 0, 200, 222),
        rrweb.interaction(at + 15_000, rrweb.TOUCH_START, 0, 200, 222),
        rrweb.incremental(at + 15_050, 6, positions=[{"x": 260, "y": 222, "id": 0, "timeOffset": 0}]),
        rrweb.interaction(at + 15_080, rrweb.TOUCH_END, 0, 200, 222),
    ]
    outcome = Outcome(verdict_of([digested([*native, *touches], snapshot_source="mobile")]))
    assert outcome.verdicts() == ["dead", "dead"]
