"""dead_end: views of applications that say in unknown words that they are missing are known by how they are made."""

from __future__ import annotations

import pytest

from replay_signals.schemas.confidence import TABLE
from support import events as rrweb
from support.dom import El, button, el, field_, link
from support.web import Page, Visit

SITE = "http://glowworm.test"
UNKNOWN = "Frobbulo zwixen"
"""In no table of words."""
PARTS = ("Lamps", "Oil", "Wicks")


def message(*more: El) -> list[El]:
    return [el("h2", UNKNOWN), el("p", "Zarbi dulo."), *more]


class Application:
    """A menu that marks where one is, and a place for views; links to what is tested stand in the view and below it."""

    def __init__(self, marked_by: str = "class", menu: str = "a") -> None:
        self.visit, self.marked_by = Visit(), marked_by
        on = {"class": "active", "aria-current": "page", "aria-selected": "true"}[marked_by]
        self.on, self.off = on, "" if marked_by == "class" else "false"
        rows = [el("p", link(f"Lamp {i}", f"/lamp/{i}"), el("span", f"{i} pieces")) for i in range(12)]
        self.view = el(
            "section", field_("size"), button("Order", id="order"), link("The old one", "/old", id="old"), *rows
        )
        items = [self.item(menu, part, on if part == "Lamps" else self.off) for part in PARTS]
        bar = el("nav", *items, id="bar")
        imprint = el("footer", link("Imprint", "/imprint", id="imprint"))
        self.page: Page = self.visit.open(f"{SITE}/lamps", bar, el("main", self.view, id="main"), imprint)

    def item(self, menu: str, part: str, state: str) -> El:
        marked = {self.marked_by.replace("class", "class_"): state}
        if menu == "a":
            return link(part, f"/{part.lower()}", id=part.lower(), **marked)
        return el("div", part, role=menu, id=part.lower(), **marked)

    def shows(self, content: list[El], at: float, on: str | None = None, off: str | None = "lamps") -> Application:
        """Another view, and with it the marks of the menu."""
        new = el("section", *content)
        self.page.removes(self.view, at=at, from_="main").adds(new, at=at, into="main").at_once(2)
        self.view = new
        states = [(name, state) for name, state in ((off, self.off), (on, self.on)) if name is not None]
        changes = [{"id": self.page.node(name).node_id, "attributes": {self.marked_by: s}} for name, s in states]
        if changes:
            self.page.record(rrweb.mutation(at + 1, attributes=changes))
        return self

    def dead_ends(self, until: float = 40_000) -> int:
        self.page.lives(until)
        return self.visit.kinds().count("dead_end")


def listed() -> list[El]:
    return [el("p", link(f"Oil {i}", f"/oil/{i}"), el("span", f"{i} litres")) for i in range(12)]


@pytest.mark.parametrize("marked_by", ["class", "aria-current", "aria-selected"])
@pytest.mark.parametrize("menu", ["a", "tab"])
@pytest.mark.parametrize("leaves", ["back", "home", "stays"])
def test_a_link_to_what_is_not_there(marked_by: str, menu: str, leaves: str) -> None:
    application = Application(marked_by, menu)
    home = link("Zur", "/", id="home")
    application.page.click("old", at=4000)
    application.shows(message(home), at=4080)
    if leaves == "home":
        application.page.click("home", at=9900)
    if leaves != "stays":
        application.shows(listed(), at=10_000, on="lamps", off=None)
    application.page.lives(40_000)
    outcome = application.visit.outcome()
    assert outcome.kinds.count("dead_end") == 1
    assert outcome.signal("dead_end").confidence == TABLE.confidence("dead_end", "lost")


def test_an_address_that_is_not_there() -> None:
    application = Application().shows(message(link("Zur", "/")), at=9000).shows(listed(), at=17_000, on="oil", off=None)
    assert application.dead_ends() == 1


