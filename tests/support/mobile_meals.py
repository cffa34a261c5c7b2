"""MEALS, a made-up app for support/mobile_visits: meals delivered in Hebrew, from right to left on a small phone.

Segments with a thumb, a dial, menus of a long press, a video, a list that jumps, an order under way on a map, a code.
"""

from __future__ import annotations

from support.drawing import Palette
from support.mobile_designs import entry, keypad, photo, press, switch, text
from support.mobile_scene import V
from support.mobile_visits import Design, Does, Page

WIDTH, HEIGHT = 360, 740
OAT = Palette("#fbfaf7", "#eeeae0", "#26231c", "#9b9588", "#e4572e", "#ffffff")
INK = Palette("#0c0e12", "#191d24", "#e9edf3", "#7f8896", "#ff9b71", "#141414", bold=True)
TABS = ("to home", "to orders", "to basket", "to account")
BARS = frozenset(("shelf", *TABS))


def says(name: str, words: str, right: float, y: float, width: float = 200, **more: object) -> V:
    """Words that begin at the right; `right` is how far from the right edge."""
    return text(name, words, WIDTH - right - width, y, width, **{"from_right": True, **more})


def sign(name: str, picture: str, x: float, y: float, side: float = 24) -> V:
    """A picture in a place large enough for a finger."""
    return V(
        name,
        "div",
        x - 10,
        y - 10,
        side + 20,
        side + 20,
        "",
        {},
        (V(f"{name} sign", "image", x, y, side, side, picture),),
    )


def line(name: str, words: str, y: float, *, note: str = "", height: float = 54) -> V:
    """A row from edge to edge with an arrow to the left."""
    inner = [
        says(f"{name} words", words, 20, y + height / 2 - 13, 220, size=16),
        V(f"{name} arrow", "image", 18, y + height / 2 - 8, 10, 16, "<"),
    ]
    inner += [text(f"{name} note", note, 40, y + height / 2 - 12, 80, size=13, faint=True)] if note else []
    return V(name, "div", 0, y, WIDTH, height, "", {}, tuple(inner))


def pill(name: str, words: str, x: float, y: float, width: float, height: float = 32, *, drawn: bool = True) -> V:
    inner = text(f"{name} words", words, x + 12, y + height / 2 - 12, width - 16, size=14)
    return V(name, "div", x, y, width, height, "", {"drawn": drawn, "colour": "#d9a08e"}, (inner,))


def tabs(chosen: str) -> tuple[V, ...]:
    """Four pictures with words below, and a number on the basket; the first one is at the right."""
    words = ("בית", "הזמנות", "סל", "חשבון")
    made = []
    for i, (name, label) in enumerate(zip(TABS, words, strict=True)):
        x = WIDTH - 90 * (i + 1)
        inner = [
            V(f"{name} picture", "image", x + 33, 684, 24, 24, f"{label}{' on' if name == chosen else ''}"),
            text(f"{name} label", label, x + 24, 708, 60, size=11, faint=name != chosen),
        ]
        inner += [text("unread", "1", x + 60, 680, 18, size=11)] if name == "to orders" else []
        made.append(V(name, "div", x, 678, 90, 62, "", {}, tuple(inner)))
    return (V("shelf", "div", 0, 676, WIDTH, 64, "", {"drawn": True}), *made)


TABBED = dict(zip(TABS, (Does("tabs", page) for page in ("Home", "Orders", "Basket", "Account")), strict=True))


def kitchen(number: int, words: str, y: float) -> V:
    """A card of a restaurant: a photo, a name, how long it takes, a heart."""
    inner = (
        photo(f"plate {number}", 16, y, 328, 96),
        says(f"card {number} words", words, 24, y + 102, 200, size=16),
        says(f"card {number} note", f"{20 + 5 * number} דק׳", 24, y + 126, 120, size=13, faint=True),
        sign(f"heart {number}", "hollow heart", 30, y + 108),
    )
    return V(f"card {number}", "div", 12, y - 4, 336, 160, "", {"drawn": True}, inner)


def dish(number: int, words: str, y: float, *, vain: bool = False) -> tuple[V, V]:
    """A dish and the button that puts it into the basket, which stands at the left."""
    inner = (
        photo(f"dish {number} photo", 264, y + 8, 80, 72),
        says(f"dish {number} words", words, 110, y + 10, 150, size=16),
        says(f"dish {number} note", f"{30 + 6 * number} ₪", 110, y + 42, 80, size=14, faint=True),
    )
    row = V(f"dish {number}", "div", 8, y, 344, 88, "", {"drawn": True}, inner)
    return row, pill(f"{'never' if vain else 'add'} {number}", "הוסף", 20, y + 46, 72)


