"""dead_end in single-page applications: views that are missing or broken, and others that look like them."""

from __future__ import annotations

import pytest

from support.dom import El, button, el, field_, link
from support.web import Page, Visit

SITE = "http://recipes.test"
PARTS = ("Soups", "Salads", "Cakes", "Drinks")


def menu(of: str = "/{}") -> El:
    return el("nav", *(link(part, of.format(part.lower())) for part in PARTS), id="menu")


def rows(count: int = 12) -> list[El]:
    return [el("p", link(f"Dish {i}", f"/dish/{i}"), el("span", f"{i} minutes")) for i in range(count)]


def below_each_page() -> El:
    """What documentation has below each of its pages."""
    asked = el("form", el("b", "Did this help?"), field_("mail"), field_("text"), el("textarea"), button("Send"))
    more = el("p", "See also: ", link("Soups", "/soups"), ", ", link("Salads", "/salads"))
    return el("div", more, asked, button("Print"), button("Copy link"), button("Subscribe"), button("Listen"))


class Application:
    """A header with a menu, and a place for views; the first one is a list with a link to what is tested."""

    def __init__(self, leads_to: str = "/dish/77", beside: str = "") -> None:
        self.visit = Visit()
        self.menu, self.leads_to = menu(), leads_to
        old = link("The old one", leads_to, id="old")
        self.view = el("section", el("h1", "Dishes"), old, *rows(), below_each_page(), id="list")
        bar = el("header", self.menu, el("b", beside or "Recipes", id="clock"), id="bar")
        self.page: Page = self.visit.open(f"{SITE}/dishes", bar, el("main", self.view, id="main"))

    def led(self, at: float = 4000) -> Application:
        """The link is clicked."""
        self.page.click("old", at=at)
        return self

    def shows(self, *view: El, at: float = 4080, with_menu: bool = False) -> Application:
        new = el("section", *view)
        self.page.removes(self.view, at=at, from_="main").adds(new, at=at, into="main")
        if with_menu:
            self.draws_menu(at)
        self.page.at_once(4 if with_menu else 2)
        self.view = new
        return self

    def draws_menu(self, at: float) -> None:
        self.page.removes(self.menu, at=at, from_="bar")
        self.menu = menu()
        self.page.adds(self.menu, at=at, into="bar")

    def dead_ends(self, until: float = 30_000) -> list[str]:
        self.page.lives(until)
        return [kind for kind in self.visit.kinds() if kind == "dead_end"]


def test_a_message_above_what_stands_below_each_page_and_the_menu_drawn_anew() -> None:
    application = Application().led()
    application.shows(el("h1", "Nothing here"), el("p", "It has moved."), below_each_page(), with_menu=True)
    assert application.dead_ends() == ["dead_end"]


@pytest.mark.parametrize(
    "view",
    [
        [el("h1", "Inbox"), el("p", "Nothing here yet")],
        [el("h1", "Messages"), el("h3", "Nothing here"), el("p", "Write one")],
        [el("h1", "Your basket"), el("p", "It is empty."), link("Go shopping", "/soups")],
        [el("h1", "Comments"), el("p", "No comments yet"), button("Write the first")],
        [el("h1", "Thank you"), el("p", "We got your order 404."), link("Home", "/")],
        [el("h1", "Invoice 404"), el("p", "2 cakes")],
        [el("h1", "Results for soup"), el("p", "We found nothing.")],
        [el("h1", "Favourites"), el("p", "Mark dishes to find them here"), below_each_page()],
        [el("h1", "Error codes"), *(el("p", f"Code {i} means that the oven is too hot") for i in range(9))],
        [el("h1", "Not found in any shop"), *(el("p", f"Rare spice {i} grows on an island") for i in range(9))],
    ],
    ids=[
        "inbox",
        "messages",
        "basket",
        "comments",
        "confirmation",
        "invoice",
        "results",
        "favourites",
        "codes",
        "spices",
    ],
)
@pytest.mark.parametrize("with_menu", [False, True])
def test_views_with_little_in_them(view: list[El], with_menu: bool) -> None:
    application = Application().led()
    assert application.shows(*view, with_menu=with_menu).dead_ends() == []


def test_one_of_many_cards_of_a_dashboard_says_that_it_has_nothing() -> None:
    application = Application().led()
    page = application.shows(*(el("section", id=f"card{i}") for i in range(3))).page
    for i, said in enumerate(("Not found", "Three cakes were sold today", "Seven soups are in the oven")):
        page.adds(el("div", el("h2", said), el("p", "Details of it"), el("p", "and more")), at=4300, into=f"card{i}")
    page.at_once(3)
    assert application.dead_ends() == []


