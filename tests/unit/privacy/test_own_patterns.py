"""Patterns of one's own: what they take out, and which of them are refused."""

from __future__ import annotations

import time

import pytest

from replay_signals.jobs.rules import usable
from replay_signals.schemas.privacy import OwnPattern, Privacy
from replay_signals.schemas.rules import RulesError, load_rules
from replay_signals.transforms.privacy.own_patterns import PatternError, own_patterns
from replay_signals.transforms.privacy.policy import Policy, Removed


def policy(pattern: str, action: str = "mask") -> Policy:
    return Policy(Privacy(own_patterns=[OwnPattern("ticket", pattern, action)]), b"key")  # type: ignore[arg-type]


def test_they_are_taken_out_of_texts_lines_and_addresses() -> None:
    removed, own = Removed(), policy("TICKET-[0-9]{1,4}")
    assert own.text("Open TICKET-12 now", "name", removed) == "Open [ticket] now"
    assert own.line("No TICKET-12", "line", removed) == "No [ticket]"
    assert own.url("/x/TICKET-12/y", "url", removed).startswith("/x/[ticket:")
    assert removed == {"name/ticket": 1, "line/ticket": 1, "url/ticket": 1}
    assert policy("[A-Z]{3}-[0-9]{1,4}", "remove").text("Open ABC-12 now", "name", removed) == "Open  now"


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("a+", "without a bound"),
        ("a*b", "without a bound"),
        ("a{2,}", "without a bound"),
        ("(?:a{1,5}){1,5}", "repetition in a repetition"),
        ("(?:(?:a|b){2,3}c){1,5}", "repetition in a repetition"),
        ("[a-z]{1,50}[a-z]{1,50}x", "ways"),
        ("(?:a|a){20}x", "ways"),
        ("(?:ab|cd|ae)" * 7, "ways"),
        (r"(a)\1", "refers to a group"),
        ("a{0,3}", "matches nothing"),
        ("(", "missing"),
        ("", "1 to"),
        ("x" * 301, "1 to"),
    ],
)
def test_what_may_cost_too_much_is_refused(pattern: str, why: str) -> None:
    with pytest.raises(PatternError, match=why):
        own_patterns([OwnPattern("ticket", pattern)])
    rules = f"[[privacy.own_patterns]]\nname = 'ticket'\npattern = '{pattern}'\n"
    with pytest.raises(RulesError, match="own_patterns"):
        usable(load_rules(rules))


@pytest.mark.parametrize("name", ["", "Ticket", "email", "a-b", "x" * 40])
def test_names_are_words_that_are_not_taken(name: str) -> None:
    with pytest.raises(PatternError, match="no name"):
        own_patterns([OwnPattern(name, "abc")])


@pytest.mark.parametrize("pattern", ["[a-z]{1,30}[a-z]{1,30}!", "(?:a|a){9}!", "[a-z]{0,999}!"])
def test_the_worst_that_is_taken_is_quick(pattern: str) -> None:
    own = policy(pattern)
    started = time.process_time()
    own.line("a" * 4000, "line", Removed())
    assert time.process_time() - started < 3.0
