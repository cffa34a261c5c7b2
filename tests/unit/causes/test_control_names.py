"""Controls under names that last: two builds of one app, with other hashes, another order and another language."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from replay_signals.schemas.rows import InteractionRow
from support.dom import El, button, el, link
from support.mobile import App
from support.mobile import button as button_view
from support.mobile_recorders import Android
from support.web import Page, Visit

ENGLISH = {
    "orders": "Orders", "help": "Help", "imprint": "Legal", "search": "Search", "save": "Save", "remove": "Remove",
    "coupon": "Apply coupon", "pay": "Pay now", "log in": "Log in", "close": "Close", "mail": "Send me mail",
}  # fmt: skip
GERMAN = {
    "orders": "Bestellungen", "help": "Hilfe", "imprint": "Impressum", "search": "Suchen", "save": "Speichern",
    "remove": "Entfernen", "coupon": "Gutschein einlösen", "pay": "Jetzt bezahlen", "log in": "Anmelden",
    "close": "Schließen", "mail": "Post senden",
}  # fmt: skip


class Build:
    """One build: `hashes` are what its tools add to class names, `prefix` is the language's in its addresses."""

    def __init__(self, words: Mapping[str, str], hashes: str, prefix: str, *, reverse: bool = False) -> None:
        self.words, self.hashes, self.prefix, self.reverse = words, hashes, prefix, reverse
        self.named: dict[str, El] = {}

    def made(self, name: str, element: El) -> El:
        self.named[name] = element
        return element

    def css(self, local: str) -> str:
        return f"css-{self.hashes[0]}1x{self.hashes[1]}9z {local}__{self.hashes}"

    def page(self) -> list[El]:
        w = self.words
        nav = [
            self.made("nav orders", link(w["orders"], f"{self.prefix}/orders")),
            self.made("nav help", link(w["help"], f"{self.prefix}/help")),
        ]
        panels = [
            el(
                "form",
                el("input", id="nick"),
                self.made("save profile", button(w["save"], class_=self.css("Form_root"))),
                action=f"{self.prefix}/account/profile",
            ),
            el(
                "div",
                self.made("save shipping", button(w["save"], type="button", class_=self.css("Panel_saveAll"))),
                id="shipping",
            ),
        ]
        rows = [el("li", self.made(f"remove {i}", button(w["remove"], class_=self.css("Cart_remove")))) for i in (1, 2)]
        order = -1 if self.reverse else 1
        return [
            el(
                "header",
                el("nav", *nav[::order]),
                self.made("search", button(w["search"], class_=f"sc-{self.hashes} open-search")),
            ),
            el(
                "main",
                *panels[::order],
                el("ul", *rows),
                self.made("pay", button(w["pay"], data_testid="pay-now", class_=self.css("Button_primary"))),
                self.made("coupon", button(w["coupon"], id="coupon", class_=self.css("Button_ghost"))),
                self.made("order", link("4711", f"{self.prefix}/orders/{4711 + len(self.hashes)}")),
                id="content",
            ),
            el("footer", self.made("imprint", link(w["imprint"], f"{self.prefix}/legal"))),
        ]


def clicks_on(app: Build, url: str = "http://a.test/cart", *, later: bool = False) -> dict[str, InteractionRow]:
    """The interaction with each control. `later`: the page's content comes after the snapshot, as frameworks do."""
    visit = Visit()
    content = app.page()
    if later:
        page: Page = visit.open(url, el("div", id="app"))
        for part in content:
            page.adds(part, at=500, into="app")
    else:
        page = visit.open(url, *content)
    for i, element in enumerate(app.named.values()):
        page.click(element, at=3000 + 9000 * i)
    page.lives(3000 + 9000 * len(app.named))
    rows = visit.outcome().rows.interactions
    assert len(rows) == len(app.named)
    return dict(zip(app.named, rows, strict=True))


def keys(rows: Mapping[str, InteractionRow]) -> dict[str, tuple[str, str]]:
    return {name: (row.place, row.element_key) for name, row in rows.items()}


FIRST = Build(ENGLISH, "x7Gh2", "")


def test_another_build_in_another_order_and_language_has_the_same_controls() -> None:
    before = keys(clicks_on(FIRST))
    after = keys(clicks_on(Build(GERMAN, "Qp31z", "/de", reverse=True), "http://a.test/de/cart"))
    assert after == before


def test_controls_that_a_framework_adds_later_are_those_of_the_snapshot() -> None:
    assert keys(clicks_on(FIRST, later=True)) == keys(clicks_on(FIRST))


