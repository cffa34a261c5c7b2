"""form_abandonment: which buttons send a form, and which close, empty or refuse it."""

from __future__ import annotations

import pytest

from support import events as rrweb
from support.dom import El, button, el, field_, link
from support.web import Page, Visit

KIND = "form_abandonment"


def asked(*buttons: El, form: bool = True, before: El | None = None) -> tuple[Visit, Page]:
    """A page whose dialog asks for a name and a text, with a way to another page."""
    fields = (field_("name"), el("textarea", id="text"))
    inner = (el("form", *fields, *buttons, id="form"),) if form else (*fields, *buttons)
    dialog = el("div", *((before,) if before is not None else ()), *inner, id="dialog", class_="show")
    visit = Visit()
    page = visit.open("http://shop.test/", dialog, el("ul", el("li", "A"), id="list"), link("Out", "/out", id="out"))
    return visit, page.types("name", "Ann Bell", at=2000).types("text", "a word or two", at=4000)


def leaves(visit: Visit, page: Page, at: float = 12_000) -> list[str]:
    page.click("out", at=at)
    visit.open("http://shop.test/out", button("A", id="a"), at=at + 300).lives(at + 60_000)
    return [kind for kind in visit.kinds() if kind == KIND]


@pytest.mark.parametrize(
    ("told", "kinds"),
    [
        ({"name": "Cancel"}, [KIND]),
        ({"name": "Abbrechen"}, [KIND]),
        ({"name": "キャンセル"}, [KIND]),
        ({"name": "×"}, [KIND]),
        ({"name": "Weg", "class_": "modal-close"}, [KIND]),
        ({"name": "Nein", "class_": "btn btn-secondary"}, [KIND]),
        ({"name": "Senden", "class_": "btn btn-primary"}, []),
        ({"name": "Send", "class_": ""}, []),
        ({"name": "Close ticket", "class_": "btn btn-primary"}, []),
    ],
)
@pytest.mark.parametrize("form", [True, False])
def test_a_button_that_closes_the_dialog(form: bool, told: dict[str, str], kinds: list[str]) -> None:
    """By its name, its class, or beside the main one: nothing but the closing shows."""
    name = told.pop("name")
    primary = "" if "primary" in told.get("class_", "") or told.get("class_") == "" else "btn btn-primary"
    visit, page = asked(button(name, id="one", **told), button("OK then", id="two", class_=primary), form=form)
    told["name"] = name
    page.click("one", at=8000).sets("dialog", at=8020, class_="", aria_hidden="true")
    assert leaves(visit, page) == kinds


@pytest.mark.parametrize(("shows", "kinds"), [(False, [KIND]), (True, [])])
def test_a_button_before_the_fields_closes_what_they_stand_in(shows: bool, kinds: list[str]) -> None:
    """The X of a dialog's head; one that brings something saves, as in an editor's head."""
    visit, page = asked(form=False, before=button("Fermez-la", id="x"))
    page.click("x", at=8000).sets("dialog", at=8020, class_="", aria_hidden="true")
    if shows:
        page.adds(el("li", "Ann Bell"), at=8030, into="list")
    assert leaves(visit, page) == kinds


@pytest.mark.parametrize(("pressed", "kinds"), [(True, []), (False, [KIND])])
def test_a_form_that_its_reset_button_emptied(pressed: bool, kinds: list[str]) -> None:
    """Recorders tell nothing of the values that go."""
    visit, page = asked(button("Clear", id="clear", type="reset"))
    if pressed:
        page.click("clear", at=8000)
    assert leaves(visit, page) == kinds


def test_a_reset_button_is_not_dead() -> None:
    visit, page = asked(button("Clear", id="clear", type="reset"))
    page.click("clear", at=8000).lives(40_000)
    assert visit.verdict("clear") == "unknown"


def test_typed_again_after_the_reset() -> None:
    visit, page = asked(button("Clear", id="clear", type="reset"))
    page.click("clear", at=8000).types("name", "Bob", at=9000)
    assert leaves(visit, page) == [KIND]


