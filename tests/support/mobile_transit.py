"""TRANSIT, a made-up app for support/mobile_visits: journeys, a map, tickets, a trip under way; views lie side by side.

Buttons are boxes with a text over them, rows are lines with words; none says what it is, but for fields and switches.
"""

from __future__ import annotations

from support.drawing import Palette
from support.mobile_designs import entry, photo, switch, text
from support.mobile_scene import V
from support.mobile_visits import Design, Does, Page

SAND = Palette("#f7f4ee", "#ffffff", "#22201c", "#8d877c", "#c2410c", "#ffffff")
DUSK = Palette("#14161b", "#20242c", "#eceae4", "#888c96", "#fb923c", "#14161b")
TABS = ("to plan", "to map", "to tickets", "to me")
BARS = frozenset(("foot", *TABS, *(f"{tab} words" for tab in TABS)))


def slab(name: str, words: str, x: float, y: float, width: float, height: float = 46, **more: object) -> tuple[V, V]:
    """A button: a box, and a text that lies over it."""
    style = {"drawn": True, "colour": "#c2410c"} | more
    label = text(f"{name} words", words, x + 18, y + height / 2 - 12, width - 36, size=15)
    return V(name, "div", x, y, width, height, "", style), label


def line(name: str, words: str, y: float, *, side: str = "") -> tuple[V, ...]:
    """A row of a list from edge to edge: a white box, words, and perhaps some more at its end."""
    box = V(name, "div", 0, y, 412, 58, "", {"drawn": True, "colour": "#ffffff"})
    end = (text(f"{name} side", side, 320, y + 18, 80, size=13, faint=True),) if side else ()
    return (box, text(f"{name} words", words, 22, y + 17, 250, size=16), *end)


def disc(name: str, words: str, x: float, y: float, side: float = 44) -> tuple[V, V]:
    """A round button with a sign on it."""
    return slab(name, words, x, y, side, side)


def foot() -> tuple[V, ...]:
    strip = V("foot", "div", 0, 838, 412, 77, "", {"drawn": True, "colour": "#efe9df"})
    tabs = tuple(
        v
        for i, (name, words) in enumerate(zip(TABS, ("Plan", "Map", "Tickets", "Me"), strict=True))
        for v in (
            V(name, "div", 103 * i, 842, 103, 68, ""),
            text(f"{name} words", words, 103 * i + 30, 872, 60, size=12),
        )
    )
    return (strip, *tabs)


