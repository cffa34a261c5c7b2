from __future__ import annotations

import ast
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay_signals.schemas.rules import Rules
from replay_signals.transforms.digest.merge import session_of
from replay_signals.transforms.reproduce.checks import pieces_of
from replay_signals.transforms.reproduce.plan import plans_of
from replay_signals.transforms.reproduce.python import python_text
from replay_signals.transforms.reproduce.steps import (
    Answered,
    By,
    Click,
    Fill,
    LeadsOn,
    NoScript,
    Plan,
    RaisesNothing,
    Reacts,
    TakesClicks,
    Target,
)
from support.dom import button, el, field_, link
from support.outcome import digested
from support.web import Visit


def plans(visit: Visit) -> dict[str, Plan | NoScript]:
    """Plans of a visit by the kind of the signal that leads."""
    session = session_of(digested(own, window_id=window) for window, own in visit.recorded.items())
    return {row.kind: plan for row, plan in plans_of(session, visit.analytics, Rules(), lambda row: True)}


def plan_of(visit: Visit, kind: str) -> Plan:
    found = plans(visit)
    made = found[kind]
    assert isinstance(made, Plan), found
    return made


def test_a_dead_click_on_a_control_of_the_first_document_needs_no_step_but_itself() -> None:
    visit = Visit()
    page = visit.open(
        "http://a.test/cart?mail=maria", el("p", "0", id="total"), button("Add", id="add"), button("Pay", id="pay")
    )
    page.click("add", at=2000).says("total", "1", at=2040).click("pay", at=6000).lives(20_000)
    plan = plan_of(visit, "dead_click")
    assert plan.open == "/cart"
    assert plan.steps == ()
    assert isinstance(plan.check, Reacts)
    assert plan.check.click.target.by[0] == By("css", 'button[id="pay"]')
    assert By("role", "button", "Pay") in plan.check.click.target.by


def test_a_click_that_added_the_control_is_kept_and_one_that_changed_something_else_is_not() -> None:
    visit = Visit()
    page = visit.open("http://a.test/", el("p", "0", id="total"), button("More", id="more"), button("Add", id="add"))
    page.click("add", at=2000).says("total", "1", at=2040)
    page.click("more", at=5000).adds(el("div", button("Pay", id="pay"), id="panel"), at=5050)
    page.click("pay", at=9000).lives(30_000)
    plan = plan_of(visit, "dead_click")
    assert [step.target.what for step in plan.steps] == ['button#more "More"']


def test_a_click_that_showed_what_the_control_stands_in_is_kept() -> None:
    visit = Visit()
    page = visit.open(
        "http://a.test/", button("Menu", id="menu"), el("div", button("Pay", id="pay"), id="panel", hidden="")
    )
    page.click("menu", at=2000).sets("panel", at=2040, hidden=None).click("pay", at=6000).lives(20_000)
    assert [step.target.what for step in plan_of(visit, "dead_click").steps] == ['button#menu "Menu"']


def test_earlier_clicks_on_the_control_itself_did_not_show_it() -> None:
    visit = Visit()
    page = visit.open("http://a.test/", button("Next", id="next", class_="on"))
    page.click("next", at=2000).sets("next", at=2040, class_="off").click("next", at=6000).lives(20_000)
    assert plan_of(visit, "dead_click").steps == ()


@pytest.mark.parametrize(
    ("message", "pieces"),
    [
        ("Uncaught TypeError: order 17 is not ready", ("order", "is not ready")),
        ('Could not "TypeError: x is null\\n    at f (a.js:1:2)"', ("Could not", "TypeError: x is null")),
        ("Uncaught (in promise) [text:bcdfg] was refused", ("was refused",)),
        ("Script error.", ("Script error.",)),
        ("42", ()),
    ],
)
def test_of_an_error_message_what_stays_the_same_counts(message: str, pieces: tuple[str, ...]) -> None:
    assert pieces_of(message) == pieces


def test_what_was_typed_in_the_form_is_filled_in_with_a_made_up_value() -> None:
    visit = Visit()
    form = el("form", field_("mail", "email"), button("Send", id="send", type="button"), id="form")
    page = visit.open("http://a.test/", form, field_("other"))
    page.types("other", "abc", at=1500).types("mail", "maria@b.test", at=3000).click("send", at=8000).lives(20_000)
    (step,) = plan_of(visit, "dead_click").steps
    assert isinstance(step, Fill)
    assert (step.target.what, step.value) == ("input#mail", "ada@example.com")


@pytest.mark.parametrize("url", ["http://a.test/people/maria.lopez@mail.test", "about:blank"])
def test_an_address_that_cannot_be_opened_and_that_no_click_led_to_has_no_script(url: str) -> None:
    visit = Visit()
    visit.open(url, button("Pay", id="pay")).click("pay", at=3000).lives(20_000)
    made = plans(visit)["dead_click"]
    assert isinstance(made, NoScript)
    assert made.code == "address"


