"""RADIO, a made-up app for support/mobile_visits: dark and dense, with lists, a player, a map, sheets."""

from __future__ import annotations

from support.drawing import Palette
from support.mobile_designs import entry, keypad, photo, press, row, switch, text
from support.mobile_scene import V
from support.mobile_visits import Design, Does, Page

NIGHT = Palette("#0b0d17", "#1b1f33", "#e8eaf6", "#7d84a8", "#ff8a3d", "#14100c", bold=True)
DUSK = Palette("#e6e2f3", "#f7f5fc", "#221c33", "#8d86a3", "#b0370a", "#fff8f2", bold=True)
TABS = ("tab list", "tab map", "tab mine")
BARS = frozenset(("head bar", "head", "bottom bar", *TABS))


def bars(title: str) -> tuple[V, ...]:
    """A heading, and tabs that no recorder calls buttons."""
    tabs = ((TABS[0], "Shows", 8), (TABS[1], "Near", 126), (TABS[2], "Mine", 244))
    words = (row(name, label, x, 718, 108, 52) for name, label, x in tabs)
    return (
        V("head bar", "div", 0, 0, 360, 84, "", {"drawn": True}),
        text("head", title, 16, 44, size=22),
        V("bottom bar", "div", 0, 708, 360, 72, "", {"drawn": True}),
        *words,
    )


TABBED = {
    "tab list": Does("tabs", "Shows"),
    "tab map": Does("tabs", "Near"),
    "tab mine": Does("tabs", "Mine"),
}


def show(number: int, title: str, y: float) -> tuple[V, ...]:
    """A row of the list: a picture, two lines, a small button at its end."""
    name = f"row {number}"
    inner = (
        text(f"{name} words", title, 76, y + 6, 180, size=15),
        text(f"{name} sub", f"{7 * number + 11} min", 76, y + 28, 120, size=12, faint=True),
    )
    more = V(
        f"more {number}",
        "div",
        306,
        y + 8,
        40,
        40,
        "",
        {"drawn": True},
        (text(f"more {number} t", "...", 316, y + 12, 24),),
    )
    return (
        V(name, "div", 8, y, 344, 56, "", {"drawn": True}, (photo(f"cover {number}", 14, y + 4, 48, 48), *inner)),
        more,
    )