@pytest.mark.parametrize(("draws", "kinds"), [(True, ["dead_end"]), (False, [])], ids=["its menu", "another view"])
def test_a_menu_that_is_drawn_with_every_tick_of_a_clock(draws: bool, kinds: list[str]) -> None:
    application = Application().led()
    application.shows(el("h1", "Page not found"), link("Home", "/soups"), with_menu=True)
    if draws:
        for at in range(4700, 30_000, 1000):
            application.draws_menu(at)
            application.page.at_once(2)
    else:
        application.shows(el("h1", "Dish 77"), *rows(), at=4700)
    assert application.dead_ends() == kinds


def test_a_picture_that_fills_itself_in_the_message() -> None:
    application = Application().led()
    icon = el("span", id="icon")
    application.shows(el("div", icon, id="visual"), el("h4", "Page not found"), el("p", "It is gone."))
    application.page.removes(icon, at=4090, from_="visual").adds(el("span", el("svg")), at=4090, into="visual")
    application.page.at_once(2)
    assert application.dead_ends() == ["dead_end"]


@pytest.mark.parametrize(("pressed", "kinds"), [(False, ["dead_end"]), (True, [])])
def test_an_address_that_was_typed(pressed: bool, kinds: list[str]) -> None:
    """The address bar takes the focus from the page, which is no act on it; a button's answer is no other page."""
    application = Application()
    application.page.focuses("old", at=1000)
    if pressed:
        application.page.click("clock", at=7900)
    else:
        application.page._focus(application.page.node("clock"), at=7900)
    application.shows(el("h2", "404"), el("p", "Nid yw yma."), link("Adref", "/"), at=8000)
    assert application.dead_ends() == kinds


@pytest.mark.parametrize(
    ("asked", "status", "method", "kinds"),
    [
        ("/api/dishes/77", 404, "GET", ["dead_end"]),
        ("/content/77.json", 500, "GET", ["dead_end"]),
        ("/api/dishes/77", 200, "GET", []),
        ("/api/dishes/77/comments", 404, "GET", []),
        ("/api/seen/77", 404, "POST", []),
        ("/ads", 404, "GET", []),
        ("/api/", 404, "GET", []),
    ],
)
@pytest.mark.parametrize("route", ["/dish/77", "/#/dish/77"])
def test_the_server_has_nothing_by_the_name_in_the_address(
    asked: str, status: int, method: str, kinds: list[str], route: str
) -> None:
    """Said in words that nobody knows."""
    application = Application(route).led()
    application.page.asks(asked, at=4010, status=status, method=method, took=60)
    application.shows(el("h1", "Dim byd yma"), el("p", "Mae wedi mynd."), link("Adref", "/"), at=4120)
    assert application.dead_ends() == kinds


@pytest.mark.parametrize("reverse", [False, True])
def test_a_number_without_a_heading(reverse: bool) -> None:
    view = [el("div", "404"), el("p", "Nid yw yma."), link("Adref", "/")]
    assert Application().led().shows(*(view[::-1] if reverse else view)).dead_ends() == ["dead_end"]


def test_an_answer_that_is_mended_by_asking_again() -> None:
    application = Application().led()
    application.page.asks("/api/dishes/77", at=4010, status=503, took=60)
    application.shows(el("h1", "Un moment"), at=4120)
    application.page.asks("/api/dishes/77", at=4600, took=60)
    assert application.shows(el("h1", "Dish 77"), *rows(), at=4700).dead_ends() == []


def test_a_message_beside_the_view() -> None:
    application = Application().led()
    application.page.adds(el("div", "Something went wrong", id="toast"), at=4080)
    application.page.removes(application.page.node("toast"), at=9000)
    assert application.dead_ends() == []


def test_what_was_used_after_the_page_was_left_was_not_used_on_it() -> None:
    """The page before came back from the browser's page cache under its old node ids, of which no recorder tells."""
    visit = Visit()
    content = [el("main", *(el("p", f"Loaf {i}") for i in range(170)), id="loaves"), link("Rye", "/rye", id="rye")]
    page = visit.open("http://bakery.test/", *content, how=None)
    page.click("rye", at=3000)
    frame = el("aside", *(el("i") for _ in range(170)))
    missing = visit.open("http://bakery.test/rye", frame, el("h1", "404: page not found"), at=3300, how=None)
    visit.event("$pageview", at=3300, _current_url="http://bakery.test/rye")
    visit.event("$pageleave", at=9000, _current_url="http://bakery.test/rye")
    button_ = el("button", "More", id="more")
    missing.adds(button_, at=9500).click("more", at=12_000).says("more", "Less", at=12_050).lives(20_000)
    visit.open("http://bakery.test/", *content, at=21_000, how=None).lives(30_000)
    assert "dead_end" in visit.kinds()


