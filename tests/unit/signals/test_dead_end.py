"""dead_end: the visitor came to a page that leads nowhere."""

from __future__ import annotations

from typing import Any

import pytest

from replay_signals.schemas.confidence import TABLE
from support.dom import El, button, el, link
from support.web import Page, Visit


def lost(status: int = 404, *content: object, how: str | None = "navigate") -> tuple[Visit, Page]:
    visit = Visit()
    visit.open("http://shop.test/", link("Offer", "/offer", id="offer")).click("offer", at=4000)
    parts = content or (el("h1", "Not found"),)
    return visit, visit.open("http://shop.test/offer", *parts, at=4400, status=status, how=how)  # type: ignore[arg-type]


@pytest.mark.parametrize("status", [403, 404, 410, 500, 503])
def test_the_last_page_answered_with_an_error(status: int) -> None:
    visit, page = lost(status)
    page.lives(9000)
    outcome = visit.outcome()
    assert "dead_end" in outcome.kinds
    assert outcome.evidence("dead_end")["status"] == status
    assert outcome.signal("dead_end").page == "http://shop.test/offer"


def test_a_page_that_calls_itself_missing_where_no_status_is_known() -> None:
    visit, page = lost(how=None)
    page.lives(9000)
    assert visit.outcome().signal("dead_end").confidence == TABLE.confidence("dead_end", "words")


def test_a_bare_page_without_a_known_status_is_a_guess() -> None:
    visit, page = lost(404, el("p", "..."), how=None)
    page.lives(9000)
    assert visit.outcome().signal("dead_end").confidence == TABLE.confidence("dead_end", "empty")


def test_a_bare_page_that_answered_well_is_none() -> None:
    """Thank you for your order."""
    visit, page = lost(200, el("p", "Thank you"))
    page.lives(9000)
    assert "dead_end" not in visit.kinds()


def test_an_article_that_is_read_is_no_dead_end() -> None:
    visit, page = lost(200, *[el("p", f"paragraph {i}") for i in range(60)])
    page.lives(60_000)
    assert "dead_end" not in visit.kinds()


def test_found_a_way_on() -> None:
    """From a page that no link led to."""
    visit = Visit()
    page = visit.open("http://shop.test/offer", el("h1", "Not found"), link("Home", "/", id="home"), status=404)
    page.click("home", at=8000)
    visit.open("http://shop.test/", button("x", id="x"), at=8400).lives(60_000)
    assert "dead_end" not in visit.kinds()


@pytest.mark.parametrize("led", ["link", "address"])
@pytest.mark.parametrize("on", ["back", "home"])
@pytest.mark.parametrize("looked_ms", [1600, 3800, 6000])
def test_left_the_error_page(led: str, on: str, looked_ms: int) -> None:
    """A broken link is one, however the visitor gets away from it; who mistyped an address goes on at once."""
    visit = Visit()
    first = visit.open("http://shop.test/", link("Offer", "/offer", id="offer"))
    if led == "link":
        first.click("offer", at=4000)
    else:
        first.lives(4000)
    page = visit.open(
        "http://shop.test/offer", el("h1", "Not found"), link("Home", "/", id="home"), at=4200, status=404
    )
    if on == "home":
        page.click("home", at=4000 + looked_ms)
    else:
        page.lives(4000 + looked_ms)
    how = "back_forward" if on == "back" else "navigate"
    visit.open("http://shop.test/", button("x", id="x"), at=4300 + looked_ms, how=how).lives(60_000)
    stuck_ms = 3000 if led == "link" else 4000
    found = looked_ms > stuck_ms and not (on == "home" and led == "address")
    assert ("dead_end" in visit.kinds()) == found
    if found:
        assert "Came to a page that answered 404" in visit.outcome().signal("dead_end").summary