RADIO = Design(
    "radio",
    (360, 780),
    (NIGHT, DUSK),
    (
        Page(
            "Shows",
            (
                text("fresh", "Updated 9:00", 16, 94, size=12, faint=True),
                press("new", "New", 12, 120, 78, 32, plain=True),
                press("loved", "Loved", 98, 120, 78, 32, plain=True),
                press("short", "Short", 184, 120, 78, 32, plain=True),
                press("order", "Order", 270, 120, 78, 32, plain=True),
                *show(1, "Morning news", 164),
                *show(2, "Deep sea", 226),
                *show(3, "Old maps", 288),
                *show(4, "Two voices", 350),
                *show(5, "Kitchen talk", 412),
                *show(6, "Night bus", 474),
                *show(7, "Chess hour", 536),
                *show(8, "Slow jazz", 598),
                *show(9, "Long walks", 660),
                *show(10, "Tin whistle", 722),
                text("sorted", "By date", 150, 94, 100, size=12, faint=True),
                *bars("Shows"),
            ),
            {
                "new": Does("sorts", "row 1 words,row 2 words,row 3 words", ("Fresh",)),
                "loved": Does("sorts", "row 1 words,row 2 words,row 3 words", ("Loved",)),
                "short": Does("vain"),
                "order": Does("sheet", "sorted", ("By date", "By length", "By name", "My own"), ("My own",)),
                "row 1": Does("goes", "Player"),
                "row 2": Does("goes", "Player"),
                "row 3": Does("vain"),
                "row 4": Does("goes", "Player"),
                "row 5": Does("vain"),
                "row 7": Does("goes", "Player"),
                "more 2": Does("sheet", "row 2 sub", ("Queued", "Kept", "Hidden")),
                "more 4": Does("vain"),
                **TABBED,
            },
            gestures=("scrolls", "pulls", "slides row", "scrolls"),
            bars=BARS,
        ),
        Page(
            "Player",
            (
                row("down", "v", 12, 40, 48, 40),
                photo("art", 40, 96, 280, 250),
                text("track", "Part 1", 40, 360, size=20),
                text("played", "0:00", 20, 404, 60, size=12),
                V("bar", "div", 80, 412, 20, 6, "", {"drawn": True, "colour": "#ff8a3d"}),
                row("before", "<<", 30, 440, 70, 56),
                V(
                    "play",
                    "button",
                    130,
                    436,
                    100,
                    64,
                    "",
                    {"disabled": False, "plain": True},
                    (text("play words", "Play", 155, 454, 60),),
                ),
                row("next", ">>", 260, 440, 70, 56),
                press("speed", "Speed", 20, 530, 100, 40, plain=True),
                text("pace", "1 x", 130, 538, 40, size=14),
                press("timer", "Sleep timer", 190, 530, 150, 40, plain=True),
                row("love", "Love", 20, 590, 100, 44),
                row("queue", "Queue", 130, 590, 100, 44),
                press("copy", "Copy link", 240, 590, 100, 44, plain=True),
                row("notes", "Notes", 20, 650, 320, 46),
            ),
            {
                "down": Does("back"),
                "play": Does("plays", "played"),
                "before": Does("vain"),
                "next": Does("skips", "track", ("Part 1",)),
                "speed": Does("sheet", "pace", ("1 x", "1.5 x", "2 x")),
                "timer": Does("vain"),
                "love": Does("flips", "love words", ("Love", "Loved")),
                "queue": Does("vain"),
                "copy": Does("outside"),
                "notes": Does("expands", words=("Recorded on a ferry",)),
            },
            own_window=True,
            gestures=("taps twice",),
        ),
        Page(
            "Near",
            (
                photo("map", 0, 84, 360, 430),
                V("pin 1", "div", 90, 180, 34, 34, "", {"drawn": True, "colour": "#ff8a3d"}),
                V("pin 2", "div", 220, 260, 34, 34, "", {"drawn": True, "colour": "#ff8a3d"}),
                V("pin 3", "div", 140, 400, 34, 34, "", {"drawn": True, "colour": "#ff8a3d"}),
                row("zoom in", "+", 304, 100, 44, 44),
                row("zoom out", "-", 304, 150, 44, 44),
                row("north", "N", 304, 200, 44, 44),
                text("place", "No place chosen", 16, 530, size=16),
                press("here", "Where am I", 12, 570, 160, 44, plain=True),
                press("tickets", "Tickets", 188, 570, 160, 44),
                text("spot", "Unknown spot", 16, 630, size=13, faint=True),
                press("remind", "Remind me", 12, 656, 160, 42),
                press("route", "Shortest way", 188, 656, 160, 42, plain=True),
                *bars("Near you"),
            ),
            {
                "pin 1": Does("pin", "place", ("Hall",)),
                "pin 2": Does("pin", "place", ("Club",)),
                "pin 3": Does("vain"),
                "zoom in": Does("zooms", "map", ("in",)),
                "zoom out": Does("zooms", "map", ("out",)),
                "north": Does("vain"),
                "here": Does("asks", "spot", ("Old town", "By the river", "Station")),
                "tickets": Does("goes", "Code"),
                "remind": Does("toasts", words=("We remind you", "Reminder is set")),
                "route": Does("vain"),
                **TABBED,
            },
            gestures=("pans", "pans", "taps twice"),
        ),
        Page(
            "Mine",
            (
                text("name", "Kim Listener", 16, 100, size=18),
                entry("search", "Search", 16, 140, 328),
                text("auto label", "Download over Wi-Fi", 16, 204, size=14),
                switch("auto", 290, 200),
                text("loud label", "Even loudness", 16, 250, size=14),
                switch("loud", 290, 246),
                text("beta label", "Try new things", 16, 296, size=14),
                switch("new things", 290, 292),
                row("room", "Room used", 12, 340, 336, 46),
                text("room used", "310 MB", 250, 350, 80, size=13),
                row("history", "History", 12, 392, 336, 46),
                row("licences", "Licences", 12, 444, 336, 46),
                press("clean", "Free some room", 12, 506, 164, 42),
                press("export", "Save history", 184, 506, 164, 42, plain=True),
                text("volume", "5", 170, 572, 40, size=20),
                press("quieter", "-", 110, 566, 44, 40, plain=True),
                press("louder", "+", 210, 566, 44, 40, plain=True),
                press("sync", "Sync", 12, 626, 164, 44),
                text("synced", "Synced yesterday", 190, 636, 160, size=13),
                *bars("Mine"),
            ),
            {
                "search": Does("types"),
                "auto": Does("turns"),
                "loud": Does("vain"),
                "new things": Does("turns"),
                "room": Does("says", "room used", ("320 MB", "280 MB", "1 GB")),
                "history": Does("goes", "Player"),
                "licences": Does("vain"),
                "clean": Does("loads", "room used", ("20 MB", "24 MB", "31 MB")),
                "export": Does("vain"),
                "quieter": Does("steps", "volume", ("-1",)),
                "louder": Does("steps", "volume", ("1",)),
                "sync": Does("slow", "synced", ("Synced now", "Just synced", "In sync")),
                **TABBED,
            },
        ),
        Page(
            "Code",
            (
                row("code down", "v", 12, 40, 48, 40),
                text("code head", "Ticket code", 110, 120, size=22),
                text("typed", "", 140, 180),
                *keypad("figure", 36, 240, 88, 62, typed=False),
                press("redeem", "Redeem", 36, 560, 288, 50),
                press("lost", "I lost my code", 36, 630, 288, 44, plain=True),
            ),
            {
                "code down": Does("back"),
                **{f"figure {i}": Does("keys", "typed") for i in range(10)},
                "redeem": Does("vain"),
                "lost": Does("vain"),
            },
            own_window=True,
        ),
    ),
    density=2.0,
)
