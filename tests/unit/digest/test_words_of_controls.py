"""Words of controls that act outside the page."""

from __future__ import annotations

import pytest

from replay_signals.transforms.words.controls import (
    acts_once,
    acts_outside,
    fills_screen,
    is_document,
    is_file_dialog,
    leaves_app,
    plays,
)


@pytest.mark.parametrize(
    "name",
    [
        *("Print", "btn-print", "icon_download", "As PDF", "Skriv ut", "Presse-papiers", "Udskriv prisliste"),
        *(
            "Stáhnout ceník",
            "YAZDIR",
            "İndir",
            "Link másolása",
            "Lista letöltése",
            "ПЕЧАТЬ",
            "להורדה",
            "ดาวน์โหลดใบเสร็จ",
            "印刷する",
            "🖨",
        ),
    ],
)
def test_one_click_does_it(name: str) -> None:
    assert acts_once(name)


@pytest.mark.parametrize(
    "name",
    ["Blueprints", "printed", "Skriv", "presse", "Deliver", "Main", "Account", "Lire la suite", "Son siparişler", ""],
)
def test_parts_of_words_and_of_phrases_say_nothing(name: str) -> None:
    assert not acts_outside(name)


@pytest.mark.parametrize(
    ("name", "sounds"), [("Play", True), ("Play again", False), ("Play again, play", True), ("Læs højt", True)]
)
def test_sound_is_outside_the_page_and_may_be_used_fast(name: str, sounds: bool) -> None:
    assert acts_outside(name) == plays(name) == sounds
    assert not acts_once(name)
    assert not fills_screen(name)


@pytest.mark.parametrize(
    "name", ["Full screen", "btn-fullscreen", "Vollbild", "全屏", "⛶", "Na celý displej, celá obrazovka"]
)
def test_the_whole_screen_is_no_sound(name: str) -> None:
    assert fills_screen(name)
    assert acts_outside(name)
    assert not plays(name)


def test_a_document_and_a_dialog_are_named_by_the_whole_name() -> None:
    assert is_document("Rechnung …")
    assert not is_document("Rechnung ändern")
    assert is_file_dialog("Browse…")
    assert not is_file_dialog("Browse the shop")


@pytest.mark.parametrize(
    "name", ["Call us", "E-mail", "btn-more", "Jetzt anrufen", "Zadzwoń", "להתקשר", "撥打電話", "Foto", "⋮", "Teilen"]
)
def test_buttons_of_apps_that_other_programs_or_popups_answer(name: str) -> None:
    assert leaves_app(name)


@pytest.mark.parametrize("name", ["Callback list", "Moreover", "Mehr Wasser", "Карта", "Ara", "Fotograf", "Pay", ""])
def test_buttons_of_apps_that_say_nothing_of_other_programs(name: str) -> None:
    assert not leaves_app(name)