def test_a_form_that_is_refused_on_a_page_of_its_own_is_none() -> None:
    visit = Visit()
    visit.open("http://shop.test/join", el("form", button("Join", id="join"))).click("join", at=4000)
    visit.open("http://shop.test/join", el("form", button("Join", id="again")), at=4100, status=422).lives(9000)
    visit.open("http://shop.test/", button("x", id="x"), at=10_000).lives(60_000)
    assert "dead_end" not in visit.kinds()


def test_an_application_that_a_server_answers_with_404() -> None:
    """Some hosts have no other way to serve one at every address."""
    rows = [link(f"Item {i}", f"/item/{i}") for i in range(200)]
    visit = Visit()
    visit.open("http://shop.test/", link("Items", "/items", id="items"), *CONTENT).click("items", at=4000)
    visit.open("http://shop.test/items", *rows, at=4100, status=404).lives(9000)
    visit.open("http://shop.test/", button("x", id="x"), at=10_000, how="back_forward").lives(60_000)
    assert "dead_end" not in visit.kinds()


@pytest.mark.parametrize(
    ("then", "address", "found"),
    [("all of it", "/items", False), ("all of it", "/other", True), ("a message", "/items", True)],
)
def test_a_visit_that_ends_on_an_application_that_shows_all_it_showed_before(
    then: str, address: str, found: bool
) -> None:
    """Where rendering on the server fails, the browser's own makes up for it."""
    visit = Visit()
    rows = [link(f"Item {i}", f"/item/{i}") for i in range(200)]
    visit.open(f"http://shop.test{address}", *rows).lives(3000)
    visit.open("http://shop.test/", link("Items", "/items", id="items"), *CONTENT, at=3500).click("items", at=9000)
    page = visit.open(
        "http://shop.test/items", *(rows if then == "all of it" else [el("h1", "Error")]), at=9300, status=500
    )
    page.lives(60_000)
    assert ("dead_end" in visit.kinds()) == found


def test_a_visit_that_ends_on_a_host_that_answers_every_address_with_404() -> None:
    visit = Visit()
    rows = [link(f"Item {i}", f"/item/{i}") for i in range(200)]
    page = visit.open("http://shop.test/a", *rows, button("More", id="more"), el("p", "0", id="n"), status=404)
    page.click("more", at=3000).says("n", "1", at=3040)
    visit.open("http://shop.test/b", *rows, at=9000, status=404).lives(60_000)
    assert "dead_end" not in visit.kinds()


def test_an_error_page_whose_own_controls_work() -> None:
    visit, page = lost(404, button("Search", id="search"), el("p", "-", id="results"))
    page.click("search", at=8000).says("results", "3 found", at=8100).lives(60_000)
    assert "dead_end" not in visit.kinds()


def test_a_popup_that_failed_while_the_visit_went_on_elsewhere() -> None:
    visit = Visit()
    page = visit.open("http://shop.test/", button("Add", id="add"), el("p", "0", id="n"))
    visit.open("http://shop.test/help", el("h1", "Not found"), at=3000, window="window-2", status=404).lives(4000)
    for i in range(5):
        page.click("add", at=10_000 + 5000 * i).says("n", str(i), at=10_030 + 5000 * i)
    assert "dead_end" not in visit.kinds()


CHROME = [
    el("nav", *(link(f"Section {i}", f"/section/{i}") for i in range(30))),
    el("div", *(el("p", f"line {i}") for i in range(140)), id="footer"),
]
CONTENT = [link(f"Item {i}", f"/item/{i}") for i in range(30)]


def visit_of(*parts: object, before: tuple[object, ...] = (), title: str = "Shop") -> tuple[Visit, Page]:
    visit = Visit()
    first = visit.open("http://shop.test/", link("Offer", "/offer", id="offer"), *before, how=None)  # type: ignore[arg-type]
    first.click("offer", at=4000)
    return visit, visit.open("http://shop.test/offer", *parts, at=4400, how=None)  # type: ignore[arg-type]


