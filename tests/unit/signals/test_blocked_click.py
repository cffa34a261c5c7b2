"""blocked_click: clicks on disabled controls."""

from __future__ import annotations

import pytest

from support.dom import El, button, el, link
from support.web import Page, Visit


def page_with(element: El) -> tuple[Visit, Page]:
    visit = Visit()
    page = visit.open("http://shop.test/", element, el("p", "0", id="total"))
    return visit, page.says("total", "1", at=500)


@pytest.mark.parametrize(
    "element",
    [
        button("Pay", id="it", disabled=""),
        button("Pay", id="it", disabled=True),
        button("Pay", id="it", aria_disabled="true"),
        el("div", "Pay", id="it", role="button", aria_disabled="true"),
        link("Pay", "/pay", id="it", aria_disabled="true"),
        button("Download", id="it", disabled=""),
        el("input", id="it", type="checkbox", disabled=""),
        el("input", id="it", type="text", disabled=""),
    ],
    ids=lambda e: f"{e.tag}-{'-'.join(f'{k}={v}' for k, v in e.attrs.items())}",
)
def test_a_disabled_control(element: El) -> None:
    visit, page = page_with(element)
    page.click("it", at=4000).lives(60_000)
    assert visit.kinds() == ["blocked_click"]
    assert visit.outcome().rows.interactions[0].reason == "the control is disabled"


@pytest.mark.parametrize(
    "element", [button("Pay", id="it", disabled=False), button("Pay", id="it", aria_disabled="false")]
)
def test_a_control_that_says_it_is_not_disabled(element: El) -> None:
    visit, page = page_with(element)
    page.click("it", at=4000).lives(60_000)
    assert visit.kinds() == ["dead_click"]


def test_a_button_that_was_enabled_in_time_is_dead_not_blocked() -> None:
    visit, page = page_with(button("Pay", id="it", disabled=""))
    page.sets("it", at=2000, disabled=None).click("it", at=6000).lives(60_000)
    assert visit.kinds() == ["dead_click"]


def test_a_button_that_was_disabled_later() -> None:
    visit, page = page_with(button("Pay", id="it"))
    page.sets("it", at=2000, disabled="").click("it", at=6000).lives(60_000)
    assert visit.kinds() == ["blocked_click"]


def test_a_button_that_its_own_click_disables_works() -> None:
    """Submit buttons do that while the request is under way."""
    visit, page = page_with(button("Pay", id="it"))
    page.click("it", at=4000).sets("it", at=4010, disabled="").lives(60_000)
    assert visit.verdict("it") == "alive"


def test_a_disabled_control_that_says_why_answered() -> None:
    visit, page = page_with(button("Pay", id="it", aria_disabled="true"))
    page.click("it", at=4000).adds(el("p", "Choose a size first"), at=4020).lives(60_000)
    assert visit.kinds() == []


def test_hammering_on_a_disabled_button_is_rage() -> None:
    visit, page = page_with(button("Pay", id="it", disabled=""))
    page.clicks("it", 4000, 4250, 4500, 4750).lives(60_000)
    assert visit.kinds() == ["rage_click"]