TABBED = dict(zip(TABS, (Does("tabs", page) for page in ("Plan", "Map", "Tickets", "Me")), strict=True))
PLAN = Page(
    "Plan",
    (
        text("plan title", "Where to?", 22, 48, 200, size=26),
        text("clock", "0:00", 340, 20, 60),
        entry("origin", "From", 22, 96, 300),
        entry("goal", "To", 22, 150, 300),
        *disc("swap", "<>", 340, 122),
        *slab("leave now", "Leave", 22, 210, 110, 36),
        *slab("arrive by", "Arrive", 140, 210, 110, 36, drawn=False),
        *slab("wheels", "Step-free", 258, 210, 130, 36, drawn=False),
        *slab("search", "Search", 22, 264, 368, 50),
        text("results", "3 journeys", 22, 326, 240, size=14, faint=True),
        *line("trip 1", "8:04 - 8:31, bus 12", 354, side="27 min"),
        *line("trip 2", "8:10 - 8:44, tram 3", 414, side="34 min"),
        *line("trip 3", "8:15 - 8:40, train", 474, side="25 min"),
        *line("trip 4", "8:29 - 9:02, bus 40", 534, side="33 min"),
        *slab("earlier", "Earlier", 22, 606, 176),
        *slab("later", "Later", 214, 606, 176),
        text("alerts", "Works on line 3", 22, 670, 250, size=14),
        *slab("alert more", "Details", 290, 660, 100, 38, colour="#d6cfc2"),
        *foot(),
    ),
    {
        "origin": Does("types"),
        "goal": Does("suggests", "trip 1 words,trip 2 words,trip 3 words", ("Market", "Museum", "Harbour")),
        "swap": Does("says", "results", ("4 journeys", "2 journeys", "3 journeys")),
        "leave now": Does("picks", "leave now,arrive by", ("trip 1 words", "trip 2 words")),
        "arrive by": Does("picks", "leave now,arrive by", ("trip 1 words", "trip 2 words")),
        "wheels": Does("vain"),
        "search": Does("loads", "results", ("5 journeys", "No journey now", "6 journeys")),
        "trip 1": Does("opens", "Trip"),
        "trip 2": Does("goes", "Trip"),
        "trip 3": Does("vain"),
        "earlier": Does("vain"),
        "later": Does("slow", "results", ("7 journeys", "8 journeys", "9 journeys")),
        "alert more": Does("vain"),
        **TABBED,
    },
    gestures=("pulls", "fidgets"),
)
MAP = Page(
    "Map",
    (
        photo("map", 0, 0, 412, 838),
        *slab("pin 1", "A", 90, 240, 34, 34),
        *slab("pin 2", "B", 210, 380, 34, 34),
        *slab("pin 3", "C", 300, 520, 34, 34),
        *disc("closer", "+", 352, 120),
        *disc("farther", "-", 352, 172),
        *disc("find me", "o", 352, 224),
        *disc("sheets", "=", 352, 276),
        V("sill", "div", 12, 700, 388, 120, "", {"drawn": True}),
        text("stop name", "Stop 1", 30, 716, 200, size=18),
        text("stop next", "Bus 12 in 4 min", 30, 746, 220, size=14),
        *slab("departures", "Departures", 30, 774, 160, 38),
        *slab("walk there", "Walk", 204, 774, 160, 38),
        *foot(),
    ),
    {
        "pin 1": Does("pin", "stop name", ("Stop",)),
        "pin 2": Does("pin", "stop name", ("Stop",)),
        "pin 3": Does("vain"),
        "closer": Does("zooms", "map", ("in",)),
        "farther": Does("zooms", "map", ("out",)),
        "find me": Does("asks", "stop name", ("Here", "Stop near you", "No place")),
        "sheets": Does("vain"),
        "departures": Does("goes", "Trip"),
        "walk there": Does("vain"),
        **TABBED,
    },
    gestures=("pans", "pans"),
)
TICKETS = Page(
    "Tickets",
    (
        text("shop title", "Tickets", 22, 48, 200, size=26),
        *slab("zone a", "A", 22, 100, 84, 40),
        *slab("zone b", "A-B", 114, 100, 84, 40, drawn=False),
        *slab("zone c", "A-C", 206, 100, 84, 40, drawn=False),
        text("fare", "2.80", 320, 108, 70, size=20),
        text("people", "Adults", 22, 172, 120),
        *disc("fewer", "-", 216, 162),
        text("heads", "1", 280, 172, 30, size=18),
        *disc("more heads", "+", 320, 162),
        text("kids", "Children", 22, 232, 120),
        *disc("fewer kids", "-", 216, 222),
        text("small heads", "1", 280, 232, 30, size=18),
        *disc("more kids", "+", 320, 222),
        text("bike label", "With a bike", 22, 292, 160),
        switch("bike", 330, 288),
        text("back label", "Return", 22, 342, 160),
        switch("return", 330, 338),
        *slab("buy", "Buy", 22, 400, 368, 52),
        text("bought", "No ticket yet", 22, 464, 300, size=14, faint=True),
        *line("pass", "Monthly pass", 500, side="64.00"),
        *line("strip card", "Ten rides", 560, side="24.00"),
        *line("group card", "Group day card", 620, side="18.50"),
        *slab("gift", "Give as a present", 22, 700, 368, 46, colour="#d6cfc2"),
        *slab("redeem code", "Redeem", 22, 760, 176, 46, colour="#d6cfc2"),
        *slab("receipts", "Receipts", 214, 760, 176, 46, colour="#d6cfc2"),
        *foot(),
    ),
    {
        "zone a": Does("picks", "zone a,zone b", ("fare",)),
        "zone b": Does("picks", "zone a,zone b", ("fare",)),
        "zone c": Does("vain"),
        "fewer": Does("steps", "heads", ("-1",)),
        "more heads": Does("steps", "heads", ("1",)),
        "more kids": Does("vain"),
        "fewer kids": Does("vain"),
        "bike": Does("turns"),
        "return": Does("vain"),
        "buy": Does("dialog", "bought", ("Pay 2.80?", "Pay", "Valid for an hour", "Declined")),
        "pass": Does("expands", words=("Valid for a calendar month",)),
        "group card": Does("vain"),
        "gift": Does("sheet", "bought", ("Today", "Tomorrow", "Sunday"), ("Sunday",)),
        "redeem code": Does("vain"),
        "receipts": Does("toasts", words=("No receipts yet", "Nothing here")),
        **TABBED,
    },
    gestures=("fidgets",),
)
TRIP = Page(
    "Trip",
    (
        *disc("trip back", "<", 10, 40),
        text("trip name", "To the harbour", 70, 50, 200, size=20),
        *disc("keep trip", "*", 358, 40),
        photo("street", 0, 96, 412, 200),
        *slab("listen", "Play", 22, 310, 110),
        V("bar", "div", 150, 330, 20, 6, "", {"drawn": True, "colour": "#c2410c"}),
        text("played", "0:00", 340, 320, 60, size=13),
        *line("leg 1", "Walk to Old Town", 376, side="4 min"),
        *line("leg 2", "Tram 3, five stops", 436, side="14 min"),
        *line("leg 3", "Walk to the pier", 496, side="6 min"),
        text("wake label", "Wake me before", 22, 574, 180),
        switch("wake", 330, 570),
        *slab("rate 1", "Calm", 22, 630, 112, 40, colour="#d6cfc2"),
        *slab("rate 2", "Busy", 150, 630, 112, 40, colour="#d6cfc2"),
        *slab("rate 3", "Full", 278, 630, 112, 40, colour="#d6cfc2"),
        *slab("start trip", "Start", 22, 700, 368, 52),
        text("trip state", "Not started", 22, 764, 300, size=14, faint=True),
        *slab("tell", "Share", 22, 800, 176, 46, colour="#d6cfc2"),
        *slab("wrong trip", "Report a delay", 214, 800, 176, 46, colour="#d6cfc2"),
    ),
    {
        "trip back": Does("back"),
        "keep trip": Does("flips", "keep trip words", ("*", "**")),
        "listen": Does("plays", "played"),
        "leg 1": Does("expands", words=("Past the church",)),
        "leg 2": Does("vain"),
        "wake": Does("turns"),
        "rate 1": Does("flips", "rate 1 words", ("Calm", "Calm 1")),
        "rate 3": Does("vain"),
        "start trip": Does("says", "trip state", ("On the way", "Waiting for tram 3", "Late by 2 min")),
        "tell": Does("outside"),
        "wrong trip": Does("vain"),
    },
    own_window=True,
    gestures=("edges", "taps twice"),
)
ME = Page(
    "Me",
    (
        photo("my face", 22, 50, 70, 70),
        text("my name", "Lou Rider", 110, 60, 180, size=20),
        text("my points", "120 points", 110, 92, 180, size=14, faint=True),
        *line("home stop", "Home", 150, side="Elm Road"),
        *line("work stop", "Work", 210, side="Pier 4"),
        *line("school stop", "School", 270, side="none"),
        text("lift label", "Avoid stairs", 22, 350, 160),
        switch("lift", 330, 346),
        text("loud label", "Speak stops", 22, 400, 160),
        switch("loud", 330, 396),
        *slab("lock app", "Lock with a code", 22, 460, 368),
        *slab("points", "Use points", 22, 520, 176),
        *slab("leave me", "Sign out", 214, 520, 176, colour="#d6cfc2"),
        text("help line", "Questions and answers", 22, 600, 220, size=15),
        *foot(),
    ),
    {
        "home stop": Does("sheet", "home stop side", ("Elm Road", "Mill Lane", "Other"), ("Other",)),
        "work stop": Does("says", "work stop side", ("Pier 4", "Pier 5", "Town hall")),
        "school stop": Does("vain"),
        "lift": Does("turns"),
        "loud": Does("vain"),
        "lock app": Does("goes", "Lock"),
        "points": Does("loads", "my points", ("20 points", "0 points", "Not now")),
        "leave me": Does("vain"),
        "help line": Does("vain"),
        **TABBED,
    },
    gestures=("fidgets",),
)
LOCK = Page(
    "Lock",
    (
        *disc("lock back", "<", 10, 40),
        text("lock ask", "Choose a code", 130, 120, 200, size=18),
        text("lock dots", "", 160, 170, 120),
        *(v for i in range(10) for v in slab(f"digit {i}", str(i), 70 + i % 3 * 96, 260 + i // 3 * 84, 80, 64)),
        *slab("forget", "No code", 136, 640, 140, colour="#d6cfc2"),
    ),
    {
        "lock back": Does("back"),
        **{f"digit {i}": Does("keys", "lock dots") for i in range(10)},
        "forget": Does("vain"),
    },
)
TRANSIT = Design("transit", (412, 915), (SAND, DUSK), (PLAN, MAP, TICKETS, TRIP, ME, LOCK), density=2.0)