@pytest.mark.parametrize("heading", ["Page not found", "Seite nicht gefunden", "Error 404", "ページが見つかりません"])
def test_a_message_within_a_site_s_header_and_footer(heading: str) -> None:
    visit, page = visit_of(*CHROME, el("h1", heading), link("Home", "/"), before=(*CHROME, *CONTENT))
    page.lives(9000)
    assert ("dead_end" in visit.kinds()) == (heading != "Error 404")  # a number alone takes a bare page


@pytest.mark.parametrize("role", ["dialog", "tablist", "menu"])
def test_a_message_without_a_heading_beside_what_waits_or_leads_on(role: str) -> None:
    """A dialog that asks whether to sign out is in the document before anybody opens it."""
    others = el("div", *(el("span", f"part {i}") for i in range(9)), role=role)
    visit, page = visit_of(others, el("p", "Page not found"), link("Home", "/"), before=(*CHROME, *CONTENT))
    page.lives(9000)
    assert "dead_end" in visit.kinds()


def test_a_message_that_leaves_out_what_other_pages_hold() -> None:
    visit, page = visit_of(el("h1", "Page not found"), link("Home", "/"), before=(*CHROME, *CONTENT))
    page.lives(9000)
    assert "dead_end" in visit.kinds()


@pytest.mark.parametrize("heading", ["Page not found", "Something went wrong", "Forbidden"])
def test_a_page_with_content_of_its_own_is_none_whatever_it_is_called(heading: str) -> None:
    visit, page = visit_of(*CHROME, el("h1", heading), *CONTENT, before=CHROME)
    page.lives(9000)
    assert "dead_end" not in visit.kinds()


@pytest.mark.parametrize(
    "content",
    [
        [el("p", f"paragraph {i}") for i in range(9)],
        [el("li", f"{i} g of something") for i in range(9)],
        [el("audio"), el("p", "Episode 12")],
        [el("select", el("option", "S"), el("option", "M")), button("Add to cart")],
        [el("textarea"), button("Comment")],
        [el("input", type="password"), button("Log in")],
        [link(f"{i}:00", f"/show/{i}") for i in range(16, 22)],
    ],
    ids=["text", "list", "sound", "choice", "comment", "log in", "links"],
)
@pytest.mark.parametrize("heading", ["Page not found", "Acceso prohibido", "Forbidden"])
def test_a_short_page_with_content_of_its_own_is_none(heading: str, content: list[El]) -> None:
    visit, page = visit_of(el("h1", heading), *content, link("Imprint", "/imprint"))
    page.lives(9000)
    assert "dead_end" not in visit.kinds()


def test_a_message_with_hints_and_a_search_box() -> None:
    hints = el("ul", *(el("li", f"hint {i}") for i in range(4)))
    header = el("header", *(link(f"Part {i}", f"/part/{i}") for i in range(12)))
    search = el("form", el("input", type="search"), button("Search"))
    ways = [link(f"Way {i}", f"/way/{i}") for i in range(3)]
    visit, page = visit_of(header, el("h1", "Page not found"), el("p", "Sorry."), hints, search, *ways)
    page.lives(9000)
    assert "dead_end" in visit.kinds()


@pytest.mark.parametrize("heading", ["Page not found", "Internal server error", "404"])
def test_a_page_that_is_read_to_its_end_is_none(heading: str) -> None:
    visit, page = visit_of(el("h1", heading), link("Next", "/2"), *[el("p", f"paragraph {i}") for i in range(20)])
    for i in range(5):
        page.scrolls(400 * i, at=6000 + 3000 * i)
    page.lives(30_000)
    assert "dead_end" not in visit.kinds()


@pytest.mark.parametrize(
    ("heading", "status", "found"),
    [
        ("Siden findes ikke", 200, True),
        ("Nenalezeno", None, True),
        ("404", 200, True),
        ("Rules of the harbour", 200, False),
    ],
)
def test_an_application_that_answers_well_and_says_that_it_knows_no_such_page(
    heading: str, status: int | None, found: bool
) -> None:
    visit, page = lost(status or 200, el("h1", heading), link("Home", "/"), how="navigate" if status else None)
    page.lives(9000)
    assert ("dead_end" in visit.kinds()) == found