def basket_line(number: int, words: str, y: float) -> tuple[V, ...]:
    return (
        says(f"row {number} words", words, 20, y + 8, 160, size=16),
        press(f"fewer {number}", "-", 20, y, 40, 40, plain=True),
        text(f"amount {number}", "1", 76, y + 8, 24, size=17),
        press(f"more {number}", "+", 108, y, 40, 40, plain=True),
    )


def option(name: str, words: str, y: float) -> tuple[V, V]:
    return says(f"{name} label", words, 20, y + 3, 220, size=15), switch(name, 20, y)


HOME = Page(
    "Home",
    (
        pill("where to", "הרצל 12, תל אביב  v", 90, 44, 200, 36, drawn=False),
        sign("bell", "bell", 24, 50),
        V("track", "div", 60, 92, 240, 36, "", {"drawn": True, "colour": "#8f8a80"}),
        V("thumb", "div", 182, 94, 116, 32, "", {"drawn": True}),
        text("delivery", "משלוח", 182, 97, 116, size=14),
        text("pickup", "איסוף", 62, 97, 116, size=14),
        photo("hero", 12, 140, 336, 110),
        *(pill(n, w, x, 262, 78) for n, w, x in (("pizza", "פיצה", 270), ("sushi", "סושי", 184), ("salad", "סלט", 98))),
        pill("vegan", "טבעוני", 12, 262, 78),
        says("near", "קרוב אליך", 16, 304, 160, size=18),
        kitchen(1, "משלוח 1", 338),
        kitchen(2, "משלוח 2", 506),
        kitchen(3, "משלוח 3", 674),
        kitchen(4, "חומוס אבו", 842),
        *tabs("to home"),
        V(
            "dial",
            "div",
            20,
            606,
            56,
            56,
            "",
            {"drawn": True, "colour": "#e4572e"},
            (text("dial plus", "+", 40, 620, 20, size=24),),
        ),
    ),
    {
        "where to": Does("sheet", "near", ("הרצל 12", "העבודה", "אחר"), ("אחר",)),
        "bell": Does("alerts", words=("אין הודעות חדשות", "הבנתי")),
        "delivery": Does("segments", "delivery,pickup,thumb", ("card 1 words", "card 2 words")),
        "pickup": Does("segments", "delivery,pickup,thumb", ("card 1 words", "card 2 words")),
        "pizza": Does("sorts", "card 1 words,card 2 words,card 3 words", ("פיצה",)),
        "sushi": Does("sorts", "card 1 words,card 2 words,card 3 words", ("סושי",)),
        "salad": Does("sorts", "card 1 words,card 2 words,card 3 words", ("סלט",)),
        "vegan": Does("vain"),
        "card 1": Does("opens", "Kitchen"),
        "card 2": Does("opens", "Kitchen"),
        "card 3": Does("vain"),
        "heart 1": Does("fills", "heart 1 sign", ("hollow heart", "full heart")),
        "heart 2": Does("vain"),
        "dial": Does("dials", "near", ("חיפוש", "סריקה"), ("הפתעה",)),
        **TABBED,
    },
    gestures=("scrolls", "scrolls", "pulls", "flicks", "fidgets"),
    bars=BARS | {"dial"},
)
KITCHEN = Page(
    "Kitchen",
    (
        photo("film", 0, 0, WIDTH, 150),
        sign("kitchen back", ">", 322, 20),
        says("kitchen name", "משלוח 1", 16, 160, 200, size=22),
        pill("hours", "פתוח עד 23:00", 16, 164, 130, drawn=False),
        text("starters", "ראשונות", 266, 204, 78, size=15),
        text("mains", "עיקריות", 172, 204, 78, size=15),
        text("sweets", "קינוחים", 78, 204, 78, size=15),
        V("underline", "div", 266, 230, 78, 3, "", {"drawn": True, "colour": "#e4572e"}),
        *dish(1, "מרק עדשים", 246),
        *dish(2, "חציל קלוי", 342),
        *dish(3, "סלט קצוץ", 438, vain=True),
        *dish(4, "שניצל", 534),
        *dish(5, "קבב", 630, vain=True),
        *dish(6, "מלבי", 726),
        *dish(7, "כנאפה", 822),
        V(
            "to pay",
            "div",
            12,
            684,
            336,
            46,
            "",
            {"drawn": True, "colour": "#e4572e"},
            (text("sum", "לסל 0", 130, 695, 120, size=16),),
        ),
    ),
    {
        "film": Does("hides"),
        "kitchen back": Does("back"),
        "hours": Does("vain"),
        "starters": Does("jumps", "underline", ("0",)),
        "mains": Does("jumps", "underline", ("-170",)),
        "sweets": Does("vain"),
        "dish 1": Does("sheet", "dish 1 note", ("36 ₪", "42 ₪", "זוגית"), ("זוגית",)),
        "dish 2": Does("vain"),
        "dish 4": Does("rests", "dish 4 note", ("שמור",), ("שתף",)),
        "add 1": Does("grows", "sum", ("לסל",)),
        "add 2": Does("grows", "sum", ("לסל",)),
        "add 4": Does("grows", "sum", ("לסל",)),
        "never 3": Does("vain"),
        "never 5": Does("vain"),
        "to pay": Does("goes", "Basket"),
    },
    own_window=True,
    gestures=("scrolls", "edges"),
    bars=frozenset(
        ("film", "kitchen back", "kitchen name", "hours", "starters", "mains", "sweets", "underline", "to pay")
    ),
)
BASKET = Page(
    "Basket",
    (
        says("basket title", "הסל שלי", 16, 44, 160, size=24),
        text("clock", "0:00", 20, 48, 60, size=13),
        *basket_line(1, "מרק עדשים", 94),
        *basket_line(2, "שניצל", 146),
        says("tip title", "טיפ לשליח", 16, 204, 160, size=16),
        *(pill(f"tip {n}", f"{n} ₪", 276 - 84 * i, 236, 72, 34, drawn=not i) for i, n in enumerate((0, 5, 10))),
        pill("tip other", "אחר", 24, 236, 72, 34, drawn=False),
        *option("forks", "סכו״ם חד פעמי", 288),
        *option("at the door", "להשאיר ליד הדלת", 334),
        *option("club", "מועדון חברים", 380),
        V("when", "select", 20, 424, 320, 42, "עכשיו", {"value": "עכשיו", "options": ["עכשיו", "13:00", "14:00"]}),
        entry("coupon", "קופון", 116, 482, 224),
        press("redeem", "הפעל", 20, 482, 84, plain=True),
        says("coupon said", " ", 20, 530, 200, size=13, faint=True),
        says("total", "סה״כ 74 ₪", 20, 556, 160, size=18),
        text("details", "פירוט", 24, 558, 70, size=14, colour="#e4572e"),
        press("order", "הזמנה", 20, 612, 320, 50),
        *tabs("to basket"),
    ),
    {
        "fewer 1": Does("steps", "amount 1", ("-1",)),
        "more 1": Does("steps", "amount 1", ("1",)),
        "more 2": Does("vain"),
        **{f"tip {n}": Does("picks", "tip 0,tip 5,tip 10", ("total",)) for n in (0, 5, 10)},
        "tip other": Does("vain"),
        "forks": Does("turns"),
        "at the door": Does("vain"),
        "club": Does("bounces"),
        "when": Does("picker", words=("עכשיו", "13:00", "14:00")),
        "coupon": Does("types"),
        "redeem": Does("refuses", "coupon said", ("הקופון אינו בתוקף",)),
        "details": Does("vain"),
        "order": Does("dialog", "total", ("לשלם 74 ₪?", "שלם", "שולם", "הכרטיס נדחה")),
        **TABBED,
    },
    gestures=("fidgets",),
)
ORDERS = Page(
    "Orders",
    (
        photo("map", 0, 0, WIDTH, 380),
        V("courier", "div", 60, 150, 26, 26, "", {"drawn": True, "colour": "#e4572e"}),
        sign("closer", "+", 24, 60),
        sign("farther", "-", 24, 112),
        V("card sheet", "div", 0, 372, WIDTH, 300, "", {"drawn": True}),
        V("handle", "div", 160, 380, 40, 5, "", {"drawn": True, "colour": "#c9c3b5"}),
        says("state", "התקבלה", 20, 392, 180, size=20),
        text("left over", "18 דק׳", 20, 396, 80, size=15, faint=True),
        press("ring courier", "התקשר", 188, 432, 152, plain=True),
        press("write courier", "כתוב", 20, 432, 152, plain=True),
        line("receipt", "קבלה", 486, note="74 ₪"),
        line("trouble", "משהו חסר?", 540),
        line("again", "להזמין שוב", 594),
        text("cancel order", "ביטול", 24, 646, 60, size=14, colour="#e4572e"),
        *tabs("to orders"),
    ),
    {
        "closer": Does("zooms", "map", ("in",)),
        "farther": Does("vain"),
        "ring courier": Does("calls"),
        "write courier": Does("goes", "Help"),
        "receipt": Does("web"),
        "trouble": Does("vain"),
        "again": Does("loads", "left over", ("25 דק׳", "סגור", "31 דק׳")),
        "cancel order": Does("dialog", "state", ("לבטל?", "בטל", "בוטלה", "אי אפשר לבטל")),
        **TABBED,
    },
    gestures=("pans", "fidgets"),
)
ACCOUNT = Page(
    "Account",
    (
        photo("me", 270, 44, 70, 70),
        says("my name", "נועה כהן", 100, 52, 160, size=20),
        says("my points", "340 נקודות", 100, 84, 160, size=14, faint=True),
        pill("edit me", "עריכה", 20, 60, 76),
        V("tongues", "div", 60, 130, 240, 36, "", {"drawn": True, "colour": "#8f8a80"}),
        V("tongue thumb", "div", 222, 132, 76, 32, "", {"drawn": True}),
        text("hebrew", "עברית", 222, 135, 76, size=14),
        text("arabic", "عربي", 142, 135, 76, size=14),
        text("english", "EN", 62, 135, 76, size=14),
        line("addresses", "כתובות", 180, note="2"),
        line("cards", "כרטיסים", 234),
        line("invite", "הזמן חבר", 288),
        line("why slow", "למה זה איטי?", 360),
        line("terms", "תנאים", 430),
        *option("news", "מבצעים", 496),
        *option("dark", "מצב כהה", 542),
        press("gift card", "שובר מתנה", 188, 592, 152),
        press("sign out", "יציאה", 20, 592, 152, plain=True),
        *tabs("to account"),
    ),
    {
        "edit me": Does("flips", "edit me words", ("עריכה", "שמירה")),
        "hebrew": Does("segments", "hebrew,arabic,tongue thumb", ("my points",)),
        "arabic": Does("segments", "hebrew,arabic,tongue thumb", ("my points",)),
        "english": Does("vain"),
        "addresses": Does("says", "addresses note", ("2", "3", "4")),
        "cards": Does("vain"),
        "invite": Does("calls"),
        "why slow": Does("expands", words=("שעות עומס",)),
        "terms": Does("web"),
        "news": Does("turns"),
        "dark": Does("vain"),
        "gift card": Does("goes", "Code"),
        "sign out": Does("vain"),
        **TABBED,
    },
    gestures=("fidgets", "taps twice"),
)
HELP = Page(
    "Help",
    (
        sign("help back", ">", 322, 48),
        says("help title", "רונן, השליח", 60, 46, 180, size=20),
        *(
            V(
                f"bubble {i}",
                "div",
                90 - 74 * (i % 2),
                100 + 58 * i,
                254,
                44,
                "",
                {"drawn": True},
                (text(f"said {i}", f"הודעה {i}", 104 - 74 * (i % 2), 110 + 58 * i, 220, size=15),),
            )
            for i in range(1, 5)
        ),
        pill("soon", "אני יורד", 246, 396, 98),
        pill("where", "איפה אתה?", 130, 396, 106),
        pill("thanks", "תודה", 34, 396, 86),
        entry("reply", "כתוב כאן", 84, 446, 260),
        press("post", "<", 16, 446, 60),
        press("photo of it", "צרף תמונה", 16, 510, 328, plain=True),
    ),
    {
        "help back": Does("back"),
        "soon": Does("replies", "said 1,said 2,said 3,said 4", ("אני יורד",)),
        "where": Does("replies", "said 1,said 2,said 3,said 4", ("איפה אתה?",)),
        "thanks": Does("vain"),
        "post": Does("sends", "reply", ("said 1", "said 2", "said 3", "said 4")),
        "photo of it": Does("vain"),
    },
    own_window=True,
    gestures=("long presses", "edges"),
)
CODE = Page(
    "Code",
    (
        sign("code back", ">", 322, 48),
        says("code ask", "קוד השובר", 110, 110, 140, size=18),
        text("code dots", "", 140, 150, 120, size=22),
        *keypad("digit", 51, 210, 78, 60, typed=False),
        pill("paste code", "הדבק", 60, 510, 110, 38),
        pill("scan code", "סרוק", 190, 510, 110, 38),
    ),
    {
        "code back": Does("back"),
        **{f"digit {i}": Does("keys", "code dots") for i in range(10)},
        "paste code": Does("toasts", words=("אין מה להדביק", "הלוח ריק")),
        "scan code": Does("vain"),
    },
)
MEALS = Design(
    "meals",
    (WIDTH, HEIGHT),
    (OAT, INK),
    (HOME, KITCHEN, BASKET, ORDERS, ACCOUNT, HELP, CODE),
    density=2.0,
    pace=(0.5, 1.8),
)
