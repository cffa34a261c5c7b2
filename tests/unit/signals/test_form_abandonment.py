"""form_abandonment: typed, not sent, left."""

from __future__ import annotations

import pytest

from replay_signals.schemas.confidence import TABLE
from replay_signals.schemas.rrweb import BLUR, MOUSE_DOWN
from support import events as rrweb
from support.dom import El, button, el, field_, link
from support.web import Page, Visit

KIND = "form_abandonment"
URL = "http://shop.test/contact.html"


def form(*more: El, **attrs: object) -> El:
    fields = (field_("name"), field_("mail", "email"), el("textarea", id="text"), button("Send", id="send"))
    return el("form", *fields, *more, **({"id": "form"} | attrs))


def contact(*content: El) -> tuple[Visit, Page]:
    visit = Visit()
    page = visit.open(URL, *(content or (form(),)), link("Home", "/", id="home"), el("p", "-", id="status"))
    return visit, page


def go_home(visit: Visit, page: Page, at: float) -> None:
    page.click("home", at=at)
    visit.open("http://shop.test/", button("A", id="a"), at=at + 300).lives(at + 60_000)


def test_typed_and_went_elsewhere() -> None:
    visit, page = contact()
    page.types("name", "Ann", at=2000).types("mail", "a@b.c", at=4000)
    go_home(visit, page, at=9000)
    outcome = visit.outcome()
    assert outcome.kinds == ["form_abandonment"]
    evidence = outcome.evidence("form_abandonment")
    assert evidence["fields"] == ["name", "mail"]
    assert evidence["filled"] == 2
    assert outcome.signal("form_abandonment").confidence >= 0.9


def test_typed_and_the_session_ended_is_less_sure() -> None:
    visit, page = contact()
    page.types("name", "Ann", at=2000).lives(20_000)
    assert visit.kinds() == ["form_abandonment"]
    assert visit.outcome().signal("form_abandonment").confidence == TABLE.confidence(KIND, "ended")


@pytest.mark.parametrize(("sent", "kinds"), [(True, []), (False, ["form_abandonment"])])
def test_a_form_that_comes_back_from_the_page_cache_was_not_left(sent: bool, kinds: list[str]) -> None:
    """The visitor looks something up, and what was typed is there again."""
    visit, page = contact()
    page.types("name", "Ann", at=2000).click("home", at=5000).record(rrweb.custom(5250, "window hidden"))
    visit.open("http://shop.test/", link("A", "/a", id="a"), at=5300).lives(29_000)
    page.record(rrweb.custom(30_000, "window hidden")).record(rrweb.custom(30_020, "window visible"))
    page.types("mail", "a@b.c", at=32_000)
    if sent:
        page.click("send", at=35_000).says("status", "Thank you", at=35_060)
    page.lives(40_000).click("home", at=41_000)
    visit.open("http://shop.test/", link("A", "/a", id="a"), at=41_300).lives(99_000)
    assert visit.kinds() == kinds
    if not sent:
        assert visit.outcome().evidence(KIND)["fields"] == ["name", "mail"]


def test_the_summary_tells_no_typed_text() -> None:
    visit, page = contact()
    page.inputs("name", "Secret Name", at=2000)
    go_home(visit, page, at=9000)
    assert "Secret" not in repr(visit.outcome().rows)


def test_looked_at_and_left() -> None:
    visit, page = contact()
    page.click("name", at=2000)
    go_home(visit, page, at=9000)
    assert visit.kinds() == []


def test_typed_and_emptied_again() -> None:
    visit, page = contact()
    page.types("name", "Ann", at=2000)
    for i, rest in enumerate(("**", "*", "")):
        page.inputs("name", rest, at=4000 + 100 * i)
    go_home(visit, page, at=9000)
    assert visit.kinds() == []


def test_sent_by_request() -> None:
    visit, page = contact()
    page.types("name", "Ann", at=2000).click("send", at=6000).asks("/api/contact", at=6010, method="POST")
    page.says("status", "Thanks", at=6160)
    go_home(visit, page, at=9000)
    assert visit.kinds() == []


def test_sent_with_the_enter_key() -> None:
    """No click at all: the request tells."""
    visit, page = contact()
    page.types("name", "Ann", at=2000).asks("/api/contact", at=6010, method="POST").says("status", "Thanks", at=6160)
    go_home(visit, page, at=9000)
    assert visit.kinds() == []


