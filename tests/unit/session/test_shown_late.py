"""What only a checkout shows answers the click before it."""

from __future__ import annotations

import pytest

from support.dom import El, Text, button, el
from support.web import Page, Visit


def shop() -> tuple[Visit, Page]:
    visit = Visit()
    page = visit.open("http://shop.test/", button("Load", id="load"), button("More", id="more"), el("ul", id="list"))
    return visit, page.adds(el("p", "ready"), at=500)


def unsent(page: Page, *content: El | Text, into: str = "list") -> None:
    """The page changes, and the recorder does not tell."""
    for node in content:
        page.document.number(node)
        page.node(into).children.append(node)


@pytest.mark.parametrize(("shown", "after_ms", "verdict"), [(6, 400, "alive"), (6, 20_000, "dead"), (0, 400, "dead")])
def test_controls_that_only_a_checkout_shows(shown: int, after_ms: float, verdict: str) -> None:
    """A checkout long after the click tells nothing of it, and one that shows what was there answers nothing."""
    visit, page = shop()
    page.click("load", at=6000)
    unsent(page, *(el("li", button(f"Buy {i}")) for i in range(shown)))
    page.checks_out(at=6000 + after_ms).lives(60_000)
    assert visit.verdict("load") == verdict


def test_what_was_told_of_before_is_no_answer() -> None:
    visit, page = shop()
    page.adds(el("li", button("Buy")), at=3000, into="list").click("load", at=6000).checks_out(at=6400).lives(60_000)
    assert visit.verdict("load") == "dead"


def test_a_recorder_that_numbers_anew_shows_nothing_new() -> None:
    visit, page = shop()
    page.click("load", at=6000)
    for node in page.document.root.walk():
        node.node_id += 300
    page.document.document_id = 300
    page.checks_out(at=6400).lives(60_000)
    assert visit.kinds() == ["dead_click"]
