"""What was typed, as against what scripts and the browser filled in."""

from __future__ import annotations

import pytest

from replay_signals.transforms.clicks.typed_forms import looks_of, whole
from replay_signals.transforms.digest.merge import session_of
from replay_signals.transforms.session.fields import typed_fields
from replay_signals.transforms.session.timeline import timeline_of
from support import events as rrweb
from support.dom import button, el, field_
from support.outcome import digested
from support.web import Page, Visit


def shop() -> tuple[Visit, Page]:
    visit = Visit()
    fields = (field_("name"), field_("city"), button("Save", id="save"))
    return visit, visit.open("http://shop.test/", el("form", *fields, id="form"), button("Fill", id="fill"))


def typed(visit: Visit) -> list[tuple[str, int]]:
    page = timeline_of(session_of([digested(visit.recorded["window-1"])])).windows[0].pages[0]
    return [(field.control.dom_id, field.length) for field in typed_fields(page)]


def test_typing_after_a_click_and_after_the_tab_key() -> None:
    visit, page = shop()
    page.click("name", at=1000).types("name", "Ann", at=1500).types("city", "Bonn", at=3000)
    assert typed(visit) == [("name", 3), ("city", 4)]


@pytest.mark.parametrize("gap_ms", [0, 1, 40])
def test_fields_that_change_at_once_were_filled_by_a_script(gap_ms: float) -> None:
    visit, page = shop()
    page.click("fill", at=1000).inputs("name", "Ann", at=1200).inputs("city", "Bonn", at=1200 + gap_ms)
    assert typed(visit) == []


def test_the_browser_fills_in_the_others_when_one_field_is_completed() -> None:
    visit, page = shop()
    page.click("name", at=1000).inputs("name", "Ann", at=2000).inputs("city", "Bonn", at=2001)
    assert typed(visit) == []


@pytest.mark.parametrize("each_ms", [8, 90])
def test_a_script_that_types_letter_by_letter_has_no_focus(each_ms: float) -> None:
    visit, page = shop()
    for i in range(1, 9):
        page.inputs("name", "*" * i, at=1000 + i * each_ms)
    assert typed(visit) == []


def test_a_field_that_had_the_focus_before_the_recorder_came_loses_it_later() -> None:
    visit, page = shop()
    for i in range(1, 5):
        page.inputs("name", "*" * i, at=1000 + i * 100)
    page.record(rrweb.interaction(4000, rrweb.BLUR, page.node("name").node_id))
    assert typed(visit) == [("name", 4)]


@pytest.mark.parametrize("told", [True, False])
def test_the_recorders_word_counts_where_it_is_given(told: bool) -> None:
    visit, page = shop()
    page.click("name", at=900)
    node_id = page.node("name").node_id
    page.record(rrweb.incremental(1000, 5, text="***", isChecked=False, id=node_id, userTriggered=told))
    assert typed(visit) == ([("name", 3)] if told else [])


def test_a_script_may_empty_what_was_typed() -> None:
    visit, page = shop()
    page.types("name", "Ann", at=1000)
    node_id = page.node("name").node_id
    page.record(rrweb.incremental(3000, 5, text="", isChecked=False, id=node_id, userTriggered=False))
    assert typed(visit) == [("name", 0)]


@pytest.mark.parametrize("late_ms", [0, 15])
@pytest.mark.parametrize("copy_id", [-1, None])
def test_what_is_typed_may_be_copied_into_another_field(copy_id: int | None, late_ms: float) -> None:
    """By which a text area measures its height (outside the document: recorded as -1), or a slug beside the title."""
    visit, page = shop()
    page.click("name", at=1000)
    node_id = page.node("city").node_id if copy_id is None else copy_id
    for i in range(1, 7):
        page.inputs("name", "*" * i, at=1500 + 90 * i)
        page.record(rrweb.incremental(1500 + 90 * i + late_ms, 5, text="*" * i, isChecked=False, id=node_id))
    assert typed(visit) == [("name", 6)]


def test_fields_that_the_browser_fills_are_not_typed_though_it_says_by_the_visitor() -> None:
    """Browsers and password managers fill with trusted events, which recorders call the visitor's."""
    visit, page = shop()
    page.click("name", at=900)
    for name, at in (("name", 1000), ("city", 1002)):
        node_id = page.node(name).node_id
        page.record(rrweb.incremental(at, 5, text="*****", isChecked=False, id=node_id, userTriggered=True))
    assert typed(visit) == []


def test_what_is_pasted_may_be_copied_by_a_script() -> None:
    visit, page = shop()
    page.click("name", at=900)
    for name, told in (("name", True), ("city", False)):
        node_id = page.node(name).node_id
        page.record(rrweb.incremental(1000, 5, text="*****", isChecked=False, id=node_id, userTriggered=told))
    assert typed(visit) == [("name", 5)]


@pytest.mark.parametrize("asked_before", [False, True])
def test_a_page_from_the_page_cache_has_what_was_typed_at_all_times_it_was_shown(asked_before: bool) -> None:
    visit, page = shop()
    page.types("name", "Ann", at=2000).record(rrweb.custom(5000, "window hidden"))
    visit.open("http://shop.test/help", button("A", id="a"), at=5300).lives(29_000)
    page.record(rrweb.custom(30_000, "window hidden")).record(rrweb.custom(30_020, "window visible"))
    page.types("city", "Bonn", at=32_000)
    pages = timeline_of(session_of([digested(visit.recorded["window-1"])])).windows[0].pages
    first = looks_of(pages)[0]
    if asked_before:
        assert [box.control.dom_id for box in typed_fields(first[0])] == ["name"]
    assert [box.control.dom_id for box in typed_fields(whole(first))] == ["name", "city"]
