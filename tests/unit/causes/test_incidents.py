"""Incidents and problems: signals of one trouble, and what makes troubles of many visitors one problem."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from replay_signals.schemas.rows import SignalRow
from support.dom import El, button, el, field_, link
from support.web import Page, Visit


def opened(visit: Visit, url: str = "http://a.test/cart", *content: El) -> Page:
    parts = content or (button("Pay", id="pay"), button("Help", id="help"))
    return visit.open(url, *parts, el("p", "0", id="n")).says("n", "1", at=500)


def signals(visit: Visit) -> list[SignalRow]:
    found = visit.outcome().rows.signals
    for incident in {s.incident_id for s in found}:
        own = [s for s in found if s.incident_id == incident]
        assert sum(s.is_leading for s in own) == 1
        assert len({(s.problem_id, s.failure, s.cause) for s in own}) == 1
    return found


def problem(story: Callable[[Visit], None]) -> SignalRow:
    """The leading signal of a visit's only incident."""
    visit = Visit()
    story(visit)
    (leading,) = [s for s in signals(visit) if s.is_leading]
    return leading


def throws(path: str, control: str = "pay", file: str = "app.js", at: int = 4000) -> Callable[[Visit], None]:
    def story(visit: Visit) -> None:
        page = opened(visit, f"http://a.test{path}").clicks(control, at, at + 300, at + 600)
        trace = f"sendOrder (http://a.test/{file}:1:20)"
        for t in (at, at + 300, at + 600):
            page.fails("Uncaught TypeError: x is undefined", at=t + 8, trace=trace)
        page.lives(20_000)

    return story


def asks(path: str, control: str, call: str) -> Callable[[Visit], None]:
    def story(visit: Visit) -> None:
        page = opened(visit, f"http://a.test{path}").click(control, at=4000)
        page.asks(call, at=4050, status=503, method="POST").lives(60_000)

    return story


def is_silent(path: str, content: El, name: str = "x") -> Callable[[Visit], None]:
    def story(visit: Visit) -> None:
        opened(visit, f"http://a.test{path}", content).click(name, at=4000).lives(60_000)

    return story


def test_what_one_click_set_off_is_one_incident_led_by_what_explains_it() -> None:
    visit = Visit()
    throws("/cart")(visit)
    found = signals(visit)
    assert {s.kind for s in found} >= {"rage_click", "error_click", "blocking_exception"}
    assert len({s.incident_id for s in found}) == 1
    assert {s.failure for s in found} == {"exception"}


def test_the_exit_joins_its_trouble() -> None:
    visit = Visit()
    opened(visit).clicks("pay", 4000, 4300, 4600).lives(13_000)
    found = signals(visit)
    assert {s.kind for s in found} >= {"rage_click", "unexpected_exit"}
    assert len({s.incident_id for s in found}) == 1
    assert {s.failure for s in found} == {"silence"}


def test_another_control_or_another_moment_is_another_incident() -> None:
    visit = Visit()
    opened(visit).click("pay", at=4000).click("help", at=14_000).click("pay", at=40_000).lives(90_000)
    found = [s for s in signals(visit) if s.is_leading]
    assert [s.element for s in found] == ['button#pay "Pay"', 'button#help "Help"', 'button#pay "Pay"']
    assert found[0].problem_id == found[2].problem_id != found[1].problem_id


def test_one_exception_is_one_problem_wherever_it_is_thrown() -> None:
    one, other = problem(throws("/cart")), problem(throws("/orders/3", "help", "app.js"))
    assert one.problem_id == other.problem_id
    assert one.exception_fingerprint == other.exception_fingerprint != ""
    assert one.cause == "TypeError: x is undefined in /app.js:sendOrder"


def test_a_new_build_is_no_new_problem() -> None:
    assert (
        problem(throws("/cart", file="app.1a2b3c4d.js")).problem_id
        == problem(throws("/cart", file="app.9f8e7d6c.js")).problem_id
    )


