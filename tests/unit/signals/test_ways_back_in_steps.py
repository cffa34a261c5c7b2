"""quick_back in single-page applications whose pages come in several steps, or are gone on from by an address."""

from __future__ import annotations

import pytest

from support.dom import El, button, el, field_, link
from support.web import Page, Visit

SITE = "http://manual.test"
CHAPTERS = ("Begin", "Write", "Publish", "Themes")


def chapters() -> El:
    return el("ul", *(el("li", link(name, f"/#/{name.lower()}")) for name in CHAPTERS), id="chapters")


def chapter(name: str, *content: El) -> El:
    return el("article", el("h1", name), link(f"{name} further", f"/#/{name.lower()}?id=1"), *content)


class Manual:
    """Documentation: a side bar that is drawn anew with each page, and the page."""

    def __init__(self, *first: El) -> None:
        self.visit = Visit()
        self.bar = chapters()
        self.article = chapter("Begin", link("Write", "/#/write", id="write"), *first)
        side, main = el("aside", self.bar, id="side"), el("main", self.article, id="main")
        self.page: Page = self.visit.open(f"{SITE}/#/begin", side, main)

    def shows(self, article: El, at: float, bar_after: float | None = 120) -> Manual:
        self.page.removes(self.article, at=at, from_="main").adds(article, at=at, into="main").at_once(2)
        self.article = article
        if bar_after is not None:
            self.page.removes(self.bar, at=at + bar_after, from_="side")
            self.bar = chapters()
            self.page.adds(self.bar, at=at + bar_after, into="side").at_once(2)
        return self

    def quick_backs(self) -> list[str]:
        self.page.lives(30_000)
        return [kind for kind in self.visit.kinds() if kind == "quick_back"]


def begin(*content: El) -> El:
    return chapter("Begin", link("Write", "/#/write"), *content)


@pytest.mark.parametrize(("back_ms", "kinds"), [(6000, ["quick_back"]), (15_000, []), (None, [])])
def test_a_menu_that_is_drawn_after_the_page_is_no_way_back(back_ms: float | None, kinds: list[str]) -> None:
    manual = Manual()
    manual.page.click("write", at=4000)
    manual.shows(chapter("Write"), at=4040)
    if back_ms is not None:
        manual.shows(begin(), at=back_ms)
    assert manual.quick_backs() == kinds


def test_labels_are_known_by_their_words() -> None:
    """Libraries make the ids that bind them to their fields anew."""

    def asked(run: str) -> list[El]:
        return [el("label", f"Question {i}", for_=f"{run}-{i}") for i in range(6)]

    manual = Manual(*asked("first"))
    manual.page.click("write", at=4000)
    manual.shows(chapter("Write"), at=4040).shows(begin(*asked("second")), at=6000)
    assert manual.quick_backs() == ["quick_back"]


@pytest.mark.parametrize(("typed_ms", "kinds"), [(9000, ["quick_back"]), (None, [])], ids=["shown", "not shown"])
def test_an_address_that_is_told_after_other_content_came(typed_ms: float | None, kinds: list[str]) -> None:
    """It belongs to that content; told after nothing else came, it is where what looked like a way back led to."""
    manual = Manual()
    manual.page.click("write", at=4000)
    manual.visit.event("$autocapture", at=4000, _current_url=f"{SITE}/#/begin")
    manual.shows(chapter("Write"), at=4040).shows(begin(), at=6000)
    if typed_ms is not None:
        manual.shows(chapter("Themes", field_("colour"), button("Save", id="save")), at=typed_ms)
    else:
        manual.page.adds(button("Save", id="save"), at=6500, into="main")
    manual.page.click("save", at=12_000).says("save", "Saved", at=12_050)
    manual.visit.event("$autocapture", at=12_000, _current_url=f"{SITE}/#/themes")
    assert manual.quick_backs() == kinds


def test_an_address_that_leads_nowhere_is_no_way_back() -> None:
    """All that a missing page offers stands on the one before, too."""
    manual = Manual()
    manual.page.click("write", at=4000)
    manual.shows(chapter("Write"), at=4040)
    manual.shows(el("article", el("h1", "Page not found"), link("Write", "/#/write")), at=6900)
    manual.page.lives(20_000)
    assert manual.visit.kinds() == ["dead_end"]


def test_back_to_a_page_that_was_missing_before() -> None:
    manual = Manual()

    def missing() -> El:
        return el("article", el("h1", "Page not found"), link("Ask us", "/#/ask"), id="missing")

    manual.page.click("write", at=4000)
    manual.shows(missing(), at=4040)
    manual.page.click(manual.bar.walk()[2], at=12_000)  # type: ignore[arg-type]
    manual.shows(chapter("Begin", button("Copy")), at=12_040).shows(missing(), at=14_000)
    assert manual.quick_backs() == ["quick_back"]


def test_a_mark_that_is_set_and_taken_back() -> None:
    """The server did not take it; the link that was clicked is all that changed."""
    like, liked = link("Like", "/#/like", id="like"), link("Liked", "/#/like")
    manual = Manual()
    manual.page.adds(el("p", like, id="bar"), at=500, into="main").click("like", at=4000)
    manual.page.removes(like, at=4030, from_="bar").adds(liked, at=4030, into="bar").at_once(2)
    manual.page.removes(liked, at=5300, from_="bar").adds(link("Like", "/#/like"), at=5300, into="bar").at_once(2)
    assert manual.quick_backs() == []


def test_a_frame_for_what_is_on_its_way() -> None:
    manual = Manual()
    manual.page.click("write", at=4000)
    frame = el("article", *(el("i") for _ in range(30)))
    assert manual.shows(frame, at=4040).shows(chapter("Write", button("Copy")), at=5900).quick_backs() == []
