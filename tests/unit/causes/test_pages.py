"""Page patterns: one name for all addresses of a page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_signals.schemas.page_rules import Pages
from replay_signals.schemas.rules import load_rules
from replay_signals.transforms.causes.pages import MAX_CHARS, MIN_SIBLINGS, PagePatterns, slug_aliases

PLAIN = PagePatterns(Pages())


@pytest.mark.parametrize(
    ("url", "grouped"),
    [
        # ids
        ("http://a.test/orders/4711", "/orders/:id"),
        ("http://a.test/orders/4711/items/5", "/orders/:id/items/:id"),
        ("http://a.test/u/01a20b8c-d89b-7763-a9ce-9bc957f6001a", "/u/:id"),
        ("http://a.test/f/d41d8cd98f00b204e9800998ecf8427e", "/f/:id"),
        ("http://a.test/s/Xk29fjA0skd82jfKLs92ks", "/s/:id"),
        ("http://a.test/users/ann@b.test/mail", "/users/:id/mail"),
        ("http://a.test/users/[name:kbtgr]/mail", "/users/:id/mail"),
        ("http://a.test/photos/17.jpg", "/photos/:id.jpg"),
        # words that look a little like ids
        ("http://a.test/v2/docs", "/v2/docs"),
        ("http://a.test/facade", "/facade"),
        ("http://a.test/decade-of-data", "/decade-of-data"),
        # dates and titles
        ("http://a.test/2026/11/27/a-day", "/:date/:slug"),
        ("http://a.test/news/2026/11/short", "/news/:date/:slug"),
        ("http://a.test/reports/2026-11-27", "/reports/:date"),
        ("http://a.test/reports/2026", "/reports/:id"),
        ("http://a.test/blog/how-we-moved-to-berlin", "/blog/:slug"),
        ("http://a.test/p/red-shoes-48213", "/p/:slug"),
        ("http://a.test/help/getting-started", "/help/getting-started"),
        ("http://a.test/terms-and-conditions-of-use", "/terms-and-conditions-of-use"),
        ("http://a.test/error-404", "/error-404"),
        # languages
        ("http://a.test/de/cart", "/cart"),
        ("http://a.test/en-GB/cart", "/cart"),
        ("http://a.test/zh-hant/cart", "/cart"),
        ("http://a.test/de", "/"),
        ("http://a.test/my/orders", "/my/orders"),
        ("http://a.test/docs/de/cart", "/docs/de/cart"),
        # one page under several spellings
        ("http://a.test", "/"),
        ("http://a.test/index.html", "/"),
        ("http://a.test/orders/", "/orders"),
        ("http://a.test/orders;jsessionid=F3", "/orders"),
        # routes
        ("http://a.test/#/orders/12?x=1", "/#/orders/:id"),
        ("http://a.test/app/index.html#!/cart", "/app#!/cart"),
        ("http://a.test/pricing#plans", "/pricing"),
        ("http://a.test/app#/", "/app"),
        ("http://a.test/app/#!/?tab=items", "/app?tab=items"),
        # parameters
        ("http://a.test/index.php?page=contact&lang=de", "/?page=contact"),
        ("http://a.test/list?page=3&sort=name", "/list"),
        ("http://a.test/a?tab=items&page=team", "/a?page=team&tab=items"),
        ("http://a.test/#/orders?tab=open&q=x", "/#/orders?tab=open"),
        # screens
        ("CheckoutActivity", "CheckoutActivity"),
        ("OrderScreen/4711", "OrderScreen/:id"),
        ("", ""),
        ("http://[", ""),
    ],
)
def test_what_changes_between_visits_of_a_page_is_no_part_of_its_name(url: str, grouped: str) -> None:
    assert PLAIN.of(url) == grouped


@given(st.text(max_size=200))
def test_any_text_has_a_bounded_pattern_which_is_its_own_pattern(url: str) -> None:
    pattern = PLAIN.of(url)
    assert len(pattern) <= MAX_CHARS
    assert PLAIN.of(url) == pattern


def test_long_addresses_are_cut() -> None:
    assert len(PLAIN.of("http://a.test/" + "x/" * 9000)) == MAX_CHARS


def test_own_patterns_come_first_and_say_what_the_page_was_called_before() -> None:
    rules = load_rules('[pages]\npatterns = ["/shop/:category/:item", "/docs/*", "/app#/team/:name"]').pages
    own = PagePatterns(rules)
    assert own.of("http://a.test/shop/shoes/boots?x=1") == "/shop/:category/:item"
    assert own.aliases("http://a.test/shop/shoes/boots") == ("/shop/shoes/boots",)
    assert own.of("http://a.test/docs/a/b/c") == "/docs/*"
    assert own.of("http://a.test/app#/team/ann") == "/app#/team/:name"
    assert own.of("http://a.test/shop/shoes") == "/shop/shoes"
    assert own.aliases("http://a.test/shop/shoes") == ()


def test_languages_may_be_pages_of_their_own() -> None:
    assert PagePatterns(Pages(locales=False)).of("http://a.test/de/cart") == "/de/cart"


def test_titles_are_found_by_their_number() -> None:
    articles = {f"/blog/title{i}x": 2 for i in range(MIN_SIBLINGS)}
    found = slug_aliases({**articles, "/blog/archive": 900, "/blog": 1000, "/pricing": 500})
    assert found == dict.fromkeys(articles, "/blog/:slug")


def test_the_pages_of_a_site_are_no_titles() -> None:
    assert slug_aliases({f"/section{i}x": 40 for i in range(MIN_SIBLINGS - 1)}) == {}
