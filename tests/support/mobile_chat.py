"""CHAT, a made-up app for support/mobile_visits: conversations, bubbles, notes with a checklist, a viewer, settings."""

from __future__ import annotations

from support.drawing import Palette
from support.mobile_designs import entry, photo, press, text
from support.mobile_scene import V
from support.mobile_visits import Design, Does, Page

MINT = Palette("#eef4f1", "#ffffff", "#12211b", "#7b8d85", "#0b7a55", "#ffffff")
COAL = Palette("#0d1110", "#1a211f", "#e4efea", "#7d8f88", "#3ddc97", "#0a1410")
TABS = ("to chats", "to calls", "to notes", "to settings")
BARS = frozenset(("strip", "title", "title bar", "new chat", *TABS))


def glyph(name: str, words: str, x: float, y: float, side: float = 40) -> V:
    """An icon in a box without a background."""
    inner = V(f"{name} glyph", "image", x + side / 2 - 11, y + side / 2 - 11, 22, 22, words)
    return V(name, "div", x, y, side, side, "", {}, (inner,))


def cell(name: str, words: str, y: float, *, end: tuple[V, ...] = (), height: float = 50) -> V:
    """A row from edge to edge, without a background of its own."""
    inner = text(f"{name} words", words, 20, y + height / 2 - 13, 240, size=16)
    return V(name, "div", 0, y, 375, height, "", {}, (inner, *end))


def turner(name: str, words: str, y: float) -> V:
    return cell(name, words, y, end=(V(f"{name} switch", "toggle", 304, y + 10, 51, 31, "", {"checked": False}),))


def bars(title: str) -> tuple[V, ...]:
    labels = zip(TABS, ("Chats", "Calls", "Notes", "Settings"), strict=True)
    tabs = tuple(
        V(
            name,
            "div",
            93.75 * i,
            744,
            93,
            68,
            "",
            {},
            (
                V(f"{name} icon", "image", 93.75 * i + 35, 750, 24, 24, label),
                text(f"{name} label", label, 93.75 * i + 24, 776, 60, size=11),
                *((text("unread", "2", 93.75 * i + 60, 746, 20, size=12),) if i == 0 else ()),
            ),
        )
        for i, (name, label) in enumerate(labels)
    )
    return (
        V("title bar", "div", 0, 0, 375, 92, "", {"drawn": True}),
        text("title", title, 20, 50, 180, size=26),
        V("strip", "div", 0, 740, 375, 72, "", {"drawn": True}),
        *tabs,
    )


TABBED = dict(zip(TABS, (Does("tabs", page) for page in ("Chats", "Calls", "Notes", "Settings")), strict=True))


def talk(number: int, who: str, y: float) -> V:
    """A conversation: a face, a name, the last words, a time."""
    inner = (
        photo(f"face {number}", 16, y + 9, 52, 52),
        text(f"row {number} words", who, 82, y + 10, 180, size=16),
        text(f"last {number}", "See you there", 82, y + 36, 220, size=14, faint=True),
        text(f"time {number}", f"9:{10 + number}", 320, y + 12, 44, size=12, faint=True),
    )
    return V(f"row {number}", "div", 0, y, 375, 70, "", {}, inner)


def bubble(number: int, words: str, y: float, *, own: bool) -> V:
    x = 120 if own else 16
    inner = text(f"said {number}", words, x + 14, y + 9, 200, size=15)
    return V(f"bubble {number}", "div", x, y, 239, 44, "", {"drawn": True}, (inner,))