def test_each_control_has_its_own_name_and_rows_share_one() -> None:
    found = keys(clicks_on(FIRST))
    assert found["save profile"] != found["save shipping"]
    assert found["remove 1"] == found["remove 2"]
    assert len(set(found.values())) == len(found) - 1


def test_what_every_page_shows_is_in_the_layout() -> None:
    places = {name: row.place for name, row in clicks_on(FIRST).items()}
    assert {name for name, place in places.items() if place == "layout"} == {
        "nav orders", "nav help", "search", "imprint",
    }  # fmt: skip
    assert set(places.values()) == {"layout", "/cart"}


@pytest.mark.parametrize(
    "content",
    [
        el("main", el("nav", button("Next", id="x"))),
        el("article", el("header", button("Follow", id="x"))),
        el("section", el("footer", button("More", id="x"))),
        el("div", button("Yes", id="x"), role="dialog"),
        el("div", el("div", button("Delete", id="x"), class_="card-header")),
        el("ul", el("li", button("Tab", id="x")), class_="nav nav-tabs"),
        el("div", button("Bold", id="x"), class_="toolbar"),
    ],
)
def test_a_landmark_of_the_content_is_no_layout(content: El) -> None:
    visit = Visit()
    visit.open("http://a.test/cart", content).click("x", at=3000).lives(12_000)
    assert visit.outcome().click("x").place == "/cart"


@pytest.mark.parametrize(
    "content",
    [
        el("nav", el("section", button("Shop", id="x"))),
        el("div", button("Shop", id="x"), class_="site-header"),
        el("div", button("Shop", id="x"), id="sidebar"),
        el("div", el("div", button("Shop", id="x")), role="banner"),
        el("ul", el("li", button("Shop", id="x")), class_="navbar-nav bg-dark sidebar"),
    ],
)
def test_a_landmark_by_tag_role_or_name(content: El) -> None:
    visit = Visit()
    visit.open("http://a.test/cart", content).click("x", at=3000).lives(12_000)
    assert visit.outcome().click("x").place == "layout"


def test_links_with_one_target_are_told_apart_and_templates_are_not() -> None:
    visit = Visit()
    links = [
        link("With a bird", "/home", class_="btn btn-bird"),
        link("With a fish", "/home", class_="btn btn-fish"),
        link("Boots", "/product/1"),
        link("Shoes", "/product/2"),
    ]
    page = visit.open("http://a.test/login", *links)
    for i, one in enumerate(links):
        page.click(one, at=3000 + 9000 * i)
    page.lives(40_000)
    keys = [row.element_key for row in visit.outcome().rows.interactions]
    assert keys == ["a→/home.btn-bird", "a→/home.btn-fish", "a→/product/:id", "a→/product/:id"]


@pytest.mark.parametrize("href", ["#", "#!", "#top"])
def test_a_link_that_a_script_acts_for_is_one_control_on_all_pages(href: str) -> None:
    found = []
    for url in ("http://a.test/cart", "http://a.test/help"):
        terms, privacy = link("Terms", href), link("Privacy", href)
        visit = Visit()
        visit.open(url, el("footer", terms, privacy)).click(terms, at=3000).click(privacy, at=9000).lives(20_000)
        found.append([(row.place, row.element_key) for row in visit.outcome().rows.interactions])
    assert found[0] == found[1]
    assert len(set(found[0])) == 2


def test_a_masked_name_tells_no_two_controls_apart() -> None:
    visit = Visit()
    rows = [button(f"Call {name}") for name in ("Maria Keller", "Jonas Brandt")]
    page = visit.open("http://a.test/staff", el("table", *(el("tr", el("td", one)) for one in rows), id="staff"))
    page.click(rows[0], at=3000).click(rows[1], at=9000).lives(20_000)
    one, other = (row.element_key for row in visit.outcome().rows.interactions)
    assert one == other == "table#staff button"


def test_a_native_view_is_known_by_its_name_on_its_screen() -> None:
    app = App(Android()).tap("pay", 4000).open(15_200, "HelpActivity", button_view("ask", "Ask 3 of us", 200))
    rows = app.tap("ask", at=25_100).lives(60_000).outcome().rows.interactions
    assert [(row.place, row.element_key) for row in rows] == [
        (rows[0].page_pattern, "button:pay"), ("HelpActivity", "button:ask n of us"),
    ]  # fmt: skip