@pytest.mark.parametrize(("path", "found"), [("/invoices/404", False), ("/errors/404", True), ("/404", True)])
def test_the_number_of_a_thing(path: str, found: bool) -> None:
    visit = Visit()
    visit.open("http://shop.test/", link("Next", path, id="next")).click("next", at=4000)
    visit.open(f"http://shop.test{path}", el("h1", "404"), link("Home", "/"), at=4100).lives(9000)
    assert ("dead_end" in visit.kinds()) == found


@pytest.mark.parametrize("heading", ["Top 500 albums", "Invoice 404", "Unavailable dates", "The forbidden city"])
def test_numbers_and_words_in_headings(heading: str) -> None:
    visit, page = visit_of(el("h1", heading), link("Next", "/2"), *[el("p", f"line {i}") for i in range(5)])
    page.lives(60_000)
    assert "dead_end" not in visit.kinds()


def blank(*content: El, **how: Any) -> tuple[Visit, Page]:
    visit = Visit()
    visit.open("http://shop.test/", link("Offer", "/offer", id="offer")).click("offer", at=4000)
    return visit, visit.open("http://shop.test/offer", *content, at=4400, **how)


@pytest.mark.parametrize("content", [(), (el("div", id="app"),), (el("main", el("div"), el("p", " ")),)])
@pytest.mark.parametrize("how", ["navigate", None])
def test_a_page_that_shows_nothing(content: tuple[El, ...], how: str | None) -> None:
    visit, page = blank(*content, how=how)
    page.lives(9000)
    assert visit.outcome().signal("dead_end").confidence == TABLE.confidence("dead_end", "blank")


@pytest.mark.parametrize(
    "content",
    [
        el("p", "Thank you"),
        el("canvas"),
        el("img", src="/ticket.png"),
        el("iframe", src="/pay"),
        el("my-app"),
        El("div", {"rr_width": "900px", "rr_height": "600px"}, []),
    ],
)
def test_a_page_on_which_something_may_be_seen(content: El) -> None:
    visit, page = blank(content)
    page.lives(9000)
    assert "dead_end" not in visit.kinds()


def test_a_page_that_a_script_fills_or_that_hands_on_is_not_blank() -> None:
    visit, page = blank(el("div", id="app"))
    page.adds(el("p", "Our offer"), at=6500).lives(9000)
    assert "dead_end" not in visit.kinds()
    visit, page = blank()
    page.lives(5000)
    assert "dead_end" not in visit.kinds()


@pytest.mark.parametrize("clicks", [1, 3])
def test_who_clicks_on_a_blank_page_sees_something(clicks: int) -> None:
    """Its recorder does not witness what a script does."""
    visit, page = blank(el("div", id="app"))
    page.clicks("app", *(6000 + 2000 * i for i in range(clicks))).lives(20_000)
    assert "dead_end" not in visit.kinds()


def test_a_blank_page_at_once_left_again_is_no_quick_back() -> None:
    visit, page = blank()
    page.lives(6800)
    visit.event("$pageleave", at=7000, url="http://shop.test/offer")
    assert visit.kinds() == ["dead_end"]


@pytest.mark.parametrize(
    ("title", "kinds"),
    [
        ("404 | Shop", ["dead_end"]),
        ("Seite nicht gefunden", ["dead_end"]),
        ("500 - Shop", ["dead_end"]),
        ("Top 500 albums | Shop", []),
        ("Shop", []),
        (None, []),
    ],
)
def test_a_page_left_before_it_was_recorded_is_known_by_its_title(title: str | None, kinds: list[str]) -> None:
    visit = Visit()
    visit.open("http://shop.test/", link("Offer", "/offer", id="offer")).click("offer", at=4000)
    visit.event("$pageleave", at=4100, _current_url="http://shop.test/")
    visit.event("$pageview", at=4300, _current_url="http://shop.test/offer", title=title)
    visit.event("$pageleave", at=6400, _current_url="http://shop.test/offer")
    outcome = visit.outcome()
    assert outcome.kinds == kinds
    if kinds:
        assert outcome.signal("dead_end").confidence == TABLE.confidence("dead_end", "words")
        assert "http://shop.test/offer" in outcome.signal("dead_end").summary