def test_sent_by_navigation_to_the_action() -> None:
    visit, page = contact(form(action="/thanks.html"))
    page.types("name", "Ann", at=2000).click("send", at=6000)
    visit.open("http://shop.test/thanks.html", button("A", id="a"), at=6400).lives(60_000)
    assert visit.kinds() == []


def test_sent_as_a_query_of_the_page_itself() -> None:
    visit, page = contact()
    page.types("name", "Ann", at=2000).click("send", at=6000)
    visit.open(f"{URL}?name=Ann", form(), at=6400).lives(60_000)
    assert visit.kinds() == []


def test_sending_failed_and_the_visitor_left() -> None:
    visit, page = contact()
    page.types("name", "Ann", at=2000).click("send", at=6000).asks("/api/contact", at=6010, method="POST", status=500)
    go_home(visit, page, at=9000)
    assert "form_abandonment" in visit.kinds()


def test_a_dead_send_button_and_the_visitor_left() -> None:
    visit, page = contact()
    page.says("status", "..", at=500).types("name", "Ann", at=2000).click("send", at=6000)
    go_home(visit, page, at=18_000)
    assert {"dead_click", "form_abandonment"} <= set(visit.kinds())


def test_a_request_before_the_last_typing_sent_nothing() -> None:
    """Autosave or a check of the name while typing."""
    visit, page = contact()
    page.types("name", "Ann", at=2000).asks("/api/check", at=3000, method="POST").types("mail", "a@b.c", at=4000)
    go_home(visit, page, at=9000)
    assert visit.kinds() == ["form_abandonment"]


def test_a_checkbox_alone_is_no_form() -> None:
    visit, page = contact(el("form", field_("news", "checkbox"), id="form"))
    page.click("news", at=2000).inputs("news", "on", at=2003, checked=True)
    go_home(visit, page, at=9000)
    assert visit.kinds() == []


def test_a_todo_that_was_entered_with_the_enter_key() -> None:
    """The field empties in one step: that is how a page takes what was typed."""
    visit, page = contact(field_("todo"), el("ul", id="list"))
    page.types("todo", "Buy milk", at=2000).inputs("todo", "", at=5000).adds(el("li", "Buy milk"), at=5001, into="list")
    go_home(visit, page, at=9000)
    assert visit.kinds() == []


def test_two_forms_one_sent() -> None:
    search = el("form", field_("q", "search"), button("Go", id="go"), id="search")
    visit, page = contact(search, form())
    page.types("q", "shoes", at=1500).types("name", "Ann", at=3000).click("send", at=6000)
    page.says("status", "Thanks", at=6100)
    go_home(visit, page, at=9000)
    outcome = visit.outcome()
    assert outcome.kinds == ["form_abandonment"]
    assert outcome.evidence("form_abandonment")["fields"] == ["q"]
    assert outcome.signal("form_abandonment").confidence == TABLE.confidence(KIND, "search_left")


def test_analytics_of_the_page_do_not_send_the_form() -> None:
    """Trackers post all the time; a beacon after the typing is not the form's sending."""
    visit, page = contact()
    page.types("name", "Ann", at=2000)
    for i in range(3):
        page.asks("/collect", at=1000 + 2500 * i, method="POST")
    go_home(visit, page, at=9000)
    assert visit.kinds() == ["form_abandonment"]


@pytest.mark.parametrize("href", ["http://[", "//[::1", "\x00"])
def test_an_action_that_cannot_be_read(href: str) -> None:
    visit, page = contact(form(action=href))
    page.types("name", "Ann", at=2000)
    go_home(visit, page, at=9000)
    assert visit.kinds() == ["form_abandonment"]


def items(count: int, prefix: str) -> list[El]:
    return [el("li", link(f"{prefix} {i}", f"/{prefix}/{i}"), id=f"{prefix}{i}") for i in range(count)]


def test_a_list_that_is_filtered_as_one_types_needs_no_sending() -> None:
    visit, page = contact(field_("q"), el("ul", *items(4, "shoe"), id="list"), button("Cart", id="cart"))
    page.types("q", "blue", at=2000)
    for i in (0, 1, 2):
        page.removes(page.node(f"shoe{i}"), at=2600 + i, from_="list")
    go_home(visit, page, at=9000)
    assert visit.kinds() == []


