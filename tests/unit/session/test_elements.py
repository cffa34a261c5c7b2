"""Elements: nodes find their control, however they came into the document."""

from __future__ import annotations

import pytest

from support import events as rrweb
from support.dom import button, el
from support.web import Page, Visit


def page_of() -> tuple[Visit, Page]:
    visit = Visit()
    page = visit.open("http://a.test/", el("div", button("Pay", el("b", "!", id="inner"), id="pay"), id="box"))
    return visit, page


def element(visit: Visit) -> str:
    return visit.outcome().rows.interactions[-1].element


def test_of_the_snapshot() -> None:
    visit, page = page_of()
    page.click("inner", at=4000).lives(9000)
    assert element(visit).startswith("button#pay")


def test_beside_a_control_is_outside() -> None:
    visit, page = page_of()
    page.click("box", at=4000).lives(9000)
    assert visit.outcome().rows.interactions[-1].element_tag == ""


def test_added_inside_a_control_of_the_snapshot() -> None:
    visit, page = page_of()
    page.adds(el("span", el("i", id="icon")), at=2000, into="pay").click("icon", at=4000).lives(9000)
    assert element(visit).startswith("button#pay")


def test_added_with_a_control_of_its_own() -> None:
    visit, page = page_of()
    page.adds(el("div", button("Later", el("i", id="icon"), id="later")), at=2000).click("icon", at=4000).lives(9000)
    assert element(visit) == 'button#later "Later"'


def test_added_in_two_steps() -> None:
    visit, page = page_of()
    page.adds(button("", id="later"), at=2000).adds(el("b", "Go", id="go"), at=2100, into="later")
    page.click("go", at=4000).lives(9000)
    assert element(visit).startswith("button#later")


def test_what_was_gone_before_a_checkout_is_known_by_the_snapshot_that_had_it() -> None:
    """At the checkout the box holds the ids on both sides of it."""
    visit = Visit()
    view, after = el("div", button("Pay", id="pay")), el("p", "end")
    page = visit.open("http://a.test/", el("div", view, after, id="root"), el("p", "0", id="n"))
    page.click("pay", at=4000).lives(12_000)
    page.removes(view, at=13_000, from_="root").adds(el("div", button("Next")), at=13_010, into="root")
    page.checks_out(at=15_000).lives(30_000)
    assert element(visit) == 'button#pay "Pay"'
    assert visit.kinds() == ["dead_click"]


def test_after_a_checkout_the_new_ids_count() -> None:
    visit, page = page_of()
    page.checks_out(at=2000).click("inner", at=4000).lives(9000)
    assert element(visit).startswith("button#pay")


def test_ids_of_another_document_mean_something_else() -> None:
    visit, page = page_of()
    page.lives(1000)
    other = visit.open("http://a.test/2", el("p", "x"), el("p", "y"), el("div", button("Other", id="other")), at=2000)
    other.click("other", at=6000).lives(15_000)
    assert element(visit) == 'button#other "Other"'


def test_a_node_that_nobody_knows() -> None:
    visit, page = page_of()
    page.record(rrweb.interaction(4000, rrweb.CLICK, 99_999, 1, 1)).lives(9000)
    row = visit.outcome().rows.interactions[-1]
    assert (row.element_tag, row.verdict) == ("", "unknown")


def test_a_snapshot_whose_ids_do_not_follow_document_order() -> None:
    """After a checkout, nodes that were known keep their ids in some recorders."""
    visit, page = page_of()
    for name, shift in (("inner", 500), ("pay", 100), ("box", 300)):
        page.node(name).node_id += shift
    page.record(rrweb.event(2000, rrweb.FULL, page.document.snapshot())).click("inner", at=4000).lives(9000)
    assert element(visit).startswith("button#pay")


@pytest.mark.parametrize("clicked", ["old", "late", "text"])
@pytest.mark.parametrize("kept_around", [True, False], ids=["in a landmark", "in a box"])
def test_in_a_checkout_whose_ids_are_out_of_order(kept_around: bool, clicked: str) -> None:
    """A link is itself, whatever is kept around it; what is below it is the link's."""
    visit = Visit()
    old = el("a", "Home", id="old", href="/")
    page = visit.open("http://a.test/", el("nav" if kept_around else "div", old, id="nav"), el("p", "Text"))
    page.adds(el("a", el("b", "Later", id="text"), id="late", href="/late"), at=2000, into="nav").checks_out(at=3000)
    page.click(clicked, at=4000).lives(9000)
    assert element(visit).startswith("a#old" if clicked == "old" else "a#late")


def test_a_named_box_in_a_control_is_no_control_and_its_text_names_the_control() -> None:
    visit, page = page_of()
    page.adds(button("", el("div", el("b", "OK", id="label"), id="box-of-text"), id="later"), at=2000)
    page.click("label", at=4000).lives(9000)
    assert element(visit) == 'button#later "OK"'


def test_a_landmark_is_no_control() -> None:
    visit = Visit()
    page = visit.open("http://a.test/", el("header", el("p", "x", id="text"), id="top-bar"))
    page.click("text", at=4000).lives(9000)
    assert visit.outcome().rows.interactions[-1].element_tag == ""
