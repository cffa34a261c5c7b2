"""URLs: what is kept, and what groups them."""

from __future__ import annotations

import pytest

from replay_signals.transforms.session.urls import MAX_CHARS, clean, pattern, split


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://shop.test/find?q=shoes&page=2#top", "https://shop.test/find?q&page"),
        ("https://shop.test/#/cart?token=x", "https://shop.test/#/cart"),
        ("https://shop.test/#!/cart", "https://shop.test/#!/cart"),
        ("https://shop.test/#access_token=secret", "https://shop.test/"),
        ("file:///home/ann/page.html?x=1", "file:/home/ann/page.html?x"),
        ("Home", "Home"),
        ("", ""),
        ("http://[", "http://["),
        ("http://[?secret=1", "http://["),
    ],
)
def test_values_of_queries_and_fragments_are_not_kept(url: str, kept: str) -> None:
    assert clean(url) == kept


@pytest.mark.parametrize(
    ("url", "grouped"),
    [
        ("http://a.test/orders/4711", "/orders/:id"),
        ("http://a.test/orders/4711/items/5", "/orders/:id/items/:id"),
        ("http://a.test/u/01a20b8c-d89b-7763-a9ce-9bc957f6001a", "/u/:id"),
        ("http://a.test/f/d41d8cd98f00b204e9800998ecf8427e", "/f/:id"),
        ("http://a.test/s/Xk29fjA0skd82jfKLs92ks", "/s/:id"),
        ("http://a.test/users/ann@b.test/mail", "/users/:id/mail"),
        ("http://a.test/help/getting-started", "/help/getting-started"),
        ("http://a.test/v2/docs", "/v2/docs"),
        ("http://a.test/#/orders/12?x=1", "/#/orders/:id"),
        ("http://a.test", "/"),
        ("http://[", ""),
    ],
)
def test_ids_in_paths_are_replaced(url: str, grouped: str) -> None:
    assert pattern(url) == grouped


def test_long_urls_are_cut() -> None:
    assert len(clean("http://a.test/" + "x" * 9000)) == MAX_CHARS
    assert len(pattern("http://a.test/" + "x/" * 9000)) == MAX_CHARS


def test_a_url_that_cannot_be_read_has_no_parts() -> None:
    assert split("http://[").path == ""