def test_an_exception_that_no_code_of_the_site_is_known_of_is_its_controls() -> None:
    def nameless(control: str) -> SignalRow:
        def story(visit: Visit) -> None:
            page = opened(visit).click(control, at=4000)
            page.fails("Uncaught TypeError: x is undefined", at=4008, trace=":3:20").lives(60_000)

        return problem(story)

    assert nameless("pay").problem_id == nameless("pay").problem_id != nameless("help").problem_id


def test_a_failing_endpoint_is_one_problem_of_each_control_that_calls_it() -> None:
    one, other = problem(asks("/cart/1", "pay", "/api/cart/17")), problem(asks("/cart/2", "pay", "/api/cart/99"))
    assert (one.failure, one.request_route) == ("request", "POST /api/cart/:id 5xx")
    assert one.cause.startswith("POST /api/cart/:id 5xx (")
    assert one.problem_id == other.problem_id
    elsewhere = problem(asks("/cart/1", "help", "/api/cart/17"))
    assert elsewhere.request_route == one.request_route
    assert len({one.problem_id, elsewhere.problem_id, problem(asks("/cart/1", "pay", "/api/pay")).problem_id}) == 3


def test_a_control_of_the_layout_is_one_problem_over_all_pages() -> None:
    nav = el("nav", button("Menu", id="x"))
    one, other = problem(is_silent("/cart", nav)), problem(is_silent("/orders/3", nav))
    assert (one.place, one.cause) == ("layout", "silence: button#x at layout")
    assert one.problem_id == other.problem_id


def test_two_buttons_of_one_label_in_two_places_are_two_problems() -> None:
    save = [el("div", button("Save", class_="btn"), id=f"{name}-panel") for name in ("profile", "shipping")]
    found = []
    for panel in save:
        visit = Visit()
        page = opened(visit, "http://a.test/account", *save)
        page.click(panel.children[0], at=4000).lives(60_000)  # type: ignore[arg-type]
        found.append(next(s for s in signals(visit) if s.is_leading))
    assert found[0].problem_id != found[1].problem_id


def test_one_page_for_what_is_missing_is_one_problem_however_many_addresses() -> None:
    def missing(path: str) -> SignalRow:
        visit = Visit()
        opened(visit, "http://a.test/").lives(3000)
        visit.open(f"http://a.test{path}", el("h1", "Page not found"), at=4000, status=404).lives(9000)
        return next(s for s in signals(visit) if s.kind == "dead_end")

    one, other = missing("/old/boots"), missing("/sale-2019")
    assert one.failure == "page"
    assert one.problem_id == other.problem_id
    assert one.cause == "pages of a.test that answer 404"


def test_a_form_is_one_problem_whichever_field_was_the_last() -> None:
    def abandoned(name: str) -> SignalRow:
        visit = Visit()
        form = el("form", field_("mail"), field_("town"), button("Send", type="submit"), id="delivery")
        page = visit.open("http://a.test/checkout", form).types("mail", "ann", at=2000).types("town", "Bonn", at=5000)
        page.types(name, "x", at=8000).lives(12_000)
        visit.open("http://a.test/", link("Shop", "/"), at=14_000).lives(30_000)
        return next(s for s in signals(visit) if s.kind == "form_abandonment")

    one, other = abandoned("mail"), abandoned("town")
    assert one.failure == "form"
    assert one.problem_id == other.problem_id
    assert one.cause == "form: form#delivery at /checkout"


@pytest.mark.parametrize("team", ["one", "other"])
def test_problems_are_a_teams_own(team: str) -> None:
    from replay_signals.transforms.causes.incidents import Cause

    made = Cause("silence", ("/cart", "button#pay"), "x").problem_id(team)
    assert len(made) == 16
    assert made == Cause("silence", ("/cart", "button#pay"), "another text").problem_id(team)
    assert made != Cause("silence", ("/cart", "button#pay"), "x").problem_id("third")