def test_one_of_two_things_by_a_name_is_missing() -> None:
    """The dish is there, nobody has written about it yet."""
    application = Application().led()
    application.page.asks("/api/dishes/77", at=4010, took=50).asks("/api/reviews/77", at=4020, status=404, took=60)
    assert application.shows(el("h1", "Dish 77"), el("p", "Flour, salt"), at=4120).dead_ends() == []


class Emptied(Application):
    """An application in which one view came in place of another before, and the next one is taken away."""

    def __init__(self, comes_before: bool = True) -> None:
        super().__init__()
        if comes_before:
            self.page.click("old", at=1000)
            self.shows(el("h1", "Dish"), link("More", "/dish/78", id="more"), *rows(), at=1060)
        self.page.click("more" if comes_before else "old", at=4000)
        self.page.removes(self.view, at=4050, from_="main")


@pytest.mark.parametrize("shows", ["nothing", "a wheel", "a view", "a view late"])
@pytest.mark.parametrize("ends", [True, False])
def test_a_view_that_goes_and_nothing_comes(shows: str, ends: bool) -> None:
    application = Emptied()
    if shows == "a wheel":
        application.page.adds(el("div", el("svg", el("circle"))), at=4060, into="main")
    elif shows != "nothing":
        view = el("section", el("h1", "Dish 78"), *rows())
        application.page.adds(view, at=4400 if shows == "a view" else 7800, into="main")
    if not ends:
        application.page.click(application.menu.children[1], at=12_000)  # type: ignore[arg-type]
        application.page.adds(el("section", el("h1", "Salads"), *rows()), at=12_050, into="main")
    assert application.dead_ends() == (["dead_end"] if shows in ("nothing", "a wheel") else [])


def test_what_is_kept_in_the_document_may_be_shown_for_what_goes() -> None:
    assert Emptied(comes_before=False).dead_ends() == []


def test_a_drawer_that_goes_after_the_view_came() -> None:
    application = Application()
    drawer = el("div", *(link(f"Part {i}", f"/part/{i}", id=f"part{i}") for i in range(12)), id="drawer")
    application.page.adds(drawer, at=900).click("part1", at=1500)
    application.shows(el("h1", "Part 1"), *rows(), at=1530)
    application.page.click("part2", at=5000)
    application.shows(el("h1", "Part 2"), *rows(), at=5040)
    application.page.removes(drawer, at=5300)
    assert application.dead_ends() == []


def test_a_part_of_the_page_that_fails_by_itself() -> None:
    application = Application()
    prices = el("div", *(el("p", f"Flour {i}") for i in range(9)), id="prices")
    page = application.page.adds(prices, at=500, into="main")
    page.asks("/api/prices", at=9000, status=500).removes(prices, at=9200, from_="main")
    page.adds(el("div", el("h3", "Something went wrong"), button("Try again")), at=9200, into="main").at_once(2)
    assert application.dead_ends() == []


@pytest.mark.parametrize("said", ["You have been signed out", "Thank you"])
def test_a_view_that_comes_by_itself(said: str) -> None:
    application = Application().led().shows(el("h1", "Dish 77"), *rows())
    assert application.shows(el("h1", said), link("Go on", "/soups"), at=20_000).dead_ends() == []


@pytest.mark.parametrize("said", ["No hats right now", "No results found", "Sold out", "Coming soon"])
def test_a_part_of_the_shop_with_nothing_in_it(said: str) -> None:
    assert Application().led().shows(el("h2", said), el("p", "Come back in spring")).dead_ends() == []


@pytest.mark.parametrize("title", ["n-result__title", "ant-result-title", "empty heading-title"])
def test_a_title_by_its_class(title: str) -> None:
    """Components for results draw their title in a box."""
    hints = [el("p", f"hint {i}") for i in range(5)]
    application = Application().led().shows(el("div", "Page not found", class_=title), *hints, link("Home", "/"))
    application.page.lives(30_000)
    assert "dead_end" in application.visit.kinds()