@pytest.mark.parametrize(("status", "kinds"), [(404, ["dead_end"]), (200, [])])
def test_a_page_left_before_it_was_recorded_is_known_by_another_look(status: int, kinds: list[str]) -> None:
    visit, page = lost(status, el("h1", "Shop"), link("Home", "/", id="home"))
    page.click("home", at=8000)
    visit.event("$pageleave", at=8100, _current_url="http://shop.test/offer")
    visit.open("http://shop.test/", link("Offer", "/offer", id="again"), at=8300).click("again", at=20_000)
    visit.event("$pageleave", at=20_100, _current_url="http://shop.test/")
    visit.event("$pageview", at=20_300, _current_url="http://shop.test/offer", title="Shop")
    visit.event("$pageleave", at=22_500, _current_url="http://shop.test/offer")
    assert [kind for kind in visit.kinds() if kind != "quick_back"] == 2 * kinds


@pytest.mark.parametrize("goes_on", ["page", "window"])
def test_a_page_left_before_it_was_recorded_for_another_one_is_none(goes_on: str) -> None:
    visit = Visit()
    visit.open("http://shop.test/", link("Offer", "/offer", id="offer")).click("offer", at=4000)
    visit.event("$pageview", at=4300, _current_url="http://shop.test/offer", title="404 | Shop")
    visit.event("$pageleave", at=6400, _current_url="http://shop.test/offer")
    window = "window-1" if goes_on == "page" else "window-2"
    visit.open("http://shop.test/help", el("p", "Ask us"), at=7000, window=window).lives(60_000)
    assert "dead_end" not in visit.kinds()


def application(*view: El, link_to: str = "/loans", at: float = 4080) -> tuple[Visit, Page]:
    """A link of a single-page application shows another view."""
    visit = Visit()
    nav = el("nav", link("Accounts", "/accounts", id="accounts"), link("Loans", link_to, id="loans"))
    page = visit.open("http://bank.test/accounts", nav, el("main", el("section", *CONTENT, id="old"), id="main"))
    page.click("loans", at=4000)
    page.removes(page.node("old"), at=at, from_="main").adds(el("section", *view, id="view"), at=at, into="main")
    return visit, page


@pytest.mark.parametrize("heading", ["Sidan finns inte", "404", "Page not found"])
@pytest.mark.parametrize("ends", [True, False])
def test_a_view_that_says_it_is_missing(heading: str, ends: bool) -> None:
    visit, page = application(el("h1", heading), el("p", "We looked everywhere."))
    if not ends:
        page.click("accounts", at=9000).removes(page.node("view"), at=9040, from_="main")
        page.adds(el("section", *CONTENT), at=9040, into="main")
    page.lives(20_000)
    outcome = visit.outcome()
    assert outcome.kinds == ["dead_end"]
    assert "http://bank.test/loans" in outcome.signal("dead_end").summary


@pytest.mark.parametrize(
    "view",
    [
        (el("h1", "Top 500 albums"), el("p", "By sales.")),
        (el("h1", "Page not found"), *CONTENT),
        (el("h1", "Loans"), el("p", "What to do if a page is not found, and other questions that we are often asked")),
    ],
)
def test_a_view_that_says_something_else_or_has_content(view: tuple[El, ...]) -> None:
    visit, page = application(*view)
    page.lives(20_000)
    assert visit.kinds() == []


