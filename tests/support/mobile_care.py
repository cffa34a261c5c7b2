"""CARE, a made-up app for support/mobile_visits: a Swedish clinic with a calendar, medicines, exercise, a chart.

Icons are bare images, tabs float above the lower edge, links are coloured words; visitors are hasty or slow.
"""

from __future__ import annotations

from support.drawing import Palette
from support.mobile_designs import entry, keypad, photo, press, text
from support.mobile_scene import V
from support.mobile_visits import Design, Does, Page

BLUSH = Palette("#fff7f5", "#ffe3dc", "#3a1f1b", "#a58c86", "#b3124e", "#ffffff")
NIGHT = Palette("#000000", "#1f1f23", "#f5f5f7", "#8e8e93", "#ff6b9a", "#1c0009", bold=True)
TABS = ("to today", "to booking", "to training", "to values")
BARS = frozenset(("float", *TABS))


def icon(name: str, picture: str, x: float, y: float, side: float = 26) -> V:
    """An icon that is its own control."""
    return V(name, "image", x, y, side, side, picture)


def link(name: str, words: str, x: float, y: float, width: float = 110) -> V:
    """Words in another colour."""
    return V(name, "text", x, y, width, 24, words, {"colour": "#b3124e", "size": 15})


def item(name: str, words: str, note: str, y: float, height: float = 62) -> V:
    """A card with a title, a note and an arrow."""
    inner = (
        text(f"{name} words", words, 32, y + 8, 220, size=17),
        text(f"{name} note", note, 32, y + 33, 240, size=13, faint=True),
        text(f"{name} arrow", ">", 344, y + 18, 16, faint=True),
    )
    return V(name, "div", 16, y, 361, height, "", {"drawn": True}, inner)


def dose(name: str, words: str, y: float) -> tuple[V, V]:
    return V(name, "checkbox", 24, y, 28, 28, "", {"checked": False, "disabled": False}), text(
        f"{name} words", words, 66, y + 1, 220, size=16
    )


def chip(name: str, words: str, x: float, y: float, width: float, *, drawn: bool = False, height: float = 34) -> V:
    inner = text(f"{name} words", words, x + 8, y + height / 2 - 12, width - 12, size=14)
    return V(name, "div", x, y, width, height, "", {"drawn": drawn, "colour": "#f2a9bf"}, (inner,))


def days(first: int, y: float, chosen: int = 0) -> tuple[V, ...]:
    """A week of a calendar."""
    return tuple(
        chip(f"day {n}", str(n), 18 + 52 * i, y, 44, drawn=n == chosen, height=38)
        for i, n in enumerate(range(first, first + 7))
    )


def tabs() -> tuple[V, ...]:
    float_ = V("float", "div", 24, 762, 345, 60, "", {"drawn": True, "colour": "#f7cfc5"})
    return (float_, *(icon(name, name[3:], 56 + 84 * i, 776, 30) for i, name in enumerate(TABS)))


