"""input_struggle: a field or form that would not take what was typed."""

from __future__ import annotations

import pytest

from support import events as rrweb
from support.dom import El, button, el, field_, link
from support.web import Page, Visit


def contact(*beside: El) -> tuple[Visit, Page]:
    visit = Visit()
    box = el("form", field_("phone", "tel"), el("p", "-", id="hint"), button("Send", id="send"), id="form")
    return visit, visit.open("http://shop.test/contact", box, *beside)


def lengths(page: Page, *values: int, at: float = 2000) -> Page:
    page.focuses("phone", at=at - 100)
    for i, n in enumerate(values):
        page.inputs("phone", "*" * n, at=at + 150 * i)
    return page


def test_refused_twice_with_an_alert() -> None:
    visit, page = contact()
    lengths(page, 1, 2, 3)
    for at in (5000, 12_000):
        page.click("send", at=at).adds(el("p", "Not a phone number", role="alert"), at=at + 30, into="form")
    page.lives(60_000)
    outcome = visit.outcome()
    assert outcome.evidence("input_struggle") == {"refusals": 2, "alerts": ["Not a phone number"]}


def test_refused_twice_by_marking_the_field() -> None:
    visit, page = contact()
    for i, at in enumerate((5000, 12_000)):
        page.click("send", at=at).sets("phone", at=at + 30, aria_invalid="true", data_try=str(i))
    page.lives(60_000)
    assert visit.outcome().evidence("input_struggle")["refusals"] == 2


@pytest.mark.parametrize(
    ("classes", "found"),
    [
        ("v-input v-input--error", True),
        ("form-control is-invalid", True),
        ("Mui-error", True),
        ("ng-dirty ng-invalid", False),
        ("form-control is-valid", False),
    ],
)
def test_refused_by_the_classes_of_a_library(classes: str, found: bool) -> None:
    visit, page = contact()
    for i, at in enumerate((5000, 12_000)):
        lengths(page, 3, 4 + i, at=at - 1500).click("send", at=at).sets("phone", at=at + 30, class_=f"{classes} t{i}")
    page.lives(60_000)
    assert ("input_struggle" in visit.kinds()) is found


def test_a_message_beside_a_field_that_was_marked_the_first_time() -> None:
    """The field stays marked, and the second message takes the first one's place."""
    visit, page = contact()
    lengths(page, 3, 4, at=3500).click("send", at=5000)
    said = el("div", "Not an address", id="said")
    page.sets("phone", at=5030, class_="v-input--error")
    page.visit.recorded[page.window].pop()
    page.adds(said, at=5030, into="form")
    added = page.visit.recorded[page.window][-1]["data"]
    added["attributes"] = [{"id": page.node("phone").node_id, "attributes": {"class": "v-input--error"}}]  # type: ignore[index]
    lengths(page, 2, 4, at=10_500).click("send", at=12_000)
    page.removes(said, at=12_030, from_="form").adds(el("div", "Too long"), at=12_030, into="form").lives(60_000)
    assert visit.outcome().evidence("input_struggle")["refusals"] == 2


@pytest.mark.parametrize("name", [{"action": "/join"}, {}])
def test_a_form_that_is_made_anew_with_what_is_wrong_in_it(name: dict[str, str]) -> None:
    """Fragments and Turbo replace it; without an address or an id it is another one."""

    def form(i: int, *parts: El) -> El:
        return el("form", *parts, field_("phone", "tel"), button("Send", id=f"send{i}"), **name)

    visit = Visit()
    page = visit.open("http://shop.test/join", el("main", form(0), id="main"))
    for i, at in enumerate((5000, 12_000)):
        lengths(page, 3, 4, at=at - 1500).click(f"send{i}", at=at)
        anew = form(i + 1, el("small", "Not a phone number", style="color: #b00"))
        old = page.node("main").children[0]
        assert isinstance(old, El)
        page.removes(old, at=at + 80, from_="main").adds(anew, at=at + 80, into="main")
        page.document.by_name[f"send{i + 1}"] = anew.children[-1]
        page.document.by_name["phone"] = anew.children[1]
    page.lives(60_000)
    assert ("input_struggle" in visit.kinds()) is bool(name)


def test_a_link_to_another_view_sends_nothing() -> None:
    """A view that greets with a message on each visit refuses nobody."""
    visit, page = contact(link("Books", "/books", id="books"))
    for at in (5000, 15_000, 25_000):
        lengths(page, 3, 6, at=at - 2000)
        page.click("books", at=at).adds(el("p", "A loan is overdue", role="alert"), at=at + 30)
    page.lives(60_000)
    assert "input_struggle" not in visit.kinds()


