"""input_struggle: a field or form that would not take what was typed."""

from __future__ import annotations

from support.dom import button, el, field_
from support.web import Page, Visit


def contact() -> tuple[Visit, Page]:
    visit = Visit()
    box = el("form", field_("phone", "tel"), el("p", "-", id="hint"), button("Send", id="send"), id="form")
    return visit, visit.open("http://shop.test/contact", box)


def lengths(page: Page, *values: int, at: float = 2000) -> Page:
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


def test_refused_once_is_normal() -> None:
    visit, page = contact()
    page.click("send", at=5000).adds(el("p", "Not a phone number", role="alert"), at=5030, into="form").lives(60_000)
    assert "input_struggle" not in visit.kinds()


def test_typed_cut_back_and_typed_again_three_times() -> None:
    visit, page = contact()
    lengths(page, 2, 4, 6, 3, 1, 3, 6, 2, 1, 4, 6, 3, 1, 0, 2, 6).lives(60_000)
    assert visit.outcome().evidence("input_struggle")["corrections"] >= 3


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
