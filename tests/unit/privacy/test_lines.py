"""Lines: what a program says stays, what it says it about does not."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay_signals.transforms.privacy.policy import Policy, Removed

POLICY = Policy(key=b"test")


def shown(text: str) -> str:
    return re.sub(r":[b-v]{5}\]", ":*]", POLICY.line(text, "line", Removed()))


@pytest.mark.parametrize(
    "text",
    [
        "TypeError: Cannot read properties of undefined (reading 'price')",
        "Failed to execute 'removeChild' on 'Node': The node to be removed is not a child of this node.",
        "Uncaught SyntaxError: Unexpected token '<'",
        "at checkout (https://shop.test/static/app.3fa9c1d2.js:10:5)",
        "can't find the user's cart, isn't it",
        "Request failed with status code 500",
        "ReferenceError: foo is not defined",
    ],
)
def test_words_of_programs_stay(text: str) -> None:
    assert shown(text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("No user 'Maria Schmidt'", "No user '[text]'"),
        ("No user “Maria Schmidt”", "No user “[text]“"),
        ("INSERT INTO users VALUES ('Maria','x')", "INSERT INTO users VALUES ('[text]','[text]')"),
        ("SELECT * FROM users WHERE name = 'maria'", "SELECT * FROM users WHERE name = '[text]'"),
        ('{"user":"Maria","n":1}', '{"user":"[text]","n":1}'),
        ('{"pin":1234,"n":1}', '{"pin":[value],"n":1}'),
        ('query { user(email: "maria") { id } }', 'query { user(email: "[text]") { id } }'),
        ("state { name1: Maria, n: 1, ok: true }", "state { name1: [value], n: 1, ok: true }"),
        ("answer <b>Maria</b>", "answer <b>[text]</b>"),
        ("see shop.test/?q=maria now", "see shop.test/?q=[value:*] now"),
        ("at /home/maria/a.js:1:2", "at /home/[name:*]/a.js:1:2"),
        ("password=hunter2, retries=1", "password=[value], retries=1"),
        ("firstName: Maria Schmidt", "firstName: [value]"),
        ("GET /api/users/maria?email=a 404", "GET /api/users/[name:*]?email=[value:*] 404"),
        ('Failed to load "https://x.test/a?b=1" now', 'Failed to load "https://x.test/a?b=[value:*]" now'),
        ("at fn (https://shop.test/app.js?u=maria:10:5)", "at fn (https://shop.test/app.js?u=[value:*]:10:5)"),
        ("open file:///Users/maria/app.js:1:2", "open file:///Users/[name:*]/app.js:1:2"),
        ("open C:\\Users\\maria\\app.js:1:2", "open c:/Users/[name:*]/app.js:1:2"),
        ("for maria@example.com at 10:30", "for [email] at 10:30"),
        ("body %7B%22user%22%3A%22Maria%22%7D", 'body {"user":"[text]"}'),
    ],
)
def test_what_it_is_about_goes(text: str, left: str) -> None:
    assert shown(text) == left


def test_arguments_of_a_console_call() -> None:
    removed = Removed()
    parts = ['"Login failed for"', '"Maria"', '{"a":1}', "500", '"TypeError: x is not a function"', '["Maria"]']
    line = POLICY.console("error", parts, "message", removed)
    assert line == '"Login failed for" "[text]" [data] 500 "TypeError: x is not a function" [data]'
    assert removed == {"message/console_argument": 3}


def test_lines_of_other_levels_are_told_apart_and_no_more() -> None:
    a, b = (POLICY.console("info", [f'"hello {name}"'], "message", Removed()) for name in ("Maria", "Anna"))
    assert a != b
    assert re.fullmatch(r"\[text:[b-v]{5}\]", a)


def test_a_long_line_is_cut_where_a_word_ends() -> None:
    assert "maria" not in POLICY.line("x " * 1995 + "maria.musterfrau@example.com " * 9, "line", Removed())


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_a_line(text: str) -> None:
    POLICY.line(text, "line", Removed())
    POLICY.console("error", [text, text], "line", Removed())


@settings(deadline=None)
@given(st.text(st.characters(whitelist_categories=("L",)), min_size=8, max_size=20))
def test_no_value_of_any_script_stays(value: str) -> None:
    for line in (f"No user '{value}'", f'{{"a":"{value}"}}', f"token={value}", f"https://a.test/x?a={value}"):
        assert value not in POLICY.line(line, "line", Removed())