@pytest.mark.parametrize(("since_ms", "kinds"), [(900, []), (60, ["form_abandonment"])])
def test_a_value_that_is_told_as_the_field_is_left(since_ms: float, kinds: list[str]) -> None:
    """The list was filtered before that; what shows as the field gets the focus is no answer to what is typed."""
    visit, page = contact(field_("q"), el("ul", *items(4, "shoe"), id="list"), button("Cart", id="cart"))
    page.click("q", at=2000)
    for i in (0, 1, 2):
        page.removes(page.node(f"shoe{i}"), at=2000 + since_ms + i, from_="list")
    page.inputs("q", "blue", at=7994).click("cart", at=8000)
    go_home(visit, page, at=12_000)
    assert [kind for kind in visit.kinds() if kind == "form_abandonment"] == kinds


def test_a_hint_beside_the_field_is_no_answer() -> None:
    visit, page = contact()
    page.types("name", "Ann", at=2000).says("status", "3 of 40", at=2100).says("status", "ok", at=2250)
    go_home(visit, page, at=9000)
    assert visit.kinds() == ["form_abandonment"]


def test_a_page_that_ticks_by_itself_is_no_answer() -> None:
    visit, page = contact(form(), *(el("p", "0", id=f"clock{i}") for i in range(4)))
    for i in range(4):
        page.ticks(f"clock{i}", every=1000, until=15_000)
    page.types("name", "Ann", at=6000)
    go_home(visit, page, at=16_000)
    assert visit.kinds() == ["form_abandonment"]


def test_a_field_that_asks_the_server_as_one_types_needs_no_sending() -> None:
    visit, page = contact(field_("q"), button("Go", id="go"))
    page.types("q", "blue", at=2000).asks("/api/suggest?q=blu", at=2400)
    go_home(visit, page, at=9000)
    assert visit.kinds() == []


def test_a_suggestion_that_is_chosen_is_the_answer() -> None:
    visit, page = contact(field_("q"), el("ul", *items(3, "city"), id="list"), button("Go", id="go"))
    page.types("q", "bo", at=2000).click(page.node("city1").children[0], at=4000).inputs("q", "Bonn", at=4020)
    go_home(visit, page, at=9000)
    assert "form_abandonment" not in visit.kinds()


def test_a_calculator_without_a_button_answers_by_itself() -> None:
    visit, page = contact(field_("net"), el("output", "0", id="gross"))
    page.types("net", "100", at=2000, each=300)
    for at in (2010, 2310, 2610):
        page.says("gross", str(at), at=at)
    go_home(visit, page, at=9000)
    assert visit.kinds() == []


@pytest.mark.parametrize(
    ("by_itself", "kinds"),
    [((900,), []), ((2200,), []), ((3600,), []), ((6000,), [KIND]), ((1000, 3000, 5000, 7000), [KIND])],
    ids=["as it loads", "from a server", "from a slow one", "out of the blue", "a clock"],
)
def test_a_result_that_is_filled_as_the_page_loads_does_not_change_by_itself(
    by_itself: tuple[float, ...], kinds: list[str]
) -> None:
    """The result follows a while after the last key of each field, as where one waits for the typing to pause."""
    visit, page = contact(field_("sum"), field_("years"), el("p", "-", id="rate"))
    for at in by_itself:
        page.says("rate", f"{at}", at=at)
    for field, at in (("sum", 9000), ("years", 13_000)):
        page.types(field, "1000", at=at, each=200).says("rate", f"{at} a month", at=at + 900)
    go_home(visit, page, at=20_000)
    assert visit.kinds() == kinds


@pytest.mark.parametrize(
    ("tag", "fields", "kinds"),
    [
        ("input", ["net"], []),
        ("textarea", ["net"], ["form_abandonment"]),
        ("input", ["net", "name"], ["form_abandonment"]),
    ],
)
def test_a_calculator_beside_buttons_of_other_things(tag: str, fields: list[str], kinds: list[str]) -> None:
    """A result changes with each key; beside a text area that is a count of characters, and a form has more fields."""
    buttons = [button(name, id=f"b{i}") for i, name in enumerate(("As PDF", "By month"))]
    visit, page = contact(el(tag, id="net"), el("output", "0", id="gross"), field_("name"), *buttons)
    for i, name in enumerate(fields):
        page.types(name, "1000", at=2000 + 3000 * i, each=200)
    for i in range(4):
        page.says("gross", str(i), at=2010 + 200 * i)
    go_home(visit, page, at=9000)
    assert visit.kinds() == kinds