TABBED = dict(zip(TABS, (Does("tabs", page) for page in ("Idag", "Boka", "Träna", "Värden")), strict=True))
CHOSEN_DAYS, STARS = "day 9,day 11,day 12,day 16,day 18", ",".join(f"star {i}" for i in range(1, 6))
IDAG = Page(
    "Idag",
    (
        icon("menu", "menu", 20, 58),
        text("hello", "God morgon", 62, 54, 190, size=24),
        text("clock", "0:00", 330, 20, 50, size=13),
        text("done", "0 klara", 24, 104, 160, size=15, faint=True),
        link("all doses", "Visa alla", 284, 104, 90),
        *dose("dose 1", "Järn, 1 tablett", 146),
        *dose("dose 2", "D-vitamin", 192),
        *dose("dose 3", "Blodtryck, morgon", 238),
        *dose("dose 4", "Blodtryck, kväll", 284),
        text("water label", "Vatten", 24, 344, 90, size=17),
        press("less water", "-", 200, 336, 44, plain=True),
        text("glasses", "1", 262, 346, 30, size=18),
        press("more water", "+", 306, 336, 44, plain=True),
        item("tip", "Sov bättre", "Fem råd från barnmorskan", 400),
        item("visit", "Nästa besök", "Torsdag 9:40", 472),
        item("letter", "Nytt brev", "Provsvar", 544),
        press("remind", "Påminn mig", 24, 626, 166),
        press("renew", "Förnya recept", 204, 626, 166, plain=True),
        press("add", "+", 310, 694, 56, 56),
        *tabs(),
    ),
    {
        "menu": Does("drawer", "hello", ("Hej", "Anna", "Barn"), ("Språk",)),
        "all doses": Does("vain"),
        "dose 1": Does("checks", "done", ("klara",)),
        "dose 2": Does("checks", "done", ("klara",)),
        "dose 4": Does("vain"),
        "less water": Does("steps", "glasses", ("-1",)),
        "more water": Does("steps", "glasses", ("1",)),
        "tip": Does("vain"),
        "visit": Does("opens", "Läkare"),
        "letter": Does("goes", "Tråd"),
        "remind": Does("loads", "visit note", ("Påminns 8:00", "Påminns 7:00", "Ingen påminnelse")),
        "renew": Does("vain"),
        "add": Does("goes", "Kod"),
        **TABBED,
    },
    gestures=("fidgets", "pulls"),
)
BOKA = Page(
    "Boka",
    (
        text("month", "Vecka 14", 130, 56, 140, size=20),
        icon("earlier weeks", "left", 28, 58),
        icon("later weeks", "right", 340, 58),
        *days(1, 104),
        *days(8, 150, chosen=9),
        *days(15, 196),
        text("times", "Lediga tider", 20, 250, 160, size=17),
        chip("slot 1", "8:20", 20, 286, 80, drawn=True),
        chip("slot 2", "9:40", 108, 286, 80),
        chip("slot 3", "11:00", 196, 286, 80),
        chip("slot 4", "14:20", 284, 286, 80),
        V("who", "select", 20, 340, 353, 44, "Alla", {"value": "Alla", "options": ["Alla", "Eva", "Nils"]}),
        item("doctor 1", "Eva Lind", "Barnmorska", 402),
        item("doctor 2", "Nils Berg", "Läkare", 474),
        item("doctor 3", "Siv Ek", "Sjukgymnast", 546),
        press("book", "Boka tid", 20, 624, 353, 50),
        text("booked", "Ingen tid bokad", 20, 682, 200, size=14, faint=True),
        link("cancel", "Avboka", 290, 682, 80),
        *tabs(),
    ),
    {
        "earlier weeks": Does("vain"),
        "later weeks": Does("skips", "month", ("Vecka 14",)),
        **{name: Does("picks", CHOSEN_DAYS, ("times",)) for name in CHOSEN_DAYS.split(",")},
        "day 15": Does("vain"),
        "day 2": Does("off"),
        "slot 1": Does("picks", "slot 1,slot 2"),
        "slot 2": Does("picks", "slot 1,slot 2"),
        "slot 4": Does("vain"),
        "who": Does("picker", words=("Alla", "Eva", "Nils")),
        "doctor 1": Does("goes", "Läkare"),
        "doctor 2": Does("vain"),
        "book": Does("dialog", "booked", ("Boka 9:40?", "Boka", "Bokad 9:40", "Tiden är tagen")),
        "cancel": Does("undoes", "booked", ("Avbokad",)),
        **TABBED,
    },
    gestures=("fidgets",),
)
TRAENA = Page(
    "Träna",
    (
        text("program", "Rygg och nacke", 20, 54, 240, size=22),
        photo("stretch", 16, 96, 361, 190),
        press("go", "Starta", 20, 304, 120),
        V("bar", "div", 156, 322, 20, 8, "", {"drawn": True, "colour": "#b3124e"}),
        text("played", "0:00", 330, 312, 50, size=14),
        item("pose", "Katten", "30 sekunder", 366),
        press("next pose", "Nästa", 20, 442, 166),
        press("last pose", "Förra", 206, 442, 166, plain=True),
        text("set 1 label", "Omgång 1", 20, 516, 120),
        chip("set 1", "Klar", 250, 510, 110, drawn=True),
        text("set 2 label", "Omgång 2", 20, 564, 120),
        chip("set 2", "Klar", 250, 558, 110, drawn=True),
        text("weight label", "Vikt", 20, 624, 80),
        press("lighter", "-", 150, 614, 44, plain=True),
        text("weight", "40 kg", 212, 624, 80, size=20),
        press("heavier", "+", 310, 614, 44, plain=True),
        press("finish", "Avsluta pass", 20, 690, 353, 50),
        *tabs(),
    ),
    {
        "go": Does("plays", "played"),
        "next pose": Does("pages on", "pose words", ("Ställning",)),
        "last pose": Does("vain"),
        "set 1": Does("flips", "set 1 words", ("Klar", "Gjord")),
        "set 2": Does("vain"),
        "lighter": Does("wheels", "weight", ("-1",)),
        "heavier": Does("wheels", "weight", ("1",)),
        "finish": Does("toasts", words=("Bra jobbat", "Pass sparat")),
        **TABBED,
    },
    gestures=("fidgets", "taps twice"),
)
VAERDEN = Page(
    "Värden",
    (
        text("values title", "Mina värden", 20, 54, 220, size=24),
        icon("export", "export", 342, 58),
        chip("week", "Vecka", 20, 100, 112, drawn=True),
        chip("month range", "Månad", 140, 100, 112),
        chip("year", "År", 260, 100, 112),
        V("chart", "div", 16, 150, 361, 230, "", {"drawn": True}),
        *(
            V(f"dot {i}", "div", 40 + 64 * i, y, 22, 22, "", {"drawn": True, "colour": "#b3124e"})
            for i, y in enumerate((300, 262, 240, 280, 226))
        ),
        text("mean", "Medel 118", 20, 392, 200, size=17),
        item("pressure", "Blodtryck", "118 / 76", 430),
        item("weight row", "Vikt", "64 kg", 502),
        item("sleep", "Sömn", "7 h 10 min", 574),
        press("measure", "Lägg till värde", 20, 652, 353, 50),
        link("about values", "Om värdena", 20, 716, 120),
        *tabs(),
    ),
    {
        "export": Does("outside"),
        "week": Does("picks", "week,month range", ("mean",)),
        "month range": Does("picks", "week,month range", ("mean",)),
        "year": Does("vain"),
        "dot 0": Does("notes", words=("118", "121", "109")),
        "dot 2": Does("notes", words=("117", "131", "119")),
        "dot 4": Does("vain"),
        "pressure": Does("says", "pressure note", ("118 / 76", "121 / 80", "109 / 70")),
        "weight row": Does("sheet", "weight row note", ("64 kg", "65 kg", "63 kg", "Annan"), ("Annan",)),
        "sleep": Does("vain"),
        "measure": Does("slow", "mean", ("Medel 119", "Medel 121", "Medel 117")),
        "about values": Does("vain"),
        **TABBED,
    },
    gestures=("fidgets", "edges"),
)
LAEKARE = Page(
    "Läkare",
    (
        icon("back", "back", 20, 58),
        text("who title", "Eva Lind", 62, 54, 200, size=22),
        icon("keep", "hollow heart", 340, 58),
        photo("portrait", 116, 100, 160, 160),
        *(icon(f"star {i}", "hollow", 96 + 42 * (i - 1), 278, 32) for i in range(1, 6)),
        text("rating", "Betygsätt besöket", 120, 320, 180, size=14, faint=True),
        press("write", "Skriv", 20, 360, 166),
        press("ring", "Ring", 206, 360, 166, plain=True),
        text("about", "Barnmorska sedan 2009", 20, 424, 260, size=16),
        item("where", "Mottagningen", "Storgatan 4, plan 2", 462),
        item("prices", "Avgifter", "Frikort gäller", 534),
        press("choose", "Välj Eva", 20, 620, 353, 50),
        press("switch doctor", "Byt barnmorska", 20, 684, 353, 50, plain=True),
    ),
    {
        "back": Does("back"),
        "keep": Does("likes", words=("hollow heart", "full heart")),
        **{name: Does("stars", STARS) for name in STARS.split(",")},
        "write": Does("goes", "Tråd"),
        "ring": Does("outside"),
        "where": Does("vain"),
        "prices": Does("expands", words=("Upp till 1 300 kr",)),
        "choose": Does("loads", "about", ("Vald sedan i dag", "Kunde inte väljas", "Vald")),
        "switch doctor": Does("vain"),
    },
    own_window=True,
    gestures=("edges",),
)
TRAAD = Page(
    "Tråd",
    (
        icon("thread back", "back", 20, 58),
        text("thread title", "Mottagningen", 62, 54, 200, size=20),
        *(
            V(
                f"said box {i}",
                "div",
                16 + 90 * (i % 2),
                110 + 64 * i,
                264,
                48,
                "",
                {"drawn": True},
                (text(f"said {i}", f"Meddelande {i}", 30 + 90 * (i % 2), 122 + 64 * i, 220, size=15),),
            )
            for i in range(1, 5)
        ),
        press("call back", "Ring upp mig", 16, 450, 172, plain=True),
        press("attach", "Bifoga", 204, 450, 172, plain=True),
        entry("reply", "Skriv här", 16, 512, 280),
        press("post", "Skicka", 306, 512, 72),
    ),
    {
        "thread back": Does("back"),
        "call back": Does("vain"),
        "attach": Does("outside"),
        "post": Does("sends", "reply", ("said 1", "said 2", "said 3", "said 4")),
    },
)
KOD = Page(
    "Kod",
    (
        icon("code back", "back", 20, 58),
        text("code ask", "Ange din kod", 130, 110, 180, size=18),
        V("code", "text_area", 60, 160, 272, 48, "", {"disabled": False}),
        *keypad("digit", 60, 250, 82, 62, typed=True),
        press("bank id", "Annat sätt", 60, 560, 272),
        link("forgot", "Glömt koden?", 140, 630, 120),
    ),
    {
        "code back": Does("back"),
        **{f"digit {i}": Does("keys", "code") for i in range(10)},
        "bank id": Does("vain"),
        "forgot": Does("vain"),
    },
)
CARE = Design(
    "care",
    (393, 852),
    (BLUSH, NIGHT),
    (IDAG, BOKA, TRAENA, VAERDEN, LAEKARE, TRAAD, KOD),
    density=1.75,
    pace=(0.35, 2.2),
)
