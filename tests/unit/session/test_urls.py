"""URLs: what is kept of them."""

from __future__ import annotations

import pytest

from replay_signals.transforms.session.urls import MAX_CHARS, clean, split


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


def test_long_urls_are_cut() -> None:
    assert len(clean("http://a.test/" + "x" * 9000)) == MAX_CHARS


def test_a_url_that_cannot_be_read_has_no_parts() -> None:
    assert split("http://[").path == ""