def test_a_view_until_its_data_is_there() -> None:
    visit, page = application(el("h1", "Not found"))
    page.removes(page.node("view"), at=4700, from_="main")
    page.adds(el("section", *CONTENT), at=4700, into="main").lives(20_000)
    assert visit.kinds() == []


@pytest.mark.parametrize(("at", "kinds"), [(4080, []), (9000, ["dead_end"])], ids=["a button", "an address"])
def test_a_message_that_no_link_led_to(at: float, kinds: list[str]) -> None:
    """Plain recorders tell of no address that is typed; what a button brings is an answer, whatever it says."""
    visit, page = application(el("h1", "Page not found"), link("Home", "/"), link_to="#", at=at)
    page.lives(20_000)
    assert [kind for kind in visit.kinds() if kind == "dead_end"] == kinds


def test_a_view_without_a_heading_whose_picture_has_many_parts() -> None:
    picture = el("svg", *(el("g", el("path")) for _ in range(12)))
    visit, page = application(el("div", picture), el("p", "페이지를 찾을 수 없습니다"), link("홈", "/", id="home"))
    page.lives(20_000)
    assert visit.kinds() == ["dead_end"]
    visit, page = application(el("div", picture), *(el("p", f"Page not found {i}") for i in range(6)))
    page.lives(20_000)
    assert visit.kinds() == []


def test_the_title_of_a_component_is_a_heading() -> None:
    """UI5: the heading itself stands in the shadow root."""
    visit, page = application(el("ui5-title", el("h2", el("slot")), "404"), *(el("p", f"Hint {i}") for i in range(6)))
    page.lives(20_000)
    assert visit.kinds() == ["dead_end"]


@pytest.mark.parametrize(("path", "kinds"), [("/part{}", ["dead_end"]), ("/more{}", [])], ids=["as before", "new"])
def test_links_that_are_drawn_anew_are_no_content_of_a_view(path: str, kinds: list[str]) -> None:
    visit = Visit()
    menu = [link(f"Part {i}", f"/part{i}") for i in range(8)]
    main = el("main", el("section", *menu, link("Loans", "/loans", id="loans"), *CONTENT, id="old"), id="main")
    page = visit.open("http://bank.test/accounts", main)
    page.click("loans", at=4000).removes(page.node("old"), at=4080, from_="main")
    again = [link(f"Part {i}", path.format(i)) for i in range(8)]
    page.adds(el("section", *again, el("h1", "Page not found")), at=4080, into="main").lives(20_000)
    assert visit.kinds() == kinds


@pytest.mark.parametrize("others", [0, 8])
def test_a_page_without_headings_that_says_nothing_else(others: int) -> None:
    visit = Visit()
    visit.open("http://shop.test/", link("A", "/a"), *CONTENT).lives(3000)
    texts = [el("p", f"Article {i}") for i in range(others)]
    said = el("div", el("p", "This page does not exist"), *texts, class_="empty")
    visit.open("http://shop.test/a", said, link("Home", "/"), at=5000, how=None).lives(20_000)
    assert ("dead_end" in visit.kinds()) == (others == 0)


def test_back_to_a_view_that_was_missing_is_no_other_one() -> None:
    visit, page = application(el("h1", "Page not found"), link_to="#")
    page.click("accounts", at=9000).removes(page.node("view"), at=9040, from_="main")
    content = el("section", *CONTENT)
    page.adds(content, at=9040, into="main")
    page.removes(content, at=10_900, from_="main").adds(
        el("section", el("h1", "Page not found")), at=10_900, into="main"
    )
    page.lives(60_000)
    assert "dead_end" not in visit.kinds()


def test_a_view_that_is_left_at_once_for_another_document() -> None:
    visit, page = application(el("h1", "Page not found"))
    page.lives(5500)
    visit.open("http://bank.test/help", el("p", "Ask us"), at=5800).lives(60_000)
    assert "dead_end" not in visit.kinds()