SAID = tuple(f"said {i}" for i in range(1, 8))
CHATS = Page(
    "Chats",
    (
        entry("look for", "Search", 16, 100, 343),
        *(
            V(
                n,
                "div",
                16 + 114 * i,
                152,
                110,
                32,
                "",
                {"drawn": not i, "colour": "#9fd8c0"},
                (text(f"{n} t", w, 34 + 114 * i, 155, 80, size=13),),
            )
            for i, (n, w) in enumerate((("everyone", "All"), ("unseen", "Unread"), ("groups", "Groups")))
        ),
        talk(1, "Everyone 1", 192),
        talk(2, "Everyone 2", 262),
        talk(3, "Everyone 3", 332),
        talk(4, "Choir", 402),
        talk(5, "Landlord", 472),
        talk(6, "Priya", 542),
        talk(7, "Dentist", 612),
        talk(8, "Old school", 682),
        talk(9, "Running club", 752),
        *bars("Chats"),
        V(
            "new chat",
            "div",
            303,
            672,
            56,
            56,
            "",
            {"drawn": True, "colour": "#0b7a55"},
            (text("plus", "+", 324, 686, 20, size=24),),
        ),
    ),
    {
        "look for": Does("suggests", "row 1 words,row 2 words,row 3 words", ("Mara", "Max", "Mina")),
        "everyone": Does("picks", "everyone,unseen", ("row 1 words", "row 2 words", "row 3 words")),
        "unseen": Does("picks", "everyone,unseen", ("row 1 words", "row 2 words", "row 3 words")),
        "groups": Does("vain"),
        "row 1": Does("goes", "Talk"),
        "row 2": Does("goes", "Talk"),
        "row 3": Does("goes", "Talk"),
        "row 4": Does("vain"),
        "row 5": Does("opens", "Talk"),
        "face 6": Does("vain"),
        "face 2": Does("goes", "Viewer"),
        "new chat": Does("sheet", "last 1", ("New message", "New group", "New list"), ("New list",)),
        **TABBED,
    },
    gestures=("scrolls", "scrolls", "long presses", "slides row"),
    bars=BARS,
)
TALK = Page(
    "Talk",
    (
        V("talk bar", "div", 0, 0, 375, 96, "", {"drawn": True}),
        glyph("leave", "<", 8, 48),
        V(
            "partner",
            "div",
            52,
            46,
            200,
            46,
            "",
            {},
            (photo("partner face", 54, 50, 38, 38), text("partner name", "Mara", 102, 56, 120, size=17)),
        ),
        glyph("ring", "ring", 270, 48),
        glyph("film", "film", 320, 48),
        text("day", "Today", 165, 104, 60, size=12, faint=True),
        *(bubble(i, f"Words {i}", 130 + 52 * (i - 1), own=i % 3 == 0) for i in range(1, 8)),
        V(
            "voice",
            "div",
            16,
            500,
            239,
            52,
            "",
            {"drawn": True},
            (
                V(
                    "listen",
                    "button",
                    24,
                    506,
                    60,
                    40,
                    "",
                    {"disabled": False, "plain": True},
                    (text("listen words", "Play", 34, 514, 44, size=14),),
                ),
                V("bar", "div", 96, 524, 20, 5, "", {"drawn": True, "colour": "#0b7a55"}),
                text("played", "0:00", 200, 516, 44, size=12),
            ),
        ),
        V("draft bar", "div", 0, 736, 375, 76, "", {"drawn": True}),
        glyph("clip", "clip", 4, 748),
        V("draft", "text_area", 48, 748, 216, 40, "", {"disabled": False, "hint": "Message"}),
        glyph("smile", "smile", 268, 748),
        glyph("send", ">", 322, 748, 44),
    ),
    {
        "leave": Does("back"),
        "partner": Does("goes", "Info"),
        "ring": Does("outside"),
        "film": Does("vain"),
        "listen": Does("plays", "played"),
        "clip": Does("sheet", "day", ("Photo", "File", "Place", "Poll"), ("Poll",)),
        "draft": Does("types"),
        "smile": Does("emoji", "draft"),
        "send": Does("sends", "draft", SAID),
        "bubble 2": Does("vain"),
    },
    own_window=True,
    gestures=("long presses", "edges", "long presses", "fidgets"),
)
INFO = Page(
    "Info",
    (
        glyph("info back", "<", 8, 48),
        photo("big face", 127, 70, 120, 120),
        text("info name", "Mara Holm", 120, 200, 160, size=21),
        V("call box", "div", 20, 244, 104, 58, "", {"drawn": True}, (text("call box t", "Call", 54, 260, 50),)),
        V("mute box", "div", 135, 244, 104, 58, "", {"drawn": True}, (text("mute words", "Mute", 165, 260, 60),)),
        V("seek box", "div", 250, 244, 104, 58, "", {"drawn": True}, (text("seek box t", "Search", 274, 260, 70),)),
        turner("pinned", "Pin to the top", 320),
        turner("preview", "Show previews", 370),
        cell("sound", "Sound", 420, end=(text("sound now", "Bell", 290, 432, 70, size=15, faint=True),)),
        text("shared head", "Shared pictures", 20, 484, 160, size=14, faint=True),
        *(photo(f"shared {i}", 20 + 114 * i, 510, 107, 100) for i in range(3)),
        press("block", "Block Mara", 20, 640, 335, 46, plain=True),
        press("report her", "Report", 20, 696, 335, 46, plain=True),
    ),
    {
        "info back": Does("back"),
        "call box": Does("outside"),
        "mute box": Does("flips", "mute words", ("Mute", "Muted")),
        "seek box": Does("vain"),
        "pinned": Does("row turns", "pinned switch"),
        "preview switch": Does("vain"),
        "sound": Does("sheet", "sound now", ("Bell", "Drop", "None", "Bird"), ("Bird",)),
        "shared 0": Does("goes", "Viewer"),
        "shared 1": Does("goes", "Viewer"),
        "shared 2": Does("vain"),
        "big face": Does("goes", "Viewer"),
        "block": Does("dialog", "info name", ("Block Mara?", "Block", "Mara (blocked)", "Mara Holm")),
        "report her": Does("vain"),
    },
    own_window=True,
    gestures=("edges", "taps twice"),
)
VIEWER = Page(
    "Viewer",
    (
        photo("shot 1", 0, 90, 375, 560),
        glyph("shut", "x", 8, 40),
        glyph("keep it", "keep", 320, 40),
        text("counted", "Picture 1", 150, 50, 90, size=15),
        V("one back", "div", 0, 300, 70, 120, "", {}, ()),
        V("one on", "div", 305, 300, 70, 120, "", {}, ()),
        V("react 1", "div", 40, 700, 60, 44, "", {}, (text("react 1 t", "Ha", 56, 710, 40),)),
        V("react 2", "div", 158, 700, 60, 44, "", {}, (text("react 2 t", "Oh", 174, 710, 40),)),
        V("react 3", "div", 276, 700, 60, 44, "", {}, (text("react 3 t", "Yes", 292, 710, 40),)),
    ),
    {
        "shut": Does("back"),
        "keep it": Does("toasts", words=("Kept in your pictures",)),
        "one on": Does("skips", "counted", ("Picture 1",)),
        "one back": Does("vain"),
        "react 1": Does("flips", "react 1 t", ("Ha", "Ha 1")),
        "react 2": Does("vain"),
    },
    gestures=("taps twice", "edges"),
)
CALLS = Page(
    "Calls",
    (
        *(
            cell(
                f"row {20 + i}",
                f"{who}, {when}",
                110 + 62 * i,
                height=60,
                end=(glyph(f"about {i}", "i", 322, 120 + 62 * i),),
            )
            for i, (who, when) in enumerate(
                (("Mara", "9:40"), ("Priya", "8:15"), ("Dad", "Monday"), ("Choir", "Sunday"), ("Dentist", "May 3"))
            )
        ),
        press("all calls", "All", 20, 440, 160, 40, plain=True),
        press("missed calls", "Missed", 194, 440, 160, 40, plain=True),
        press("dial", "Dial a number", 20, 500, 335, 50),
        press("link call", "Make a call link", 20, 560, 335, 50, plain=True),
        text("call note", "No calls today", 20, 630, 300, size=14, faint=True),
        *bars("Calls"),
    ),
    {
        "row 20": Does("outside"),
        "row 22": Does("vain"),
        "about 0": Does("goes", "Info"),
        "about 1": Does("goes", "Info"),
        "about 3": Does("vain"),
        "missed calls": Does("sorts", "row 20 words,row 21 words,row 22 words", ("Missed",)),
        "all calls": Does("sorts", "row 20 words,row 21 words,row 22 words", ("Call",)),
        "dial": Does("vain"),
        "link call": Does("loads", "call note", ("Link made", "No link now", "Link is old")),
        **TABBED,
    },
    gestures=("fidgets", "pulls"),
)
NOTES = Page(
    "Notes",
    (
        text("fresh", "Updated 9:00", 20, 98, 140, size=12, faint=True),
        *(
            V(
                f"card {i}",
                "div",
                16,
                124 + 56 * i,
                343,
                50,
                "",
                {"drawn": True},
                (
                    V(f"tick {i}", "checkbox", 28, 137 + 56 * i, 24, 24, "", {"checked": False, "disabled": False}),
                    text(f"task {i}", task, 66, 136 + 56 * i, 230, size=15),
                ),
            )
            for i, task in enumerate(("Milk", "Call Dad", "Fix the bike", "Book seats", "Water plants"))
        ),
        entry("new task", "Add a task", 16, 420, 240),
        press("add task", "Add", 268, 420, 91),
        *(
            V(
                n,
                "div",
                20 + 60 * i,
                486,
                44,
                44,
                "",
                {"drawn": not i, "colour": c},
                (V(f"{n} dot", "image", 31 + 60 * i, 497, 22, 22, n),),
            )
            for i, (n, c) in enumerate((("red", "#e0a0a0"), ("blue", "#a0b4e0"), ("green", "#a0e0b0")))
        ),
        text("count tasks", "5 open", 250, 496, 100, size=14),
        press("clear done", "Clear finished", 16, 550, 166, 44, plain=True),
        press("share list", "Share list", 194, 550, 165, 44, plain=True),
        V("due", "select", 16, 610, 343, 42, "Any day", {"disabled": False, "value": "Any day"}),
        press("remind me", "Remind me", 16, 670, 343, 44, plain=True),
        *bars("Notes"),
    ),
    {
        "tick 0": Does("turns"),
        "tick 1": Does("turns"),
        "tick 2": Does("vain"),
        "card 3": Does("row turns", "tick 3"),
        "card 4": Does("vain"),
        "new task": Does("types"),
        "add task": Does("slow", "count tasks", ("6 open", "7 open", "8 open")),
        "red": Does("picks", "red,blue", ("task 1",)),
        "blue": Does("picks", "red,blue", ("task 1",)),
        "green": Does("vain"),
        "clear done": Does("refuses", "count tasks", ("None to clear",)),
        "share list": Does("outside"),
        "due": Does("picker", words=("Any day", "Today", "This week")),
        "remind me": Does("vain"),
        **TABBED,
    },
    gestures=("fidgets", "pulls"),
)
SETTINGS = Page(
    "Settings",
    (
        V(
            "profile",
            "div",
            16,
            106,
            343,
            76,
            "",
            {"drawn": True},
            (photo("own face", 28, 114, 60, 60), text("own name", "Sam Writer", 104, 130, 200, size=18)),
        ),
        cell("privacy", "Privacy", 196),
        cell("storage", "Storage", 246, end=(text("stored", "1.2 GB", 280, 258, 80, size=15, faint=True),)),
        turner("night", "Night colours", 296),
        turner("sounds", "Sounds in chats", 346),
        turner("vibrate", "Vibrate", 396),
        cell("letters", "Size of letters", 446),
        press("smaller", "A-", 230, 450, 56, 42, plain=True),
        press("larger", "A+", 296, 450, 56, 42, plain=True),
        text("letter size", "14", 180, 458, 36, size=17),
        text("invite code", "SAM-77", 20, 514, 100, size=16),
        press("copy invite", "Copy", 240, 508, 112, 40, plain=True),
        press("back up", "Back up now", 20, 566, 335, 48),
        text("backed", "Backed up in May", 20, 620, 300, size=13, faint=True),
        press("leave all", "Sign out everywhere", 20, 660, 335, 46, plain=True),
        *bars("Settings"),
    ),
    {
        "profile": Does("goes", "Info"),
        "privacy": Does("vain"),
        "storage": Does("says", "stored", ("1.1 GB", "0.9 GB", "1.2 GB")),
        "night": Does("row turns", "night switch"),
        "sounds": Does("row turns", "sounds switch"),
        "vibrate": Does("vain"),
        "smaller": Does("steps", "letter size", ("-1",)),
        "larger": Does("steps", "letter size", ("1",)),
        "copy invite": Does("copies", "copy invite", ("Copied",)),
        "back up": Does("loads", "backed", ("Backed up now", "No connection", "Backed up just now")),
        "leave all": Does("vain"),
        **TABBED,
    },
    gestures=("fidgets",),
)
CHAT = Design("chat", (375, 812), (MINT, COAL), (CHATS, TALK, INFO, VIEWER, CALLS, NOTES, SETTINGS), density=2.5)