@pytest.mark.parametrize("to", ["name", "out"])
def test_the_browser_puts_the_focus_into_the_field_that_it_refuses(to: str) -> None:
    visit, page = asked(button("Send", id="send", type="submit"))
    page.click("send", at=8000).focuses(to, at=8006)
    assert leaves(visit, page) == ([KIND] if to == "name" else [])


@pytest.mark.parametrize(("asks", "kinds"), [(True, []), (False, [KIND])])
def test_a_link_that_leads_nowhere_and_asks_a_server_sends(asks: bool, kinds: list[str]) -> None:
    """The recorder tells no methods."""
    visit, page = asked(el("a", "Send", href="#", id="send"), form=False)
    page.click("send", at=8000)
    if asks:
        page.asks("/api/ask", at=8010, method="")
    page.adds(el("p", "Thanks"), at=8200)
    assert leaves(visit, page) == kinds


@pytest.mark.parametrize(("by_button", "fields"), [(True, ["name", "text"]), (False, ["text"])])
def test_what_a_button_sends_is_no_question_of_the_field(by_button: bool, fields: list[str]) -> None:
    """Something is sent, and more typed and left; the recorder tells of a request without its method."""
    visit, page = asked(button("Post", id="post"), form=False)
    if by_button:
        page.click("post", at=8000)
    page.asks("/api/comments", at=8010, method="").says("post", "Posted", at=8200)
    page.types("name", "Ann Bell and more", at=11_000)
    assert leaves(visit, page, at=20_000) == [KIND]
    assert visit.outcome().evidence(KIND)["fields"] == fields


def test_the_focus_of_a_chat_that_was_sent() -> None:
    """The field is emptied and has the focus again."""
    visit, page = asked(button("Send", id="send", type="submit"))
    page.click("send", at=8000).record(
        rrweb.incremental(8010, 5, text="", isChecked=False, id=page.node("text").node_id)
    )
    page.focuses("text", at=8012)
    assert leaves(visit, page) == []


def view(name: str, *content: El) -> El:
    return el("section", el("h2", name), *content, id=name)


@pytest.mark.parametrize(("shown", "kinds"), [("later", [KIND]), ("before", [])])
def test_what_a_later_view_sends_is_not_the_form(shown: str, kinds: list[str]) -> None:
    """The form's view stays where it is, and another one lies over it."""
    visit = Visit()
    over = view("over", *(el("p", f"Row {i}") for i in range(40)), button("Order", id="order"))
    page = visit.open("http://shop.test/", el("form", field_("name"), button("Send", id="send"), id="form"))
    if shown == "before":
        page.adds(over, at=1000)
    page.types("name", "Ann Bell", at=2000)
    if shown == "later":
        page.adds(over, at=6000)
    page.click("order", at=9000).asks("/api/order", at=9010, method="POST").says("order", "Ordered", at=9200)
    page.lives(40_000)
    assert [kind for kind in visit.kinds() if kind == KIND] == kinds


def test_a_view_that_came_with_the_form_takes_it_along() -> None:
    """Tabs put a view in place and take it away as a whole; recorders tell of its root only."""
    visit = Visit()
    tabs = el("div", el("button", "A", id="a", role="tab"), el("button", "B", id="b", role="tab"))
    page = visit.open("http://shop.test/", tabs, el("main", id="main"))
    one = view("one", el("p", "A"), el("form", field_("name"), button("Send", id="send"), id="form"))
    page.adds(one, at=1000, into="main").types("name", "Ann Bell", at=2000)
    page.click("b", at=5000).removes(one, at=5020, from_="main").adds(view("two"), at=5020, into="main").at_once(2)
    page.asks("/api/seen", at=9000, method="POST").lives(40_000)
    assert [kind for kind in visit.kinds() if kind == KIND] == [KIND]