@pytest.mark.parametrize(("text", "kinds"), [("4", []), ("Ann", ["form_abandonment"])])
def test_a_rate_of_one_digit_takes_two_keys(text: str, kinds: list[str]) -> None:
    """One empties the field, one fills it; of a longer text two keys say nothing."""
    visit, page = contact(field_("rate"), button("Open an account", id="open"), el("output", "0", id="sum"))
    page.click("rate", at=1500).inputs("rate", "", at=2000).says("sum", "0", at=2020)
    page.inputs("rate", text, at=2600).says("sum", "120", at=2620)
    go_home(visit, page, at=9000)
    assert visit.kinds() == kinds


@pytest.mark.parametrize(("dragged", "kinds"), [(True, []), (False, ["form_abandonment"])])
def test_a_slider_that_shows_its_value_does_not_tick(dragged: bool, kinds: list[str]) -> None:
    """What changes after a press, click or not, does not change by itself."""
    visit, page = contact(field_("rate"), button("Open", id="open"), el("output", "0", id="sum"), el("i", id="knob"))
    page.types("rate", "100", at=2000, each=200)
    for i in range(3):
        page.says("sum", str(i), at=2010 + 200 * i)
    if dragged:
        page.record(rrweb.interaction(6000, MOUSE_DOWN, page.node("knob").node_id))
    page.says("sum", "7", at=6100)
    go_home(visit, page, at=9000)
    assert visit.kinds() == kinds


@pytest.mark.parametrize("how", ["saved", "counted", "removed", "button", "input", "form"])
def test_a_note_that_says_that_it_is_saved_needs_no_sending(how: str) -> None:
    """A text comes beside a lone text area, once; characters are counted with every key."""
    tag = "input" if how == "input" else "textarea"
    fields = [el(tag, id="note"), el("small", "-", id="hint"), el("div", el("b", "New"), id="state"), button("Rate")]
    visit, page = contact(*([el("form", *fields)] if how == "form" else fields))
    page.types("note", "Call the plumber", at=2000)
    if how == "counted":
        for i in range(16):
            page.says("hint", f"{i} characters", at=2002 + 120 * i)
    elif how == "removed":
        page.removes(page.node("state"), at=2002)
    elif how == "button":
        page.adds(el("button", id="save"), at=2002, into="state")
    else:
        page.says("hint", "Saved", at=2002)
    go_home(visit, page, at=9000)
    assert visit.kinds() == ([] if how == "saved" else [KIND])


@pytest.mark.parametrize("attribute", ["name", "value"])
def test_fields_whose_names_are_written_anew_answer_nothing(attribute: str) -> None:
    """React writes the name of every field that it controls with each key."""
    others = [field_(f"other{i}") for i in range(3)]
    visit, page = contact(field_("name"), *others, button("Send", id="send"))
    page.types("name", "Ann", at=2000)
    for at in (2002, 2122, 2242):
        for i in range(3):
            change = {"id": page.node(f"other{i}").node_id, "attributes": {attribute: "8"}}
            page.record(rrweb.mutation(at, attributes=[change]))
    go_home(visit, page, at=9000)
    assert visit.kinds() == ([KIND] if attribute == "name" else [])


@pytest.mark.parametrize("replaced", [True, False])
def test_fields_of_two_views_are_two_forms(replaced: bool) -> None:
    """What is sent in the next view of a single-page application sends nothing of the view before."""
    visit, page = contact(el("main", el("div", field_("name"), button("Send", id="send"), id="view"), id="main"))
    page.types("name", "Ann", at=2000)
    if replaced:
        page.removes(page.node("view"), at=6000, from_="main")
    page.adds(el("section", field_("code"), button("Use", id="use"), el("p", "0", id="off")), at=6001, into="main")
    page.types("code", "SUMMER", at=8000).click("use", at=10_000).says("off", "10 %", at=10_100)
    go_home(visit, page, at=15_000)
    outcome = visit.outcome()
    assert outcome.kinds == ([KIND] if replaced else [])
    assert not replaced or outcome.evidence(KIND)["fields"] == ["name"]


