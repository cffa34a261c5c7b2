"""Titles and headings in which a page says that it is missing or broken."""

from __future__ import annotations

import pytest

from replay_signals.transforms.digest.headlines import BARE_ELEMENTS, say_error

SAID = [
    ("404 Not Found", "404 Not Found"),
    ("404 Not Found", "nginx"),
    ("Page not found | Shop", "Oops!"),
    ("Shop - Page not found"),
    ("404: This page could not be found.", "404"),
    ("HTTP Status 404 – Not Found",),
    ("Shop", "Sorry, we couldn’t find that page"),
    ("Shop", "The page you requested doesn't exist"),
    ("500 Internal Server Error",),
    ("shop.test | 502: Bad gateway",),
    ("Shop", "Error 503", "Service Unavailable"),
    ("Access denied",),
    ("Something went wrong - Shop",),
    ("Seite nicht gefunden – Laden", "Hoppla!"),
    ("Fehler 404",),
    ("Trac", "Ошибка: Not Found"),
    ("Shop", "Error: forbidden"),
    ("Erreur 404 - Page introuvable",),
    ("Página no encontrada", "Error 404"),
    ("Página não encontrada",),
    ("404 - Pagina non trovata",),
    ("Pagina niet gevonden",),
    ("Strona nie została znaleziona",),
    ("Ошибка 404", "Страница не найдена"),
    ("Sayfa bulunamadı",),
    ("Laden", "Die gesuchte Seite wurde leider nicht gefunden"),
    ("Boutique", "Nous n'avons pas trouvé cette page"),
    ("书店", "找不到这个页面"),
    ("Butik", "Kan ikke finde siden"),
    ("Cửa hàng", "Trang bạn tìm không tồn tại"),
    ("Shop", "We can’t seem to find the page you’re looking for"),
    ("お探しのページが見つかりません",),
    ("404エラー",),
    ("页面不存在",),
    ("페이지를 찾을 수 없습니다",),
    ("الصفحة غير موجودة",),
    ("העמוד לא נמצא",),
    ("404 | Shop", "404: Hier wohnt niemand"),
]
NOT_SAID = [
    ("Shop", "No results found for your search"),
    ("店", "お探しの商品は見つかりません"),
    ("Archive", "Not found: the pages of history that were lost in the great fire"),
    ("Top 500 albums of the decade",),
    ("Fortune 500 companies",),
    ("Invoice 404", "Invoice 404"),
    ("Rechnung 500",),
    ("Peugeot 404 Coupé",),
    ("Room 403", "Unavailable dates"),
    ("Calendar", "Dates when the house is unavailable"),
    ("Lost and not found: stories of missing pets",),
    ("The forbidden city",),
    ("How to design a page that tells visitors their page was not found",),
    ("Status", "All systems work"),
    ("Errors of measurement",),
    ("$ 500.00",),
    ("Peugeot 404", "404"),
    ("Area code 410", "410"),
    ("Fehler 404 – warum Seiten verschwinden | Technikfunk", "Fehler 404: Warum Seiten verschwinden"),
    ("Fehler 404", "Fehler 404 – warum Seiten verschwinden"),
    ("**** ***",),
    ("",),
]


def said(headlines: tuple[str, ...] | str, elements: int = 12) -> bool:
    """Of a title and headings."""
    title, *headings = (headlines,) if isinstance(headlines, str) else headlines
    return say_error(title, headings, elements)


@pytest.mark.parametrize("headlines", SAID)
def test_a_page_that_calls_itself_missing_or_broken(headlines: tuple[str, ...] | str) -> None:
    assert said(headlines)


@pytest.mark.parametrize("headlines", NOT_SAID)
def test_numbers_and_words_of_status_pages_in_other_headings(headlines: tuple[str, ...]) -> None:
    assert not said(headlines)


@pytest.mark.parametrize("headlines", [("500",), ("Shop", "404"), ("Forbidden",), ("Unavailable",)])
def test_a_number_or_a_short_word_alone_takes_a_bare_page(headlines: tuple[str, ...]) -> None:
    assert said(headlines, BARE_ELEMENTS)
    assert not said(headlines, BARE_ELEMENTS + 1)


def test_a_heading_further_down_speaks_of_something_else() -> None:
    assert not said(("Shop", "Help", "Questions", "Something went wrong"))


@pytest.mark.parametrize(
    ("headings", "says"),
    [
        (("Inbox", "Nothing here"), False),
        (("Nothing here", "Ask us"), True),
        (("Oops!", "Nothing here"), True),
        (("Ups!", "404"), True),
        (("Orders", "404"), False),
        (("Oops!", "Sorry"), False),
        (("Inbox", "This page does not exist"), True),
    ],
)
def test_a_short_word_below_a_heading_is_about_what_that_names(headings: tuple[str, str], says: bool) -> None:
    assert say_error("", headings, 30) == says


@pytest.mark.parametrize(
    "heading",
    [
        "Oldal nem létezik",
        "Hier ist nichts",
        "Страницата не съществува",
        "Stranica nije pronađena",
        "Lehte ei leitud",
        "Takiej strony nie ma",
        "Sivua ei voitu löytää",
        "Böyle bir sayfa yok",
        "Aici nu e nimic",
        "Denne adressen finnes ikke",
    ],
)
def test_headings_of_missing_pages_in_more_words(heading: str) -> None:
    assert say_error("", [heading], 30)
    assert not say_error("", [f"{heading} und was man dagegen tun kann, in zwölf Schritten erklärt"], 30)