@pytest.mark.parametrize("scrolled", [True, False])
def test_what_changes_as_the_page_is_scrolled_is_no_answer_to_typing(scrolled: bool) -> None:
    """A head that hides, marks in a table of contents."""
    visit = Visit()
    head = [el("a", str(i), href=f"#{i}", id=f"toc{i}") for i in range(4)]
    page = visit.open("http://shop.test/", *head, el("form", el("textarea", id="text"), button("Send", id="send")))
    page.types("text", "unclear", at=2000)
    if scrolled:
        page.scrolls(200, at=3400)
    for i in range(4):
        page.sets(f"toc{i}", at=3410, class_="current")
    page.lives(40_000)
    assert [kind for kind in visit.kinds() if kind == KIND] == ([KIND] if scrolled else [])


@pytest.mark.parametrize(("result", "kinds"), [("text", []), ("attribute", [KIND])])
def test_a_host_that_repeats_the_value_calculates_nothing(result: str, kinds: list[str]) -> None:
    visit = Visit()
    page = visit.open("http://shop.test/", el("div", field_("name"), id="host"), el("p", "0", id="sum"), button("Go"))
    for i in range(1, 8):
        at = 2000 + 120 * i
        page.types("name", "Ann Bell"[:i], at=at, each=0) if i == 1 else page.inputs("name", "*" * i, at=at)
        page.says("sum", str(i), at=at + 10) if result == "text" else page.sets("host", at=at + 10, value="*" * i)
    page.lives(40_000)
    assert [kind for kind in visit.kinds() if kind == KIND] == kinds


@pytest.mark.parametrize(("rows", "kinds"), [(1, [KIND]), (3, [])])
def test_a_counter_that_is_written_anew_is_one_place(rows: int, kinds: list[str]) -> None:
    """One text takes the place of another with each key; a filter's answer is several rows."""
    visit = Visit()
    form = el("form", field_("name"), button("Send", id="send"), id="form")
    page = visit.open("http://shop.test/", form, el("ul", id="list"))
    before: list[El] = []
    for i in range(1, 6):
        at = 2000 + 1600 * i
        page.types("name", "A", at=at) if i == 1 else page.inputs("name", "*" * i, at=at)
        after = [el("li") for _ in range(rows)]
        for row in before:
            page.removes(row, at=at + 10, from_="list")
        for row in after:
            page.adds(row, at=at + 10, into="list")
        page.at_once(len(before) + len(after))
        before = after
    page.lives(40_000)
    assert [kind for kind in visit.kinds() if kind == KIND] == kinds


@pytest.mark.parametrize(("marks", "kinds"), [(True, [KIND]), (False, [])])
def test_a_view_that_the_menu_marks_was_gone_to(marks: bool, kinds: list[str]) -> None:
    """By its address, right after the last key; Enter puts another view in the place, too, but the menu stays."""
    visit = Visit()
    menu = link("Ask", "#/ask", id="m1", class_="on"), link("Help", "#/help", id="m2", class_="")
    inner = el("form", field_("who"), button("Go", id="go"), id="ask")
    page = visit.open("http://shop.test/", *menu, el("main", inner, id="main")).types("who", "Anna", at=3000, each=100)
    page.removes(page.node("ask"), at=4300, from_="main").adds(el("div", el("h1", "Hello")), at=4300, into="main")
    if marks:
        page.sets("m1", at=4300, class_="").sets("m2", at=4300, class_="on")
    page.lives(30_000)
    assert [kind for kind in visit.kinds() if kind == KIND] == kinds


@pytest.mark.parametrize(("lone", "kinds"), [(True, []), (False, [KIND])])
def test_a_result_that_is_written_anew_at_once(lone: bool, kinds: list[str]) -> None:
    """One key in a lone field gives a fee; beside other fields it is a hint."""
    visit = Visit()
    fields = (field_("length"),) if lone else (field_("length"), field_("name"))
    result = el("p", el("b", id="old"), id="fee")
    page = visit.open("http://shop.test/", *fields, result, button("Other", id="other"))
    if not lone:
        page.types("name", "A", at=1000)
    page.types("length", "8", at=4000)
    page.removes(page.node("old"), at=4006, from_="fee").adds(el("i"), at=4006, into="fee").at_once(2).lives(30_000)
    assert [kind for kind in visit.kinds() if kind == KIND] == kinds