def test_kinds_have_the_check_that_tells_them() -> None:
    visit = Visit()
    page = visit.open(
        "http://a.test/", button("Pay", id="pay"), button("Send", id="send"), button("Go", id="go", disabled="")
    )
    page.click("pay", at=3000).fails("Uncaught TypeError: order 17 is not ready", at=3010)
    page.click("send", at=15_000).asks("/api/order/42?token=1", at=15_020, status=500, method="POST").click(
        "go", at=30_000
    )
    page.lives(45_000)
    found = plans(visit)
    threw, failed, blocked = (found[kind] for kind in ("error_click", "failed_request", "blocked_click"))
    assert isinstance(threw, Plan) and isinstance(threw.check, RaisesNothing)
    assert threw.check.pieces == ("order", "is not ready")
    assert isinstance(failed, Plan) and isinstance(failed.check, Answered)
    assert (failed.check.method, failed.check.segments) == ("POST", ("api", "order", "*"))
    assert isinstance(blocked, Plan) and isinstance(blocked.check, TakesClicks)


def test_a_dead_end_is_reached_by_the_link_that_leads_there() -> None:
    visit = Visit()
    visit.open("http://a.test/", link("Help", "/gone", id="help")).click("help", at=3000)
    visit.open("http://a.test/gone", el("h1", "Not found"), at=3300, status=404).lives(20_000)
    plan = plan_of(visit, "dead_end")
    assert plan.open == "/"
    assert isinstance(plan.check, LeadsOn)
    assert plan.check.click is not None and plan.check.click.target.what == 'a#help "Help"'


def test_what_visitors_do_has_no_script_and_says_why() -> None:
    visit = Visit()
    page = visit.open("http://a.test/", el("p", "text"))
    for i in range(40):
        page.points(3000 + 50 * i, x=300 + 120 * (i % 2), y=300)
    page.lives(12_000)
    made = plans(visit)["cursor_thrash"]
    assert isinstance(made, NoScript)
    assert made.code == "kind"


# What strangers wrote

HOSTILE = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            '"""',
            "'''",
            '"\n__import__("os").system("id")#',
            "\\",
            '\\"',
            "\r\nimport os",
            "\u202e'); x('",
            "\u2028",
            "${x}",
        ]
    ),
)
ROLES = st.sampled_from(["button", "link"])


@st.composite
def hostile_plans(draw: st.DrawFn) -> Plan:
    text = HOSTILE
    ways = st.lists(
        st.one_of(
            st.builds(By, st.just("css"), text),
            st.builds(By, st.just("role"), ROLES, text, st.booleans()),
            st.builds(By, st.sampled_from(["label", "text"]), st.just(""), text, st.booleans()),
        ),
        max_size=3,
    ).map(tuple)
    near = st.one_of(st.none(), st.tuples(st.integers(-99, 9999), st.integers(-99, 9999)))
    click = st.builds(Click, st.builds(Target, text, ways, near), st.booleans())
    fill = st.builds(
        Fill, st.builds(Target, text, ways, near), text, st.sampled_from(["fill", "select", "check", "uncheck"])
    )
    check = st.one_of(
        st.builds(Reacts, click, st.integers(1, 9999)),
        st.builds(
            RaisesNothing, st.one_of(st.none(), click), st.lists(text, max_size=3).map(tuple), st.integers(1, 9999)
        ),
        st.builds(Answered, click, text, st.lists(text, max_size=3).map(tuple), st.integers(1, 9999)),
        st.builds(TakesClicks, st.builds(Target, text, ways, near), st.integers(1, 9999)),
        st.builds(LeadsOn, st.one_of(st.none(), click), st.integers(1, 9999)),
    )
    facts = [draw(text) for _ in range(5)]
    return Plan(*facts, 800, 600, tuple(draw(st.lists(st.one_of(click, fill), max_size=3))), draw(check))


class _Blank(ast.NodeTransformer):
    """Every string literal is the same."""

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant("") if isinstance(node.value, str) else node


def tamed(value: Any) -> Any:
    """The same plan with harmless texts."""
    if isinstance(value, str):
        return "x" if value not in {"css", "role", "label", "text", "fill", "select", "check", "uncheck"} else value
    if isinstance(value, tuple):
        return tuple(tamed(item) for item in value)
    names = getattr(value, "__struct_fields__", ())
    return type(value)(*(tamed(getattr(value, name)) for name in names)) if names else value


@settings(deadline=None, max_examples=30)
@given(hostile_plans())
def test_recorded_text_gets_into_string_literals_of_python_and_nowhere_else(plan: Plan) -> None:
    text = python_text(plan)
    tree = ast.parse(text)
    assert ast.dump(_Blank().visit(tree)) == ast.dump(_Blank().visit(ast.parse(python_text(tamed(plan)))))
    literals = {node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)}
    assert {plan.title, plan.open, plan.session_id} <= literals
    assert not set(text) & set("\u202e\u2028\x1b\x00\r")