def test_refused_once_is_normal() -> None:
    visit, page = contact()
    page.click("send", at=5000).adds(el("p", "Not a phone number", role="alert"), at=5030, into="form").lives(60_000)
    assert "input_struggle" not in visit.kinds()


@pytest.mark.parametrize(
    "values",
    [
        (2, 4, 6, 3, 1, 3, 6, 2, 1, 4, 6, 3, 1, 0, 2, 6),
        (3, 6, 10, 6, 1, 4, 9, 2, 5, 8, 1, 5, 7),  # never again as long as before
        (4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4),  # each time selected and typed over
    ],
)
def test_typed_cut_back_and_typed_again_three_times(values: tuple[int, ...]) -> None:
    visit, page = contact()
    lengths(page, *values).lives(60_000)
    assert visit.outcome().evidence("input_struggle")["corrections"] == 3


@pytest.mark.parametrize("values", [(8, 4, 3, 4, 3, 4, 3, 4, 8), (3, 1, 2, 3, 1, 2, 3, 1, 2, 3), (9, 6, 9, 6, 9, 6, 9)])
def test_small_corrections_are_none(values: tuple[int, ...]) -> None:
    visit, page = contact()
    lengths(page, *values).lives(60_000)
    assert "input_struggle" not in visit.kinds()


def test_a_script_that_writes_into_a_field_does_not_struggle() -> None:
    """Examples typed and taken back in an empty search box."""
    visit, page = contact()
    for i, n in enumerate((2, 4, 6, 1, 3, 6, 1, 4, 6, 1, 6)):
        page.inputs("phone", "*" * n, at=2000 + 150 * i)
    page.lives(60_000)
    assert "input_struggle" not in visit.kinds()


@pytest.mark.parametrize("status", [400, 401, 409, 422])
@pytest.mark.parametrize("by_key", [False, True])
def test_refused_by_the_server(status: int, by_key: bool) -> None:
    visit, page = contact()
    for i, at in enumerate((5000, 12_000)):
        lengths(page, 3 + i, 4 + i, at=at - 1500)
        (page.only_clicks("send", at, by_pointer=False) if by_key else page.click("send", at=at)).asks(
            "/api/contact", at=at + 40, status=status, method="POST"
        )
    page.lives(60_000)
    assert visit.outcome().evidence("input_struggle")["refusals"] == 2


@pytest.mark.parametrize(("status", "typed"), [(422, False), (500, True), (404, True), (200, True)])
def test_other_answers_refuse_nothing(status: int, typed: bool) -> None:
    """Pressed again without typing it is a failed request; a server that fails says nothing of what was typed."""
    visit, page = contact()
    lengths(page, 2, 3)
    for i, at in enumerate((5000, 12_000)):
        if typed:
            lengths(page, 3 + i, 4 + i, at=at - 1500)
        page.click("send", at=at).asks("/api/contact", at=at + 40, status=status, method="POST")
    page.lives(60_000)
    assert "input_struggle" not in visit.kinds()


def test_a_typo_is_no_struggle() -> None:
    visit, page = contact()
    lengths(page, 1, 2, 3, 4, 5, 6, 5, 4, 5, 6, 7, 8).lives(60_000)
    assert "input_struggle" not in visit.kinds()


def test_four_things_entered_into_one_field_are_no_struggle() -> None:
    """A list or chat field: every entry empties it, and the next one is as long."""
    visit, page = contact()
    for i in range(5):
        lengths(page, 2, 4, 6, 8, 0, at=2000 + 3000 * i)
    page.lives(60_000)
    assert "input_struggle" not in visit.kinds()


def voucher(place: El, *, tag: str = "div") -> tuple[Visit, Page]:
    """A field and a button in no form, and a place for a message."""
    visit = Visit()
    parts = (field_("code", "text"), place, button("Use voucher", id="use"), el("p", "0", id="total"))
    return visit, visit.open("http://shop.test/cart", el(tag, *parts, id="box"))


def refuse(page: Page, at: float, typed: int) -> Page:
    """Types, presses, and is told; what was said before goes first."""
    page.types("code", "*" * typed, at=at - 800, each=100).click("use", at=at)
    message = page.node("hint").children
    if message:
        page.record(rrweb.mutation(at + 8, removes=[{"parentId": page.node("hint").node_id, "id": 9000 + typed - 1}]))
    node = {"type": 3, "textContent": "We do not know this code", "id": 9000 + typed}
    add = {"parentId": page.node("hint").node_id, "nextId": None, "node": node}
    return page.record(rrweb.mutation(at + 200, adds=[add]))


PLACES = [
    {"role": "alert"},
    {"class_": "err"},
    {"class_": "form-error small"},
    {"class_": "chyba"},
    {"style": "color:#b30"},
    {"style": "font-size: 90%; color: rgb(200, 20, 30)"},
]


