"""What acts outside the page by its name, and is tried again."""

from __future__ import annotations

import pytest

from support import events as rrweb
from support.dom import El, button, el, field_, link
from support.web import Page, Visit

URL = "http://docs.test/orders"


def page_with(control: El, *content: El) -> tuple[Visit, Page]:
    visit = Visit()
    page = visit.open(URL, control, button("More", id="more"), el("p", "0", id="n"), *content)
    page.click("more", at=1500).says("n", "1", at=1540)
    return visit, page


@pytest.mark.parametrize(
    "control",
    [
        button("Download PDF", id="it"),
        button("Copy link", id="it"),
        link("Share with a colleague", "javascript:void(0)", id="it"),
        el("span", id="it", role="button", class_="fa fa-download"),
        el("a", el("i", class_="fa fa-download"), "Kit", href="javascript:void(0)", onclick="down()", id="it"),
    ],
    ids=["download", "copy", "share", "icon", "icon inside"],
)
@pytest.mark.parametrize("times", [(4000, 7000), (4000, 5500, 9000), (4000, 10_500)])
def test_tried_again_in_vain(control: El, times: tuple[float, ...]) -> None:
    visit, page = page_with(control)
    page.clicks("it", *times).lives(60_000)
    assert visit.kinds() == ["dead_click"] * len(times)


@pytest.mark.parametrize("name", ["Download PDF", "Copy link", "Share"])
def test_once_and_in_one_go(name: str) -> None:
    visit, page = page_with(button(name, id="it"))
    page.click("it", at=4000).click("more", at=6000).says("n", "2", at=6040)
    page.double_click("it", at=20_000).lives(60_000)
    assert visit.kinds() == []


@pytest.mark.parametrize("later", [9000, 40_000])
def test_once_more_much_later(later: float) -> None:
    visit, page = page_with(button("Download PDF", id="it"))
    page.clicks("it", 4000, 4000 + later).lives(90_000)
    assert visit.kinds() == []


def test_something_else_in_between() -> None:
    visit, page = page_with(button("Export CSV", id="it"), field_("count"))
    page.click("it", at=4000).click("more", at=5500).says("n", "2", at=5540).click("it", at=7500)
    page.click("it", at=20_000).types("count", "20", at=21_500).click("it", at=24_000).lives(90_000)
    assert "dead_click" not in visit.kinds()


@pytest.mark.parametrize("name", ["Listen", "Play", "Mute", El("i", {"class": "fa fa-play"}, [])])
def test_what_plays_stops_at_the_second_press(name: str | El) -> None:
    visit, page = page_with(el("button", name, id="it"))
    page.clicks("it", 4000, 8000).lives(60_000)
    assert visit.kinds() == []


def test_what_says_how_it_acts() -> None:
    paper = button("Kit", id="paper", onclick="window.print()")
    mail = link("Mail", "mailto:a@b.test", id="mail")
    visit, page = page_with(link("List", "/list.csv", id="it", download=""), mail, paper)
    page.clicks("it", 4000, 7000).clicks("mail", 20_000, 23_000).clicks("paper", 40_000, 43_000).lives(60_000)
    assert visit.kinds() == []


def test_another_one_of_its_kind() -> None:
    visit, page = page_with(button("Download PDF", id="it"), button("Download PDF", id="next"))
    page.click("it", at=4000).click("next", at=7000).lives(60_000)
    assert visit.kinds() == []


def test_one_try_that_sends_a_request_or_shows_something() -> None:
    visit, page = page_with(button("Export CSV", id="it"), button("Copy link", id="copy"))
    page.click("it", at=4000).asks("/api/export", at=4010).click("it", at=7000)
    page.click("copy", at=20_000).click("copy", at=23_000).adds(el("p", "Copied"), at=23_030).lives(60_000)
    assert visit.kinds() == []


@pytest.mark.parametrize(("how", "kinds"), [("reload", ["dead_click"] * 2), ("navigate", [])])
def test_on_the_page_that_was_loaded_anew(how: str, kinds: list[str]) -> None:
    visit, page = page_with(button("Download PDF", id="it"))
    page.click("it", at=4000)
    again = visit.open(URL, button("Download PDF", id="it"), at=6500, how=how)
    again.click("it", at=8500).lives(60_000)
    assert [kind for kind in visit.kinds() if kind == "dead_click"] == kinds


@pytest.mark.parametrize(("host", "kinds"), [("x-button", []), ("div", ["dead_click"] * 2)])
def test_a_component_whose_focus_nobody_tells(host: str, kinds: list[str]) -> None:
    visit, page = page_with(el(host, button("Print", id="it"), tabindex="0"))
    page.clicks("it", 4000, 9000).lives(60_000)
    assert visit.kinds() == kinds


# The whole screen, which changes the size of the window


@pytest.mark.parametrize("name", ["Full screen", "Vollbild", "全屏"])
@pytest.mark.parametrize(("times", "kinds"), [((4000,), []), ((4000, 7000), ["dead_click"] * 2)])
def test_a_silent_button_for_the_whole_screen(name: str, times: tuple[float, ...], kinds: list[str]) -> None:
    visit, page = page_with(button(name, id="it"))
    page.clicks("it", *times).lives(60_000)
    assert visit.kinds() == kinds


@pytest.mark.parametrize("after", [30, 400])
def test_a_window_that_fills_the_screen(after: float) -> None:
    visit, page = page_with(button("Full screen", id="it"))
    page.click("it", at=4000).record(rrweb.incremental(4000 + after, 4, width=1920, height=1080)).lives(60_000)
    assert visit.kinds() == []
    assert visit.verdict("it") == "alive"


def test_a_component_that_only_the_tab_key_tells_of() -> None:
    """Tried again it was taken for a control; once it may be a text, and a part of the page is no control at all."""
    item, text, part = (el(f"my-{name}", el("p", name), id=name, tabindex="0") for name in ("tab", "text", "part"))
    for _ in range(80):
        part.children.append(el("p", "a row"))
    visit, page = page_with(item, text, part)
    page.clicks("tab", 4000, 7000).click("text", at=20_000).clicks("part", 35_000, 38_000).lives(60_000)
    assert visit.kinds() == ["dead_click", "dead_click"]
    assert visit.verdict("tab") == "dead"


@pytest.mark.parametrize("again_ms", [300, 3000])
def test_a_box_that_only_the_tab_key_tells_of(again_ms: float) -> None:
    """A box that scrolls is in the tab order, too."""
    visit, page = page_with(el("div", el("p", "a text"), id="it", tabindex="0"))
    page.clicks("it", 4000, 4000 + again_ms).lives(60_000)
    assert visit.kinds() == []
