"""Patterns: what a text shows by its form, and what only looks like it."""

from __future__ import annotations

import base64
import time
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay_signals.transforms.privacy.encodings import plain
from replay_signals.transforms.privacy.policy import Policy, Removed
from replay_signals.transforms.privacy.texts import whole

POLICY = Policy(key=b"test")


def shown(text: str) -> str:
    return POLICY.text(text, "text", Removed())


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Mail maria.m@example.com now", "Mail [email] now"),
        ("иван@пример.рф", "[email]"),
        ("maria [at] example [dot] com", "[email]"),
        ("maria @ example.com", "[email]"),
        ("Follow @maria_m today", "Follow [handle] today"),
        ("maria@intranet", "[email]"),
        ("maria at example dot com", "[email]"),
        ("mar ia@exa mple.com", "[email]"),
        ("\u202emoc.elpmaxe@airam", "[email]"),
        ("maria%u0040example.com", "[email]"),
        ("4111·1111·1111·1111", "[card]"),
        ("Call +49 (0)176 1234567", "Call [phone]"),
        ("0176/12345678", "[phone]"),
        ("(555) 234-5678", "[phone]"),
        ("paid with 4111 1111 1111 1111", "paid with [card]"),
        ("DE89 3704 0044 0532 0130 00 bitte", "[iban] bitte"),
        ("536-90-4399", "[national_id]"),
        ("RSSMRA85T10A562S", "[national_id]"),
        ("DNI 54362315K", "DNI [national_id]"),
        ("86095742719", "[national_id]"),
        ("at 52.520008, 13.404954", "at [coordinates]"),
        ("from 203.0.113.7", "from [ip]"),
        ("2001:db8:85a3:8d3:1319:8a2e:370:7348", "[ip]"),
        ("Bearer abc123def456", "[bearer]"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc", "[jwt]"),
        ("key AKIAIOSFODNN7EXAMPLE", "key [cloud_key]"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMII", "[private_key]"),
        ("customer 8812345", "customer [number]"),
    ],
)
def test_personal_data_is_masked_and_the_rest_stays(text: str, left: str) -> None:
    assert shown(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "Pay 12.99 EUR",
        "2024-01-15 10:30:00",
        "Version 120.0.0.0",
        "addEventListener",
        "Order 4711",
        "550e8400-e29b-41d4-a716-446655440000",
        "12345678-0176-4234-8678-012345678901",
        "Save changes",
        "127.0.0.1",
        "md:w-1/2 lg:hover:underline",
        "Größe wählen",
        "@media (max-width: 3px)",
        "Meet @ 5 pm",
        "render@app.js:10:5",
    ],
)
def test_what_names_nobody_stays(text: str) -> None:
    assert shown(text) == text


def test_a_card_needs_its_check_digit() -> None:
    assert shown("4111-1111-1111-1111") == "[card]"
    assert shown("41 11 11 11 11 11 11 12") != "[card]"


DISGUISES = {
    "percent": lambda text: quote(text, safe=""),
    "percent twice": lambda text: quote(quote(text, safe=""), safe=""),
    "every byte": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "entities": lambda text: "".join(f"&#{ord(char)};" for char in text),
    "json": lambda text: "".join(f"\\u{ord(char):04x}" for char in text),
    "full width": lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
    "zero width": "\u200b".join,
    "marks": lambda text: "".join(f"{c}\u0332" for c in text),
    "right to left": lambda text: f"\u202e{text}\u202c",
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64url": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "hex": lambda text: text.encode().hex(),
}


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("text", ["maria.musterfrau@example.com", "4111111111111111", "+49 176 12345678"])
def test_disguises_hide_nothing(disguise: str, text: str) -> None:
    worn = DISGUISES[disguise](text)
    left = shown(f"for {worn} only")
    assert worn not in left
    assert "[" in left


letters = st.characters(whitelist_categories=("Ll", "Lu", "Lo"))
addresses = st.builds(
    lambda local, domain: f"{local}@{domain}.example.org",
    st.text(letters, min_size=1, max_size=20),
    st.text(letters, min_size=1, max_size=20),
)


@settings(deadline=None)
@given(addresses, st.sampled_from(["percent", "percent twice", "json", "zero width"]), st.text(max_size=20))
def test_addresses_of_any_script_go_in_any_disguise(address: str, disguise: str, around: str) -> None:
    if not all(ord(char) < 0x10000 for char in address):
        return
    left = shown(f"{around} {DISGUISES[disguise](address)} x")
    assert address not in left
    assert DISGUISES[disguise](address) not in left


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_cleaned_and_cleaning_again_changes_nothing(text: str) -> None:
    once = shown(text)
    assert shown(once) == once


def test_hostile_texts_cost_what_their_length_costs() -> None:
    from time import process_time

    for unit in ("a@", "1 ", "0-", "eyJ", "[at]", "%", "&#", "\\u", "'", '"', "a=", "A1", "../", ":", "1.", "€", "ab"):
        text = unit * (4000 // len(unit))
        start = process_time()
        POLICY.text(text, "text", Removed())
        POLICY.line(text, "line", Removed())
        POLICY.url(text, "url", Removed())
        assert process_time() - start < 2, unit


@pytest.mark.parametrize(
    ("reference", "means"),
    [
        ("&#64;", "@"),
        ("&#64", "@"),
        ("&#0000000064;", "@"),
        (f"&#{'0' * 5000}64;", "@"),
        ("&#x40;", "@"),
        (f"&#{'9' * 5000};", "\ufffd;"),
        ("&#99999999", "\ufffd"),
    ],
)
def test_references_of_any_length_are_read(reference: str, means: str) -> None:
    """Python makes no int of more than 4,300 digits: the whole message would be rejected for one text of its page."""
    assert plain(f"a {reference}") == f"a {means}"


@pytest.mark.parametrize("text", ["\\" * 100_000, "\\" * 100_000 + "u", "&#" * 50_000, "a" * 100_000 + "\\"])
def test_disguises_are_looked_for_once(text: str) -> None:
    started = time.process_time()
    assert plain(text) == text
    assert time.process_time() - started < 1


def test_a_text_is_cut_between_words_in_time_that_its_length_tells() -> None:
    assert whole("see maria@example.org", 15) == "see"
    assert whole("one word", 4) == "one"
    assert whole("unbroken", 4) == "unbr"
    started = time.process_time()
    assert whole("a" * 100_000 + " b", 100_001) == "a" * 100_000
    assert time.process_time() - started < 1