@pytest.mark.parametrize(
    "content",
    [
        message(),
        message(link("Zur", "/"), link("Lamp of its own", "/lamp/500")),
        message(link("Zur", "/"), field_("mail")),
        message(link("Zur", "/"), button("Zarbi")),
        message(link("Zur", "/"), *[el("p", f"line {i}") for i in range(30)]),
        message(link("Zur", "/"), link("Oil", "/oil"), link("Wicks", "/wicks")),
    ],
    ids=["text alone", "more of its own", "a field", "a button", "much to read", "several ways"],
)
def test_short_views_that_offer_something_else(content: list[El]) -> None:
    application = Application()
    application.page.click("old", at=4000)
    application.shows(content, at=4080).shows(listed(), at=12_000, on="lamps", off=None)
    assert application.dead_ends() == 0


@pytest.mark.parametrize("marked_by", ["class", "aria-current", "aria-selected"])
@pytest.mark.parametrize("menu", ["a", "tab"])
def test_a_part_of_the_application_with_nothing_in_it(marked_by: str, menu: str) -> None:
    """The menu says that it is one."""
    application = Application(marked_by, menu)
    application.page.click("oil", at=4000)
    application.shows(message(link("Zur", "/")), at=4080, on="oil").shows(listed(), at=12_000, on="lamps", off="oil")
    assert application.dead_ends() == 0


@pytest.mark.parametrize("link_", ["imprint", "old"])
def test_what_stands_on_every_page_and_what_a_menu_without_marks_leads_to(link_: str) -> None:
    """A basket with nothing in it, an imprint."""
    application = Application()
    application.page.click(link_, at=4000)
    application.shows(message(link("Zur", "/")), at=4080, off="lamps" if link_ == "imprint" else None)
    application.shows(listed(), at=12_000, on="lamps" if link_ == "imprint" else None, off=None)
    assert application.dead_ends() == 0


@pytest.mark.parametrize("then", ["used", "more came", "left soon"])
def test_a_view_that_was_of_use_or_came_in_steps(then: str) -> None:
    application = Application()
    application.page.click("old", at=4000)
    application.shows(message(link("Zur", "/", id="home")), at=4080)
    if then == "used":
        application.page.click("home", at=6000)
    elif then == "more came":
        application.page.adds(el("div", *listed()), at=5500, into=application.view)
    application.shows(listed(), at=6500 if then == "left soon" else 14_000, on="lamps", off=None)
    assert application.dead_ends() == 0


@pytest.mark.parametrize("how", ["button", "typed"])
def test_a_receipt(how: str) -> None:
    application = Application()
    if how == "typed":
        application.page.types("size", "seven", at=3000)
        at = 9000
    else:
        application.page.click("order", at=4000)
        at = 4300
    application.shows(message(link("Zur", "/")), at=at).shows(listed(), at=at + 9000, on="lamps", off=None)
    assert application.dead_ends() == 0


def test_a_clock_in_the_message_changes_nothing() -> None:
    application = Application()
    clock = el("b", "10")
    application.page.click("old", at=4000)
    application.shows(message(link("Zur", "/"), clock), at=4080)
    for i in range(5):
        application.page.adds(el("i", f"{i}"), at=5000 + 1000 * i, into=clock)
    application.shows(listed(), at=12_000, on="lamps", off=None)
    assert application.dead_ends() == 1


@pytest.mark.parametrize(("gap_ms", "found"), [(4, 1), (300, 1), (1500, 0)])
def test_the_view_before_is_taken_away_first(gap_ms: float, found: int) -> None:
    """Some frameworks end the transition of what goes before they draw what comes."""
    application = Application()
    application.page.click("old", at=4000)
    new = el("section", *message(link("Zur", "/")))
    application.page.removes(application.view, at=4080, from_="main").adds(new, at=4080 + gap_ms, into="main")
    application.view = new
    lamps = application.page.node("lamps").node_id
    application.page.record(rrweb.mutation(4081 + gap_ms, attributes=[{"id": lamps, "attributes": {"class": ""}}]))
    application.shows(listed(), at=14_000, on="lamps", off=None)
    assert application.dead_ends() == found


@pytest.mark.parametrize("by_hand", [True, False])
def test_fields_that_a_script_filled_are_no_form_to_send(by_hand: bool) -> None:
    application = Application()
    if by_hand:
        application.page.types("size", "seven", at=3000)
    else:
        application.page.inputs("size", "seven", at=3000)
    application.shows(message(link("Zur", "/")), at=9000).shows(listed(), at=17_000, on="oil", off=None)
    assert application.dead_ends() == (not by_hand)
