"""dead_end: pages that say in unknown words that they are missing are known by how they are made."""

from __future__ import annotations

import pytest

from replay_signals.schemas.confidence import TABLE
from support.dom import El, button, el, field_, link
from support.web import Page, Visit

SITE = "http://glowworm.test"
UNKNOWN = "Frobbulo zwixen"
"""In no table of words."""


def header() -> El:
    return el("header", el("nav", link("Lamps", "/lamps"), link("Oil", "/oil"), link("Wicks", "/wicks", id="wicks")))


def footer() -> El:
    return el("footer", link("Terms", "/terms"), link("Top", "#"))


def shop(visit: Visit, path: str = "/lamps", at: float = 0, *more: El) -> Page:
    rows = [el("p", link(f"Lamp {i}", f"/lamp/{i}"), el("span", f"{i} pieces")) for i in range(12)]
    return visit.open(f"{SITE}{path}", header(), el("main", *more, *rows), footer(), at=at)


def message(*more: El) -> El:
    return el("main", el("h1", UNKNOWN), el("p", "Zarbi dulo."), *more)


def looked(
    *content: El, path: str = "/lamp/977", came_ms: float = 20_000, looked_ms: float = 8000, goes: bool = True
) -> Visit:
    """A page of the shop, what an address leads to, and back."""
    visit = Visit()
    shop(visit, "/").lives(4500)
    shop(visit, at=5000).lives(19_500)
    lost = visit.open(f"{SITE}{path}", header(), *content, footer(), at=came_ms)
    lost.lives(came_ms + looked_ms)
    if goes:
        shop(visit, at=came_ms + looked_ms).lives(came_ms + 30_000)
    return visit


@pytest.mark.parametrize("goes", [True, False], ids=["turned back", "ended"])
@pytest.mark.parametrize("ways", [[], [link("Zur", "/")], [link("Lampi", "/lamps"), link("Olio", "/oil")]])
def test_a_message_in_words_of_no_table(goes: bool, ways: list[El]) -> None:
    outcome = looked(message(*ways), goes=goes).outcome()
    assert outcome.signal("dead_end").confidence == TABLE.confidence("dead_end", "lost")


@pytest.mark.parametrize(
    "content",
    [
        [link("A lamp of its own", "/lamp/5000")],
        [link("Home", "/"), link("Help", "/terms"), link("Oil lamps", "/oil")],
        [field_("size")],
        [button("Try again")],
        [el("p", f"line {i}") for i in range(60)],
    ],
    ids=["a way further", "three ways", "a field", "a button", "much to read"],
)
def test_a_short_page_that_offers_something(content: list[El]) -> None:
    assert "dead_end" not in looked(message(*content)).kinds()


def test_an_address_that_another_page_links_to() -> None:
    assert "dead_end" not in looked(message(), path="/terms").kinds()


def test_a_page_that_was_opened_before() -> None:
    visit = Visit()
    shop(visit, "/oil").lives(900)
    shop(visit, at=1000).lives(9500)
    for at in (10_000, 30_000):
        visit.open(f"{SITE}/imprint", header(), message(), footer(), at=at).lives(at + 8000)
        shop(visit, at=at + 8100).lives(at + 19_500)
    assert "dead_end" not in visit.kinds()


@pytest.mark.parametrize(("looked_ms", "found"), [(4500, True), (3000, False)])
def test_who_mistyped_an_address_sees_it_at_once(looked_ms: float, found: bool) -> None:
    assert ("dead_end" in looked(message(), looked_ms=looked_ms).kinds()) == found


def test_who_comes_back_from_another_site_is_thanked() -> None:
    """A payment is made elsewhere."""
    assert "dead_end" not in looked(message(link("Lamps", "/lamps")), came_ms=60_000).kinds()


@pytest.mark.parametrize("how", ["click", "form"])
def test_a_receipt(how: str) -> None:
    """A button or the Enter key in a form leads to it."""
    visit = Visit()
    shop(visit, "/oil").lives(900)
    page = shop(visit, "/lamps", 1000, el("form", field_("size"), button("Order", id="order")))
    if how == "form":
        page.types("size", "seven", at=9000).lives(19_500)
        at = 20_000.0
    else:
        page.click("order", at=9000).lives(9300)
        at = 9400.0
    visit.open(f"{SITE}/order/done", header(), message(link("Lamps", "/lamps")), footer(), at=at).lives(at + 9000)
    assert "dead_end" not in visit.kinds()


@pytest.mark.parametrize(
    ("pressed", "found"),
    [(None, False), ("order", False), ("terms", False), ("size", False), ("oil-lamp", True), ("help", True)],
)
def test_a_form_that_was_left_aside_is_not_sent(pressed: str | None, found: bool) -> None:
    """Who pressed something else since does not wait for its answer."""
    visit = Visit()
    shop(visit, "/oil").lives(900)
    form = el("form", field_("size"), button("Order", id="order"), button("Our terms", id="terms"))
    page = shop(visit, "/lamps", 1000, form, link("An oil lamp", "/oil/7", id="oil-lamp"), button("Help", id="help"))
    page.types("size", "seven", at=9000)
    if pressed is not None:
        at = 14_000.0 if pressed == "oil-lamp" else 18_000.0
        page.click(pressed, at=at).adds(el("i", "."), at=at + 20)
    page.lives(19_900)
    visit.open(f"{SITE}/lamp/977", header(), message(link("Lamps", "/lamps")), footer(), at=20_000).lives(29_000)
    assert ("dead_end" in visit.kinds()) == found


@pytest.mark.parametrize(("told", "found"), [("/wicks", True), ("/lamps", False)])
def test_a_link_that_showed_its_own_page_led_to_no_other(told: str, found: bool) -> None:
    visit = Visit()
    shop(visit, "/oil").lives(900)
    page = shop(visit, at=1000)
    page.click("wicks", at=18_000).adds(el("p", "wicks"), at=18_040)
    visit.event("$pageview", 18_060, _current_url=f"{SITE}{told}")
    page.lives(18_900)
    visit.open(f"{SITE}/lamp/977", header(), message(link("Lamps", "/lamps")), footer(), at=19_000).lives(29_000)
    assert ("dead_end" in visit.kinds()) == found


def test_the_first_page_is_compared_with_nothing() -> None:
    visit = Visit()
    visit.open(f"{SITE}/lamp/977", header(), message(), footer()).lives(9000)
    assert "dead_end" not in visit.kinds()