def test_a_comment_that_is_sent_leaves_the_name_standing() -> None:
    visit, page = contact()
    page.types("name", "Ann", at=2000).types("text", "Hello there", at=4000).inputs("text", "", at=8000)
    go_home(visit, page, at=12_000)
    assert visit.kinds() == []


@pytest.mark.parametrize("form_attribute", [True, False])
def test_a_button_outside_the_form_sends_it(form_attribute: bool) -> None:
    save = button("Save", id="save", **({"form": "form"} if form_attribute else {}))
    fields = el("form", field_("name"), id="form")
    visit, page = contact(el("div", fields, el("div", save), id="dialog"), el("ul", id="rows"))
    page.types("name", "Ann", at=2000).click("save", at=5000).removes(page.node("dialog"), at=5200)
    go_home(visit, page, at=9000)
    assert visit.kinds() == []


def test_an_editor_that_saves_while_one_types_needs_no_sending() -> None:
    visit, page = contact()
    page.types("text", "A long text", at=2000, each=400)
    for at in (3000, 5000):
        page.asks("/api/draft", at=at, method="PUT")
    go_home(visit, page, at=12_000)
    assert visit.kinds() == []


def test_a_form_that_a_script_filled_is_not_the_visitors() -> None:
    visit, page = contact()
    page.inputs("name", "Ann", at=2000).inputs("mail", "a@b.c", at=2001)
    go_home(visit, page, at=9000)
    assert visit.kinds() == []


@pytest.mark.parametrize("has_button", [True, False])
def test_a_calculator_of_several_fields_shows_its_result_in_its_form(has_button: bool) -> None:
    buttons = [button("Apply", id="apply")] if has_button else []
    visit, page = contact(el("form", field_("sum"), field_("years"), el("output", "0", id="rate"), *buttons))
    for field, at in (("sum", 2000), ("years", 4000)):
        page.types(field, "1000", at=at, each=300)
        for i in range(4):
            page.says("rate", f"{at}{i}", at=at + 300 * i + 20)
    go_home(visit, page, at=9000)
    assert visit.kinds() == (["form_abandonment"] if has_button else [])


@pytest.mark.parametrize("how", ["form", "alone"])
@pytest.mark.parametrize(
    ("to", "left", "after_ms", "kinds"),
    [
        ("found?q=shoes", "navigate", 1500, []),
        ("found?q=shoes", "back_forward", 1500, [KIND]),
        ("found?q=shoes", "navigate", 6000, [KIND]),
        ("help", "navigate", 1500, [KIND]),
    ],
)
def test_enter_in_a_search_box_opens_the_results(
    how: str, to: str, left: str, after_ms: float, kinds: list[str]
) -> None:
    box = field_("q", "search")
    visit, page = contact(el("form", box) if how == "form" else box)
    page.types("q", "shoes", at=2000)
    visit.open(f"http://shop.test/{to}", button("A", id="a"), at=2480 + after_ms, how=left).lives(60_000)
    assert visit.kinds() == kinds


@pytest.mark.parametrize(
    ("box", "shown", "to", "after_ms", "leaves", "kinds"),
    [
        ("search", True, "shoes/red", 7000, "", []),  # arrow keys and Enter
        ("search", False, "shoes/red", 7000, "", [KIND]),
        ("search", True, "start", 7000, "", [KIND]),  # back, where no recorder tells it
        ("search", True, "shoes/red", 7000, "blurred", [KIND]),  # by the browser's address bar
        ("search", True, "shoes/red", 7000, "clicked", [KIND]),  # by a link
        ("search", True, "shoes/red", 30_000, "", [KIND]),
        ("text", True, "shoes/red", 7000, "", [KIND]),  # a field of another sort suggests, and opens nothing
    ],
)
def test_a_suggestion_of_a_search_box_is_chosen_with_the_keyboard(
    box: str, shown: bool, to: str, after_ms: float, leaves: str, kinds: list[str]
) -> None:
    visit = Visit()
    visit.open("http://shop.test/start", button("A", id="a"), at=0)
    search = el("form", field_("q", box), button("Go", id="go"))
    page = visit.open(URL, search, el("ul", id="list"), link("Home", "/", id="home"), at=900)
    page.types("q", "shoes", at=2000)
    if shown:
        page.sets("list", at=4000, class_="open")
    if leaves == "blurred":
        page.record(rrweb.interaction(8000, BLUR, page.node("q").node_id))
    elif leaves == "clicked":
        page.click("home", at=8800)
    visit.open(f"http://shop.test/{to}", button("A", id="a"), at=2480 + after_ms).lives(60_000)
    assert visit.kinds() == kinds


