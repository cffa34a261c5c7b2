"""Addresses: what of a URL may leave."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay_signals.transforms.privacy.policy import Policy, Removed

POLICY = Policy(key=b"test")


def shown(url: str) -> str:
    """The cleaned address; fingerprints as `*`."""
    return re.sub(r":[b-v]{5}\]", ":*]", POLICY.url(url, "url", Removed()))


@pytest.mark.parametrize(
    ("url", "left"),
    [
        ("https://u:p@shop.test/cart", "https://shop.test/cart"),
        ("https://shop.test/orders/4711", "https://shop.test/orders/4711"),
        ("https://shop.test/a/maria%40x.de/b", "https://shop.test/a/[email:*]/b"),
        ("https://shop.test/a/maria%2540x.de/b", "https://shop.test/a/[email:*]/b"),
        ("https://shop.test/x;jsessionid=1A2B?q=shoes", "https://shop.test/x;jsessionid=[value:*]?q=[value:*]"),
        ("https://shop.test/?maria", "https://shop.test/?[key:*]"),
        ("https://shop.test/?maria@x.de=1", "https://shop.test/?[key:*]=[value:*]"),
        ("https://shop.test/find?q=", "https://shop.test/find?q="),
        ("https://a.test/cb?redirect_uri=https%3A%2F%2Fb%3Fe%3Dm", "https://a.test/cb?redirect_uri=[value:*]"),
        ("https://a.test/cb#access_token=abc&state=1", "https://a.test/cb#[anchor:*]"),
        ("https://a.test/#/users/maria?x=1", "https://a.test/#/users/[name:*]?x=[value:*]"),
        ("https://a.test/#!/cart", "https://a.test/#!/cart"),
        ("https://a.test/proxy/https%3A%2F%2Fb%3Femail%3Dm", "https://a.test/proxy/[text:*]"),
        ("/search/Maria%20Schmidt", "/search/[text:*]"),
        ("/users/maria/orders", "/users/[name:*]/orders"),
        ("/users/4711/orders", "/users/4711/orders"),
        ("/users/new", "/users/new"),
        ("/reset/3fa9c1d2", "/reset/[name:*]"),
        ("/graphql/{user(email:maria)}", "/graphql/[text:*]"),
        ("mailto:maria@x.de", "mailto:[url:*]"),
        ("tel:+491761234567", "tel:[url:*]"),
        ("data:text/html,maria", "data:[url:*]"),
        ("javascript:void(0)", "javascript:void(0)"),
        ("javascript:greet('maria')", "javascript:[url:*]"),
        ("about:blank", "about:blank"),
        ("file:///Users/maria/x.js", "file:///Users/[name:*]/x.js"),
        ("C:\\Users\\maria\\x.js", "c:/Users/[name:*]/x.js"),
        ("#", "#"),
        ("", ""),
        ("localhost:8080/a?b=1", "localhost:8080/a?b=[value:*]"),
        ("https://[::1]:80/x", "https://[::1]:80/x"),
        ("http://[", "http://["),
    ],
)
def test_shape_stays_and_values_go(url: str, left: str) -> None:
    assert shown(url) == left


def test_another_value_is_another_address() -> None:
    removed = Removed()
    a, b = (POLICY.url(f"https://shop.test/find?q={q}", "url", removed) for q in ("shoes", "hats"))
    assert a != b
    assert removed == {"url/url_value": 2}


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_an_address_and_cleaning_again_changes_nothing(text: str) -> None:
    once = POLICY.url(text, "url", Removed())
    assert POLICY.url(once, "url", Removed()) == once


@settings(deadline=None)
@given(st.text(st.characters(whitelist_categories=("L",)), min_size=10, max_size=20))
def test_no_value_of_any_script_stays(value: str) -> None:
    for query in ("?{}", "?q={}", "?a=1;b={}", "#{}", ";b={}", "#/a?b={}"):
        for address in (
            f"https://a.test/x{query}",
            f"https://{{}}@a.test/users/{{}}{query}",
            f"/u/{{}}{query}",
            "tel:{}",
        ):
            assert value not in POLICY.url(address.replace("{}", value), "url", Removed())
