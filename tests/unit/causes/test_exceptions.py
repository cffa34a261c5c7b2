"""Exceptions: one row each, and one fingerprint for one cause in every build."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from replay_signals.schemas.page_rules import Pages
from replay_signals.schemas.rows import SessionVerdict
from replay_signals.transforms.causes.exceptions import fingerprint, said_in, template
from replay_signals.transforms.causes.pages import PagePatterns
from replay_signals.transforms.causes.stacks import Frame, frames_of_lines, frames_told
from support.dom import button, el
from support.web import Visit

PATTERNS = PagePatterns(Pages())


def told(*frames: tuple[str, str], in_app: bool = True) -> list[Frame]:
    """Frames of an event, outermost first, as (file, function)."""
    return frames_told([{"filename": f, "function": n, "lineno": 9, "in_app": in_app} for f, n in frames], PATTERNS)


def same(one: list[Frame], other: list[Frame], message: str = "x is undefined") -> bool:
    return fingerprint("TypeError", message, one) == fingerprint("TypeError", message, other)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("https://a.test/static/js/main.4f3a2b1c.js", "https://a.test/static/js/main.9c0d1e2f.js"),
        ("https://a.test/assets/index-BxK3l9aZ.js", "https://cdn1.a.test/assets/index-Qw8e7rTy.js"),
        ("https://a.test/_next/static/chunks/app/page-0a1b2c3d4e5f.js", "https://a.test/_next/static/chunks/app/page-ff00aa11bb22.js"),
        ("https://a.test/js/2.abc12345.chunk.js", "https://a.test/js/2.def67890.chunk.js"),
        ("https://a.test/v1.4.0/app.js?build=1", "https://a.test/v1.5.0/app.js?build=2"),
        ("https://a.test/8d3f0a1b2c/app.js", "https://a.test/77aa0b1c2d/app.js"),
    ],
)  # fmt: skip
def test_another_build_is_the_same_cause(before: str, after: str) -> None:
    assert same(told((before, "e"), (before, "sendOrder")), told((after, "t"), (after, "sendOrder")))
    assert same(told((before, "e")), told((after, "t")))


def test_another_function_file_type_or_message_is_another_cause() -> None:
    one = told(("https://a.test/app.js", "sendOrder"))
    assert not same(one, told(("https://a.test/app.js", "loadCart")))
    assert not same(one, told(("https://a.test/cart.js", "sendOrder")))
    assert fingerprint("TypeError", "x", one) != fingerprint("RangeError", "x", one)
    minified = told(("https://a.test/app.1a2b3c4d.js", "e"))
    assert fingerprint("TypeError", "x is undefined", minified) != fingerprint("TypeError", "y is undefined", minified)


def test_named_frames_make_one_cause_of_the_words_of_two_browsers() -> None:
    one = told(("https://a.test/app.js", "sendOrder"))
    chrome, firefox = (
        "Cannot read properties of undefined (reading 'id')",
        'can\'t access property "id", x is undefined',
    )
    assert fingerprint("TypeError", chrome, one) == fingerprint("TypeError", firefox, one)


def test_libraries_are_not_where_a_cause_is() -> None:
    own = ("https://a.test/app.js", "sendOrder")
    through = [("https://a.test/node_modules/react-dom.js", "callCallback"), ("https://cdn.jsdelivr.net/x.js", "wrap")]
    assert same(told(own), told(*through, own))
    assert frames_told([{"filename": "<anonymous>", "function": "?"}], PATTERNS)[0].in_app is False


def test_values_in_a_message_are_no_part_of_it() -> None:
    assert (
        template("Order 4711 of [email] failed after 3.5 s: https://a.test/x?y=1")
        == "Order N of [] failed after N s: N"
    )


@pytest.mark.parametrize(
    ("line", "file", "function"),
    [
        ("crash.onclick (http://site.test/shop/checkout.html:8:40)", "/shop/checkout.html", "onclick"),
        ("    at sendOrder (https://a.test/app.js:10:20)", "/app.js", "sendOrder"),
        ("attachFile (https://a.test/app.js:10:20)", "/app.js", "attachFile"),
        ("at async sendOrder (https://a.test/app.js:10:20)", "/app.js", "sendOrder"),
        ("at https://a.test/app.js:10:20", "/app.js", ""),
        ("sendOrder@https://a.test/app.js:10:20", "/app.js", "sendOrder"),
        ("@https://a.test/app.js:10:20", "/app.js", ""),
        (":3:216", "", ""),
    ],
)
def test_stacks_of_every_browser(line: str, file: str, function: str) -> None:
    (frame,) = frames_of_lines([line], PATTERNS)
    assert (frame.file, frame.function) == (file, function)


@pytest.mark.parametrize(
    "hostile", ["a:" * 100, ":1" * 100 + "x", "a " * 100 + ":1", "(" * 200, "x" * 150 + ":1" * 25 + " "]
)
def test_a_line_made_to_cost_costs_little(hostile: str) -> None:
    started = time.process_time()
    for _ in range(200):
        frames_of_lines([hostile], PATTERNS)
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize(
    ("line", "kind", "message"),
    [
        ('"Uncaught TypeError: x is not a function"', "TypeError", "x is not a function"),
        ("Uncaught (in promise) Error: no answer", "Error", "no answer"),
        ("Unhandled Promise Rejection: TimeoutError: too late", "TimeoutError", "too late"),
        ('Could not save" "TypeError: x is undefined\\n    at f (a.js:1:2)"', "TypeError", "x is undefined"),
        ("Uncaught it is broken", "", "it is broken"),
    ],
)
def test_what_a_line_says(line: str, kind: str, message: str) -> None:
    assert said_in(line) == (kind, message)


def entry(message: str, handled: bool | None = False) -> dict[str, Any]:
    frames = [{"filename": "http://a.test/app.7f3e2d1c.js", "function": "sendOrder", "lineno": 4, "in_app": True}]
    return {
        "type": "TypeError", "value": message, "mechanism": {"handled": handled}, "stacktrace": {"frames": frames},
    }  # fmt: skip


def visit_of() -> Visit:
    visit = Visit()
    page = visit.open("http://a.test/orders/17", button("Pay", id="pay"), el("p", "0", id="n")).says("n", "1", at=500)
    page.click("pay", at=4000).fails("Uncaught TypeError: x is undefined", at=4010).lives(20_000)
    return visit


def rows(visit: Visit) -> SessionVerdict:
    return visit.outcome().rows


def test_an_event_and_the_line_about_it_are_one_exception_of_the_click() -> None:
    visit = visit_of().event(
        "$exception", at=4011, _exception_list=[entry("x is undefined")], _exception_issue_id="i-1"
    )
    visit.event("$pageview", at=5000, release="1.4.0")
    verdict = rows(visit)
    (row,) = verdict.exceptions
    assert (row.origin, row.type, row.message, row.handled) == ("event", "TypeError", "x is undefined", False)
    assert json.loads(row.frames) == [{"file": "/app.js", "function": "sendOrder", "line": 4}]
    assert row.interaction_id == verdict.interactions[0].interaction_id
    assert (row.issue_id, row.release, row.page_pattern) == ("i-1", "1.4.0", "/orders/:id")


def test_without_events_the_console_tells() -> None:
    (row,) = rows(visit_of()).exceptions
    assert (row.origin, row.type, row.message, row.handled) == ("console", "TypeError", "x is undefined", False)
    assert json.loads(row.frames) == [{"file": "/app.js", "function": "onClick", "line": 1}]


def test_two_exceptions_are_two() -> None:
    visit = visit_of().event("$exception", at=9000, _exception_list=[entry("x is undefined", handled=True)])
    assert [(row.origin, row.handled) for row in rows(visit).exceptions] == [("console", False), ("event", True)]


@pytest.mark.parametrize("odd", [None, 5, [], [5], [{"stacktrace": 5}], [{"stacktrace": {"frames": [5, {}]}}]])
def test_whatever_an_event_holds_is_a_row(odd: object) -> None:
    visit = Visit()
    visit.open("http://a.test/", el("p", "x")).lives(3000)
    visit.event("$exception", at=900, _exception_list=odd).event("$exception", at=950, window="nobody's")
    assert len(rows(visit).exceptions) == 2