@pytest.mark.parametrize("later", ["request", "button", "nothing"])
@pytest.mark.parametrize("sent", [True, False])
def test_what_comes_after_the_form_was_replaced_does_not_send_it(later: str, sent: bool) -> None:
    """A single-page application shows another view, with a button and a request of its own."""
    visit, page = contact(el("main", form(), id="main"))
    page.types("name", "Ann", at=2000)
    if sent:
        page.click("send", at=3900).asks("/api/contact", at=3910, method="POST")
    page.removes(page.node("form"), at=4000, from_="main")
    page.adds(el("section", button("Order", id="order"), el("p", "0", id="count")), at=4001, into="main")
    if later != "nothing":
        page.click("order", at=8000).says("count", "1", at=8100)
    if later == "request":
        page.asks("/api/orders", at=8010, method="POST")
    go_home(visit, page, at=12_000)
    assert visit.kinds() == ([] if sent else [KIND])


@pytest.mark.parametrize(
    ("paragraphs", "by", "again", "kinds"),
    [
        (12, "home", "", [KIND]),  # a view that a link opened; how far the one before reached nothing says
        (12, "help", "", []),  # by a button: a part of the form's own page
        (2, "home", "", []),  # a message, not a view
        (12, "home", "name", []),  # the form is still there: somebody uses it
        (12, "home", "send", []),
    ],
)
@pytest.mark.parametrize("depth", [1, 3])
def test_a_view_that_a_link_puts_in_place_of_the_forms_sends_nothing_of_it(
    paragraphs: int, by: str, again: str, kinds: list[str], depth: int
) -> None:
    """Of what a snapshot holds only controls have a known end: the view that went may have held the form."""
    view = el("div", el("h1", "Write to us"), form(), id="view")
    for level in range(1, depth):
        view = el("div", view, id=f"around{level}")
    outer = "view" if depth == 1 else f"around{depth - 1}"
    page_of = (link("Home", "/home", id="home"), button("Help", id="help"), el("main", view, id="main"))
    visit = Visit()
    page = visit.open(URL, *page_of)
    page.types("name", "Ann", at=2000).click(by, at=4000)
    if again:
        page.removes(page.node("help"), at=4100)  # what went is beside the form
    else:
        page.removes(page.node(outer), at=4100, from_="main")
    content = [el("p", f"Paragraph {i}") for i in range(paragraphs)]
    page.adds(el("section", *content, button("Order", id="order"), el("p", "0", id="count")), at=4100, into="main")
    page.at_once(2)
    if again == "name":
        page.types("name", "Ann B", at=5000)
    if again == "send":
        page.click("send", at=7800).says("count", "0", at=7850)
    page.click("order", at=8000).says("count", "1", at=8100).asks("/api/orders", at=8010, method="POST")
    visit.open("http://shop.test/", button("A", id="a"), at=12_000).lives(60_000)
    assert [kind for kind in visit.kinds() if kind == KIND] == kinds


@pytest.mark.parametrize(
    ("fields", "to", "kinds"),
    [
        ([field_("name"), button("Send", id="send")], "?box=rules", [KIND]),
        ([field_("name"), button("Send", id="send")], "?box=inbox&name=Ann", []),
        ([el("form", field_("name"), button("Send", id="send"))], "?box=rules", []),
    ],
)
def test_a_parameter_that_chooses_the_page_sends_no_fields(fields: list[El], to: str, kinds: list[str]) -> None:
    visit = Visit()
    page = visit.open(f"{URL}?box=inbox", *fields, link("Rules", "?box=rules", id="rules"))
    page.types("name", "Ann", at=2000)
    visit.open(f"{URL}{to}", *fields, at=6400).lives(60_000)
    assert visit.kinds() == kinds
