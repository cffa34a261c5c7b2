"""quick_back and dead_end where the page before stays in the document below the next one."""

from __future__ import annotations

import pytest

from support.dom import El, button, el, link
from support.web import Page, Visit

SITE = "http://grill.test"


def sheet(title: str, *content: El, id: str, **attrs: object) -> El:
    """A page with bars, as frameworks for mobile pages have them."""
    bar = el("div", el("div", el("b", title)), link("Basket", "/basket"), class_="navbar")
    tabs = el("div", *(link(name, f"/{name.lower()}") for name in ("Menu", "Account", "Help")), class_="tabs")
    return el("div", bar, tabs, *content, id=id, class_="page", **attrs)


def dishes() -> list[El]:
    return [el("p", f"Dish {i}") for i in range(8)]


class Stack:
    """A view with one page in it, whose link leads to another one."""

    def __init__(self) -> None:
        self.visit = Visit()
        self.below = sheet("Grill", link("Account", "/account", id="account"), *dishes(), id="below")
        self.page: Page = self.visit.open(f"{SITE}/", el("div", self.below, id="view"))

    def shows(self, top: El, at: float = 4080, hides: str = "aria_hidden", clicks: float = 4000) -> Stack:
        """The page comes on top, and some time later the one below is hidden."""
        if clicks:
            self.page.click("account", at=clicks)
        self.page.adds(top, at=at, into="view")
        hidden = {"aria_hidden": "true", "hidden": "", "style": "display: none"}[hides]
        self.page.sets("below", at=at + 400, **{hides: hidden})
        return self

    def goes_back(self, top: El, at: float, hides: str = "aria_hidden", preloads: bool = False) -> Stack:
        self.page.sets("below", at=at, **{hides: None})
        self.page.removes(top, at=at + 300, from_="view")
        if preloads:
            self.page.adds(sheet("Before", *dishes(), id="before"), at=at + 300, into="view").at_once(2)
        return self

    def kinds(self) -> list[str]:
        self.page.lives(30_000)
        return self.visit.kinds()


def account() -> El:
    return sheet("Account", el("p", "Aylin"), button("Change", id="change"), *dishes(), id="top")


@pytest.mark.parametrize("hides", ["aria_hidden", "hidden", "style"])
@pytest.mark.parametrize(("back_ms", "kinds"), [(5900, ["quick_back"]), (15_000, [])])
def test_there_and_back(hides: str, back_ms: float, kinds: list[str]) -> None:
    top = account()
    stack = Stack().shows(top, hides=hides).goes_back(top, back_ms, hides=hides)
    assert stack.kinds() == kinds


@pytest.mark.parametrize(
    ("out", "back", "kinds"),
    [
        (["page active fade out", "page"], ["page active fade in reverse", "page active"], ["quick_back"]),
        (["page blurred"], ["page"], []),
        (["page blurring", "page blurred"], ["page"], []),
        (["page active", "page blinks", "page active"], ["page blinks", "page active"], []),
    ],
    ids=["slides", "behind a sheet", "behind a sheet that fades in", "blinks"],
)
@pytest.mark.parametrize("back_ms", [5000, 7500])
def test_pages_that_slide_by_class(out: list[str], back: list[str], kinds: list[str], back_ms: float) -> None:
    """Of the page before only how it looks then is known, not how it looked; a list in it is moved meanwhile."""
    top, stack = account(), Stack()
    stack.page.adds(el("div", id="box"), at=400, into="below")
    stack.page.adds(el("ul", *(el("li", f"{i}") for i in range(25))), at=500, into="box")
    moved = stack.visit.recorded["window-1"][-1]["data"]["adds"][0]
    stack.page.click("account", at=4000).adds(top, at=4080, into="view").sets("below", at=4080, class_=out[0]).at_once(
        2
    )
    data = stack.visit.recorded["window-1"][-1]["data"]
    data["removes"].append({"parentId": moved["parentId"], "id": moved["node"]["id"]})
    data["adds"].append(moved | {"parentId": stack.page.node("view").node_id})
    for at, changes in ((4380, out[1:]), (back_ms, back)):
        for i, value in enumerate(changes):
            stack.page.sets("below", at=at + 300 * i, class_=value)
    stack.page.removes(top, at=back_ms + 300, from_="view")
    assert stack.kinds() == kinds


def test_the_page_before_that_one_is_loaded_below_them() -> None:
    top = account()
    stack = Stack().shows(top).goes_back(top, 5900, preloads=True)
    assert stack.kinds() == ["quick_back"]
    assert stack.visit.outcome().evidence("quick_back")["page"] == f"{SITE}/account"


def test_a_page_that_is_shown_before_the_recorder_is_told_of_the_click() -> None:
    top = account()
    stack = Stack().shows(top, at=3996, clicks=4000).goes_back(top, 5900)
    assert stack.kinds() == ["quick_back"]


def test_a_page_that_was_used_or_stays() -> None:
    top = account()
    stack = Stack().shows(top)
    stack.page.click("change", at=5000).says("change", "Save", at=5050)
    assert stack.goes_back(top, 6000).kinds() == []
    assert Stack().shows(account()).kinds() == []


def test_a_page_that_is_drawn_anew_was_not_left() -> None:
    """First its bars, then all of it."""
    top = account()
    stack = Stack().shows(top)
    stack.page.removes(top, at=5200, from_="view").adds(account(), at=5200, into="view").at_once(2)
    assert stack.kinds() == []


@pytest.mark.parametrize("kind", ["dialog", "picture", "message"])
def test_what_closes_by_a_key_or_by_itself_is_no_page(kind: str) -> None:
    top = {
        "dialog": el("div", sheet("Account", *dishes(), id="inner"), id="top", role="dialog"),
        "picture": el("div", el("img"), button("Close"), id="top"),
        "message": el("div", "You are in", id="top"),
    }[kind]
    stack = Stack().shows(top).goes_back(top, 5900)
    assert stack.kinds() == []


@pytest.mark.parametrize(("said", "kinds"), [("Page not found", ["dead_end"]), ("Account", [])])
@pytest.mark.parametrize("turns_back", [True, False])
def test_a_missing_page_on_top(said: str, kinds: list[str], turns_back: bool) -> None:
    top = el("div", el("h1", said), el("p", "Ask us"), link("Home", "/"), id="top")
    stack = Stack().shows(top)
    if turns_back:
        stack.goes_back(top, 12_000)
    assert stack.kinds() == kinds


def test_an_error_message_that_hides_nothing() -> None:
    stack = Stack()
    stack.page.click("account", at=4000)
    stack.page.adds(el("div", el("h2", "Something went wrong"), id="toast"), at=4080, into="view")
    assert stack.kinds() == []
