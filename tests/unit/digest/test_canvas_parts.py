"""The part of a page that a canvas stands in: the smallest element around it and a control."""

from __future__ import annotations

import pytest
from msgspec import Raw
from orjson import dumps

from replay_signals.transforms.digest.canvas_parts import SURFACE
from replay_signals.transforms.digest.dom import full_snapshot
from replay_signals.transforms.digest.masking import DEFAULT_POLICY, Masking
from replay_signals.transforms.parse.budget import Budget
from support.dom import El, button, el, field_, link
from support.web import Page, Visit


def parts(*content: El) -> list[tuple[str, int]]:
    """Tag and number of nodes of each part that is marked in the digest of a page."""
    snapshot = Page(Visit(), "window-1", "http://a.test/", content).document.snapshot()
    raw = Raw(dumps(snapshot))
    record = full_snapshot(raw, Masking(DEFAULT_POLICY), Budget(len(bytes(raw))))
    assert [c.first for c in record.controls] == sorted(c.first for c in record.controls)
    return [(c.tag, c.last - c.first + 1) for c in record.controls if SURFACE in c.flags]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (el("div", el("canvas"), button("Clear")), [("div", 4)]),
        (el("section", el("div", el("div", el("canvas"))), el("p", field_("size"))), [("section", 6)]),
        (el("div", el("div", el("canvas"), el("div", "Undo", role="button")), button("Far")), [("div", 4)]),
        (el("div", el("figure", el("canvas"), link("Source", "/x")), button("Near")), [("div", 7)]),
        (el("div", el("canvas"), el("canvas"), button("Both")), [("div", 5)]),
    ],
    ids=["beside it", "around boxes", "a role", "links lead away", "two"],
)
def test_the_smallest_element_around_a_canvas_and_a_control(content: El, expected: list[tuple[str, int]]) -> None:
    assert parts(content) == expected


def test_each_canvas_has_its_part() -> None:
    chart = [el("section", el("canvas"), button(name)) for name in ("Day", "Week")]
    assert parts(el("main", *chart)) == [("section", 4), ("section", 4)]


@pytest.mark.parametrize("content", [el("div", el("canvas")), el("div", button("Save")), el("canvas")])
def test_without_one_of_both_there_is_no_part(content: El) -> None:
    assert parts(content) == []


def test_a_landmark_that_is_a_part_is_one_entry() -> None:
    assert [tag for tag, _ in parts(el("aside", el("canvas"), button("Clear"), id="tools"))] == ["aside"]