@pytest.mark.parametrize("attributes", PLACES)
@pytest.mark.parametrize("times", [2, 3])
def test_refused_without_a_form_in_a_place_that_was_there(attributes: dict[str, str], times: int) -> None:
    visit, page = voucher(el("p", id="hint", **attributes))
    for i in range(times):
        refuse(page, at=4000 + 3000 * i, typed=2 + i)
    page.lives(60_000)
    assert visit.outcome().evidence("input_struggle")["refusals"] == times


def test_a_place_that_came_empty_with_its_view() -> None:
    visit, page = voucher(el("p", id="other"))
    place = el("p", id="hint", role="alert")
    page.adds(place, at=1000, into="box")
    page.document.by_name["hint"] = place
    for i in range(2):
        refuse(page, at=4000 + 3000 * i, typed=2 + i)
    page.lives(60_000)
    assert visit.outcome().evidence("input_struggle")["refusals"] == 2


RESULTS = [
    {"class_": "result"},
    {"class_": "ng-invalid"},
    {"style": "color:#f80"},
    {"style": "color:#555"},
    {"class_": "fell"},
]


@pytest.mark.parametrize("attributes", RESULTS)
def test_a_result_in_a_place_for_results_is_none(attributes: dict[str, str]) -> None:
    """A calculator."""
    visit, page = voucher(el("p", id="hint", **attributes))
    for i in range(4):
        refuse(page, at=4000 + 3000 * i, typed=2 + i)
    page.lives(60_000)
    assert "input_struggle" not in visit.kinds()


def test_pressed_again_without_typing_is_another_matter() -> None:
    visit, page = voucher(el("p", id="hint", role="alert"))
    refuse(page, at=4000, typed=3)
    for at in (8000, 12_000):
        node = {"type": 3, "textContent": "Try later", "id": int(at)}
        page.click("use", at=at)
        page.record(
            rrweb.mutation(at + 50, adds=[{"parentId": page.node("hint").node_id, "nextId": None, "node": node}])
        )
    page.lives(60_000)
    assert "input_struggle" not in visit.kinds()


def test_taking_a_mark_away_is_no_refusal() -> None:
    visit, page = contact()
    for at in (5000, 12_000, 19_000):
        page.click("send", at=at).sets("phone", at=at + 30, aria_invalid="false", data_try=str(at))
    page.lives(60_000)
    assert "input_struggle" not in visit.kinds()


def test_refused_twice_with_an_alert_that_stays_and_says_another_thing() -> None:
    visit, page = contact()
    alert = el("p", "Not a phone number", role="alert", id="said")
    lengths(page, 1, 2, 3).click("send", at=5000).adds(alert, at=5030, into="form")
    page.document.by_name["said"] = alert
    lengths(page, 2, 1, at=8000).click("send", at=12_000).says("said", "Too short", at=12_030).lives(60_000)
    assert visit.outcome().evidence("input_struggle")["refusals"] == 2


@pytest.mark.parametrize(("again", "found"), [(9, True), (10, True), (5, False)])
def test_deleted_key_by_key_and_typed_again_as_long(again: int, found: bool) -> None:
    """Of another length it is another search."""
    visit, page = contact()
    up, down = range(1, 10), range(8, -1, -1)
    lengths(page, *up, *down, *range(1, again + 1), *range(again - 1, -1, -1), *up).lives(60_000)
    assert ("input_struggle" in visit.kinds()) is found


@pytest.mark.parametrize("refused", [1, 2, 3])
def test_refused_by_a_page_that_comes_back_with_an_alert(refused: int) -> None:
    """A form without scripts."""
    visit = Visit()
    for i in range(refused + 1):
        alert = [el("p", "Not a phone number", class_="error")] if i > 0 else []
        box = el("form", field_("phone", "tel"), *alert, button("Send", id="send"), id="form")
        page = visit.open("http://shop.test/contact", box, at=10_000 * i)
        lengths(page, 1, 2, 3, at=10_000 * i + 2000).click("send", at=10_000 * i + 5000)
    page.lives(60_000)
    assert visit.kinds().count("input_struggle") == (refused > 1)
    if refused > 1:
        assert visit.outcome().signal("input_struggle").element == 'button#send "Send"'


def test_a_page_that_comes_back_without_an_alert_took_it() -> None:
    visit = Visit()
    for i in range(4):
        box = el("form", field_("phone", "tel"), el("p", class_="error"), button("Send", id="send"), id="form")
        page = visit.open("http://shop.test/contact", box, at=10_000 * i)
        lengths(page, 1, 2, 3, at=10_000 * i + 2000).click("send", at=10_000 * i + 5000)
    page.lives(60_000)
    assert "input_struggle" not in visit.kinds()
